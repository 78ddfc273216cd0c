"""The rows of a few households as they are now, made in memory, are those that the whole register's datasets hold."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import models

from fupin.bulk import few, present, slices, taking
from fupin.bulk.datasets import declared
from fupin.core import audit
from fupin.registry import models as register
from fupin.registry.tests.made_register import MadeRegister

DAYS = (date(2018, 12, 31), date(2020, 2, 29), date(2016, 9, 1))
OF_HOUSEHOLDS = tuple(one for one in ("households", "persons", "income", "findings", "statuses"))
CODES = ("", "01", "02", "03", "04", "05", "06", "13", "99")
KEPT = {"id", "valid_from", "valid_to", "source", "recorded_at", "recorded_by", "household", "person", "village", "year",
        "window_from", "window_to", "counted_persons", "account", "item", "guarantee", "number"}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


class Anything:
    """A register in which every field holds anything that it may hold, or nothing."""

    def __init__(self, seed: int) -> None:
        self.luck = Random(seed)
        self.made = MadeRegister()
        villages = self.made.villages_of("150522", 4)
        for nth in range(24):
            members = [{"born_on": self.day(1930, 2018)} for _turn in range(self.luck.randint(1, 5))]
            years = {year: self.luck.randint(0, 9000) for year in range(2014, 2020) if self.luck.random() < 0.7}
            self.made.add(f"{nth}-", self.luck.choice(villages), members, per_head=years)
        for model in (register.HouseholdFact, register.PersonFact, register.Membership, register.RegisterStatus):
            for row in model.objects.all():
                self.history(row)
        self.income_and_findings()
        self.numbers()
        self.measures()
        for household in self.made.households.values():
            audit.record(by=None, act="made", subject=f"household:{household.pk}")

    def day(self, first: int, last: int) -> date:
        return date(first, 1, 1) + timedelta(days=self.luck.randint(0, (last - first) * 365))

    def value(self, field: models.Field[Any, Any]) -> Any:
        if field.null and self.luck.random() < 0.3:
            return None
        if isinstance(field, models.BooleanField):
            return self.luck.random() < 0.5
        if isinstance(field, models.DateField):
            return self.day(1940, 2020)
        if isinstance(field, models.DecimalField):
            return Decimal(self.luck.randint(0, 99_99)) / 100
        if isinstance(field, models.IntegerField):
            return self.luck.randint(0, 40)
        if isinstance(field, models.BinaryField):
            return bytes([self.luck.randint(0, 9)]) * 8
        if field.name in ("other_causes", "risks", "health"):
            return ",".join(self.luck.sample(CODES[1:], self.luck.randint(0, 3)))
        return self.luck.choice(CODES)[: field.max_length or 2]

    def scramble(self, row: models.Model) -> None:
        for field in row._meta.concrete_fields:
            if (
                field.name not in KEPT
                and not isinstance(field, models.ForeignKey)
                and not field.name.endswith("_sealed")
            ):
                setattr(row, field.name, self.value(field))

    def history(self, row: Any) -> None:
        """The row as it was until some day, and as it has been since; sometimes nothing follows."""
        changed = self.day(2015, 2019)
        self.scramble(row)
        row.valid_to = changed
        row.save()
        if self.luck.random() < 0.85:
            self.scramble(row)
            row.pk, row.valid_from, row.valid_to, row._state.adding = None, changed, None, True
            row.save()

    def income_and_findings(self) -> None:
        for account in register.IncomeAccount.objects.all():
            self.scramble(account)
            account.save()
            for item in self.luck.sample(("a1", "a2", "b2", "c1", "d2", "d4", "d5", "e1"), 3):
                register.IncomeEntry.objects.create(
                    account=account, item=item, amount_fen=self.luck.randint(0, 999_999)
                )
        for household in self.made.households.values():
            for name in self.luck.sample(("food", "clothing", "schooling", "medical", "housing", "water"), 3):
                outcome = self.luck.choice(("met", "unmet"))
                register.GuaranteeFinding.objects.create(
                    household=household, guarantee=name, outcome=outcome, valid_from=self.day(2014, 2019)
                )

    def numbers(self) -> None:
        for person in self.made.persons.values():
            row = register.PersonIdentity(person=person, valid_from=self.day(2014, 2017))
            self.scramble(row)
            row.number_area = self.luck.choice(("", "150522", "999999", "810000"))
            row.save()

    def measures(self) -> None:
        """Measures of some households, of some villages, told by two exports."""
        for _export in range(2):
            place = register.HouseholdFact.objects.values_list("village_id", flat=True)[0]
            export = register.NationalExport.objects.create(
                kind="measure", division_id=place, as_of=self.day(2016, 2018)
            )
            for household in self.luck.sample(list(self.made.households.values()), 8):
                for kind in self.luck.choices(("01", "02", "07", "10", ""), k=self.luck.randint(1, 4)):
                    register.NationalMeasure.objects.create(
                        export=export, household=household, as_of=export.as_of, year=self.luck.randint(2014, 2019), kind=kind,
                        name=self.luck.choice(("", "其他", "劳务输出", "低保金")), started_on=self.day(2014, 2018),
                    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_household_asked_for_alone_is_what_the_register_holds(seed: int) -> None:
    made = Anything(seed).made
    extract = taking.take()
    for on in DAYS:
        for name in OF_HOUSEHOLDS:
            whole = rows_of_extract(extract, name, on)
            alone = [
                row
                for household in made.households.values()
                for row in present.rows([name], [household.pk], subject="household", on=on, extract=extract)[name]
            ]
            key = declared.dataset(name).key
            assert sorted(alone, key=lambda row: row[key]) == whole
            assert [types(row) for row in sorted(alone, key=lambda row: row[key])] == [types(row) for row in whole]


def rows_of_extract(extract: Any, name: str, on: date) -> list[dict[str, Any]]:
    dataset = declared.dataset(name)
    columns = ", ".join(f'"{one}"' for one in dataset.names)
    with extract.reading() as cursor:
        sql = f"SELECT {columns} FROM {extract.relation(name, on)} ORDER BY {dataset.key}"
        return [dict(zip(dataset.names, row, strict=True)) for row in cursor.execute(sql).fetchall()]


def types(row: dict[str, Any]) -> dict[str, str]:
    return {name: type(value).__name__ for name, value in row.items()}


@pytest.mark.django_db
def test_many_households_at_once_are_the_same_as_one_by_one() -> None:
    made = Anything(4).made
    ids = [household.pk for household in made.households.values()]
    extract = taking.take()
    together = present.rows(["households", "persons"], ids, subject="household", on=DAYS[0], extract=extract)
    assert together["persons"]
    for name in ("households", "persons"):
        key = declared.dataset(name).key
        assert sorted(together[name], key=lambda row: row[key]) == rows_of_extract(extract, name, DAYS[0])


@pytest.mark.django_db
def test_nobodys_record_stays_in_memory_after_the_answer() -> None:
    made = Anything(5).made
    ids = [household.pk for household in made.households.values()]
    present.rows(["households", "persons"], ids, subject="household", on=DAYS[0])
    held = few.of_this_thread()
    assert [held.values(source.name, next(iter(source.columns))) for source in declared.sources.values()] == [
        [] for _source in declared.sources
    ]


def test_a_year_before_a_leap_day_is_the_last_of_february() -> None:
    assert slices.a_year_before(date(2020, 2, 29)) == date(2019, 2, 28)
    assert slices.a_year_before(date(2021, 3, 1)) == date(2020, 3, 1)
