"""The sheet of a village in Excel: taken along with what is known, answered there, brought back; all of it or nothing."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import polars as pl
from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit, sealing
from fupin.core.cells import clean
from fupin.core.columns import Column
from fupin.core.refusals import Refused
from fupin.core.sentences import told
from fupin.core.workbooks import exporting, reading
from fupin.core.workbooks.stamps import Stamp, version_of
from fupin.divisions.queries import tree
from fupin.procedures.screening import operations, queries
from fupin.procedures.screening.operations import Answer, Visit
from fupin.procedures.screening.rounds import subject
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.procedures.screening.words import MOST_AT_ONCE, STATES, State
from fupin.procedures.words import EXPORT

_PURPOSE = "screening_line"
_SHAPE = re.compile(r"S([0-9]{1,19})-(\d{1,9})-([0-9a-f]{12})")
COLUMNS = (
    Column("number", "户编号", aliases=("household number",)),
    Column("head", "户主姓名", aliases=("household head",)),
    Column("persons", "家庭人口", aliases=("persons",)),
    Column("groups", "重点人群", aliases=("key groups",)),
    Column("standing", "状态", aliases=("standing",)),
    Column("answer", "排查结果", required=True, aliases=("answer",), note="无变化、需入户、已入户无风险"),
    Column("happened_on", "排查日期", aliases=("date",), note="如 2026-11-20；不填为上传之日"),
    Column("spoke_to", "受访人", aliases=("spoken to",), note="已入户的填写"),
    Column("note", "情况说明", aliases=("note",), note="需入户的原因，或入户所见"),
    Column("mark", "校验码", required=True, aliases=("check mark",), note="勿改"),
)
ANSWERS = {"无变化": "unchanged", "no change": "unchanged", "需入户": "to_visit", "to visit": "to_visit",
           "已入户无风险": "visited", "visited": "visited"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One answered line of a sheet; `at` is its row in the file."""

    at: int
    line: int
    version: int
    answer: str
    day: date | None
    spoke_to: str
    note: str


def write(*, row: ScreeningRound, village: int, by: Any, on: date) -> IO[bytes]:
    """The sheet of a village's unfinished households; stands in the trail. Raises Refused where there are none."""
    scopes.require(by, EXPORT, village)
    wanted = queries.Wanted(round=row.pk, state="unfinished", division=village)
    rows = list(queries.matching(by, wanted, permission=EXPORT).order_by("number", "pk")[:MOST_AT_ONCE])
    if not rows:
        raise Refused(_("该嘎查村没有未完成的户"), "nothing")
    stamp = Stamp("screening", version_of(COLUMNS), datetime.now(UTC).isoformat(), tree().by_id(village).code, "export")
    with tempfile.TemporaryDirectory(prefix="screening-") as folder:
        target = Path(folder) / "screening.xlsx"
        exporting.write(target, title=_("大排查"), columns=COLUMNS, pages=iter([_frame(rows)]), stamp=stamp)
        file = target.open("rb")
    audit.record(
        by=by, act="screening.sheet", subject=subject(row), division=village, on=on, detail={"rows": len(rows)}
    )
    return file


def _frame(rows: Sequence[ScreeningHousehold]) -> pl.DataFrame:
    cards = queries.cards_of(rows)
    lines = []
    for one in rows:
        card = cards.get(one.household_id)
        lines.append([one.number, card.head_name if card else "", str(card.persons) if card else "",
                      "、".join(queries.labels_of(one.groups)), str(STATES[State(one.state)]), "", "", "", one.reason,
                      mark_of(one)])  # fmt: skip
    return pl.DataFrame(lines, schema=[column.label for column in COLUMNS], orient="row")


def mark_of(row: ScreeningHousehold) -> str:
    """Which line it is, as it stood when the sheet was taken; nobody but the system can make one."""
    said = f"S{row.pk}-{row.version}"
    return f"{said}-{_check(said)}"


def _check(said: str) -> str:
    return sealing.short_token(said, _PURPOSE, 6).hex()


def read(file: IO[bytes], name: str) -> list[Line]:
    """The answered lines of a sheet. Raises Refused with the fault of every line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        path.write_bytes(file.read())
        found = reading.stage(path, COLUMNS, Path(folder) / "staged", name=name)
        lines = [one for sheet in found.staged for one in _lines(sheet)]
    reasons = [one for one in lines if isinstance(one, str)]
    if reasons:
        raise Refused(reasons, "file")
    answered = [one for one in lines if isinstance(one, Line)]
    if not answered:
        raise Refused(_("没有填写排查结果的行，请在“排查结果”一列填写 无变化、需入户 或 已入户无风险"), "file")
    return answered


def _lines(sheet: reading.Staged) -> Iterator[Line | str]:
    for row in pl.read_parquet(sheet.parquet).iter_rows(named=True):
        cells = {name: clean(row[f"c{at}"] or "") for name, at in sheet.mapping.found.items()}
        if cells.get("answer"):
            at = int(row["row"])
            one = _line(at, cells)
            yield one if isinstance(one, Line) else told(_("第 %(line)d 行") % {"line": at}, one)


def _line(at: int, cells: dict[str, str]) -> Line | str:
    mark = _SHAPE.fullmatch(cells.get("mark", ""))
    if mark is None or _check(f"S{mark[1]}-{mark[2]}") != mark[3]:
        return _("校验码不对，请从系统重新导出排查表再填")
    answer = ANSWERS.get(cells["answer"].lower())
    if answer is None:
        return _("排查结果应为 无变化、需入户 或 已入户无风险，现为“%(text)s”") % {"text": cells["answer"]}
    text = cells.get("happened_on", "").replace("/", "-").replace(".", "-")[:10]
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return _("排查日期应写作 2026-11-20，现为“%(text)s”") % {"text": text}
    return Line(at, int(mark[1]), int(mark[2]), answer, day, cells.get("spoke_to", ""), cells.get("note", ""))


def bring(*, row: ScreeningRound, lines: Sequence[Line], by: Any, on: date) -> dict[str, int]:
    """Enter a sheet that came back: all of it or nothing. Returns how many of each. Raises NotFound, NotAllowed, Stale."""
    own = set(
        ScreeningHousehold.objects.filter(round=row, pk__in=[one.line for one in lines]).values_list("pk", flat=True)
    )
    if any(one.line not in own for one in lines):
        raise Refused(_("表中有不属于这一轮排查的户，请核对文件"), "file")
    answers = [
        Answer(one.line, one.answer == "to_visit", one.note, one.version, one.day) for one in lines if one.answer != "visited"
    ]  # fmt: skip
    visits = [
        Visit(one.line, one.day or on, one.spoke_to, one.note, one.version) for one in lines if one.answer == "visited"
    ]
    with transaction.atomic():
        done = operations.confirm(answers=answers, day=on, by=by, on=on) if answers else {"unchanged": 0, "to_visit": 0}
        return done | {"visited": operations.visit(visits=visits, by=by, on=on) if visits else 0}
