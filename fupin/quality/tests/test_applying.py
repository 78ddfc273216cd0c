"""Which rules are judged where: shipped ones, offices' own, and what is switched off; a sweep and one record agree."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.quality import applying
from fupin.quality.recheck import Found, findings_of
from fupin.quality.tests.test_sweeping import BANNER, MadeRegister, made, swept
from fupin.rulebook import operations, trying
from fupin.rulebook.operations import RuleProposal, SwitchProposal

__all__ = ["made"]

DAY = date(2018, 1, 1)
ON = date(2018, 12, 31)
CROWD = f"{BANNER}-CROWD"
WORDS = {
    "label": "有配偶的户", "label_en": "With a spouse", "dataset": "households", "severity": "I",
    "finds": "any(members, relation = '02')", "asks": "请核对。", "asks_en": "Check.", "asks_anew": True,
    "found": [{"members": [{"relation": "02"}]}], "passed": [{"members": []}],
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet(tmp_path: Path, settings: Any, monkeypatch: Any) -> None:
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(trying, "tried", lambda *given, **more: None)


def confirmed(rows: Any, cast: Any) -> None:
    operations.confirm(overrides=rows, by=cast.second_banner_officer, seen={r.pk: bytes(r.digest) for r in rows})


def own_rule(cast: Any, name: str = CROWD, **changed: Any) -> None:
    proposal = RuleProposal(name, cast.banner, {**WORDS, **changed}, DAY, "后旗扶贫〔2018〕1号")
    confirmed(operations.propose_rules(proposals=[proposal], by=cast.banner_officer), cast)


def switched(cast: Any, name: str, division: Any, is_on: bool) -> None:
    proposal = SwitchProposal(name, division, is_on, DAY, "后旗扶贫〔2018〕1号")
    confirmed(operations.propose_switches(proposals=[proposal], by=cast.banner_officer), cast)


def found(made: MadeRegister, tmp_path: Path, *names: str) -> dict[tuple[str, str], int]:
    """Household by name and rule → version, as the sweep finds it; the records judged by themselves say the same."""
    _result, rows = swept(tmp_path, names)
    now = findings_of([household.pk for household in made.households.values()], ON, names=names)
    assert {Found(**row) for row in rows} == set(now)
    by_id = {household.pk: name for name, household in made.households.items()}
    return {(by_id[row["household_id"]], row["rule"]): row["version"] for row in rows}


def test_an_own_rule_is_judged_at_and_below_its_office_alone(made: MadeRegister, tmp_path: Path, cast: Any) -> None:
    own_rule(cast)
    assert found(made, tmp_path, CROWD) == {("two", CROWD): 1}


def test_a_rule_switched_off_by_an_office_finds_nothing_there(made: MadeRegister, tmp_path: Path, cast: Any) -> None:
    switched(cast, "REL-008", cast.banner, False)
    assert found(made, tmp_path, "REL-008") == {("elsewhere", "REL-008"): 1}


def test_the_nearest_switch_wins(made: MadeRegister, tmp_path: Path, cast: Any) -> None:
    switched(cast, "REL-008", cast.banner, False)
    village = made.households["two"].facts.get().village
    switched(cast, "REL-008", village, True)
    assert ("two", "REL-008") in found(made, tmp_path, "REL-008")


def test_the_own_version_takes_the_place_of_the_shipped_one_there(
    made: MadeRegister, tmp_path: Path, cast: Any
) -> None:
    own_rule(cast, "REL-008", finds="count(members, relation = '02') > 1 and persons > 0",
             found=[{"persons": 3, "members": [{"relation": "02"}] * 2}])  # fmt: skip
    assert found(made, tmp_path, "REL-008") == {("two", "REL-008"): 2, ("elsewhere", "REL-008"): 1}
    assert ("REL-008", 2) in applying.asking_anew(ON)


def test_the_rule_of_a_place_is_looked_up_with_its_own_version(made: MadeRegister, cast: Any) -> None:
    own_rule(cast)
    own_rule(cast, "REL-008", label="本旗的多配偶")
    home, other = (made.households[name].facts.get().village_id for name in ("two", "elsewhere"))
    assert applying.rule("REL-008", ON, home).label == "本旗的多配偶"
    assert applying.rule("REL-008", ON, other).label == applying.rule("REL-008", ON).label == "多配偶"
    assert applying.rule(CROWD, ON, home).severity == "I"


def test_the_rules_of_a_day_are_told_with_one_question(cast: Any, django_assert_num_queries: Any) -> None:
    own_rule(cast)
    switched(cast, CROWD, cast.banner, False)
    with django_assert_num_queries(1):
        assert applying.applied(ON)
