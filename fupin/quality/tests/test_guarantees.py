"""The lights: each guarantee on its own examples, one definition for page, sweep and rule, and who may see them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import steps, taking
from fupin.policy import guarantees
from fupin.policy.documents import Faulty
from fupin.policy.guarantees import LIGHTS, NAMES, text
from fupin.policy.quality import rules
from fupin.quality.applying import applied
from fupin.quality.guarantees.lights import judged, lights_of
from fupin.quality.recheck import findings_of
from fupin.quality.sweeping import sweep
from fupin.registry.models import GuaranteeFinding, HouseholdFact
from fupin.registry.tests.made_register import MadeRegister

ON = date(2018, 12, 31)
INSURED = {"born_on": date(1970, 1, 1), "has_resident_medical": True, "has_employee_medical": False}
EXAMPLES = [
    pytest.param(one, example, id=f"{one.name}-{nth}")
    for one in guarantees.guarantees().values()
    for nth, example in enumerate(one.examples)
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.mark.parametrize(("one", "example"), EXAMPLES)
def test_a_guarantee_shows_the_light_of_its_own_examples(one: Any, example: Any) -> None:
    record = {name: value for name, value in example.items() if name not in ("on", "light", "members")}
    found = judged(record, example.get("members", []), example.get("on", ON))
    light = next(light for light in found if light.guarantee.name == one.name)
    assert light.outcome == example["light"]


@pytest.mark.parametrize("on", [date(2015, 12, 31), date(2016, 1, 1), date(2021, 1, 1)])
def test_every_guarantee_has_one_light_and_only_one_on_either_side_of_a_new_standard(on: date) -> None:
    for record in (
        {},
        {"house_grade": "C", "is_house_dangerous": False, "housing_finding": "met", "is_water_safe": True},
    ):
        assert len(judged(record, [{"age": 8}], on)) == len(NAMES)


def test_a_grade_decides_of_a_house_only_since_houses_are_graded() -> None:
    record = {"house_grade": "C", "is_house_dangerous": False}
    on_day = {on: lights(record, on)["housing"] for on in (date(2015, 12, 31), date(2016, 1, 1))}
    assert list(on_day.values()) == ["met", "unmet"]


def test_a_finding_does_not_stand_for_a_record_that_is_missing() -> None:
    (light,) = [
        one for one in judged({"housing_finding": "met", "house_grade": "A"}, [], ON) if one.guarantee.name == "housing"
    ]
    assert light.outcome == "unknown"
    assert light.missing == ("危房户",)


def test_a_standard_for_every_member_is_told_member_by_member() -> None:
    members = [{"name": "甲", "age": 40}, {"name": "乙", "age": 12, "student": "01", "education": "02", "dropout_reason": "03"},
               {"name": "丙", "age": 9}]  # fmt: skip
    (light,) = [one for one in judged({}, members, ON) if one.guarantee.name == "schooling"]
    assert [(line.said, line.outcome) for line in light.lines] == [("甲", "met"), ("乙", "unmet"), ("丙", "unknown")]
    assert ("未上学原因", "厌学") in light.lines[1].values
    assert light.outcome == "unmet"


@pytest.mark.parametrize(("age", "light"), [(5, "met"), (6, "unmet"), (15, "unmet"), (16, "met")])
def test_school_age_has_two_ends(age: int, light: str) -> None:
    child = {"age": age, "student": "01", "education": "02", "dropout_reason": "04"}
    assert {one.guarantee.name: one.outcome for one in judged({}, [child], ON)}["schooling"] == light


def lights(record: dict[str, Any], on: date = ON) -> dict[str, str]:
    return {one.guarantee.name: one.outcome for one in judged(record, [], on)}


@pytest.fixture
def made(cast: Any) -> MadeRegister:
    """A sound household, one in a dangerous house, one whose officer says otherwise than the record, one untold."""
    made = MadeRegister()
    sound = {"house_grade": "A", "is_house_dangerous": False, "is_water_safe": True, "is_water_difficult": False}
    made.add("sound", cast.village, [INSURED], **sound)
    made.add("danger", cast.village, [INSURED], **{**sound, "house_grade": "D", "is_house_dangerous": True})
    made.add("conflict", cast.village, [INSURED], **{**sound, "is_water_safe": False})
    made.add("untold", cast.other_village, [INSURED], house_grade="A")
    GuaranteeFinding.objects.create(
        household=made.households["conflict"],
        guarantee="water",
        outcome="met",
        evidence="水质报告",
        valid_from=date(2018, 5, 1),
    )
    return made


def test_sweeps_find_the_very_households_whose_pages_show_the_light(made: MadeRegister, tmp_path: Path) -> None:
    names = [name for name in rules() if name.startswith("GUA-")]
    with steps.duck(tmp_path) as where:
        result = sweep(taking.current(), ON, applied(ON, names), where, tmp_path / "findings.parquet")
    found = {
        (one.rule, one.household_id)
        for one in findings_of([each.pk for each in made.households.values()], ON, names=names)
    }
    assert result.found == len(found)
    for name, household in made.households.items():
        for light in lights_of(household.pk, ON):
            rule = f"GUA-{light.guarantee.name.upper()}"
            assert (light.outcome == "unmet") == ((rule, household.pk) in found), (name, rule)
    assert ("GUA-HOUSING", made.households["danger"].pk) in found
    assert ("GUA-CONFLICT", made.households["conflict"].pk) in found
    assert ("GUA-UNKNOWN", made.households["untold"].pk) in found
    assert not [rule for rule, pk in found if pk == made.households["sound"].pk]


def test_every_guarantee_that_is_not_met_is_a_rule_of_the_same_words() -> None:
    for name in NAMES:
        assert text(name, "unmet") in rules()[f"GUA-{name.upper()}"].finds


@pytest.mark.parametrize(("name", "light"), [("warmth", "met"), ("water", "purple")])
def test_a_light_that_there_is_not_is_refused(name: str, light: str) -> None:
    with pytest.raises(Faulty):
        text(name, light)
    with pytest.raises(Faulty):
        guarantees.spoken({"light": light, "of": name, "else": "x"})


def test_the_page_shows_six_lights_with_their_explanation(made: MadeRegister, cast: Any, client_of: Any) -> None:
    household = made.households["conflict"]
    browser = client_of(cast.village_officer)
    browser.post("/as-of/", {"day": "2018-12-31"})
    page = browser.get(f"/households/{household.number}/lights/", headers={"HX-Request": "true"}).content.decode()
    assert page.count("<details") == len(NAMES)
    assert "结论矛盾" in page
    assert "水质报告" in page
    assert "<html" not in page
    whole = browser.get(f"/households/{household.number}/lights/").content.decode()
    assert "<html" in whole


def test_another_village_does_not_learn_that_the_household_is_there(
    made: MadeRegister, cast: Any, client_of: Any
) -> None:
    number = made.households["untold"].number
    for address in (f"/households/{number}/lights/", f"/api/v1/households/{number}/guarantees"):
        assert client_of(cast.village_officer).get(address).status_code == 404


def test_a_household_that_has_gone_keeps_the_lights_that_were_recorded(
    made: MadeRegister, cast: Any, client_of: Any
) -> None:
    household = made.households["danger"]
    HouseholdFact.objects.filter(household=household).update(valid_to=date(2018, 6, 1))
    answer = client_of(cast.village_officer).get(
        f"/households/{household.number}/lights/", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204


def test_a_program_gets_the_lights_with_what_is_missing(made: MadeRegister, cast: Any, client_of: Any) -> None:
    number = made.households["untold"].number
    answer = client_of(cast.banner_officer).get(f"/api/v1/households/{number}/guarantees?on=2018-12-31")
    by_name = {one["guarantee"]: one for one in answer.json()}
    assert list(by_name) == list(NAMES)
    assert by_name["housing"]["light"] == "unknown"
    assert by_name["housing"]["missing"] == ["危房户"]
    assert {one["light"] for one in by_name.values()} <= set(LIGHTS)
