"""A transaction of an import that is undone at its very end leaves no trace, and what it tried is tried again."""

from __future__ import annotations

from datetime import date

import openpyxl
import orjson
import polars
import pytest
from django.db import IntegrityError, connection

from fupin.core.imports import runs
from fupin.core.imports.rejecting import rejects_file
from fupin.registry.intake import merging, tables
from fupin.registry.models import Household, HouseholdFact, Membership, Person
from fupin.registry.tests.households import DAY, family, id_number, member
from fupin.registry.tests.test_giving_back import _a_portion_for_each_household, change, counts, plan, two, write
from fupin.registry.tests.test_imports_beside_others import child

__all__ = ["_a_portion_for_each_household", "plan", "two"]
pytestmark = pytest.mark.django_db(transaction=True)


class _Stopped(Exception):
    """The process is gone."""


@pytest.fixture(params=[1, 24])
def _portions_at_once(request, monkeypatch):
    """As many portions in one transaction as an import begins with, and as many as it comes to."""
    at_once(monkeypatch, request.param)


def at_once(monkeypatch, portions: int) -> None:
    """Let the first transaction of an import take so many portions."""
    pace = merging._Pace.__init__

    def begin(self, kind):
        pace(self, kind)
        self.portions = portions

    monkeypatch.setattr(merging._Pace, "__init__", begin)


def refused_commits(monkeypatch, household) -> list[str]:
    """Let the database refuse each commit of a transaction that has raised this household's version."""
    touched: list[bool] = []
    bump, commit = tables.bump, connection.commit
    refused = []

    def watched(table, ids):
        touched.append(household.pk in ids)
        bump(table, ids)

    def committed():
        if any(touched):
            touched.clear()
            refused.append(household.number)
            raise IntegrityError("a reference that is looked at only now")
        commit()

    monkeypatch.setattr(tables, "bump", watched)
    monkeypatch.setattr(connection, "commit", committed)
    return refused


@pytest.mark.usefixtures("_portions_at_once")
@pytest.mark.parametrize("bad", [0, 1])
def test_where_the_commit_is_refused_only_the_rows_that_it_was_about_come_back(two, plan, monkeypatch, bad):
    households, rows = two[:2], two[2]
    run = plan("households", *rows)
    refused = refused_commits(monkeypatch, households[bad])
    run = write(run)
    assert refused
    assert (run.state, counts(run), run.reasons) == ("done", (0, 1, 1), {"changed_meanwhile": 1})
    assert (run.done, run.total) == (2, 2)
    causes = [HouseholdFact.objects.open().get(household=each).main_cause for each in households]
    assert causes == ["01" if at == bad else "03" for at in (0, 1)]


@pytest.mark.usefixtures("_portions_at_once")
def test_a_row_that_points_to_nothing_comes_back_and_the_import_goes_on(two, plan, monkeypatch):
    one, other, rows = two
    run = plan("households", *rows)
    bump = tables.bump

    def dangling(table, ids):
        bump(table, ids)
        if table == Household._meta.db_table and one.pk in ids:
            Membership.objects.create(person_id=42, household_id=one.pk, relation="05", valid_from=DAY)

    monkeypatch.setattr(tables, "bump", dangling)
    assert counts(write(run)) == (0, 1, 1)
    assert not Membership.objects.filter(person_id=42).exists()
    assert HouseholdFact.objects.open().get(household=other).main_cause == "03"


def test_a_row_whose_return_was_not_committed_goes_in_and_is_not_among_the_rejects(
    cast, two, plan, monkeypatch, tmp_path
):
    one, other, _rows = two
    card = id_number("20100101")
    run = plan("persons", child(one, card), child(other, id_number("20110101")), child(other, "不是证件号码"))
    assert counts(run) == (2, 0, 1)
    third = {**member("苏和", "03", "20100101"), "id_number": card, "born_on": date(2010, 1, 1)}
    elsewhere = family(cast.other_village, by=cast.banner_officer, members=[member("宝力德", "01"), third])
    count = merging._count_given_back

    def killed(*arguments):
        count(*arguments)
        raise _Stopped

    with monkeypatch.context() as patch:
        patch.setattr(merging, "_count_given_back", killed)
        with pytest.raises(_Stopped):
            write(run)
    # The office takes the household that was entered by mistake out of the register again.
    persons = list(Membership.objects.filter(household=elsewhere).values_list("person_id", flat=True))
    Person.objects.filter(pk__in=persons).delete()
    run.refresh_from_db()
    run = runs.merge(run=run, by=None)
    assert (run.state, counts(run)) == ("done", (2, 0, 1))
    target = tmp_path / "back.xlsx"
    assert rejects_file(run, target) == 1
    assert card not in texts(target)


def texts(path) -> set[str]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return {str(cell.value) for row in sheet.iter_rows() for cell in row}


@pytest.mark.parametrize("since", ["now", "the first version"])
def test_what_came_back_is_in_the_workbook_whichever_version_noted_it(cast, two, plan, tmp_path, since):
    one, _other, rows = two
    run = plan("households", *rows)
    change(cast, one, main_cause="05")
    run = write(run)
    if since == "the first version":
        run.options.pop("given_back")
        run.save()
        planned = polars.read_parquet(runs.folder_of(run) / "plan-00000.parquet")
        first = planned.filter(polars.col("household_id") == one.pk)["row_id"].to_list()
        (runs.folder_of(run) / "late.jsonl").write_bytes(orjson.dumps(first) + b"\n")
    target = tmp_path / "back.xlsx"
    assert rejects_file(run, target) == 1
    assert one.number in texts(target)
