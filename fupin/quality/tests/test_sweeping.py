"""A sweep over the register and the same rules on the records as they are now give one answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fupin.bulk import steps, taking
from fupin.core.refusals import NotFound
from fupin.core.verdicts import Outcome
from fupin.divisions.queries import tree
from fupin.policy.quality import Rule, rule
from fupin.quality.applying import Applied, Places, applied
from fupin.quality.recheck import Found, explain, findings_of
from fupin.quality.sweeping import Swept, sweep
from fupin.registry.models import PersonFact
from fupin.registry.tests.made_register import MadeRegister

ON = date(2018, 12, 31)
BANNER = "150522"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def made(db: None) -> MadeRegister:
    """A household with two spouses, a sound one, and one in another banner with two spouses."""
    made = MadeRegister()
    village = made.villages_of(BANNER, 1)[0]
    for name, place in (("two", village), ("elsewhere", made.villages_of("150521", 1)[0])):
        made.add(name, place, [{}])
        for number in (1, 2):
            made.join(made.households[name], f"{name} spouse {number}", {"sex": "2"}, "02", date(2014, 1, 1))
    made.add("sound", village, [{}])
    return made


def swept(
    tmp_path: Path, names: Any = (), *, rules: list[Applied] | None = None, place: str = ""
) -> tuple[Swept, list[Any]]:
    wanted = applied(ON, names) if rules is None else rules
    with steps.duck(tmp_path) as on_duckdb:
        node = tree().by_code(place) if place else None
        found = sweep(taking.current(), ON, wanted, on_duckdb, tmp_path / "findings.parquet", node=node)
    return found, pq.read_table(found.findings).to_pylist()


def test_a_sweep_finds_the_household_and_says_where_it_lies(made: MadeRegister, tmp_path: Path) -> None:
    result, rows = swept(tmp_path, ["REL-008"], place=BANNER)
    household = made.households["two"]
    (row,) = rows
    assert (row["rule"], row["severity"], row["subject_kind"]) == ("REL-008", "E", "household")
    assert row["subject_id"] == row["household_id"] == household.pk
    assert row["village_id"] == household.facts.get().village_id
    assert result.by_rule == {"REL-008": 1}
    assert result.rows["households"] == 2


def test_without_a_division_the_whole_register_is_swept(made: MadeRegister, tmp_path: Path) -> None:
    _result, rows = swept(tmp_path, ["REL-008"])
    assert {row["household_id"] for row in rows} == {made.households[name].pk for name in ("two", "elsewhere")}


def test_where_a_rule_is_switched_off_it_finds_nothing(made: MadeRegister, tmp_path: Path) -> None:
    off = Places({("banner", tree().by_code(BANNER).id): False})
    _result, rows = swept(tmp_path, rules=[Applied(rule("REL-008"), (off,))])
    assert [row["household_id"] for row in rows] == [made.households["elsewhere"].pk]


def test_the_present_records_are_judged_and_marked_as_the_sweep_does(made: MadeRegister, tmp_path: Path) -> None:
    _result, rows = swept(tmp_path)
    everywhere = [household.pk for household in made.households.values()]
    now = findings_of(everywhere, ON)
    assert {Found(**row) for row in rows} == set(now)
    assert {one.rule for one in now} >= {"REL-008"}


def test_what_was_corrected_is_no_longer_found_before_any_new_extract(made: MadeRegister, tmp_path: Path) -> None:
    household = made.households["two"]
    taking.current()
    second = household.memberships.filter(relation="02").last()
    assert second is not None
    second.relation = "99"
    second.save()
    assert not [one for one in findings_of([household.pk], ON) if one.rule == "REL-008"]


def test_an_explanation_speaks_with_the_records_own_values(made: MadeRegister) -> None:
    told = explain(rule("REL-008"), made.households["two"].pk, None, ON)
    assert told.outcome is Outcome.YES
    assert any("2" in value for part in told.parts for _label, value in part.values)


def test_a_member_of_another_household_is_not_explained(made: MadeRegister) -> None:
    stranger = made.persons["elsewhere0"]
    with pytest.raises(NotFound):
        explain(rule("ID-007"), made.households["two"].pk, stranger.pk, ON)


def test_a_person_rule_finds_the_very_member(made: MadeRegister, tmp_path: Path) -> None:
    person = made.persons["sound0"]
    PersonFact.objects.filter(person=person).update(labour="01", born_on=date(2010, 1, 1))
    young = Rule(
        "TEST-1", "未成年劳动力", "Young worker", "persons", "E", "请核对", "Check", "design", "自定",
        finds="age < 16 and labour = '01'",
    )  # fmt: skip
    _result, rows = swept(tmp_path, rules=[Applied(young)])
    assert [(row["subject_kind"], row["subject_id"]) for row in rows] == [("person", person.pk)]


def test_a_rule_that_nobody_knows_is_told_by_name(db: None) -> None:
    with pytest.raises(NotFound, match="XYZ-1"):
        applied(ON, ["XYZ-1"])
