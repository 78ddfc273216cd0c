"""The open tickets of the own area as a workbook in which they are answered."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import openpyxl
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from fupin.accounts import scopes
from fupin.accounts.queries import name_of
from fupin.core import audit, made_up
from fupin.core.cells import harmless
from fupin.core.columns import Column
from fupin.core.refusals import Refused
from fupin.core.workbooks import stamps
from fupin.divisions.queries import tree
from fupin.quality import queries
from fupin.quality.models import Ticket
from fupin.quality.offline import telling
from fupin.quality.offline.words import ANSWER, AT_ONCE, COLUMNS, LEDGER, MARK, MOST_LINES, REASON, Tell
from fupin.quality.queries import Wanted
from fupin.quality.words import ANSWERS, MOST_REASON, State

ANSWERING, EXPORT = "quality.answer", "registry.export"
_HEAD = PatternFill("solid", start_color="DCE6F1")
_TO_FILL = PatternFill("solid", start_color="FFF2CC")
_WRONG = PatternFill("solid", start_color="FFC7CE")
_BOLD, _TITLE = Font(bold=True), Font(bold=True, size=14)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_WIDTHS = {"ticket": 21, "rule": 26, "severity": 8, "township": 14, "village": 14, "household": 18, "head": 12, "person": 12,
           "asks": 36, "found": 44, "due": 12, "officer": 12, "standing": 14, "answer": 16, "reason": 44, "mark": 18,
           "why": 44}  # fmt: skip
WHY = Column("why", "退回原因", aliases=("why returned",))


@dataclass(slots=True)
class Returned:
    """A line that comes back: its cells by column, what is wrong with which of them, why in one text."""

    cells: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


def open_tickets(user: Any, wanted: Wanted) -> QuerySet[Ticket]:
    """The open tickets of a list that the person may both answer and take along, the most urgent first."""
    rows = queries.matching(user, replace(wanted, state=State.OPEN), permission=ANSWERING)
    rows = scopes.within(user, rows, division="village", permission=EXPORT)
    return rows.select_related("assigned_to").order_by("due_on", "pk")


def is_long(user: Any, wanted: Wanted) -> bool:
    """Are these so many tickets that their workbook is made in the background? Raises Refused for more than it takes."""
    rows = open_tickets(user, wanted).order_by()
    if rows[MOST_LINES : MOST_LINES + 1].exists():
        raise _too_many()
    return rows[AT_ONCE : AT_ONCE + 1].exists()


def _too_many() -> Refused:
    sentence = _("待核实问题超过 %(most)d 个，一份工作簿放不下，请按嘎查村、规则、承办人或级别筛选后分几份带走")
    return Refused(sentence % {"most": MOST_LINES}, "too_many")


def file_name(on: date) -> str:
    """What the workbook of tickets is called."""
    return _("待核实问题-%(day)s.xlsx") % {"day": f"{on:%Y%m%d}"}


def take_out(*, wanted: Wanted, told: Sequence[str], by: Any, on: date,
             tell: Tell = lambda done, total, phase: None) -> tuple[bytes, int]:  # fmt: skip
    """The workbook of a list, how many tickets it holds, and the entry in the trail. `told` are the filters in words, for
    the title.

    Raises NotAllowed without the right to export, Refused where there is nothing to answer or more than a workbook takes.
    """
    scopes.require(by, EXPORT)
    moment = timezone.now()
    tickets = list(open_tickets(by, wanted)[: MOST_LINES + 1])
    if not tickets:
        raise Refused(_("没有可由您答复的待核实问题，请放宽筛选条件"), "nothing")
    if len(tickets) > MOST_LINES:
        raise _too_many()
    area = scopes.divisions(by, ANSWERING)
    top = area[0] if area else None
    stamp = stamps.Stamp(LEDGER, stamps.version_of(COLUMNS), moment.isoformat(), _code(top), "export")
    lines = counted((Returned(one) for one in telling.lines(tickets, on, moment)), len(tickets), tell)
    data = write(lines, len(tickets), _heading(len(tickets), told, area, by), stamp)
    audit.record(by=by, act="ticket.take_out", subject=f"ledger:{LEDGER}", division=top, on=on,
                 detail={"lines": len(tickets), "filters": "；".join(told)})  # fmt: skip
    return data, len(tickets)


def counted(lines: Iterable[Returned], total: int, tell: Tell) -> Iterator[Returned]:
    """The same lines; how many there were so far is told as they go by."""
    phase = _("生成工作簿")
    for number, one in enumerate(lines):
        if number % telling.TURN == 0:
            tell(number, total, phase)
        yield one


def _code(division: int | None) -> str:
    return tree().by_id(division).code if division is not None else ""


def _heading(count: int, told: Sequence[str], area: Sequence[int] | None, by: Any) -> list[str]:
    """The title rows: what it is, of when, for where, by whom taken; what is to be filled in."""
    nodes = tree()
    places = "、".join(nodes.full_name(one) for one in (area or [nodes.root.id])[:3])
    said = {"count": count, "places": places, "who": name_of(by), "at": f"{timezone.localtime():%Y-%m-%d %H:%M}"}
    rows = [
        _("待核实问题（%(count)d 个）") % said,
        _("范围：%(places)s　带出人：%(who)s　数据时间：%(at)s") % said,
        _("只填“答复”和“情况说明”两列，其他各列请勿改动；可排序、可删行，填好后原样带回上传。“情况属实”“不属本辖区”须写明情况，“情况属实”上传时须附佐证材料。"),
    ]  # fmt: skip
    if told:
        rows.insert(2, _("筛选：%(filters)s") % {"filters": "；".join(told)})
    return rows + ([mark] if (mark := made_up.sentence()) else [])


def write(
    lines: Iterable[Returned], count: int, heading: Sequence[str], stamp: stamps.Stamp, *, has_reasons: bool = False
) -> bytes:
    """The workbook: title rows, a header, a line a ticket, the answers as a drop-down; with reasons where lines come back."""
    columns = (*COLUMNS, WHY) if has_reasons else COLUMNS
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_("待核实问题"))
    first = len(heading) + 2
    for at, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS[column.name]
    sheet.freeze_panes = f"B{first}"
    last = first + count - 1
    sheet.auto_filter.ref = f"A{first - 1}:{get_column_letter(len(columns))}{last}"
    sheet.data_validations.append(_choices(first, last))
    for at, text in enumerate(heading):
        sheet.append([_cell(sheet, text, font=_BOLD if at else _TITLE)])
    sheet.append([_cell(sheet, header_of(column), fill=_TO_FILL if column.name in (ANSWER, REASON) else _HEAD, font=_BOLD)
                  for column in columns])  # fmt: skip
    for one in lines:
        sheet.append([_of(sheet, one, column.name) for column in columns])
    stamped = book.create_sheet(stamps.SHEET)
    stamped.sheet_state = "hidden"
    for row in stamp.rows():
        stamped.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def header_of(column: Column) -> str:
    """The heading of a column in the language of who takes it; both are read."""
    if not scopes.is_english():
        return column.label
    return (column.aliases[0] if column.aliases else column.name).capitalize()


def _choices(first: int, last: int) -> DataValidation:
    words = ",".join(str(word) for word in ANSWERS.values())
    rule = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = _("不是可选的答复"), _("请从下拉列表中选择")
    letter = get_column_letter(1 + next(at for at, column in enumerate(COLUMNS) if column.name == ANSWER))
    rule.add(f"{letter}{first}:{letter}{last}")
    return rule


def _of(sheet: Any, one: Returned, name: str) -> Any:
    text = one.why if name == WHY.name else one.cells.get(name, "")
    sentence = one.wrong.get(name)
    if not text and not sentence:
        return None
    # The mark is read back as it is, and never begins like a formula.
    cell = _cell(sheet, text if name in (MARK, "ticket") else harmless(text), fill=_WRONG if sentence else None)
    cell.alignment = _WRAPPED
    if sentence:
        cell.comment = Comment(sentence[:400], "Fupin")
    return cell


def _cell(sheet: Any, text: str, *, fill: PatternFill | None = None, font: Font | None = None) -> Any:
    """A text, whatever it begins with."""
    cell = WriteOnlyCell(sheet, "".join(mark for mark in text if mark >= " " or mark == "\n")[: 4 * MOST_REASON])
    cell.data_type, cell.number_format = "s", "@"
    if fill is not None:
        cell.fill = fill
    if font is not None:
        cell.font = font
    return cell
