"""The files of a run: three tables as csv, parquet or xlsx, written a part at a time, and a note that they are made up."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from fupin.core.workbooks.plain import Workbook
from fupin.synthetic.headers import LEDGERS, MARK

FORMATS = ("csv", "parquet", "xlsx")
NOTE = [
    "合成数据：由程序生成，与任何真实的户和人无关。",
    "证件号码以未使用的地区码 1599 开头，手机号码以未分配的 161 开头，银行账号不属于任何银行。",
    "Synthetic data made by a program; no household or person in it exists.",
]
TITLES = {"households": "户", "persons": "人", "income": "收入"}


class Table(Protocol):
    """A file that takes frames one after another."""

    def write(self, frame: pl.DataFrame) -> None: ...

    def close(self) -> None: ...


class Csv:
    """UTF-8, one header row."""

    def __init__(self, path: Path) -> None:
        self.stream = path.open("wb")
        self.is_empty = True

    def write(self, frame: pl.DataFrame) -> None:
        frame.write_csv(self.stream, include_header=self.is_empty)
        self.is_empty = False

    def close(self) -> None:
        self.stream.close()


class Parquet:
    """All columns as text, one row group a part, the mark in the file's own key-value data."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer: pq.ParquetWriter | None = None

    def write(self, frame: pl.DataFrame) -> None:
        schema = pa.schema([(name, pa.string()) for name in frame.columns], metadata={"mark": MARK})
        if self.writer is None:
            self.writer = pq.ParquetWriter(self.path, schema, compression="zstd")
        self.writer.write_table(
            frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema), row_group_size=frame.height or 1
        )

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


def table(folder: Path, ledger: str, form: str, title: str = "") -> Table:
    """The file of a ledger in a folder; `title` is what its sheet is called."""
    path = file_of(folder, ledger, form)
    if form == "csv":
        return Csv(path)
    return Parquet(path) if form == "parquet" else Workbook(path, title or TITLES.get(ledger, ledger), NOTE)


def file_of(folder: Path, ledger: str, form: str) -> Path:
    """Where the file of a ledger lies."""
    return folder / f"{ledger}.{form}"


def write_note(folder: Path) -> Path:
    """The note beside the files."""
    path = folder / "合成数据-SYNTHETIC.txt"
    path.write_text("\n".join(NOTE) + "\n", encoding="utf-8", newline="\n")
    return path


def ledgers() -> tuple[str, ...]:
    """The three files, in the order in which they are imported."""
    return tuple(LEDGERS)
