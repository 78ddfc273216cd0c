"""Figures: an indicator for a division and a period, computed from the records of one extract, or of a frozen year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.bulk.datasets import declared
from fupin.bulk.extracts import Extract
from fupin.conditions.indicators import Measure, Measured, measured, predicate
from fupin.conditions.parsing import Condition
from fupin.conditions.sqltext import Circumstance
from fupin.core.sentences import together
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.policy.indicators import Indicator, indicator, indicators
from fupin.registry import snapshots
from fupin.rulebook import queries as rulebook
from fupin.rulebook.conditions import condition, setting
from fupin.statistics.periods import Period
from fupin.statistics.reference import References

_MOST_KEPT = 20_000
LEAST_RECORDS = "statistics.least_records"
_COLUMNS = {
    "region": "region_id",
    "league": "league_id",
    "banner": "banner_id",
    "township": "township_id",
    "village": "place_id",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` None: it cannot be computed (`note` says why). `source`: where a figure without records is from.

    `later` is what the register says of a frozen year today, where that differs.
    """

    indicator: str
    division: str
    period: str
    value: Decimal | None
    unit: str
    records: int
    extract: str
    note: str = ""
    source: str = ""
    later: Decimal | None = None


def column_of(level: str) -> str:
    """The dataset column with the ids of divisions of a level."""
    return _COLUMNS[level]


def measure_of(one: Indicator, on: date, division: int | None) -> Measure:
    """The measure of an indicator that counts records."""
    return Measure(
        declared.dataset(one.dataset), condition(one.dataset, one.where), one.measure,
        condition(one.dataset, one.of) if one.of else None, one.value, one.weight,
        setting(one.line, on, division) if one.line else None,
    )  # fmt: skip


class Reader:
    """Computes figures from one extract; years that are frozen answer from their snapshot."""

    def __init__(self, extract: Extract) -> None:
        self.extract = extract
        self.counted: dict[Any, Measured] = {}
        """stocks by indicator, division, day and whether live; `setwise` fills it for many divisions at once"""
        self.moved: dict[Any, int] = {}
        """records behind a net fall by indicator, division and both days"""
        self.hiding: dict[Any, bool] = {}
        """for whom small numbers of a division are hidden (`disclosure`)"""
        self.references = References()
        self._least: dict[tuple[int, date], int] = {}
        self._frozen: dict[date, bool] = {}
        self._cursor: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Reader:
        self._cursor = self.extract.cursor()
        return self

    def __exit__(self, *_: object) -> None:
        if self._cursor is not None:
            self._cursor.close()

    @property
    def cursor(self) -> duckdb.DuckDBPyConnection:
        assert self._cursor is not None, "use it in a with statement"
        return self._cursor

    def is_frozen(self, on: date) -> bool:
        """Is the year that ends on this day frozen? Looked up once: a page asks for hundreds of figures."""
        if on not in self._frozen:
            self._frozen[on] = snapshots.is_frozen(on)
        return self._frozen[on]

    def relation(self, dataset: str, on: date, *, live: bool = False) -> str:
        """Where the rows of a dataset as of a day lie: in the snapshot of a frozen year, else in the extract."""
        frozen = None if live else snapshots.relation(dataset, on)
        return frozen or self.extract.relation(dataset, on)

    def given(self, one: Condition, on: date, division: int | None, *, live: bool = False) -> Circumstance:
        """What a condition needs beside the record."""
        members = declared.dataset(one.dataset.name).members
        return Circumstance(
            on,
            {name: setting(name, on, division) for name in one.settings},
            {kind: self.relation(members[kind].dataset, on, live=live) for kind in one.members},
        )

    def place(self, node: Node, one: Indicator) -> str:
        """The rows of a division, and of those divisions that alone the indicator counts."""
        return f'r."{_COLUMNS[node.level]}" = {node.id}{self.within(one)}'

    def within(self, one: Indicator) -> str:
        """The divisions that alone an indicator counts, as a further condition; empty where it counts all."""
        if not one.within:
            return ""
        ids: dict[str, list[str]] = {}
        for code in one.within:
            if (found := tree().find(code)) is not None:
                ids.setdefault(_COLUMNS[found.level], []).append(str(found.id))
        return " AND (" + " OR ".join(f'r."{column}" IN ({",".join(some)})' for column, some in ids.items()) + ")"

    def stock(self, one: Indicator, node: Node, on: date, *, live: bool = False) -> Measured:
        """An indicator that counts records, for one division as of a day."""
        asked = (one.name, node.id, on, live)
        if asked not in self.counted:
            measure = measure_of(one, on, node.id)
            given = self.given(measure.where, on, node.id, live=live)
            rows = self.relation(one.dataset, on, live=live)
            self.counted[asked] = measured(self.cursor, rows, measure, given, place=self.place(node, one))[0]
        return self.counted[asked]

    def least(self, node: Node, on: date) -> int:
        """How many records must stand behind a figure of a division for those who may not see records."""
        if (node.id, on) not in self._least:
            self._least[(node.id, on)] = int(rulebook.value(LEAST_RECORDS, on=on, division=node.id))
        return self._least[(node.id, on)]

    def figure(self, name: str, node: Node, period: Period) -> Figure:
        """One figure with the number of records behind it. Raises UnknownIndicator."""
        asked, kept = self._asked(name, node, period), self.extract.computed
        if asked not in kept:
            self.make_room()
            kept[asked] = self._figure(name, node, period)
        return kept[asked]

    def is_computed(self, name: str, node: Node, period: Period) -> bool:
        """Was this figure asked for before, of the same extract?"""
        return self._asked(name, node, period) in self.extract.computed

    def make_room(self, figures: int = 1) -> None:
        """Forget what was computed before, where so many more figures are not kept beside it."""
        if len(self.extract.computed) + figures > _MOST_KEPT:
            self.extract.computed.clear()

    def _asked(self, name: str, node: Node, period: Period) -> tuple[Any, ...]:
        """What a figure depends on beside the extract; it carries a note in words."""
        return name, node.id, period.text, self.is_frozen(period.end), self.is_frozen(period.start), get_language()

    def _figure(self, name: str, node: Node, period: Period) -> Figure:
        one = indicator(name)
        value, records, note, source = self._compute(one, node, period)
        later = None
        if value is not None and not source and self.is_frozen(period.end) and one.dataset:
            now = self.stock(one, node, period.end, live=True).value
            later = _shown(one, now) if _shown(one, now) != value else None
        return Figure(
            name, node.short_code, period.text, value, one.unit, records, self._origin(period), note, source, later
        )

    def _origin(self, period: Period) -> str:
        return f"snapshot-{period.year}" if self.is_frozen(period.end) else self.extract.id

    def _compute(self, one: Indicator, node: Node, period: Period) -> tuple[Decimal | None, int, str, str]:
        if one.measure == "reference":
            return self._reference(one, node, period)
        if one.measure == "parameter":
            found = rulebook.in_force(one.parameter, on=period.end, division=node.id)
            return Decimal(str(found.value)), 0, "", found.source.title
        if one.measure == "incidence":
            return self._incidence(one, node, period)
        if one.measure == "reduction":
            return self._reduction(one, node, period)
        if one.measure == "ratio":
            top, whole = self.figure(one.base, node, period), self.figure(one.of, node, period)
            if not top.value or not whole.value:
                return None, top.records, _("分母为零"), ""
            return Decimal(100) * top.value / whole.value, top.records, "", ""
        found_ = self.stock(one, node, period.end)
        if (
            not found_.records
            and (outside := self.references.find(node, one.reference or one.name, period)) is not None
        ):
            return outside.value.normalize(), 0, _("库内无记录，取自基础统计"), outside.source
        parts = [self.figure(name, node, period) for name in one.parts]
        if any(part.source for part in parts) and all(part.value is not None for part in parts):
            total = sum((part.value for part in parts if part.value is not None), Decimal(0))
            source = together(dict.fromkeys(part.source for part in parts if part.source))
            return total, found_.records, _("部分取自基础统计"), source
        return _shown(one, found_.value), found_.records, "" if found_.value is not None else _("没有可计算的记录"), ""

    def _reference(self, one: Indicator, node: Node, period: Period) -> tuple[Decimal | None, int, str, str]:
        found = self.references.find(node, one.reference or one.name, period)
        if found is None:
            return None, 0, _("基础统计中没有该区划该时期的数据，请在台账“基础统计”中补录"), ""
        return found.value.normalize(), 0, "", found.source

    def _incidence(self, one: Indicator, node: Node, period: Period) -> tuple[Decimal | None, int, str, str]:
        whole = self.references.find(node, one.reference, period)
        persons = self.figure(one.base, node, period)
        published = self.references.find(node, one.name, period)
        if persons.records == 0 and published is not None:
            return published.value.normalize(), 0, _("库内无记录，取自基础统计"), published.source
        if whole is None or not whole.value:
            return None, persons.records, _("缺少同期乡村户籍人口，请在台账“基础统计”中补录"), ""
        if persons.value is None:
            return None, 0, persons.note, ""
        return Decimal(100) * persons.value / whole.value, persons.records, "", whole.source

    def _reduction(self, one: Indicator, node: Node, period: Period) -> tuple[Decimal | None, int, str, str]:
        if period.is_day:
            return None, 0, _("流量指标需要一段时期，如 2018 或 2014/2018"), ""
        base = indicator(one.base)
        before = self.figure(base.name, node, Period(period.start.isoformat(), period.start, period.start, True))
        after = self.figure(base.name, node, Period(period.end.isoformat(), period.end, period.end, True))
        if before.value is None or after.value is None:
            return None, 0, before.note or after.note, ""
        if before.source or after.source:
            return before.value - after.value, 0, _("部分取自基础统计"), before.source or after.source
        return before.value - after.value, self._moved(base, node, period), "", ""

    def _moved(self, base: Indicator, node: Node, period: Period) -> int:
        """How many records lie behind a net fall: those that left and those that came."""
        asked = (base.name, node.id, period.start, period.end)
        if asked not in self.moved:
            left, came = (self.moves(base, node, period, side) for side in ("left", "came"))
            row = self.cursor.execute(
                f"SELECT (SELECT count(*) FROM ({left})) + (SELECT count(*) FROM ({came}))"
            ).fetchone()
            self.moved[asked] = int(row[0]) if row else 0
        return self.moved[asked]

    def moves(self, base: Indicator, node: Node, period: Period, side: str) -> str:
        """The rows that counted at the start and no longer at the end (`left`), or the other way round (`came`)."""
        ends = []
        for on in (period.start, period.end):
            measure = measure_of(base, on, node.id)
            behind = predicate(measure, self.given(measure.where, on, node.id), place=self.place(node, base))
            ends.append(f"SELECT r.* FROM {self.relation(base.dataset, on)} r WHERE {behind}")
        first, last = ends if side == "left" else reversed(ends)
        key = declared.dataset(base.dataset).key
        return f"SELECT a.* FROM ({first}) a ANTI JOIN ({last}) b ON a.{key} = b.{key}"


def _shown(one: Indicator, value: Any) -> Decimal | None:
    """A computed value in the indicator's unit: fen become yuan."""
    if value is None:
        return None
    amount = Decimal(str(value))
    is_fen = one.unit == "yuan" and one.value.endswith("_fen")
    return amount / 100 if is_fen else amount


def footnote(one: Indicator) -> str:
    """What must stand under a figure wherever it is shown; empty where its name says it all."""
    return _("仅指建档立卡人口，不代表全体农牧民") if one.is_of_register_only else ""


def compute(extract: Extract, *, names: Iterable[str], node: Node, period: Period) -> list[Figure]:
    """Figures of one division and period. Raises UnknownIndicator."""
    with Reader(extract) as reader:
        return [reader.figure(name, node, period) for name in names]


def all_names() -> list[str]:
    """The ids of every indicator, in the order of the files."""
    return list(indicators())
