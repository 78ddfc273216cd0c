"""What an import does to whole columns is what a form does to one value."""

from __future__ import annotations

from datetime import date

import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fupin.core import audit
from fupin.registry import names
from fupin.registry.intake import lookups
from fupin.registry.intake.spelling import spelled

PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = st.one_of(
    st.text("白包曾单解其木格高娃乐仇长重阿丶龘", min_size=1, max_size=6),
    st.text("白曾·•Ab ａ-其", max_size=8),
    st.text("包娜仁" * 30, min_size=58, max_size=70),
)


@PATIENT
@given(st.lists(NAMES, max_size=12))
def test_a_column_of_names_is_spelled_as_each_name_is_alone(texts: list[str]) -> None:
    found = spelled(polars.Series(texts, dtype=polars.String)).rows()
    alone = {(text, *spelling) for text in texts for spelling in names.spellings(text)}
    assert set(found) == alone
    assert len(found) == len(alone)


def test_a_long_plain_name_and_one_of_many_readings_are_among_those() -> None:
    found = spelled(polars.Series(["包" * 70, "单曾", "包银花"]))
    assert {row[0]: row[1:] for row in found.rows() if row[0] != "单曾"} == {
        "包" * 70: ("包" * 60, ("bao" * 70)[:60], "b" * 60),
        "包银花": ("包银花", "baoyinhua", "byh"),
    }
    assert {"shanzeng", "danceng"} <= set(found["pinyin"].drop_nulls())


@pytest.mark.django_db
def test_lines_of_the_trail_written_together_are_those_written_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = audit.timezone.now()
    monkeypatch.setattr(audit.timezone, "now", lambda: moment)
    details = ['{"b":[1,{"乙":2,"a":null}],"a":"x"}', '{"nul":"x\\u0000y","quoted":"back\\\\u0000slash"}']
    with audit.acting(audit.Circumstances("乡镇干部", "import", "r-1", "10.0.0.1")):
        made = audit.lines("x.import", ["household:1", "household:2"], [7, None], details, by=None, on=date(2018, 5, 1))
        alone = audit.rows(
            [
                audit.Entry("x.import", "household:1", 7, {"b": [1, {"乙": 2, "a": None}], "a": "x"}),
                audit.Entry("x.import", "household:2", None, {"nul": "x\0y", "quoted": "back\\u0000slash"}),
            ],
            by=None, on=date(2018, 5, 1),
        )  # fmt: skip
    each = zip(made.subjects, made.divisions, made.details, made.digests, strict=True)
    assert [(*made.shared.values(), *line) for line in each] == alone
    assert tuple(made.shared) == audit.COLUMNS[:9]


@pytest.mark.django_db
def test_a_number_with_quotes_and_backslashes_is_looked_for_as_it_stands(django_user_model: type) -> None:
    kept = ['a"b', "c\\d", "{e,f}", "甲 乙", "NULL"]
    django_user_model.objects.bulk_create(django_user_model(username=each) for each in kept)  # type: ignore[attr-defined]
    table = django_user_model._meta.db_table  # type: ignore[attr-defined]
    found = lookups.fetch(
        f"SELECT username FROM {table} WHERE {{among}}", [*kept, "a", "null"], {"name": polars.String},
        column="username",
    )  # fmt: skip
    assert sorted(found["name"]) == sorted(kept)
