"""A township with more cases than a page: the whole list at once, each checked, refusals as Excel; progress by division."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from fupin.core import clock
from fupin.core.models import AuditEntry, Case
from fupin.procedures import queries
from fupin.procedures.tests.cases import ago, led, poor, put, state_of
from fupin.procedures.views import bulk


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def village(cast, client_of):
    return client_of(cast.village_officer)


@pytest.fixture
def cases(cast, monkeypatch):
    """Three cases where a page holds two; two of them have their papers."""
    monkeypatch.setattr(queries, "PAGE", 2)
    made = [led(cast, poor(cast.village, by=cast.village_officer)) for _ in range(3)]
    for pk in made[:2]:
        put(f"case:{pk}", "application", "authorisation")
    return made


def at(name):
    return reverse(f"procedures:{name}")


APPLY = {"show": "mine", "all": "1", "act": "apply", "late_reason": "雪灾"}


def test_all_of_a_list_are_taken_across_its_pages_and_each_is_checked(cases, village):
    shown = village.get(at("home"), {"show": "mine"}).content.decode()
    assert "选中这个名单的全部 3 份" in shown
    answer = village.post(at("many"), APPLY | {"on": str(ago(2))})
    assert "已办理 2 份" in answer.content.decode()
    assert [state_of(pk) for pk in cases] == ["applied", "applied", "lead"]


def test_what_stands_elsewhere_on_its_way_is_not_among_them(cast, cases, village):
    Case.objects.filter(pk=cases[0]).update(state="verified")
    village.post(at("many"), APPLY | {"on": str(ago(2))})
    assert [state_of(pk) for pk in cases] == ["verified", "applied", "lead"]


def test_the_list_that_is_taken_is_the_one_that_is_filtered(cases, village):
    village.post(at("many"), APPLY | {"on": str(ago(2)), "state": "verified"})
    assert {state_of(pk) for pk in cases} == {"lead"}


def test_more_than_are_done_at_once_are_refused_and_nothing_happens(cases, village, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 2)
    answer = village.post(at("many"), APPLY | {"on": str(ago(2))}, follow=True)
    assert "一次最多办理 2 份" in answer.content.decode()
    assert {state_of(pk) for pk in cases} == {"lead"}


def test_the_refusals_are_a_workbook_with_every_reason(cases, village):
    assert village.get(at("refusals")).status_code == 404
    village.post(at("many"), APPLY | {"on": str(ago(2))})
    sent = b"".join(village.get(at("refusals")).streaming_content)
    head, *rows = list(load_workbook(io.BytesIO(sent)).active.values)
    assert "未办理的原因" in head
    assert len(rows) == 1
    assert "承诺授权书" in rows[0][-1]
    assert AuditEntry.objects.filter(act="procedures.export").count() == 1


def test_progress_counts_cases_by_division_and_state_and_marks_the_late(cast, cases, client_of):
    Case.objects.filter(pk=cases[0]).update(due_on=ago(3))
    Case.objects.filter(pk__in=cases[1:]).update(due_on=clock.today())
    answer = client_of(cast.banner_officer).get(at("progress"))
    ((line, counted, query, _href),) = answer.context["lines"]
    assert (line.open, line.late, line.longest) == (3, 1, 3)
    assert counted == [[3, 1]]
    assert answer.context["map"] is not None
    listed = client_of(cast.banner_officer).get(f"{at('home')}?show=late&{query}")
    assert listed.context["page"].paginator.count == 1


def test_the_next_village_counts_none_of_it(cast, cases, client_of):
    assert client_of(cast.other_village_officer).get(at("progress")).context["lines"] == []
    assert client_of(cast.other_village_officer).get(at("home"), {"division": "150522100200"}).status_code == 404
