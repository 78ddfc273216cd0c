"""What somebody may see of figures who may see statistics, but not the records behind (docs/algorithms/disclosure.md).

A figure is hidden where fewer records stand behind it than `statistics.least_records`, and where it is needed to keep
another one hidden (`suppression`): from the division where the reader's sight begins down to the villages, each set of
divisions under one with the total above it (top-down over the hierarchy: de Wolf, "HiTaS: a heuristic approach to cell
suppression in hierarchical tables", LNCS 2316, 2002). Rates, averages and flows are hidden with any count that could be
told from them. Every screen, copy, workbook and the API ask here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.bulk.datasets import declared
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.policy.indicators import Indicator, indicator
from fupin.policy.indicators import tables as all_tables
from fupin.rulebook import queries as rulebook
from fupin.statistics import setwise, suppression, tables
from fupin.statistics.figures import LEAST_RECORDS, Figure, Reader
from fupin.statistics.periods import Period

HIDDEN = "×"
"""What stands for a hidden number, whether few records are behind it or it would tell of another: the sign must not say which."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Where a reader's sight of figures begins, and where the records may be seen too; None is the whole region."""

    heads: tuple[int, ...] | None
    opened: tuple[int, ...] | None

    def hides(self, node: Node) -> bool:
        """Are small numbers of this division hidden from the reader?"""
        return not self._is_in(node, self.opened)

    def head(self, node: Node) -> Node:
        """The uppermost division at or above one that the reader sees figures of."""
        return next((one for one in tree().path(node.id) if self._is_in(one, self.heads)), node)

    @staticmethod
    def _is_in(node: Node, roots: tuple[int, ...] | None) -> bool:
        if roots is None:
            return True
        today = tree()
        above = {one.id for one in today.path(node.id)}
        return any(today.home(root) in above for root in roots)


WHOLE = Sight(None, None)
"""Who sees every record: the system itself."""


def hides(reader: Reader, sight: Sight, node: Node) -> bool:
    """Are small numbers of a division hidden from the reader? Looked up once: a page asks for hundreds of figures."""
    if sight.opened is None:
        return False
    asked = (sight.opened, node.id)
    if asked not in reader.hiding:
        reader.hiding[asked] = sight.hides(node)
    return reader.hiding[asked]


def sight_of(user: Any) -> Sight:
    """What a user may see of figures and of records."""
    seen, opened = (scopes.divisions(user, name) for name in ("statistics.view", "registry.view"))
    return Sight(None if seen is None else tuple(seen), None if opened is None else tuple(opened))


@dataclass(frozen=True, slots=True)
class Amount:
    """How many records there are on a day (a stock); with `since`, how many came or left from that day to the other."""

    count: Indicator
    on: date
    since: date | None = None

    def of(self, reader: Reader, nodes: Sequence[Node]) -> dict[int, int]:
        """The number of records of each division, one statement for all of them."""
        if self.since is None:
            setwise.stocks(reader, self.count, nodes, self.on)
            return {one.id: reader.counted[(self.count.name, one.id, self.on, False)].records for one in nodes}
        period = Period("", self.since, self.on)
        setwise.moves(reader, self.count, nodes, period)
        return {one.id: reader.moved[(self.count.name, one.id, self.since, self.on)] for one in nodes}


def is_hidden(reader: Reader, sight: Sight, figure: Figure, node: Node, period: Period) -> bool:
    """May this reader not see a figure of a division?"""
    if not hides(reader, sight, node) or (not figure.records and figure.source and figure.note):  # published elsewhere
        return False
    one = indicator(figure.indicator)
    return any(_is_masked(reader, sight, amount, node) for amount in _amounts(one, period)) or _tells_of_parts(
        reader, sight, one, node, period.end
    )


def is_change_hidden(reader: Reader, sight: Sight, name: str, node: Node, since: date, on: date) -> bool:
    """May this reader not see how a stock, rate or average changed? Beside it the earlier one could be computed, and of few
    records that came or left their number could be."""
    if not hides(reader, sight, node):
        return False
    counts = counts_behind(indicator(name))
    amounts = [Amount(one, day) for one in counts for day in (since, on)] + [Amount(one, on, since) for one in counts]
    earlier = indicator(name).within and _tells_of_parts(reader, sight, indicator(name), node, since)
    return bool(earlier) or any(_is_masked(reader, sight, amount, node) for amount in amounts)


def are_tables_shown(sight: Sight, node: Node) -> bool:
    """Tables are shown only of the division where such a reader's sight begins: beside those of the divisions below, a
    hidden cell would be the table above less the others (the geographic detail of a table is limited)."""
    return not sight.hides(node) or sight.head(node).id == node.id


def why(reader: Reader, node: Node, period: Period) -> str:
    """What is said of a hidden number."""
    return _("记录少于 %(least)d 条，或可由此推算出这样的数字，不予显示") % {"least": reader.least(node, period.end)}


def no_tables() -> str:
    """What is said where tables are not shown."""
    return _("不能查看户和人的岗位，分组表只显示到您工作范围的最上一级区划")


def counts_behind(one: Indicator) -> list[Indicator]:
    """The counts that could be told from a figure: its records, and what a rate is of, the rest of it, its persons."""
    if one.is_open or one.measure in ("reference", "parameter"):
        return []
    if one.measure in ("incidence", "reduction"):
        return counts_behind(indicator(one.base))
    if one.measure == "ratio":
        return [*counts_behind(indicator(one.base)), *counts_behind(indicator(one.of))]
    found = [_count(one, one.where, is_filled=True)]
    if one.measure == "share":
        rest = f"({one.of}) and not coalesce({one.where}, false)"
        found += [_count(one, one.of), _count(one, rest)]
    if one.measure in ("fgt0", "fgt1", "fgt2"):
        line = f"parameter('{one.line}')"
        found += [_count(one, f"({one.where}) and {one.value} {sign} {line}", is_filled=True) for sign in ("<", ">=")]
    if one.measure != "count" and one.value:
        found.append(_count(one, one.where))
    if "persons" in (one.value, one.weight) and one.where in declared.dataset("persons").names:
        found.append(_count(replace(one, dataset="persons"), one.where))
    return found


def _count(one: Indicator, where: str, *, is_filled: bool = False) -> Indicator:
    """How many records of an indicator's dataset fulfil a condition (and have the values that it reads)."""
    value, weight = (one.value, one.weight) if is_filled else ("", "")
    name = "|".join((one.dataset, where, value, weight))
    return Indicator(name, "", "", "", "stock", "item", "count", "", "", one.dataset, where, value=value, weight=weight)


def _amounts(one: Indicator, period: Period) -> list[Amount]:
    counts = counts_behind(one)
    found = [Amount(count, period.end) for count in counts]
    if one.measure == "reduction":
        found += [Amount(count, period.start) for count in counts]
        found += [Amount(count, period.end, period.start) for count in counts]
    return found


def _is_masked(reader: Reader, sight: Sight, amount: Amount, node: Node) -> bool:
    """Is a count of a division hidden, itself or for the sake of another?"""
    path = tree().path(node.id)
    head = sight.head(node)
    at = path.index(head)
    hidden = 0 < amount.of(reader, [head])[head.id] < reader.least(head, amount.on) or _is_hidden_cell(
        reader, sight, amount, head
    )
    for above, below in zip(path[at:], path[at + 1 :], strict=False):
        hidden = below.id in _hidden_below(reader, sight, amount, above, is_total_shown=not hidden)
    return hidden


def _hidden_below(reader: Reader, sight: Sight, amount: Amount, above: Node, *, is_total_shown: bool) -> frozenset[int]:
    """The divisions directly below one whose count is hidden; those whose records the reader may see never are."""
    nodes = [one for one in tree().children(above.id) if hides(reader, sight, one)]
    leasts = rulebook.values(LEAST_RECORDS, on=amount.on, divisions=[above.id, *(one.id for one in nodes)])
    frozen = tuple(reader.is_frozen(day) for day in (amount.on, amount.since) if day)
    kept = reader.extract.computed
    asked = ("hidden", sight, amount, above.id, is_total_shown, frozen, tuple(sorted(leasts.items())))
    if asked not in kept:
        counts = amount.of(reader, nodes)
        small = {id for id, records in counts.items() if 0 < records < int(leasts[id])}
        reader.make_room()
        kept[asked] = suppression.along(
            counts, small, least=max(int(one) for one in leasts.values()), is_total_shown=is_total_shown
        )
    return frozenset(kept[asked])


def _is_hidden_cell(reader: Reader, sight: Sight, amount: Amount, head: Node) -> bool:
    """Is this count a cell of a table that is shown beside it, and hidden there?"""
    if amount.since is not None:
        return False
    for table in all_tables().values():
        if table.columns or table.dataset != amount.count.dataset or not amount.count.where.startswith(table.where):
            continue
        period = Period(amount.on.isoformat(), amount.on, amount.on, True)
        for _label, cells in tables.make(reader, table, head, period, least=reader.least(head, amount.on)).rows:
            if any(
                f"{table.where} and {table.rows} = '{cell.row}'" == amount.count.where and cell.is_hidden
                for cell in cells
            ):
                return True
    return False


def _tells_of_parts(reader: Reader, sight: Sight, one: Indicator, node: Node, on: date) -> bool:
    """Would a figure of some divisions only (`within`) tell of one of them that is hidden?"""
    names = [name for name in (one.base, one.of) if name and one.measure == "ratio"]
    if any(_tells_of_parts(reader, sight, indicator(name), node, on) for name in names):
        return True
    parts = [
        found for code in one.within if (found := tree().find(code)) is not None and tree().is_below(found.id, node.id)
    ]
    return any(
        sight.hides(part) and _is_masked(reader, sight, Amount(count, on), part)
        for part in parts
        for count in counts_behind(one)
    )
