"""What a department's file says of the people whom its rules found: kept sealed, and told on their tickets.

Who answers a ticket visits a home with it: that a vehicle is registered to somebody is of use only with which one, of when.
Of each person and rule the rows of the newest file of a source are kept, until that file's own time is over. Numbers are
covered as everywhere; whoever may see the ticket sees what the file said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, islice
from typing import Any

import duckdb
import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts.scopes import is_english
from fupin.bulk.datasets import Field
from fupin.conditions.saying import label as label_of
from fupin.conditions.saying import shown
from fupin.core import id_numbers, sealing
from fupin.core.duck import name, text
from fupin.core.ids import new_id
from fupin.core.imports.checking import ROWS_OF_A_SOURCE
from fupin.core.sentences import bracketed, listed, together
from fupin.core.sentences import told as named
from fupin.policy.sources import Source, SourceColumn
from fupin.quality.comparison import findings, queries
from fupin.quality.comparison.models import DepartmentFact, Exchange
from fupin.quality.comparison.sources import FILE, condition_of, dataset_of
from fupin.quality.comparison.words import HOWS, Way
from fupin.quality.issued.queries import masked
from fupin.quality.models import Ticket
from fupin.registry.models import Person

MOST_ROWS = 5
"""Rows that are kept of one person; how many there were is kept beside them."""
_TURN = 500
_OF_ROW = ("person_id", "file_row", "said_row", "matched_how", "said_name", "said_number")
_LONG = re.compile(r"\d{12,}")
"""Digits in a free text that are an account or a certificate."""


def keep(
    connection: duckdb.DuckDBPyConnection, exchange: Exchange, source: Source, *, on: date, division: int | None
) -> int:
    """Keep what the file says of everybody whom it made a rule find, in the place of what an older file of the source
    said; returns of how many. Reads the view `hits` and the table `expected` of this run."""
    kept = 0
    for rule in source.rules:
        found = _found(connection, source, rule, on=on, division=division)
        while some := dict(islice(found, _TURN)):
            kept += _replace(exchange, source, rule, some)
    return kept


def _found(connection: duckdb.DuckDBPyConnection, source: Source, rule: str, *, on: date,
           division: int | None) -> Iterator[tuple[int, dict[str, Any]]]:  # fmt: skip
    """Each person whom the rule found with what is kept: rows of the file, or that there is none."""
    feeds = [one for one in source.findings if one.rule == rule]
    if feeds:
        columns, beside = [f"{FILE}{one.name}" for one in source.kept], _beside(source, rule)
        holds = " OR ".join(findings.holds(source, one, on=on, division=division) for one in feeds)
        wanted = ", ".join(f"r.{name(one)}" for one in (*_OF_ROW, *columns, *beside))
        found = connection.execute(f"SELECT {wanted} FROM hits r WHERE {holds} ORDER BY r.person_id, r.file_row")
        for person, rows in groupby(_each(found), lambda row: int(row[0])):
            yield person, _said(list(rows), columns, beside)
    missing = connection.execute(f"SELECT DISTINCT person_id FROM expected WHERE is_missing AND rule = {text(rule)}")
    for row in _each(missing):
        yield int(row[0]), {"absent": True}


def _each(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while some := found.fetchmany(_TURN):
        yield from some


def _beside(source: Source, rule: str) -> list[str]:
    """What the rule reads beside the file's own columns: of the register, or counted over the file."""
    own = {f"{FILE}{one.name}" for one in source.kept}
    return sorted(_read(source, rule) - own)


def _read(source: Source, rule: str) -> set[str]:
    """The fields that the conditions of a rule read."""
    asked = [condition_of(source, feeds) for feeds in source.findings if feeds.rule == rule]
    return {each for one in asked if one is not None for each in one.fields}


def _said(rows: Sequence[tuple[Any, ...]], columns: Sequence[str], beside: Sequence[str]) -> dict[str, Any]:
    first, last = len(_OF_ROW), len(_OF_ROW) + len(columns)
    told = [
        {"row": at, "sheet": place // ROWS_OF_A_SOURCE, "how": how, "name": called, "number": number,
         "file": {one.removeprefix(FILE): value for one, value in zip(columns, row[first:last], strict=True)
                  if value is not None}}
        for row in rows[:MOST_ROWS] for _person, place, at, how, called, number in [row[:first]]
    ]  # fmt: skip
    return {"rows": told, "count": len(rows), "beside": dict(zip(beside, rows[0][last:], strict=True))}


def _replace(exchange: Exchange, source: Source, rule: str, said: dict[int, dict[str, Any]]) -> int:
    """Write what is kept of some persons; what a newer file says of them stands."""
    sealed = sealing.seal_many(orjson.dumps(one, default=str).decode() for one in said.values())
    with transaction.atomic():
        there = set(Person.objects.filter(pk__in=said).values_list("pk", flat=True))
        old = DepartmentFact.objects.filter(person__in=said, rule=rule, source=source.name)
        old.filter(exchange__on__lte=exchange.on).delete()
        DepartmentFact.objects.bulk_create(
            [DepartmentFact(id=new_id(), exchange=exchange, source=source.name, rule=rule, person_id=person,
                            filled=_filled(one), said_sealed=content)
             for (person, one), content in zip(said.items(), sealed, strict=True) if person in there],
            ignore_conflicts=True,
        )  # fmt: skip
    return len(there)


def _filled(said: dict[str, Any]) -> str:
    """The columns that say something, each between commas: `findings.spared` looks for one of them."""
    names = dict.fromkeys(one for row in said.get("rows", ()) for one in row["file"])
    return f",{','.join(names)},"[:1_000] if names else ""


@dataclass(frozen=True, slots=True)
class Value:
    """What a row says in one column; `is_read` where the rule looked at it."""

    label: str
    text: str
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: where it stands, how it was found to be about the person, what it says."""

    where: str
    how: str
    values: list[Value]


@dataclass(frozen=True, slots=True)
class Told:
    """What a department's file says of the person of a ticket, in the reader's words. `more`: rows that are not shown;
    `beside`: what the register held when the file was compared; `is_absent`: the person is not in it."""

    label: str
    department: str
    means: str
    file: str
    on: date
    rows: list[Row] = field(default_factory=list)
    more: int = 0
    beside: list[Value] = field(default_factory=list)
    is_absent: bool = False


def told(tickets: Iterable[Ticket]) -> dict[int, list[Told]]:
    """What departments' files say of the persons of tickets that have passed their gate, the newest file first; a ticket
    of which none says anything, or no longer, is not there."""
    asked = {(one.person_id, one.rule): one.pk for one in tickets if one.rule and one.person_id is not None}
    if not asked:
        return {}
    persons, rules = {person for person, _rule in asked}, {rule for _person, rule in asked}
    rows = DepartmentFact.objects.filter(person__in=persons, rule__in=rules).select_related("exchange")
    facts = [one for one in rows.order_by("-exchange__on", "-id") if (one.person_id, one.rule) in asked]
    known = queries.sources_by({one.exchange_id: one.exchange for one in facts}.values())
    contents = sealing.unseal_many(bytes(one.said_sealed) for one in facts)
    tellers: dict[tuple[int, str], _Teller] = {}
    found: dict[int, list[Told]] = {}
    for one, content in zip(facts, contents, strict=True):
        source = known.get(one.exchange_id)
        if source is not None and content:
            teller = tellers.setdefault((one.exchange_id, one.rule), _Teller(source, one.exchange, one.rule))
            found.setdefault(asked[one.person_id, one.rule], []).append(teller.tell(orjson.loads(content)))
    return found


class _Teller:
    """Says what is kept of one file in the reader's words."""

    def __init__(self, source: Source, exchange: Exchange, rule: str) -> None:
        self.source, self.exchange = source, exchange
        self.read = _read(source, rule)
        self.fields: dict[str, Field] = {one.name: one for one in dataset_of(source).fields}

    def tell(self, said: dict[str, Any]) -> Told:
        """One person's facts."""
        english, one, rows = is_english(), self.source, said.get("rows", [])
        return Told(
            one.label_en if english else one.label, one.department_en if english else one.department,
            one.means_en if english else one.means, self.exchange.file_name, self.exchange.on,
            rows=[self._row(row) for row in rows], more=max(said.get("count", 0) - len(rows), 0),
            beside=[Value(label_of(self.fields[each]), shown(self.fields[each], value))
                    for each, value in said.get("beside", {}).items() if each in self.fields],
            is_absent=bool(said.get("absent")),
        )  # fmt: skip

    def _row(self, row: dict[str, Any]) -> Row:
        sheets = self.exchange.preview.get("sheets", [])
        where = _("第 %(row)d 行") % {"row": row["row"]}
        if len(sheets) > 1 and row["sheet"] < len(sheets):
            where = _("工作表“%(sheet)s”第 %(row)d 行") % {"sheet": sheets[row["sheet"]], "row": row["row"]}
        by_mark = self.exchange.way == Way.LETTER
        return Row(where, str(HOWS["letter" if by_mark else row["how"]]), [*self._who(row), *self._values(row["file"])])

    def _who(self, row: dict[str, Any]) -> list[Value]:
        """Whom the row names, where that was not told by a right number."""
        if row["how"] == "number":
            return []
        said = ((_("文件中的姓名"), row["name"]), (_("文件中的证件号码"), row["number"]))
        return [Value(str(label), text) for label, text in said if text]

    def _values(self, said: dict[str, Any]) -> list[Value]:
        return [
            Value(one.label_en if is_english() else one.label, self._text(one, said[one.name]), f"{FILE}{one.name}" in self.read)
            for one in self.source.kept if one.name in said
        ]  # fmt: skip

    def _text(self, one: SourceColumn, value: Any) -> str:
        """A cell as it may be shown: numbers are covered."""
        if one.masked:
            return id_numbers.mask(str(value))
        if one.type == "text":
            return _LONG.sub(lambda digits: id_numbers.mask_account(digits[0]), masked(str(value)))
        if one.type == "word":
            return str(value) if is_english() or self.source.is_own else dict(one.words)[value][0]
        return shown(self.fields[f"{FILE}{one.name}"], value)


def in_words(told: Iterable[Told]) -> str:
    """The same in one text, for the cell of a workbook."""
    return "\n".join(_in_words(one) for one in told)


def _in_words(one: Told) -> str:
    head = bracketed(one.label, listed((one.department, one.file, one.on.isoformat())))
    if one.is_absent:
        return named(head, _("名册中没有此人"))
    parts = [named(row.where, together(named(value.label, value.text) for value in row.values)) for row in one.rows]
    parts += [_("另有 %(count)d 行") % {"count": one.more}] if one.more else []
    parts += (
        [named(_("比对时登记册"), together(named(each.label, each.text) for each in one.beside))] if one.beside else []
    )
    return named(head, "\n".join(parts)) if parts else head
