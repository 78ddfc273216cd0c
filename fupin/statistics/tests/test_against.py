"""`fupin figures --against`: what matches, what differs, what is missing, and files of another shape."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import taking
from fupin.core.refusals import Refused
from fupin.registry.tests.made_register import MadeRegister
from fupin.statistics import against
from fupin.statistics.figures import Reader


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


ENTRY = {
    "id": "X-1",
    "indicator": "registered_households",
    "place": "150522",
    "period": "2018",
    "kind": "stock",
    "value": 2,
    "unit": "household",
}


@pytest.mark.parametrize(
    ("entry", "tolerance"),
    [
        ({"value": 34261, "unit": "person"}, "0"),
        ({"value": 1.23, "unit": "percent"}, "0.005"),
        ({"value": 11, "unit": "percent", "quote": "由11%降至"}, "0.5"),
        ({"value": 4.1, "unit": "percent", "quote": "下降到4.10%"}, "0.005"),
        ({"value": 556000, "unit": "person", "quote": "贫困人口为55.6萬人"}, "500"),
        ({"value": 250000, "unit": "household", "quote": "25萬戶、55.6萬人"}, "5000"),
        ({"value": 5713000000, "unit": "yuan", "quote": "完成57.13亿元"}, "500000"),
        ({"value": 7, "unit": "banner", "quote": "7个旗县", "tolerance": 1}, "1"),
        ({"value": 30000, "unit": "person", "quote": "9" * 1_000_000 + "万，其中3万"}, "5000"),
    ],
)
def test_the_tolerance_is_half_of_the_last_printed_digit(entry: dict[str, Any], tolerance: str) -> None:
    assert against.tolerance(entry, Decimal(str(entry["value"]))) == Decimal(tolerance)


def test_entries_match_differ_or_are_missing_each_by_its_own_id(db: None) -> None:
    made = MadeRegister()
    for name in ("a", "b"):
        made.add(name, made.villages_of("150522", 1)[0], [{}])
    found = [
        ENTRY, {**ENTRY, "id": "X-2", "value": 3}, {**ENTRY, "id": "X-3", "unit": "person"}, {**ENTRY, "id": "X-4", "kind": "flow"},
        {**ENTRY, "id": "X-5", "indicator": "no_such"}, {**ENTRY, "id": "X-6", "place": "999999"}, {**ENTRY, "id": "X-7", "period": "去年"},
        {**ENTRY, "id": "X-8", "value": "many"}, {**ENTRY, "id": "X-9", "locality": "没有的嘎查"}, {"id": "X-10"}, "text", None, 5,
        {**ENTRY, "id": "X-11", "indicator": "gdp", "kind": "flow", "unit": "yuan"}, {**ENTRY, "place": None, "period": {"a": 1}},
    ]  # fmt: skip
    with Reader(taking.current()) as reader:
        result = against.compare(reader, found)
        assert [one["id"] for one in result.differing] == ["X-2"]
        assert result.matched == 1
        assert len(result.missing) == len(found) - 2
        assert all(one["reason"] for one in result.missing)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"period": None}, "缺少 period"), ({"place": ""}, "缺少 place"), ({"value": None, "indicator": None}, "缺少 indicator、value"),
        ({"indicator": ["registered_households"]}, "没有名为 list 的指标"), ({"place": "科尔沁左翼后旗"}, "科尔沁左翼后旗 的代码是 150522"), ({"place": "没有的旗"}, "没有代码为"),
        ({"unit": ["x"] * 99}, "list"),
        ({"period": "2018-02-30"}, "2018-02-30"), ({"period": "2014–2018"}, "2014/2018"), ({"period": ["2018"] * 99}, "list"),
        ({"value": "1300-1400"}, "1300-1400"), ({"value": "约2"}, "约"), ({"value": "2%"}, "2%"), ({"value": [1, 3]}, "list"),
        ({"value": True}, "value"), ({"value": float("nan")}, "value"), ({"value": "1e9999999"}, "value"),
        ({"tolerance": "0.4%"}, "tolerance"), ({"unit": "万户"}, "unit"), ({"kind": "rate"}, "kind"),
        ({"locality": ["x"]}, "list"),
        ({"indicator": "poverty_incidence", "kind": "rate", "unit": "fraction", "value": 0.0123}, "percent"),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_is_told_which_part_and_why(db: None, change: dict[str, Any], says: str) -> None:
    with Reader(taking.current()) as reader:
        result = against.compare(reader, [{**ENTRY, **change}], names=None)
    assert result.matched == 0
    assert says in result.missing[0]["reason"]
    assert result.missing[0]["id"] == "X-1"


@pytest.mark.parametrize(
    "change",
    [
        {"place": 150522}, {"place": "150522000000"}, {"place": "１５０５２２"}, {"period": 2018}, {"period": "2018-12-31"},
        {"period": "2018-Q4"}, {"period": "2018-01/2018-12"}, {"value": "2"}, {"value": "2.0"}, {"value": 1, "tolerance": "1"},
        {"kind": None, "unit": None}, {"quote": ["2"]}, {"name": "在册户数", "note": "x", "row": "A2", "approx": True},
    ],
)  # fmt: skip
def test_the_same_figure_written_another_way_is_the_same(db: None, change: dict[str, Any]) -> None:
    made = MadeRegister()
    for name in ("a", "b"):
        made.add(name, made.villages_of("150522", 1)[0], [{}])
    with Reader(taking.current()) as reader:
        assert against.compare(reader, [{**ENTRY, **change}]).matched == 1


def test_two_values_of_one_text_are_told_apart_by_their_ids_and_an_entry_without_one_by_its_place(db: None) -> None:
    unnamed = {key: value for key, value in ENTRY.items() if key != "id"}
    with Reader(taking.current()) as reader:
        result = against.compare(
            reader, [{**ENTRY, "value": 0}, {**ENTRY, "id": "X-2", "value": 7}, {**unnamed, "value": 8}]
        )
    assert (result.matched, [one.get("id") for one in result.differing]) == (1, ["X-2", None])
    assert result.differing[1]["position"] == 3


def test_only_the_indicators_that_were_asked_for_are_compared(db: None) -> None:
    found = [
        ENTRY,
        {**ENTRY, "indicator": "registered_persons", "unit": "person", "value": 0},
        {**ENTRY, "indicator": []},
    ]
    with Reader(taking.current()) as reader:
        result = against.compare(reader, found, names={"registered_persons"})
    assert (result.matched, result.differing, result.missing) == (1, [], [])


@pytest.mark.parametrize("document", [None, 5, "text", {}, {"figures": None}, {"figures": {"a": 1}}, {"rows": []}])
def test_a_file_of_another_shape_is_refused_in_words(document: Any) -> None:
    with pytest.raises(Refused, match=r"figures\.yaml"):
        list(against.entries(document))


def test_a_bare_list_is_read_too() -> None:
    assert list(against.entries([1, 2])) == [1, 2]
