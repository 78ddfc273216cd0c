"""Fields that rules read across households: made again with a change exactly as a whole new copy would show them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fupin.bulk import preparing, taking
from fupin.bulk.extracts import Extract
from fupin.registry import models as register
from fupin.registry.tests.made_register import MadeRegister
from fupin.registry.tests.test_preparing import content, touch

ON = date(2018, 12, 31)
BORN = date(1960, 1, 1)
ALIKE = {"house_area_m2": 60, "cultivated_mu": 10}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_FOLDER = tmp_path
    # In a register of six households half of them are soon affected: here what changed is always made by itself.
    monkeypatch.setattr(preparing, "MOST_SHARE", 10)


@pytest.fixture
def made(db: None) -> MadeRegister:
    """Two neighbours in each of three villages, each head with a number and a phone of his own."""
    made = MadeRegister()
    for place, village in enumerate(made.villages_of("150522", 3)):
        for turn in range(2):
            name = f"{'abc'[place]}{turn}-"
            head = {"born_on": date(1960, 1 + place, 1 + turn), "phone_token": name.encode()}
            made.add(name, village, [head, {"born_on": date(1990, 1, 1)}], per_head={2018: 3000}, **ALIKE)
            identify(made, f"{name}0", name.encode())
    return made


def identify(made: MadeRegister, person: str, token: bytes, since: date = date(2014, 1, 1)) -> None:
    register.PersonIdentity.objects.create(
        person=made.persons[person], number_kind="resident", number_token=token, is_valid=True, valid_from=since
    )


def takes_the_same_number(made: MadeRegister) -> None:
    register.PersonIdentity.objects.filter(person=made.persons["a0-0"]).update(number_token=b"c1-")
    touch("person", made.persons["a0-0"])


def takes_the_same_phone(made: MadeRegister) -> None:
    register.PersonFact.objects.filter(person=made.persons["b0-0"]).update(phone_token=b"c1-")
    touch("person", made.persons["b0-0"])


def is_called_and_born_the_same(made: MadeRegister) -> None:
    fact = register.PersonFact.objects.get(person=made.persons["a1-0"])
    register.PersonFact.objects.filter(person=made.persons["a0-0"]).update(name=fact.name, born_on=fact.born_on)
    touch("person", made.persons["a0-0"])


def heads_another_household(made: MadeRegister) -> None:
    person = made.persons["a0-0"]
    register.Membership.objects.filter(person=person).update(valid_to=date(2018, 6, 1))
    register.Membership.objects.filter(household=made.households["c1-"], relation="01").update(relation="02")
    register.Membership.objects.create(
        person=person, household=made.households["c1-"], relation="01", valid_from=date(2018, 6, 1)
    )
    touch("person", person)


def lets_a_child_go(made: MadeRegister) -> None:
    child = made.persons["a0-1"]
    register.Membership.objects.filter(person=child).update(relation="03", valid_to=date(2018, 6, 1))
    register.RegisterStatus.objects.filter(household=made.households["a1-"]).delete()
    register.Membership.objects.create(
        person=child, household=made.households["a1-"], relation="99", valid_from=date(2018, 6, 1)
    )
    touch("person", child)
    touch("household", made.households["a1-"])


def builds_a_larger_house(made: MadeRegister) -> None:
    register.HouseholdFact.objects.filter(household=made.households["b1-"]).update(house_area_m2=90, cultivated_mu=40)
    touch("household", made.households["b1-"])


CHANGES = (takes_the_same_number, takes_the_same_phone, is_called_and_born_the_same, heads_another_household,
           lets_a_child_go, builds_a_larger_house)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_what_is_shared_is_made_again_as_a_whole_copy_would(
    made: MadeRegister, change: Callable[[MadeRegister], None]
) -> None:
    before = content(taking.take(), ON)
    change(made)
    changed = taking.current()
    shown = content(changed, ON)
    assert changed.changed
    assert shown == content(taking.take(), ON)
    assert shown != before


def rows(extract: Extract, made: MadeRegister, *fields: str) -> dict[str, tuple[Any, ...]]:
    """Values of persons by the names that the tests gave them."""
    names = {person.pk: name for name, person in made.persons.items()}
    columns = ", ".join(f'"{one}"' for one in fields)
    with extract.reading() as cursor:
        found = cursor.execute(f"SELECT person_id, {columns} FROM {extract.relation('persons', ON)}").fetchall()
    return {names[one]: tuple(values) for one, *values in found}


def test_who_shares_a_number_is_told_how_far_apart_they_live(made: MadeRegister) -> None:
    content(taking.take(), ON)
    takes_the_same_number(made)
    extract = taking.current()
    found = rows(extract, made, "same_number_persons", "same_number_reach")
    assert {name for name, values in found.items() if values != (1, None)} == {"a0-0", "c1-0"}
    assert found["c1-0"] == (2, "banner")
    with extract.reading() as cursor:
        patch = f"{extract.folder}/datasets/persons@2018-12-31-*.patch.parquet"
        made_again = cursor.execute(f"SELECT count(*) FROM read_parquet('{patch}')").fetchall()
    assert made_again == [(4,)], "the two households and nobody else"


def test_a_phone_in_two_households_is_counted_and_one_in_a_household_is_not(made: MadeRegister) -> None:
    takes_the_same_phone(made)
    register.PersonFact.objects.filter(person=made.persons["a0-1"]).update(phone_token=b"a0-")
    found = rows(taking.take(), made, "phone_households")
    assert {name for name, (count,) in found.items() if count > 1} == {"b0-0", "c1-0"}


def test_the_same_name_and_birth_day_counts_within_a_township(made: MadeRegister) -> None:
    is_called_and_born_the_same(made)
    found = rows(taking.take(), made, "same_birth_persons")
    assert {name for name, (count,) in found.items() if count > 1} == {"a0-0", "a1-0"}


def test_who_heads_another_household_than_a_year_before_is_told(made: MadeRegister) -> None:
    heads_another_household(made)
    found = rows(taking.take(), made, "previous.headed_household")
    assert {name: values for name, values in found.items() if values != (None,)} == {
        "a0-0": (made.households["a0-"].pk,)
    }


def test_attendance_counts_from_the_last_change_of_grade(made: MadeRegister) -> None:
    person = made.persons["a0-1"]
    register.PersonFact.objects.filter(person=person).update(student="03", valid_to=date(2015, 9, 1))
    for student, since, to in (
        ("04", date(2015, 9, 1), date(2016, 9, 1)),
        ("05", date(2016, 9, 1), date(2017, 3, 1)),
        ("05", date(2017, 3, 1), None),
    ):
        register.PersonFact.objects.create(person=person, name="某", student=student, valid_from=since, valid_to=to)
    found = rows(taking.take(), made, "student_since", "grade", "previous.grade")
    assert found["a0-1"] == (date(2016, 9, 1), 8, 8)


def test_the_age_of_the_school_year_is_that_of_the_last_31_august(made: MadeRegister) -> None:
    for person, born in (("a0-1", date(2012, 8, 31)), ("a1-1", date(2012, 9, 1))):
        register.PersonFact.objects.filter(person=made.persons[person]).update(born_on=born)
    found = rows(taking.take(), made, "school_year_age")
    assert (found["a0-1"], found["a1-1"]) == ((6,), (5,))


@pytest.mark.parametrize(
    ("joined_by", "left_by", "changes"), [("", "", 2), ("06", "", 1), ("", "01", 1), ("06", "01", 0)]
)
def test_who_came_or_left_within_the_year_has_a_reason(
    made: MadeRegister, joined_by: str, left_by: str, changes: int
) -> None:
    household = made.households["a0-"]
    made.join(household, "child", {"born_on": date(2018, 3, 1)}, "03", date(2018, 3, 1))
    register.Membership.objects.filter(person=made.persons["child"]).update(joined_by=joined_by)
    register.Membership.objects.filter(person=made.persons["a0-1"]).update(valid_to=date(2018, 6, 1), left_by=left_by)
    assert unexplained(taking.take(), made)["a0-"] == changes


def test_a_new_relation_is_no_coming_or_leaving_and_a_new_household_has_no_year_before(made: MadeRegister) -> None:
    person = made.persons["a0-1"]
    register.Membership.objects.filter(person=person).update(valid_to=date(2018, 6, 1))
    register.Membership.objects.create(
        person=person, household=made.households["a0-"], relation="03", valid_from=date(2018, 6, 1)
    )
    made.add("new-", made.villages_of("150522", 1)[0], [{}], since=date(2018, 6, 1))
    made.join(made.households["a1-"], "long ago", {}, "03", date(2017, 12, 31))
    assert set(unexplained(taking.take(), made).values()) == {0}


def unexplained(extract: Extract, made: MadeRegister) -> dict[str, int]:
    names = {household.pk: name for name, household in made.households.items()}
    with extract.reading() as cursor:
        rows = cursor.execute(
            f"SELECT household_id, unexplained_changes FROM {extract.relation('households', ON)}"
        ).fetchall()
    return {names[one]: count for one, count in rows}
