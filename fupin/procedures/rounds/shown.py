"""A round as screens, files and programs say it: the table line by line, progress with its map, households behind a figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from fupin.core.ledgers.register import rights
from fupin.divisions import screens
from fupin.divisions.measures import Measure, Values
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.procedures.rounds.queries import Progress
from fupin.procedures.rounds.reading import BEGIN, END, Counts, Sheet, Statement
from fupin.procedures.rounds.tables import Round
from fupin.procedures.rounds.words import LINES, UNEXPLAINED, Line, Stage

_RARE = (Line.UNSAID_IN, Line.UNSAID_OUT, Line.STRUCK)
"""Lines that are shown only where there is something on them."""
_UP = (Line.JOINED, Line.RETURNED, Line.BORN, Line.MARRIED_IN, Line.OTHER_IN, Line.UNSAID_IN)
_DOWN = (Line.EXITED, Line.STRUCK, Line.DIED, Line.MARRIED_OUT, Line.OTHER_OUT, Line.UNSAID_OUT, Line.GONE)
_BESIDE = (Line.MOVED_IN, Line.MOVED_OUT, Line.REGROUPED)
TONES = {Stage.CLOSED: "good", Stage.DROPPED: "quiet"}
ENDED = Measure(
    "cases_ended", "案卷办结率", "Cases ended", "%", "%", is_rate=True, decimals=1,
    note="已办结案卷 ÷ 批次内案卷", note_en="Ended cases ÷ cases of the round",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: its name, households, persons, and what its figure opens."""

    label: str
    households: int
    persons: int
    href: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What the map shows: those with a boundary in `chart`, the others as `tiles`."""

    node: Node
    found: screens.Comparison
    chart: dict[str, Any] | None
    tiles: list[screens.Child]
    measure: Measure = ENDED


def tone_of(row: Round) -> str:
    """The colour of a round's stage."""
    return TONES.get(Stage(row.stage), "warn")


def place_of(division: int) -> str:
    """The division in words."""
    nodes = tree()
    return nodes.full_name(division) or nodes.name(division)


def rows_of(sheet: Sheet, row: Round, node: Node) -> list[Row]:
    """The table of one division from the beginning to the end, and the residual."""
    found = [_row(_("期初在册"), sheet[BEGIN], kind="end")]
    for line, label in LINES.items():
        if sheet[line] != (0, 0) or line not in _RARE:
            href = _opens(row, line, node) if sheet[line] != (0, 0) else ""
            found.append(_row(label, sheet[line], href))
    found.append(_row(_("期末在册"), sheet[END], kind="end"))
    odd = sheet.residual != (0, 0) or bool(sheet.odd)
    href = _opens(row, Line.UNEXPLAINED, node) if odd else ""
    return [*found, _row(UNEXPLAINED, sheet.residual, href, "wrong" if odd else "good")]


def _row(label: Any, counts: Counts, href: str = "", kind: str = "") -> Row:
    return Row(str(label), *counts, href, kind)


def _opens(row: Round, line: Line, node: Node) -> str:
    query = urlencode({"line": line.value, "division": node.short_code})
    return f"{reverse('rounds:households', args=[row.pk])}?{query}"


@dataclass(frozen=True, slots=True)
class Below:
    """The table of a division below in one row: both ends, what came, went and moved between, the residual."""

    node: Node
    begin: Counts
    up: Counts
    down: Counts
    beside: Counts
    end: Counts
    residual: Counts
    odd: int


def below(found: Statement, node: Node) -> list[Below]:
    """Those directly below a division that have a figure."""
    children = found.tree.children(node.id)
    sheets = found.sheets([child.id for child in children])
    return [_below(child, sheets[child.id]) for child in children if sheets[child.id].figures or sheets[child.id].odd]


def _below(node: Node, sheet: Sheet) -> Below:
    return Below(node, sheet[BEGIN], _sum(sheet, _UP), _sum(sheet, _DOWN), _sum(sheet, _BESIDE), sheet[END], sheet.residual,
                 sheet.odd)  # fmt: skip


def _sum(sheet: Sheet, lines: Sequence[Line]) -> Counts:
    return sum(sheet[line][0] for line in lines), sum(sheet[line][1] for line in lines)


def workbook_rows(found: Statement, node: Node) -> Iterator[list[str]]:
    """The table of a division, then of every township and village below that has a figure: households and persons of
    each line side by side."""
    lines = [(BEGIN, _("期初在册")), *LINES.items(), (END, _("期末在册"))]
    yield [_("区划代码"), _("区划"), *(
        _("%(line)s（%(unit)s）") % {"line": label, "unit": unit} for _name, label in (*lines, ("", UNEXPLAINED))
        for unit in (_("户"), _("人"))
    )]  # fmt: skip
    nodes = list(found.tree.subtree(node.id))
    sheets = found.sheets([one.id for one in nodes])
    for one in nodes:
        sheet = sheets[one.id]
        if one.id == node.id or sheet.figures or sheet.odd:
            counts = [*(sheet[name] for name, _label in lines), sheet.residual]
            name = found.tree.full_name(one.id, "banner") or one.name
            yield [one.short_code, name, *(str(number) for pair in counts for number in pair)]


def mapped(user: Any, node: Node, lines: Sequence[Progress], hrefs: dict[int, str]) -> Mapped | None:
    """The map of how many cases have ended; None where nothing below the place has any."""
    values = {
        one.node.id: Decimal(str(one.share * 100)).quantize(Decimal("0.1")) for one in lines if one.share is not None
    }
    if not values:
        return None
    nodes = tree()
    found = screens.compare(nodes.children(node.id), nodes, ENDED, [ENDED], {ENDED.id: Values(values)}, screen="divisions:page")  # fmt: skip
    found = replace(found, children=[replace(one, href=hrefs.get(one.node.id, "")) for one in found.children])
    # Boundaries are given out to those who see the register of the place.
    chart = screens.chart(found, node) if rights().may(user, screens.PERMISSION, node.id) else None
    return Mapped(node, found, chart, screens.without_boundary(found) if chart else found.children)
