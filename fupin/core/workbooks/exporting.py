"""Frames of texts written to a file as they come: several sheets before one is full, a schema beside a CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars
import pyarrow.parquet

from fupin.core.cells import FORMULA_START, harmless
from fupin.core.columns import Column, Kind
from fupin.core.workbooks.plain import Workbook
from fupin.core.workbooks.stamps import SHEET, Stamp

MOST_ROWS = 1_000_000
"""Rows of one sheet; the format ends at 1,048,576."""
_TYPES = {Kind.INTEGER: "integer", Kind.YEAR: "year", Kind.DECIMAL: "number", Kind.MONEY: "number", Kind.DATE: "date"}


def write(path: Path, *, title: str, columns: Sequence[Column], pages: Iterator[polars.DataFrame], stamp: Stamp) -> int:
    """Write the pages by the file's ending (.xlsx, .csv, .parquet); returns how many rows. Raises ValueError for others."""
    writers = {".xlsx": _write_xlsx, ".csv": _write_csv, ".parquet": _write_parquet}
    if path.suffix.lower() not in writers:
        raise ValueError(path.suffix)
    return writers[path.suffix.lower()](path, title, columns, pages, stamp)


def _write_csv(
    path: Path, title: str, columns: Sequence[Column], pages: Iterator[polars.DataFrame], stamp: Stamp
) -> int:
    """CSV in UTF-8 with its mark, so that Excel reads the Chinese, and its Table Schema as `<name>.schema.json`."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.label for column in columns])
        for page in pages:
            writer.writerows([harmless(cell or "") for cell in row] for row in page.iter_rows())
            written += page.height
    schema = {
        "name": stamp.ledger, "title": title, "version": stamp.version,
        "fields": [
            {"name": column.label, "title": column.name, "type": _TYPES.get(column.kind, "string"),
             "description": column.note, "constraints": {"required": column.required}}
            for column in columns
        ],
    }  # fmt: skip
    text = json.dumps(schema, ensure_ascii=False, indent=1)
    path.with_suffix(".schema.json").write_text(text, encoding="utf-8")
    return written


def _write_parquet(
    path: Path, title: str, columns: Sequence[Column], pages: Iterator[polars.DataFrame], stamp: Stamp
) -> int:
    schema = pyarrow.schema([(column.label, pyarrow.large_string()) for column in columns])
    schema = schema.with_metadata(dict(stamp.rows()))
    written = 0
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for page in pages:
            writer.write_table(page.to_arrow().cast(schema.remove_metadata()).replace_schema_metadata(schema.metadata))
            written += page.height
    return written


def _write_xlsx(
    path: Path, title: str, columns: Sequence[Column], pages: Iterator[polars.DataFrame], stamp: Stamp
) -> int:
    """Every cell is text: id numbers stay whole, nothing is taken for a formula, and the file reads back as it is."""
    book = Workbook(path, title, rows=MOST_ROWS + 1, header=[column.label for column in columns], frozen=True)
    written = 0
    for page in pages:
        book.write(neutral(page))
        written += page.height
    book.add(SHEET, stamp.rows(), hidden=True)
    book.close()
    return written


def neutral(frame: polars.DataFrame) -> polars.DataFrame:
    """A frame of texts of which a spreadsheet takes none for a formula (`cells.harmless`); empty ones are no cells."""
    return frame.select(_neutral(each) for each in frame.get_columns())


def _neutral(texts: polars.Series) -> polars.Series:
    texts = texts.cast(polars.String)
    texts = polars.select(polars.when(texts != "").then(texts)).to_series().alias(texts.name)
    looks = texts.str.contains(FORMULA_START).fill_null(value=False)
    if not looks.any():
        return texts
    at = looks.arg_true()
    return texts.scatter(at, polars.Series([harmless(text) for text in texts.gather(at)], dtype=polars.String))
