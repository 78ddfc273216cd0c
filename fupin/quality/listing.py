"""What a sweep found as a list for a person: by rule, with the numbers of household and member, without names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from fupin.accounts.scopes import is_english
from fupin.core.workbooks.lists import as_csv, write_workbook
from fupin.divisions.queries import tree
from fupin.quality.applying import rule_among
from fupin.quality.words import SEVERITIES, Severity
from fupin.registry.models import Household, Person
from fupin.rulebook import own_rules

_AT_ONCE = 2_000


FORMATS = ("xlsx", "csv")


def write(findings: Path, target: Path, *, on: date) -> None:
    """Write the findings of a sweep as .xlsx or .csv."""
    with target.open("wb") as file:
        write_into(file, findings, target.suffix.lower().lstrip("."), on=on)


def write_into(file: Any, findings: Path, form: str, *, on: date) -> None:
    """The same into an open file, as `xlsx` or `csv`."""
    if form == "xlsx":
        write_workbook(_rows(findings, on), file, _("问题清单"))
        return
    for piece in as_csv(_rows(findings, on)):
        file.write(piece)


def _rows(findings: Path, on: date) -> Iterator[list[str]]:
    yield [
        _("规则编号"), _("规则"), _("级别"), _("区划代码"), _("嘎查村"), _("户编号"), _("人编号"), _("核实事项"),
    ]  # fmt: skip
    own = own_rules.in_force(on)
    for batch in pq.ParquetFile(findings).iter_batches(_AT_ONCE):
        some = batch.to_pylist()
        households = _numbers(Household, {row["household_id"] for row in some} - {None})
        persons = _numbers(Person, {row["subject_id"] for row in some if row["subject_kind"] == "person"})
        for row in some:
            person = persons.get(row["subject_id"], "") if row["subject_kind"] == "person" else ""
            yield _line(row, households.get(row["household_id"], ""), person, on, own)


def _line(row: Mapping[str, Any], household: str, person: str, on: date, own: own_rules.Own) -> list[str]:
    known, english, nodes = rule_among(own, row["rule"], row["village_id"]), is_english(), tree(on)
    place = nodes.home(row["village_id"])
    node = nodes.by_id(place) if place is not None else None
    return [
        known.name, known.label_en if english else known.label, str(SEVERITIES[Severity(row["severity"])]),
        node.code if node else "", node.name if node else "", household, person, known.asks_en if english else known.asks,
    ]  # fmt: skip


def _numbers(model: Any, ids: set[int]) -> dict[int, str]:
    return dict(model.objects.filter(pk__in=ids).values_list("pk", "number"))
