"""From a file of any kind to staged texts: preflight, the header, one Parquet file for each sheet that holds rows."""

from __future__ import annotations

import codecs
import contextlib
import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from fupin.core.columns import Column
from fupin.core.refusals import Refused
from fupin.core.workbooks import headers, quoting, splitting, stamps
from fupin.core.workbooks.child import MOST_COLUMNS
from fupin.core.workbooks.kinds import FileKind, XlsxSheet, count, kind_of, look_into, unpacking

log = structlog.get_logger("workbooks")

CHILD_SECONDS = 1_800
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PART_BYTES = 96 << 20
"""A sheet larger than this is read in parts of this size, two at once, while the next are cut."""
HEAD_BYTES = 4 << 20
"""Of a large sheet, as much is opened to find the header."""
CSV_BYTES = 64 << 20
"""The same for a text file without quotation marks; one smaller than an eighth of it is read as a whole."""
COUNTED = "counted"
"""What is known of a worksheet, in its task: for this process alone, and complete only once the sheet was staged."""
MOST_PARTS = 4
"""Parts that are cut and not yet read, at most: they lie unpacked on the disk."""


@dataclass(slots=True)
class Staged:
    """One sheet with rows, staged: texts in `parquet` (`row`, `c0` …; a pattern where the sheet was read in parts), what
    each column is in `mapping`."""

    file: str
    sheet: str
    kind: FileKind
    parquet: Path
    mapping: headers.Mapping
    rows: int
    path: Path


@dataclass(slots=True)
class Reading:
    """What a file gave: its sheets, its stamp, and remarks for the person who imports it."""

    staged: list[Staged] = field(default_factory=list)
    stamp: stamps.Stamp | None = None
    findings: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(staged.rows for staged in self.staged)


def stage(
    path: Path, columns: Sequence[Column], folder: Path, *, sheet: str = "", name: str = "",
    beat: Callable[[], None] = lambda: None, judge: Callable[[stamps.Stamp], None] = lambda stamp: None,
) -> Reading:  # fmt: skip
    """Stage every sheet of a file that has our header. `name` is the file's name as the person knows it; `judge` may
    refuse a workbook of ours by its stamp, before its header is looked for.

    Raises Refused, in the words of the screen, for what cannot be read or is none of this record type's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = name or path.name
    reading = Reading()
    kind = kind_of(path, name)
    seen: list[str] = []
    sources = _sources(path, name, kind, folder, sheet, reading)
    if reading.stamp is not None:
        judge(reading.stamp)
    for source in sources:
        beat()
        mapping = headers.find([row[:MOST_COLUMNS] for row in source["sample"]], columns)
        if mapping is None:
            seen.append(source["sheet"] or name)
            continue
        if mapping.twice:
            sentence = _("“%(name)s”中有两列都是同一字段：%(headers)s，请删去多余的一列")
            raise Refused(sentence % {"name": name, "headers": "、".join(mapping.twice)}, "header_twice")
        _refuse_nested(source, mapping, name)
        reading.staged.append(_stage_sheet(source, kind, mapping, folder, name, path))
        reading.findings += _remarks(source, mapping)
    if not reading.staged:
        raise _no_header(name, columns, reading)
    if seen:
        reading.findings.append(_("没有本表表头的工作表未读：%(names)s") % {"names": "、".join(seen)})
    return reading


def _no_header(name: str, columns: Sequence[Column], reading: Reading) -> Refused:
    """The refusal of a file in which nothing is ours, with the columns that a row must have and what was not read."""
    sentence = _("“%(name)s”中没有找到表头：前 40 行里没有本表的列名（%(columns)s……）")
    wanted = [column for column in columns if column.required] or columns
    labels = "、".join(column.label for column in wanted[:6])
    return Refused([sentence % {"name": name, "columns": labels}, *reading.findings], "no_header")


def _refuse_nested(source: dict[str, Any], mapping: headers.Mapping, name: str) -> None:
    nested = [mapping.header[at] for at in mapping.found.values() if at in source.get("nested", ())]
    if nested:
        sentence = _("“%(name)s”的列“%(headers)s”每格不是一个值（列表、嵌套结构或时长），请展开成普通的列后再试")
        raise Refused(sentence % {"name": name, "headers": "、".join(nested)}, "nested")


def _remarks(source: dict[str, Any], mapping: headers.Mapping) -> list[str]:
    """What the person should know of how a sheet's cells were read: merged areas below the header, formulas."""
    said = []
    sheet = source.get(COUNTED) or XlsxSheet("", "")
    merged = [ref for ref in sheet.merged if int(ref.split(":")[1].lstrip(_LETTERS)) >= mapping.first]
    if merged:
        sentence = _("工作表“%(name)s”的数据区有合并单元格（%(areas)s），只有左上角的格有值，请取消合并、逐行填写")
        areas = "、".join(merged[:5]) + ("……" if len(merged) > 5 else "")
        said.append(sentence % {"name": source["sheet"], "areas": areas})
    if sheet.formulas:
        sentence = _(
            "工作表“%(name)s”有 %(count)d 个公式，按保存时的计算结果读取；没有结果的按空白读取，请选择性粘贴为数值后再试"
        )
        said.append(sentence % {"name": source["sheet"], "count": sheet.formulas})
    return said + _unseen(source, mapping, sheet)


def _unseen(source: dict[str, Any], mapping: headers.Mapping, sheet: XlsxSheet) -> list[str]:
    """What was read although nobody sees it, and what was not read because it lies too far to the right."""
    said = []
    if sheet.hidden_rows:
        sentence = _("工作表“%(name)s”有 %(count)d 行被隐藏或筛选掉，也已读入；不需要的行请先删除")
        said.append(sentence % {"name": source["sheet"], "count": sheet.hidden_rows})
    hidden = [mapping.header[at] for at in mapping.found.values() if at in sheet.hidden_columns]
    if hidden:
        sentence = _("工作表“%(name)s”隐藏的列也已读入：%(headers)s")
        said.append(sentence % {"name": source["sheet"], "headers": "、".join(hidden)})
    if any(cell.strip() for row in source["sample"] for cell in row[MOST_COLUMNS:]):
        said.append(_("第 %(most)d 列以后的列未读，请把需要的列移到前面") % {"most": MOST_COLUMNS})
    return said


def _sources(
    path: Path, name: str, kind: FileKind, folder: Path, wanted: str, reading: Reading
) -> list[dict[str, Any]]:
    """What the child is to open: one task for each visible sheet, with its first rows."""
    base: dict[str, Any] = {"kind": kind.value, "path": str(path), "folder": str(settings.DATA_FOLDER), "sheet": ""}
    if kind is FileKind.XLSX:
        tasks = _xlsx_tasks(path, name, base, wanted, reading)
    elif kind is FileKind.XLS:
        sheets = ask({**base, "task": "xls_sheets"})
        tasks = [{**base, "sheet": each["name"]} for each in _choose(sheets, wanted, reading)]
    elif kind is FileKind.CSV:
        tasks = [_csv_task(path, name, base, folder)]
    else:
        tasks = [{**base, "encoding": _encoding(path)}]
    for task in tasks:
        if kind is FileKind.PARQUET:
            found = ask({**task, "task": "parquet"})
            task |= {"sample": [found["names"]], "names": found["names"], "nested": found["nested"]}
            # The mark leads the rows of a stamp; here they come in any order.
            reading.stamp = stamps.read(sorted(found["said"], key=lambda row: row[0] != stamps.MARK))
        else:
            task["sample"] = ask({**task, **_head(task, folder), "task": "sample"})
    return tasks


def _choose(sheets: list[dict[str, Any]], wanted: str, reading: Reading) -> list[dict[str, Any]]:
    if wanted:
        chosen = [each for each in sheets if each["name"] == wanted]
        if not chosen:
            names = "、".join(each["name"] for each in sheets if not each["hidden"])
            raise Refused(
                _("没有名为“%(sheet)s”的工作表，现有：%(names)s") % {"sheet": wanted, "names": names}, "no_sheet"
            )
        return chosen
    hidden = [each["name"] for each in sheets if each["hidden"] and each["name"] != stamps.SHEET]
    if hidden:
        reading.findings.append(_("隐藏的工作表未读：%(names)s") % {"names": "、".join(hidden)})
    return [each for each in sheets if not each["hidden"]]


def _xlsx_tasks(path: Path, name: str, base: dict[str, Any], wanted: str, reading: Reading) -> list[dict[str, Any]]:
    book = look_into(path, name, large=PART_BYTES)
    for each in book.sheets:
        if each.name == stamps.SHEET:
            reading.stamp = stamps.read(ask({**base, "task": "sample", "sheet": each.name}))
    sheets = [
        {"name": each.name, "hidden": each.hidden, "sheet": each} for each in book.sheets if each.name != stamps.SHEET
    ]
    if not sheets:
        raise Refused(_("工作簿中没有工作表"), "no_sheet")
    tasks = []
    for choice in _choose(sheets, wanted, reading):
        each = choice["sheet"]
        if each.last_row or not each.is_counted:
            found = {"last": each.last_row, "size": each.size, "member": each.part, COUNTED: each}
            tasks.append({**base, "sheet": each.name, **found})
    return tasks


def _csv_task(path: Path, name: str, base: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A CSV as UTF-8 without mark: other encodings are written anew, in blocks."""
    encoding = _encoding(path)
    plain = path
    if encoding != "utf-8":
        plain = folder / f"{path.stem}-utf8.csv"
        try:
            with (
                path.open(encoding=encoding, newline="") as source,
                plain.open("w", encoding="utf-8", newline="") as target,
            ):
                while block := source.read(1 << 20):
                    target.write(block)
        except UnicodeError:
            sentence = _("“%(name)s”的文字编码无法识别，请另存为 UTF-8 或 GB18030 编码的 CSV")
            raise Refused(sentence % {"name": name}, "encoding") from None
    plain, quoted = quoting.with_line_feeds(plain, folder / f"{path.stem}-lines.csv")
    with plain.open("rb") as file:
        head = file.read(1 << 16)
    lines = head.decode("utf-8", "replace").splitlines()[:40]
    delimiter = max((",", "\t", ";", "|"), key=lambda mark: sum(line.count(mark) for line in lines))
    if quoted and (line := quoting.unclosed(plain, delimiter)):
        sentence = _("“%(name)s”第 %(line)d 行有一个引号没有结束，其后的行会并进同一格；请补上或删去该引号后再试")
        raise Refused(sentence % {"name": name, "line": line}, "open_quote")
    size = 0 if quoted else plain.stat().st_size
    return {**base, "path": str(plain), "delimiter": delimiter, "quoted": quoted, "size": size}


def _encoding(path: Path) -> str:
    """UTF-8 where the whole file is UTF-8, else GB18030 (which reads GBK and GB2312 too), else UTF-16 by its mark."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        file.seek(0)
        with contextlib.suppress(UnicodeDecodeError):
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
            return "utf-8"
    return "gb18030"


def _stage_sheet(source: dict[str, Any], kind: FileKind, mapping: headers.Mapping, folder: Path, name: str,
                 path: Path) -> Staged:  # fmt: skip
    width = min(max(len(mapping.header), 1), MOST_COLUMNS)
    target = folder / f"raw-{len(list(folder.glob('raw-*')))}.parquet"
    task = {**source, "task": "stage", "width": width, "first": mapping.first, "target": str(target)}
    task.pop("sample")
    if _is_large(source):
        try:
            rows = _stage_parts(task, target, name)
            # All parts together, wherever the sheet is read again.
            target = target.with_suffix(".*.parquet")
            return Staged(name, source["sheet"], kind, target, mapping, rows, path)
        except splitting.Unnumbered:
            count(path, source[COUNTED], name)
            task["last"] = source[COUNTED].last_row
    return Staged(name, source["sheet"], kind, target, mapping, ask(task), path)


def _is_large(task: dict[str, Any]) -> bool:
    least = {FileKind.XLSX.value: PART_BYTES, FileKind.CSV.value: CSV_BYTES // 8}
    return task["kind"] in least and bool(task["size"] > least[task["kind"]])


def _head(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Of a large sheet the first rows in a workbook of their own: finding the header would else unpack all of it."""
    if not _is_large(task) or task["kind"] != FileKind.XLSX.value:
        return {}
    try:
        return {"path": str(splitting.head(Path(task["path"]), task["member"], HEAD_BYTES, folder))}
    except splitting.Unnumbered:
        return {}


def _stage_parts(task: dict[str, Any], target: Path, name: str) -> int:
    """A large sheet part by part, two processes reading while the next parts are cut; returns how many rows."""
    if task["kind"] == FileKind.CSV.value:
        # Two parts of one size, or four, or six: both processes end together.
        rounds = -(-task["size"] // (2 * CSV_BYTES))
        cut = splitting.lines(Path(task["path"]), target.parent, -(-task["size"] // (2 * rounds)))
    else:
        cut = splitting.parts(Path(task["path"]), task[COUNTED], target.parent, PART_BYTES)
    waiting: deque[Future[int]] = deque()
    rows = 0
    with unpacking(Path(task["path"]), name), ThreadPoolExecutor(2) as pool:
        for at, part in enumerate(cut):
            piece = target.with_suffix(f".{at:03}.parquet")
            waiting.append(pool.submit(_stage_part, task, part, piece))
            if len(waiting) == MOST_PARTS:
                rows += waiting.popleft().result()
        return rows + sum(each.result() for each in waiting)


def _stage_part(task: dict[str, Any], part: splitting.Part, target: Path) -> int:
    first = max(part.first, task["first"])
    # Of a text file, the lines above the header lie in the first part.
    found = {"path": str(part.path), "first": first, "last": part.last, "skip": first - part.first, "threads": 1}
    try:
        return int(ask({**task, **found, "target": str(target)}))
    finally:
        part.path.unlink()


def ask(task: dict[str, Any]) -> Any:
    """Let the child process do a task. Raises Refused where the file defeats it."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", "fupin.core.workbooks.child"],
            input=json.dumps(
                {key: value for key, value in task.items() if key != COUNTED}, ensure_ascii=False
            ).encode(),
            capture_output=True,
            timeout=CHILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(_("读取文件超时，请拆分后再试"), "timeout") from None
    try:
        answer = json.loads(child.stdout)
    except ValueError:
        answer = {"fault": "memory"}
    if "answer" in answer:
        return answer["answer"]
    if answer["fault"] == "memory" or "Out of Memory" in answer["fault"]:
        raise Refused(_("读取文件所需内存过大，请删去空白区域或拆分后再试"), "memory")
    if "Maximum line size" in answer["fault"] or "field limit" in answer["fault"]:
        sentence = _("有一行或一格长得异常，可能缺少换行，请在电子表格软件中打开、另存为 .xlsx 后再试")
        raise Refused(sentence, "long_line")
    # What the reader said may quote cells and names folders of this machine: neither the screen nor the log repeats it.
    log.warning("a file could not be read", fault=answer["fault"].partition(":")[0])
    raise Refused(_("文件无法读取，可能已损坏，请在电子表格软件中打开、另存为 .xlsx 后再试"), "damaged")
