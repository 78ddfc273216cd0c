"""What stands still in a template is written once a language, and never carries one reader's values to another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, engines
from django.utils import translation

from fupin.core.still import MOST_KEPT, Kept, Still


@pytest.fixture
def read(tmp_path, settings):
    """Read a template as the office's loader does."""
    loaders = [("fupin.core.still.Loader", [("django.template.loaders.filesystem.Loader", [tmp_path])])]
    options = {**settings.TEMPLATES[0]["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": options}]

    def template(text: str) -> Any:
        (tmp_path / "page.html").write_text("{% load fupin i18n %}" + text, encoding="utf-8")
        return engines["django"].engine.get_template("page.html")

    return template


def written(template: Any, language: str = "zh-hans", **values: Any) -> str:
    with translation.override(language):
        return template.render(Context(values))


def test_words_symbols_and_addresses_become_one_piece_which_speaks_each_readers_language(read):
    template = read('<a href="{% url "set_language" %}">{% icon "x" %}{% translate "搜索" %}</a>{{ name }}')
    assert next(type(node) for node in template.nodelist) is Still
    assert len(template.nodelist) == 2
    chinese, english = written(template, name="甲"), written(template, "en", name="乙")
    assert "搜索" in chinese
    assert chinese.endswith("甲")
    assert "Search" in english
    assert "搜索" not in english
    assert english.endswith("乙")
    assert written(template, name="丙") == chinese[:-1] + "丙"


def test_the_insides_of_conditions_and_loops_are_drawn_together_too(read):
    template = read('{% if yes %}{% icon "x" %}{% translate "搜索" %}{% else %}{% translate "否" %}{% endif %}')
    inside = [part for _condition, part in template.nodelist[1].conditions_nodelists]
    assert [len(part) for part in inside] == [1, 1]
    assert "搜索" in written(template, yes=True)
    assert written(template, yes=False) == "否"


@pytest.mark.parametrize("varying", ['{% url "ledgers:list" which %}', "{% icon which %}", "{% translate which %}"])
def test_what_depends_on_a_value_is_left_as_it_was(read, varying):
    assert not any(isinstance(node, Still) for node in read(varying).nodelist[1:])


def test_a_kept_part_is_written_once_for_what_it_depends_on_and_anew_for_anything_else(read):
    template = read("{% kept who %}{{ told }}{% endkept %}")
    assert written(template, who="甲", told="一") == written(template, who="甲", told="二") == "一"
    assert written(template, who="乙", told="二") == "二"
    assert written(template, "en", who="甲", told="三") == "三"


def test_the_open_places_of_a_kept_part_carry_the_values_of_the_request_escaped(read):
    template = read('{% kept "all" here=request.path csrf_token=csrf_token %}{{ here }} {% csrf_token %}{% endkept %}')
    first = written(template, request=SimpleNamespace(path="/a?<script>"), csrf_token="one")
    second = written(template, request=SimpleNamespace(path="/b"), csrf_token="two")
    assert first.startswith("/a?&lt;script&gt; ")
    assert 'value="one"' in first
    assert second.startswith("/b ")
    assert 'value="two"' in second
    assert "one" not in second


def test_a_kept_part_forgets_all_its_ways_when_there_are_too_many(read):
    template = read("{% kept who %}{{ who }}{% endkept %}")
    node = next(node for node in template.nodelist if isinstance(node, Kept))
    for who in range(MOST_KEPT + 1):
        assert written(template, who=who) == str(who)
    assert len(node._texts) == 1
