"""Somebody changes a record between the plan of an import and its writing: that row comes back, the others go in."""

from __future__ import annotations

import csv
from datetime import date

import openpyxl
import pytest

from fupin.core.imports import runs
from fupin.core.imports.models import ImportRun
from fupin.core.imports.rejecting import rejects_file
from fupin.registry.intake import planning
from fupin.registry.models import Household, HouseholdFact, Membership, PersonFact, PersonIdentity
from fupin.registry.operations import HouseholdChange, Leaving, change_household, remove_members
from fupin.registry.tests.households import DAY, family, id_number, member

LATER = date(2018, 6, 1)


@pytest.fixture(autouse=True)
def _a_portion_for_each_household(monkeypatch):
    monkeypatch.setattr(planning, "PORTION_ROWS", 1)


@pytest.fixture
def plan(tmp_path):
    """Read a file and plan it, without writing."""

    def staged(ledger: str, *rows: dict[str, str]) -> ImportRun:
        path = tmp_path / f"{ledger}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows(rows)
        run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=None, on=LATER)
        return runs.stage(run=run, by=None)

    return staged


def write(run: ImportRun) -> ImportRun:
    return runs.merge(run=runs.accept(run=run, by=None), by=None)


def counts(run: ImportRun) -> tuple[int, int, int]:
    return run.created, run.updated, run.rejected


@pytest.fixture
def two(cast):
    """Two households, and the rows that change the main cause of both."""
    one = family(cast.village, by=cast.village_officer, main_cause="01")
    other = family(cast.village, by=cast.village_officer, members=[member("巴图", "01")], main_cause="01")
    return one, other, [{"户编号": each.number, "主要致贫原因": "因学"} for each in (one, other)]


def change(cast, household, **values):
    version = Household.objects.get(pk=household.pk).version
    change_household(changes=[HouseholdChange(household.pk, values, version)], by=cast.village_officer, on=LATER)


def cause(household):
    return HouseholdFact.objects.open().get(household=household).main_cause


def test_the_row_of_a_household_that_was_changed_meanwhile_comes_back(cast, two, plan, tmp_path):
    one, other, rows = two
    run = plan("households", *rows)
    assert counts(run) == (0, 2, 0)
    change(cast, one, main_cause="05")
    run = write(run)
    assert (run.state, counts(run)) == ("done", (0, 1, 1))
    assert run.reasons == {"changed_meanwhile": 1}
    assert (cause(one), cause(other)) == ("05", "03")
    target = tmp_path / "back.xlsx"
    assert rejects_file(run, target) == 1
    said = [[str(cell.value) for cell in row] for row in openpyxl.load_workbook(target).worksheets[0].iter_rows()]
    assert [one.number in line for line in said[1:]] == [True]
    assert any("被他人修改" in text for text in said[1])


def test_what_came_back_goes_in_when_it_is_read_again(cast, two, plan):
    one, _other, rows = two
    run = plan("households", *rows)
    change(cast, one, main_cause="05")
    write(run)
    assert counts(write(plan("households", rows[0]))) == (0, 1, 0)
    assert cause(one) == "03"


def test_a_person_who_came_into_the_register_meanwhile_is_not_written_twice(cast, two, plan):
    one, other, _rows = two
    number, second = id_number("20100101"), id_number("20110101")
    new = [
        {"户编号": household.number, "姓名": name, "证件号码": card, "与户主关系": "之子", "合成数据": "是"}
        for household, name, card in ((one, "苏和", number), (other, "那顺", second))
    ]
    run = plan("persons", *new)
    assert counts(run) == (2, 0, 0)
    third = {**member("苏和", "01", "20100101"), "id_number": number, "born_on": date(2010, 1, 1)}
    family(cast.other_village, by=cast.banner_officer, members=[member("宝力德", "01"), {**third, "relation": "03"}])
    run = write(run)
    assert counts(run) == (1, 0, 1)
    assert PersonFact.objects.open().filter(name="苏和").count() == 1
    assert Membership.objects.open().filter(household=other).count() == 2
    assert Membership.objects.open().filter(household=one).count() == 3


def test_a_person_who_left_meanwhile_keeps_what_the_act_wrote(cast, two, plan):
    one, _other, _rows = two
    wife = Membership.objects.open().get(household=one, relation="02").person
    cards = PersonIdentity.objects.count()
    run = plan("persons", {"人编号": wife.number, "户编号": one.number, "与户主关系": "其他"})
    assert counts(run) == (0, 1, 0)
    remove_members(leavings=[Leaving(wife.pk, "02")], by=cast.village_officer, on=LATER)
    run = write(run)
    assert counts(run) == (0, 0, 1)
    assert not Membership.objects.open().filter(person=wife).exists()
    assert PersonIdentity.objects.count() == cards


def test_the_trail_and_the_counts_tell_only_of_what_was_written(cast, two, plan):
    from fupin.core.models import AuditEntry

    one, other, rows = two
    run = plan("households", *rows)
    change(cast, one, main_cause="05")
    run = write(run)
    subjects = AuditEntry.objects.filter(act="households.import").values_list("subject", flat=True)
    assert list(subjects) == [f"household:{other.pk}"]
    told = AuditEntry.objects.get(act="import.done").detail
    assert (told["updated"], told["rejected"]) == (1, 1)
    assert run.done == run.total
    assert HouseholdFact.objects.filter(household=one, valid_from__gte=DAY).count() == 2
