"""A file of tokens, made where the numbers are: no name, no number and no birth day leaves the department."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from fupin.core import sealing
from fupin.core.cells import harmless
from fupin.core.refusals import Refused
from fupin.core.workbooks import reading
from fupin.policy import sources as policy
from fupin.policy.sources import Source
from fupin.quality.comparison import numbers
from fupin.quality.comparison.sources import NEAR, TOKEN, columns_of
from fupin.quality.comparison.tokens import Exchanged, read_key

_AT_ONCE = 20_000
FORMS = (".csv", ".xlsx", ".parquet")


def source_at_home(name: str, definition: Path | None) -> Source:
    """The source for a department's own machine, where there is no database: a shipped one, or what an office's page gave
    as its definition. Raises Refused for what is neither."""
    if definition is None:
        if name not in policy.sources():
            sentence = _("没有名为“%(name)s”的数据来源，现有：%(names)s；各地自设的来源请另给定义文件")
            raise Refused(sentence % {"name": name, "names": "、".join(policy.sources())}, "source")
        return policy.source(name)
    try:
        body = dict(json.loads(definition.read_text(encoding="utf-8")))
        if body.pop("name", "") != name:
            raise Refused(_("定义文件不是“%(name)s”的") % {"name": name}, "source")
        return policy.read(name, body)
    except (ValueError, TypeError, KeyError) as fault:
        raise Refused(_("定义文件读不出来：%(why)s") % {"why": fault}, "source") from None


def make(source: Source, path: Path, output: Path, *, key: str) -> int:
    """Write the file of tokens; returns how many rows. Raises Refused for an unreadable file, a wrong key or form."""
    if output.suffix.lower() not in FORMS:
        raise Refused(_("输出文件应为 %(forms)s") % {"forms": "、".join(FORMS)}, "form")
    made_by = Exchanged(read_key(key))
    with tempfile.TemporaryDirectory(prefix="fupin-tokens-") as folder:
        found = reading.stage(path, columns_of(source), Path(folder), name=path.name)
        if not any("number" in staged.mapping.found for staged in found.staged):
            raise Refused(_("“%(name)s”中没有证件号码列，无法制作令牌") % {"name": path.name}, "no_key")
        header = [TOKEN.label, NEAR.label, *(one.label for one in source.kept)]
        rows = _lines(source, found.staged, made_by)
        return {".csv": _csv, ".xlsx": _xlsx, ".parquet": _parquet}[output.suffix.lower()](output, header, rows)


def _lines(source: Source, staged: Sequence[Any], made_by: Exchanged) -> Iterator[list[str]]:
    for each in staged:
        at = each.mapping.found
        wanted = [name for name in ("number", *(one.name for one in source.kept)) if name in at]
        for part in sorted(each.parquet.parent.glob(each.parquet.name)):
            for batch in pq.ParquetFile(part).iter_batches(_AT_ONCE, columns=[f"c{at[name]}" for name in wanted]):
                columns = {name: batch.column(place).to_pylist() for place, name in enumerate(wanted)}
                for row in range(batch.num_rows):
                    number = sealing.normalise(columns.get("number", [""] * batch.num_rows)[row] or "", "id")
                    token = made_by.token(number) if number else ""
                    near = ",".join(made_by.token(one) for one in numbers.meant(number))
                    yield [token, near, *((columns[one.name][row] or "") if one.name in columns else ""
                                          for one in source.kept)]  # fmt: skip


def _csv(output: Path, header: list[str], rows: Iterator[list[str]]) -> int:
    count = 0
    with output.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for count, row in enumerate(rows, start=1):  # noqa: B007 (how many there were)
            writer.writerow([harmless(cell) for cell in row])
    return count


def _xlsx(output: Path, header: list[str], rows: Iterator[list[str]]) -> int:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(header)
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 (how many there were)
        sheet.append([harmless(cell) for cell in row])
    book.save(output)
    return count


def _parquet(output: Path, header: list[str], rows: Iterator[list[str]]) -> int:
    schema = pa.schema([(name, pa.string()) for name in header])
    count = 0
    with pq.ParquetWriter(output, schema) as writer:
        while some := [row for row, _at in zip(rows, range(_AT_ONCE), strict=False)]:
            count += len(some)
            writer.write_table(pa.table([list(column) for column in zip(*some, strict=True)], schema=schema))
    return count
