"""Every cell of a staged file, read set-wise in slices.

A text in plain form is read by vector expressions. Every other text is read once, however often it stands in the
file, by `core.cells.parse`, whose answer is laid back over the rows. Nothing here runs once per row in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import numpy
import polars
import pyarrow
import pyarrow.parquet
from django.utils.translation import gettext as _
from polars import col, lit

from fupin.core import abreast, cells, codes
from fupin.core.columns import Column, Kind, Sensitivity
from fupin.core.imports.declaration import Readable, Work
from fupin.core.workbooks.reading import Staged

ROWS_OF_A_SOURCE = 10_000_000
SLICE = 40_000
REMEMBERED = 200_000
"""Texts of one column whose reading is remembered; more are read again when they come again."""
TYPES: dict[Kind, Any] = {
    Kind.YES_NO: polars.Boolean, Kind.INTEGER: polars.Int64, Kind.YEAR: polars.Int64, Kind.DECIMAL: polars.Decimal(18, 2),
    Kind.MONEY: polars.Int64, Kind.DATE: polars.Date, Kind.DIVISION: polars.Int64,
}  # fmt: skip
PROBLEM_TYPE = polars.List(polars.Struct({"column": polars.String, "code": polars.String, "sentence": polars.String}))
Read = tuple[Any, cells.Problem | None]


def type_of(column: Column) -> Any:
    """The frame type of a checked value."""
    if column.kind is Kind.DECIMAL:
        return polars.Decimal(18, max(2, column.decimals))
    return TYPES.get(column.kind, polars.String)


def check(intake: Readable, staged: Sequence[Staged], work: Work) -> int:
    """Write `typed.parquet`: `row_id source row`, a value for each column, `mask__x` for masked cells, `erased`,
    `problems`; returns the number of rows."""
    given = {name for each in staged for name in each.mapping.found}
    work.columns_given, work.staged = frozenset(given), staged
    # Own codes of any office pass here; where each row lies, and so whether it may use them, the plan knows.
    context = cells.Context(on=work.on, division=intake.division_reader(work), place=codes.ANYWHERE)
    parts = [_Part(column, intake, given, context) for column in intake.columns]
    total = sum(each.rows for each in staged)
    rows = 0
    writer: pyarrow.parquet.ParquetWriter | None = None
    try:
        with abreast.second_thread() as second:
            for frame in abreast.in_order(partial(_check_slice, parts=parts), _slices(intake, staged), second):
                table = frame.to_arrow()
                writer = writer or pyarrow.parquet.ParquetWriter(
                    work.typed, table.schema, compression="lz4", write_statistics=False, use_dictionary=False
                )
                writer.write_table(table)
                rows += table.num_rows
                work.progress(rows, total, _("校验"))
        if writer is None:
            none = polars.DataFrame({"row": []}, schema={"row": polars.Int64})
            _check_slice(_frame(intake, {}, none, 0), parts).write_parquet(work.typed)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _slices(intake: Readable, staged: Sequence[Staged]) -> Iterator[polars.DataFrame]:
    for at, each in enumerate(staged):
        found = {column.name: f"c{each.mapping.found[column.name]}" for column in intake.columns
                 if column.name in each.mapping.found}  # fmt: skip
        for batch in _batches(each, ["row", *found.values()]):
            frame = polars.from_arrow(batch)
            assert isinstance(frame, polars.DataFrame)
            if frame.height:
                yield _frame(intake, found, frame, at)


def _batches(staged: Staged, columns: list[str]) -> Iterator[pyarrow.RecordBatch]:
    for path in sorted(staged.parquet.parent.glob(staged.parquet.name)):
        yield from pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=SLICE, columns=columns)


def _frame(intake: Readable, found: dict[str, str], raw: polars.DataFrame, source: int) -> polars.DataFrame:
    """The slice under our names; a blank cell and an absent column are null."""
    texts = [
        (polars.when(col(found[column.name]) != "").then(col(found[column.name])) if column.name in found
         else lit(None, polars.String)).alias(column.name)
        for column in intake.columns
    ]  # fmt: skip
    row = col("row").cast(polars.Int64)
    return raw.select((row + source * ROWS_OF_A_SOURCE).alias("row_id"), lit(source).alias("source"), row, *texts)


def _check_slice(frame: polars.DataFrame, parts: list[_Part]) -> polars.DataFrame:
    plain = frame.select(
        *[part.plain_value.alias(f"v{at}") for at, part in enumerate(parts)],
        *[part.is_plain.fill_null(value=False).alias(f"p{at}") for at, part in enumerate(parts)],
        *[part.is_masked.fill_null(value=False).alias(f"m{at}") for at, part in enumerate(parts)],
    )
    values: list[polars.Series] = []
    masks: list[polars.Series] = []
    wrong: list[polars.DataFrame] = []
    wiped: list[polars.DataFrame] = []
    for at, part in enumerate(parts):
        masked = plain[f"m{at}"]
        other = ~plain[f"p{at}"] & ~masked & frame[part.name].is_not_null()
        values.append(part.read(frame, plain[f"v{at}"], other, wrong, wiped).alias(part.name))
        if part.column.sensitivity is Sensitivity.SEALED:
            shown = polars.select(polars.when(masked).then(frame[part.name].str.strip_chars())).to_series()
            masks.append(shown.alias(f"mask__{part.name}"))
        part.demand(frame, wrong)
    return frame.select("row_id", "source", "row").with_columns(
        *values, *masks, _gather(wiped, frame.height, polars.List(polars.String)).alias("erased"),
        _gather(wrong, frame.height, PROBLEM_TYPE).alias("problems"),
    )  # fmt: skip


def _gather(found: list[polars.DataFrame], height: int, kind: Any) -> polars.Series:
    """Lists by row out of frames of (`at`, `said`): empty where a row has none."""
    rows = polars.DataFrame({"at": range(height)}, schema={"at": polars.UInt32})
    if not found:
        return polars.Series([[]], dtype=kind).new_from_index(0, height)
    lists = polars.concat(found).group_by("at", maintain_order=True).agg("said")
    joined = rows.join(lists, on="at", how="left", maintain_order="left")
    return joined.select(col("said").cast(kind).fill_null(lit([], dtype=kind)))["said"]


class _Part:
    """One column of the check: its plain form, and the readings of the other texts."""

    def __init__(self, column: Column, intake: Readable, given: set[str], context: cells.Context) -> None:
        self.column, self.name = column, column.name
        self.context = context
        self.given = column.name in given
        self.identified_by = intake.identified_by
        is_id = column.kind is Kind.ID_NUMBER
        self.is_lookup = column.name in intake.lookup_columns
        self.document = intake.document_of.get(column.name, "") if not self.is_lookup else ""
        self.synthetic = intake.synthetic if is_id and not self.is_lookup else ""
        self.known: dict[str, Read] = {}
        said = col(column.name)
        self.is_plain, self.plain_value = _PLAIN.get(column.kind, _never)(column, self, said)
        sealed = column.sensitivity is Sensitivity.SEALED
        self.is_masked = said.str.contains("***", literal=True) if sealed else lit(value=False)

    def read(self, frame: polars.DataFrame, plain: polars.Series, other: polars.Series,
             wrong: list[polars.DataFrame], wiped: list[polars.DataFrame]) -> polars.Series:  # fmt: skip
        """The values of a slice; problems and emptied cells go to `wrong` and `wiped`."""
        kind = type_of(self.column)
        if not other.any():
            return plain
        keys = self._keys(frame).filter(other)
        texts = keys.unique().to_list()
        answers = self._answers(texts)
        values = [None if value is cells.ERASE else value for value, _problem in answers]
        table = polars.DataFrame(
            {"said": texts, "value": polars.Series(values, dtype=kind), "n": range(len(texts))},
            schema_overrides={"n": polars.UInt32},
        )
        at = other.arg_true()
        found = keys.rename("said").to_frame().join(table, on="said", how="left", maintain_order="left")
        refused = [(n, answer[1]) for n, answer in enumerate(answers) if answer[1] is not None]
        if refused:
            wrong.append(self._say(found["n"], at, refused))
        emptied = [n for n, answer in enumerate(answers) if answer[0] is cells.ERASE]
        if emptied:
            here = at.filter(found["n"].is_in(emptied))
            wiped.append(polars.DataFrame({"at": here, "said": [self.name] * len(here)}))
        return plain.scatter(at, found["value"])

    def _say(self, numbers: polars.Series, at: polars.Series, refused: list[tuple[int, Any]]) -> polars.DataFrame:
        said = [{"column": self.name, "code": problem.code, "sentence": problem.sentence} for _n, problem in refused]
        table = polars.DataFrame(
            {"n": [n for n, _problem in refused], "said": polars.Series(said, dtype=PROBLEM_TYPE.inner)},
            schema_overrides={"n": polars.UInt32},
        )
        rows = polars.DataFrame({"at": at, "n": numbers})
        return rows.join(table, on="n", how="inner", maintain_order="left").select("at", "said")

    def _keys(self, frame: polars.DataFrame) -> polars.Series:
        """The text, and for id numbers what the row says beside it: document and made-up mark."""
        if not self.document and not self.synthetic:
            return frame[self.name]
        extra = [col(each).fill_null("") for each in (self.document, self.synthetic) if each]
        return frame.select(polars.concat_str(col(self.name), *extra, separator="\x1f"))[self.name]

    def _answers(self, keys: list[str]) -> list[Read]:
        if len(self.known) > REMEMBERED:
            self.known.clear()
        answers = []
        for key in keys:
            answer = self.known.get(key)
            if answer is None:
                answer = self.known[key] = self._parse(key)
            answers.append(answer)
        return answers

    def _parse(self, key: str) -> Read:
        context = replace(self.context, synthetic=True) if self.is_lookup else self.context
        if not self.document and not self.synthetic:
            return cells.parse(self.column, key, context=context)
        text, *extra = key.split("\x1f")
        document = extra.pop(0) if self.document else ""
        synthetic = extra.pop(0) if self.synthetic else ""
        context = replace(
            context,
            documents=cells.parse(_DOCUMENT, document, context=context)[0] or "",
            synthetic=cells.parse(_FLAG, synthetic, context=context)[0] is True,
        )
        return cells.parse(self.column, text, context=context)

    def demand(self, frame: polars.DataFrame, wrong: list[polars.DataFrame]) -> None:
        """A required cell that is empty, in a row that does not name a record that is there."""
        if not self.column.required:
            return
        blank = frame[self.name].is_null() | (frame[self.name].str.strip_chars() == "")
        if self.identified_by:
            blank &= frame[self.identified_by].is_null()
        at = blank.arg_true()
        if len(at):
            said = {"column": self.name, "code": "required", "sentence": cells.missing(self.column)}
            wrong.append(
                polars.DataFrame({"at": at, "said": polars.Series([said] * len(at), dtype=PROBLEM_TYPE.inner)})
            )


_FLAG = Column("synthetic", "", Kind.YES_NO)
_DOCUMENT = Column("document", "", Kind.CODE, codes="document_kind")

# The plain forms. Each answers (condition, value); whatever does not meet the condition goes to `cells.parse`.
Plain = tuple[polars.Expr, polars.Expr]


def _never(column: Column, part: _Part, said: polars.Expr) -> Plain:
    return lit(value=False), lit(None, type_of(column))


def _plain_text(column: Column, part: _Part, said: polars.Expr) -> Plain:
    edge = r"\p{Z}\p{C}"
    start = edge + r"=@+\-＝＠＋'—―－"
    shape = said.str.contains(rf"^[^{start}]([^\p{{C}}\u{{A0}}\u{{3000}}]*[^{edge}])?$")
    if column.sensitivity is Sensitivity.PERSONAL:
        shape &= ~said.str.contains(rf"[\s.{cells.INTERPUNCTS.removeprefix('·')}]")
    plain = shape & (said.str.len_chars() <= (column.max_length or cells.TEXT_LIMIT))
    return plain, polars.when(plain).then(said)


# The digits below are named: to this engine \d is also ０ and ٣, which a cell reads as other digits or refuses.
def _plain_number(column: Column, part: _Part, said: polars.Expr) -> Plain:
    decimals = 0 if column.kind is Kind.INTEGER else 2 if column.kind is Kind.MONEY else column.decimals
    fraction = rf"(\.[0-9]{{1,{decimals}}})?" if decimals else ""
    exact = polars.Decimal(18, max(2, decimals))
    shape = said.str.contains(rf"^-?[0-9]{{1,12}}{fraction}$")
    number = polars.when(shape).then(said).cast(exact, strict=False)
    plain = shape
    if column.least is not None:
        plain = plain & (number >= lit(column.least).cast(exact))
    if column.most is not None:
        plain = plain & (number <= lit(column.most).cast(exact))
    value = (number * 100).cast(polars.Int64) if column.kind is Kind.MONEY else number.cast(type_of(column))
    return plain, polars.when(plain).then(value)


def _plain_date(column: Column, part: _Part, said: polars.Expr) -> Plain:
    shape = said.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    day = polars.when(shape).then(said).str.to_date("%Y-%m-%d", strict=False)
    plain = shape & day.is_between(cells.FIRST_DAY, cells.LAST_DAY, closed="left")
    return plain, polars.when(plain).then(day)


def _plain_phone(column: Column, part: _Part, said: polars.Expr) -> Plain:
    plain = said.str.contains(r"^1[3-9][0-9]{9}$")
    return plain, polars.when(plain).then(said)


def _plain_account(column: Column, part: _Part, said: polars.Expr) -> Plain:
    plain = said.str.contains(r"^[0-9]{7,29}[1-9]$")
    return plain, polars.when(plain).then(said)


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_digits(numbers: polars.Series) -> polars.Series:
    """Whether the last character is the right one, for numbers of 18 characters; null stays null."""
    known = numbers.is_not_null()
    grid = numpy.frombuffer("".join(numbers.drop_nulls().to_list()).encode(), dtype=numpy.uint8).reshape(-1, 18)
    mark = (12 - (grid[:, :17].astype(numpy.int32) - 48) @ numpy.array(_WEIGHTS) % 11) % 11
    right = grid[:, 17] == numpy.where(mark == 10, ord("X"), mark + 48)
    return polars.Series([None] * 1, dtype=polars.Boolean).new_from_index(0, len(numbers)).scatter(
        known.arg_true(), polars.Series(right)
    )  # fmt: skip


def _plain_id(column: Column, part: _Part, said: polars.Expr) -> Plain:
    """A resident number of 18 digits whose day exists and whose check digit is right (GB 11643-1999)."""
    shape = said.str.contains(r"^[1-9][0-9]{5}(18|19|20)[0-9]{9}[0-9X]$") & ~said.str.starts_with("999999")
    check = polars.when(shape).then(said).map_batches(check_digits, return_dtype=polars.Boolean)
    day = polars.when(shape).then(said.str.slice(6, 8)).str.to_date("%Y%m%d", strict=False)
    on: date = part.context.on
    plain = shape & check & (day <= on) & (on.year - day.dt.year() <= 120)
    if not part.is_lookup:
        real = ~said.str.starts_with("1599")
        marked = col(part.synthetic).is_in(["是", "1"]).fill_null(value=False) if part.synthetic else lit(value=False)
        plain = plain & (real | marked)
    if part.document:
        plain = plain & col(part.document).fill_null("").is_in(["", "01", "居民身份证"])
    return plain, polars.when(plain).then(said)


_PLAIN: dict[Kind, Callable[[Column, _Part, polars.Expr], Plain]] = {
    Kind.TEXT: _plain_text,
    Kind.INTEGER: _plain_number,
    Kind.DECIMAL: _plain_number,
    Kind.MONEY: _plain_number,
    Kind.DATE: _plain_date,
    Kind.PHONE: _plain_phone,
    Kind.ACCOUNT: _plain_account,
    Kind.ID_NUMBER: _plain_id,
}
