"""Days and copies of an import: from when on a file may hold, and what somebody did since a workbook was given out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars
import pytest

from bench.made_up import id_number
from fupin.core import clock
from fupin.core.imports import runs
from fupin.core.refusals import Refused
from fupin.core.workbooks import exporting, stamps
from fupin.divisions.queries import tree
from fupin.registry.intake import exporting as given_out
from fupin.registry.models import (
    Household,
    HouseholdFact,
    IncomeAccount,
    Membership,
    Opening,
    Person,
    PersonFact,
    PersonIdentity,
    RegisterStatus,
)  # fmt: skip
from fupin.registry.tests.test_intake import DAY, NEXT, ONE, THREE, TWO, carry, give, household, person, village

__all__ = ["give", "village"]
pytestmark = pytest.mark.django_db
BEFORE = DAY - timedelta(days=1)


def test_nothing_holds_from_a_day_to_come(give, village):
    with pytest.raises(Refused) as caught:
        give("households", household(village), on=clock.today() + timedelta(days=1))
    assert caught.value.code == "future_day"
    assert give("households", household(village), on=clock.today()).created == 1


@pytest.mark.parametrize("named", ["head", "household", "person"])
def test_a_person_is_in_no_household_before_it_began(give, village, named):
    give("households", household(village))
    give("persons", person("乌云", TWO, "02"))
    one = Household.objects.get()
    row = {
        "head": person("其木格", THREE, "99"),
        "household": {**person("其木格", THREE, "99"), "户主证件号": "", "户编号": one.number},
        "person": {"人编号": Person.objects.get(identities__number_sex="2").number, "成员电话": "13800138000"},
    }[named]
    early = give("persons", row, on=BEFORE)
    assert set(early.reasons) & {"before_household"}, early.reasons
    assert early.created + early.updated == 0
    assert "2018-12-30" in early.preview["rejects"][0]["reasons"][0]


def test_a_household_that_was_changed_later_began_when_it_came(give, village):
    give("households", household(village))
    give("households", household(village, 备注="改过"), on=NEXT)
    assert HouseholdFact.objects.count() == 2
    assert give("persons", person("乌云", TWO, "02"), on=DAY).created == 1


TOUCHED = {
    "household": (HouseholdFact, "households", {"备注": "旧表里的话"}),
    "status": (RegisterStatus, "households", {"脱贫属性": "05"}),
    "person": (PersonFact, "persons", {"务工企业": "旧表里的厂"}),
    "membership": (Membership, "persons", {"与户主关系": "99"}),
    "document": (PersonIdentity, "persons", {"证件号码": id_number(9, "19620202", 2)}),
    "income": (IncomeAccount, "income", {"签字日期": "2018-12-20"}),
}


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
@pytest.mark.parametrize("touched", TOUCHED)
def test_a_copy_from_before_overwrites_nothing_that_was_written_since(give, village, tmp_path, touched, ending):
    model, ledger, changed = TOUCHED[touched]
    Opening.objects.update_or_create(division_id=tree().root.id, defaults={"closed_at": None})
    give("households", household(village, 脱贫属性="04"))
    give("persons", person("乌云", TWO, "02"))
    give("income", {"户主证件号": ONE, "年度": "2018", "务工收入": "5", "计算人口": "1"})
    columns = given_out.COLUMNS[ledger]
    since = datetime.now(UTC)
    path = tmp_path / f"copy{ending}"
    pages = [
        given_out.present(page, columns, reveal=True, on=DAY) for page in given_out.pages(ledger, on=DAY, villages=None)
    ]
    (page,) = pages
    label = next(name for name in changed)
    rows = page.filter(page["证件号码"] == TWO) if ledger == "persons" else page
    rows = rows.with_columns(polars.lit(changed[label]).alias(label))
    stamp = stamps.Stamp(ledger, stamps.version_of(columns), since.isoformat(), kind="export")
    exporting.write(path, title=ledger, columns=columns, pages=iter([rows]), stamp=stamp)
    model.objects.update(recorded_at=since - timedelta(hours=1))
    assert carry(ledger, path, on=NEXT, accept=False).updated == 1
    model.objects.update(recorded_at=since + timedelta(hours=1))
    stale = carry(ledger, path, on=NEXT)
    assert (stale.reasons, stale.updated) == ({"changed_since": 1}, 0)


def test_a_repeat_on_another_sheet_is_named_as_such(village, tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    row = household(village)
    for path in paths:
        path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    run = runs.open_run(
        ledger="households", files=[runs.Given(path, path.name) for path in paths], by=None, on=date(2018, 12, 30)
    )
    run = runs.stage(run=run, by=None)
    assert run.reasons == {"duplicate_in_file": 1}
    assert "另一工作表或文件的第 2 行" in run.preview["rejects"][0]["reasons"][0]
