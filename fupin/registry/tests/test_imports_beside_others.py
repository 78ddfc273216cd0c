"""Between the plan of an import and its writing the office goes on: what no longer holds comes back, nothing is lost."""

from __future__ import annotations

from datetime import date

import pytest

from fupin.core.imports import runs
from fupin.core.imports.models import ImportRun
from fupin.registry import cards
from fupin.registry.intake import merging
from fupin.registry.models import HouseholdFact, IncomeAccount, IncomeEntry, Membership, PersonIdentity, SearchKey
from fupin.registry.operations import (
    AccountSheet,
    Line,
    Merging,
    Moving,
    enter_accounts,
    merge_households,
    move_households,
)  # fmt: skip
from fupin.registry.tests.households import id_number
from fupin.registry.tests.test_giving_back import (
    LATER,
    _a_portion_for_each_household,
    cause,
    change,
    counts,
    plan,
    two,
    write,
)

__all__ = ["_a_portion_for_each_household", "plan", "two"]


def child(household, card: str | None = None) -> dict[str, str]:
    card = card or id_number("20100101")
    return {"户编号": household.number, "姓名": "苏和", "证件号码": card, "与户主关系": "之子", "合成数据": "是"}


def keys() -> list[tuple]:
    columns = ("household_id", "person_id", "key", "village_id", "banner_id")
    return sorted(SearchKey.objects.values_list(*columns), key=str)


def assert_keys_right(*households) -> None:
    found = keys()
    cards.refresh_keys([each.pk for each in households])
    assert found == keys()


def account(household) -> IncomeAccount:
    return IncomeAccount.objects.get(household=household, year=2017)


def enter(cast, household, fen: int) -> None:
    sheet = AccountSheet(
        household.pk, 2017, date(2016, 10, 1), date(2017, 10, 1), 3, [Line("a1", fen), Line("b2", 50_000)]
    )
    enter_accounts(sheets=[sheet], by=cast.village_officer, on=LATER)


def income(*households) -> list[dict[str, str]]:
    return [{"户编号": each.number, "年度": "2017", "务工收入": "9000"} for each in households]


def entries(household) -> int:
    return sum(IncomeEntry.objects.filter(account__household=household).values_list("amount_fen", flat=True))


def test_an_account_that_an_officer_saved_meanwhile_stays_as_it_was_saved(cast, two, plan):
    one, other, _rows = two
    enter(cast, one, 100_000)
    enter(cast, other, 100_000)
    run = plan("income", *income(one, other))
    assert counts(run) == (0, 2, 0)
    enter(cast, one, 300_000)
    run = write(run)
    assert (counts(run), run.reasons) == ((0, 1, 1), {"changed_meanwhile": 1})
    assert account(one).net_fen == entries(one) == 350_000
    assert account(other).net_fen == entries(other) == 950_000


def test_the_first_account_of_a_year_that_an_officer_wrote_meanwhile_is_not_a_fault(cast, two, plan):
    one, other, _rows = two
    run = plan("income", *income(one, other))
    assert counts(run) == (2, 0, 0)
    enter(cast, one, 300_000)
    run = write(run)
    assert (run.state, counts(run), run.reasons) == ("done", (1, 0, 1), {"changed_meanwhile": 1})
    assert account(one).net_fen == entries(one) == 350_000
    assert account(other).net_fen == entries(other) == 900_000


def test_nobody_joins_a_household_that_was_merged_away_meanwhile(cast, two, plan):
    one, other, _rows = two
    run = plan("persons", child(one), child(other))
    merge_households(mergings=[Merging(one.pk, other.pk)], by=cast.village_officer, on=LATER)
    run = write(run)
    assert (counts(run), run.reasons) == ((1, 0, 1), {"changed_meanwhile": 1})
    assert not Membership.objects.open().exclude(household__facts__in=HouseholdFact.objects.open()).exists()
    assert_keys_right(one, other)


def test_who_joins_a_household_that_moved_meanwhile_is_looked_for_where_it_lives(cast, two, plan):
    one, other, _rows = two
    run = plan("persons", child(one), child(other))
    move_households(movings=[Moving(one.pk, cast.other_village.pk)], by=cast.banner_officer, on=LATER)
    run = write(run)
    assert (counts(run), run.reasons) == ((1, 0, 1), {"changed_meanwhile": 1})
    assert_keys_right(one, other)


def test_of_two_imports_of_the_same_households_the_second_gives_its_rows_back(two, plan):
    one, other, rows = two
    first, second = plan("households", *rows), plan("households", *({**row, "主要致贫原因": "因残"} for row in rows))
    assert counts(write(second)) == (0, 2, 0)
    assert counts(write(first)) == (0, 0, 2)
    assert (cause(one), cause(other)) == ("02", "02")


@pytest.mark.parametrize("ledger", ["persons", "income"])
def test_what_two_imports_bring_in_anew_is_there_once(two, plan, ledger):
    one, other, _rows = two
    cards_ = [id_number("20100101"), id_number("20110101")]
    rows = income(one, other)
    if ledger == "persons":
        rows = [child(household, card) for household, card in zip((one, other), cards_, strict=True)]
    first, second = plan(ledger, *rows), plan(ledger, rows[1])
    assert counts(write(second)) == (1, 0, 0)
    assert counts(write(first)) == (1, 0, 1)
    if ledger == "persons":
        assert PersonIdentity.objects.open().filter(person__facts__name="苏和").count() == 2
        assert_keys_right(one, other)
    else:
        assert [entries(one), entries(other)] == [900_000, 900_000]


def test_an_import_and_an_officer_between_the_portions_of_another_take_nothing_away(cast, two, plan, monkeypatch):
    one, other, rows = two
    monkeypatch.setattr(merging._Pace, "learn", lambda *_measured: None)
    slow, quick = plan("households", *rows), plan("households", {**rows[1], "主要致贫原因": "因残"})
    write_, written = merging._write, []

    def beside(*arguments):
        write_(*arguments)
        written.append(arguments)
        if len(written) == 1:
            assert runs.merge(run=runs.accept(run=quick, by=None), by=None).updated == 1
            change(cast, one, main_cause="05")

    monkeypatch.setattr(merging, "_write", beside)
    slow = write(slow)
    assert (counts(slow), slow.done, slow.total) == ((0, 1, 1), 2, 2)
    assert (cause(one), cause(other)) == ("05", "02")
    assert ImportRun.objects.filter(state="done").count() == 2
