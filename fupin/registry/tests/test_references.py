"""Rows of an import never point to a record that is not there, whoever checks it."""

from __future__ import annotations

import polars
import pytest
from django.db import IntegrityError, connection, transaction

from fupin.registry.intake import references
from fupin.registry.intake.carrying import Load
from fupin.registry.models import Household, Membership, Person

pytestmark = pytest.mark.django_db


def rows(table: str, spans: dict[int, tuple[int, int]], **columns: list) -> Load:
    return Load(table, tuple(columns), spans, frame=polars.DataFrame(columns))


def test_what_rows_point_to_and_do_not_bring_along_is_known_by_portion():
    found = references.outside(
        [
            rows("registry_person", {0: (0, 1), 2: (1, 1)}, id=[10, 30]),
            rows("registry_membership", {0: (0, 2), 2: (2, 1)}, id=[1, 2, 3], person_id=[10, 11, 10], household_id=[5, 5, 6]),
            rows("registry_incomeentry", {2: (0, 2)}, account_id=[7, None]),
            rows("registry_searchkey", {0: (0, 1)}, person_id=[99], household_id=[98]),
        ]
    )  # fmt: skip
    assert found == {
        0: {"registry_person": [11], "registry_household": [5]},
        2: {"registry_person": [10], "registry_household": [6], "registry_incomeaccount": [7]},
    }


@pytest.fixture
def member():
    """A new membership of a person and a household that are there; written row by row like an import's."""
    person, household = Person.objects.create(number="1"), Household.objects.create(number="1")

    def write(**changes: int) -> Membership:
        ids = {"person_id": person.pk, "household_id": household.pk} | changes
        return Membership.objects.create(relation="01", valid_from="2018-01-01", **ids)

    write.ids = {"registry_person": [person.pk], "registry_household": [household.pk]}
    return write


def carry(member, pointing: dict[str, list[int]], **changes: int) -> None:
    """One transaction of a merge, to its end."""
    with transaction.atomic():
        with references.checked_together({0: pointing}, [0]):
            member(**changes)
        connection.check_constraints()


def write_alone(member, **changes: int) -> None:
    with transaction.atomic():
        member(**changes)
        connection.check_constraints()


@pytest.mark.parametrize("missing", ["person", "household"])
def test_a_row_that_points_to_nothing_is_not_written(member, missing):
    pointing = member.ids | {f"registry_{missing}": [42]}
    with pytest.raises(IntegrityError):
        carry(member, pointing, **{f"{missing}_id": 42})
    assert not Membership.objects.exists()


def test_what_is_there_is_written_and_the_database_checks_again_afterwards(member):
    carry(member, member.ids)
    with pytest.raises(IntegrityError):
        write_alone(member, household_id=42, person_id=Person.objects.create(number="2").pk)
    assert Membership.objects.count() == 1


def test_an_account_that_may_not_leaves_the_check_to_the_database(member, monkeypatch):
    monkeypatch.setattr(references, "_may_check", lambda: False)
    with pytest.raises(IntegrityError):
        carry(member, {}, household_id=42)
