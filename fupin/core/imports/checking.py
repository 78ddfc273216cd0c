"""Every cell of a staged file, read set-wise.

A text in plain form is read by SQL. Every other text is read once, however often it stands in the file, by
`core.cells.parse`, whose answer is joined back. Nothing here runs once per row in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars

from fupin.core import cells
from fupin.core.columns import Column, Kind, Sensitivity
from fupin.core.duck import name as quoted
from fupin.core.duck import text as literal
from fupin.core.imports.declaration import Intake, Work
from fupin.core.workbooks.reading import Staged

ROWS_OF_A_SOURCE = 10_000_000
TYPES = {
    Kind.YES_NO: "BOOLEAN", Kind.INTEGER: "INTEGER", Kind.YEAR: "INTEGER", Kind.DECIMAL: "DECIMAL(18,2)",
    Kind.MONEY: "BIGINT", Kind.DATE: "DATE", Kind.DIVISION: "BIGINT",
}  # fmt: skip
_FRAME = {
    "BOOLEAN": polars.Boolean, "INTEGER": polars.Int32, "DECIMAL(18,2)": polars.Decimal(18, 2), "BIGINT": polars.Int64,
    "DATE": polars.Date, "VARCHAR": polars.String,
}  # fmt: skip
PROBLEM = 'STRUCT("column" VARCHAR, code VARCHAR, sentence VARCHAR)'


def sql_type(column: Column) -> str:
    """The column type of a checked value."""
    return TYPES.get(column.kind, "VARCHAR")


def check(intake: Intake, staged: Sequence[Staged], work: Work) -> int:
    """Write `typed.parquet`: `row_id source row`, a value for each column, `mask__x` for masked cells, `erased`,
    `problems`; returns the number of rows."""
    given = {name for each in staged for name in each.mapping.found}
    work.columns_given = frozenset(given)
    connection = work.connection
    connection.execute("SET disabled_optimizers = 'join_order'")
    connection.execute(f"CREATE OR REPLACE VIEW raw AS {_union(intake, staged)}")
    context = cells.Context(on=work.on, division=intake.division_reader(work))
    parts = [_Part(column, intake, given, work.on) for column in intake.columns if column.name in given]
    for part in parts:
        part.learn(work, context)
    connection.execute(
        f"COPY ({_select(intake, parts)}) TO {literal(work.typed)} (FORMAT parquet, ROW_GROUP_SIZE 30000)"
    )
    for part in parts:
        connection.execute(f"DROP TABLE IF EXISTS {part.table}")
    return connection.execute(f"SELECT count(*) FROM read_parquet({literal(work.typed)})").fetchone()[0]  # type: ignore[index]


def _union(intake: Intake, staged: Sequence[Staged]) -> str:
    selects = []
    for at, each in enumerate(staged):
        found = each.mapping.found
        texts = [
            (f"c{found[column.name]}" if column.name in found else "CAST(NULL AS VARCHAR)")
            + f" AS {quoted(column.name)}"
            for column in intake.columns
        ]
        selects.append(
            f"SELECT {at} * {ROWS_OF_A_SOURCE} + row AS row_id, {at} AS source, row, {', '.join(texts)}"
            f" FROM read_parquet({literal(each.parquet)})"
        )
    return " UNION ALL ".join(selects)


class _Part:
    """One column of the check: its plain form in SQL, and the table of the other texts."""

    def __init__(self, column: Column, intake: Intake, given: set[str], on: date) -> None:
        self.column = column
        self.raw = f"raw.{quoted(column.name)}"
        self.table = f"said_{column.name}"
        self.joined = False
        self.document = intake.document_of.get(column.name, "")
        self.document = self.document if self.document in given else ""
        is_id = column.kind is Kind.ID_NUMBER
        self.synthetic = intake.synthetic if is_id and intake.synthetic in given else ""
        if column.name in intake.lookup_columns:
            self.document = self.synthetic = ""
        self.key = self.raw
        if is_id:
            extra = [f"coalesce(raw.{quoted(each)}, '')" for each in (self.document, self.synthetic) if each]
            self.key = " || chr(31) || ".join([self.raw, *extra]) if extra else self.raw
        self.on = on
        self.is_lookup = column.name in intake.lookup_columns
        self.plain = _PLAIN.get(column.kind, _never)(column, self)

    @property
    def masked(self) -> str:
        """SQL: the cell is one that we gave out masked."""
        if self.column.sensitivity is not Sensitivity.SEALED:
            return "FALSE"
        return f"coalesce(contains({self.raw}, '***'), FALSE)"

    def learn(self, work: Work, context: cells.Context) -> None:
        """Read every distinct text that is not plain."""
        condition, _value = self.plain
        rows = work.connection.execute(
            f"SELECT DISTINCT {self.key} FROM raw WHERE {self.raw} IS NOT NULL AND {self.raw} <> ''"
            f" AND NOT coalesce({condition}, FALSE) AND NOT {self.masked}"
        ).fetchall()
        if not rows:
            return
        table = _read_texts(self.column, [row[0] for row in rows], self._reader(context))
        work.connection.register("said", table.to_arrow())
        work.connection.execute(f"CREATE OR REPLACE TABLE {self.table} AS SELECT * FROM said")
        work.connection.unregister("said")
        self.joined = True

    def _reader(self, context: cells.Context) -> Callable[[str], tuple[Any, cells.Problem | None]]:
        if self.is_lookup:
            context = replace(context, synthetic=True)
        if not self.document and not self.synthetic:
            return lambda text: cells.parse(self.column, text, context=context)
        flag = Column("synthetic", "", Kind.YES_NO)
        kinds = Column("document", "", Kind.CODE, codes="document_kind")

        def read(key: str) -> tuple[Any, cells.Problem | None]:
            text, *extra = key.split(chr(31))
            document = extra.pop(0) if self.document else ""
            synthetic = extra.pop(0) if self.synthetic else ""
            known = replace(
                context,
                documents=cells.parse(kinds, document, context=context)[0] or "",
                synthetic=cells.parse(flag, synthetic, context=context)[0] is True,
            )
            return cells.parse(self.column, text, context=known)

        return read

    @property
    def value(self) -> str:
        """SQL of the checked value."""
        condition, value = self.plain
        other = f"{self.table}.value" if self.joined else f"CAST(NULL AS {sql_type(self.column)})"
        return f"CASE WHEN {condition} THEN {value} ELSE {other} END"

    @property
    def join(self) -> str:
        return f"LEFT JOIN {self.table} ON {self.table}.said = {self.key}" if self.joined else ""

    def problems(self, intake: Intake) -> list[str]:
        """SQL of what may be wrong with the cell: NULL where nothing is."""
        found = []
        label = self.column.label
        if self.joined:
            found.append(
                f'CASE WHEN {self.table}.code IS NOT NULL THEN struct_pack("column" := {literal(self.column.name)},'
                f" code := {self.table}.code, sentence := {self.table}.sentence) END"
            )
        if self.column.required:
            known = f"raw.{quoted(intake.identified_by)}" if intake.identified_by else "NULL"
            sentence = literal(cells.missing(label))
            found.append(
                f"CASE WHEN trim(coalesce({self.raw}, '')) = '' AND trim(coalesce({known}, '')) = '' THEN"
                f" struct_pack(\"column\" := {literal(self.column.name)}, code := 'required', sentence := {sentence}) END"
            )
        return found


def _read_texts(
    column: Column, keys: list[str], read: Callable[[str], tuple[Any, cells.Problem | None]]
) -> polars.DataFrame:
    values: list[Any] = []
    codes: list[str | None] = []
    sentences: list[str | None] = []
    erase: list[bool] = []
    for key in keys:
        value, problem = read(key)
        erase.append(value is cells.ERASE)
        values.append(None if value is cells.ERASE else value)
        codes.append(problem.code if problem else None)
        sentences.append(problem.sentence if problem else None)
    return polars.DataFrame(
        {
            "said": keys,
            "value": polars.Series(values, dtype=_FRAME[sql_type(column)]),
            "code": polars.Series(codes, dtype=polars.String),
            "sentence": polars.Series(sentences, dtype=polars.String),
            "erase": erase,
        }
    )


def _select(intake: Intake, parts: list[_Part]) -> str:
    by_name = {part.column.name: part for part in parts}
    values, masks = [], []
    for column in intake.columns:
        part = by_name.get(column.name)
        values.append(f"{part.value if part else f'CAST(NULL AS {sql_type(column)})'} AS {quoted(column.name)}")
        if column.sensitivity is Sensitivity.SEALED:
            mask = f"CASE WHEN {part.masked} THEN trim({part.raw}) END" if part else "CAST(NULL AS VARCHAR)"
            masks.append(f"{mask} AS mask__{column.name}")
    problems = [each for part in parts for each in part.problems(intake)] + _absent(intake, by_name)
    erased = [f"CASE WHEN {part.table}.erase THEN {literal(part.column.name)} END" for part in parts if part.joined]
    joins = " ".join(part.join for part in parts)
    listed = f"list_filter([{', '.join(problems)}], x -> x IS NOT NULL)" if problems else "[]"
    wiped = f"list_filter([{', '.join(erased)}], x -> x IS NOT NULL)" if erased else "CAST([] AS VARCHAR[])"
    return (
        f"SELECT raw.row_id, raw.source, raw.row, {', '.join([*values, *masks])}, {wiped} AS erased,"
        f" CAST({listed} AS {PROBLEM}[]) AS problems FROM raw {joins}"
    )


def _absent(intake: Intake, given: dict[str, _Part]) -> list[str]:
    """A required column that the file does not have at all is missing in every row that names no record."""
    found = []
    known = f"raw.{quoted(intake.identified_by)}" if intake.identified_by else "NULL"
    for column in intake.columns:
        if column.required and column.name not in given:
            found.append(
                f"CASE WHEN trim(coalesce({known}, '')) = '' THEN struct_pack(\"column\" := {literal(column.name)},"
                f" code := 'required', sentence := {literal(cells.missing(column.label))}) END"
            )
    return found


# The plain forms. Each answers (condition, value) in SQL; whatever does not meet the condition goes to `cells.parse`.


def _never(column: Column, part: _Part) -> tuple[str, str]:
    return "FALSE", f"CAST(NULL AS {sql_type(column)})"


def _plain_text(column: Column, part: _Part) -> tuple[str, str]:
    edge = r"\p{Z}\p{C}"
    start = edge + r"=@+\-'—―－"
    pattern = rf"[^{start}]([^\p{{C}}\x{{A0}}\x{{3000}}]*[^{edge}])?"
    most = column.max_length or cells.TEXT_LIMIT
    return f"(regexp_full_match({part.raw}, {literal(pattern)}) AND length({part.raw}) <= {most})", part.raw


def _plain_number(column: Column, part: _Part) -> tuple[str, str]:
    decimals = 0 if column.kind is Kind.INTEGER else 2 if column.kind is Kind.MONEY else column.decimals
    fraction = rf"(\.\d{{1,{decimals}}})?" if decimals else ""
    number = f"TRY_CAST({part.raw} AS DECIMAL(18,2))"
    bounds = [f"{number} >= {column.least}"] if column.least is not None else []
    bounds += [f"{number} <= {column.most}"] if column.most is not None else []
    shape = f"regexp_full_match({part.raw}, '-?\\d{{1,12}}{fraction}')"
    condition = " AND ".join([shape, *bounds])
    if column.kind is Kind.MONEY:
        return f"({condition})", f"CAST({number} * 100 AS BIGINT)"
    return f"({condition})", f"TRY_CAST({part.raw} AS {sql_type(column)})"


def _plain_date(column: Column, part: _Part) -> tuple[str, str]:
    day = f"TRY_CAST({part.raw} AS DATE)"
    shape = f"regexp_full_match({part.raw}, '\\d{{4}}-\\d{{2}}-\\d{{2}}')"
    first, last = cells.FIRST_DAY.isoformat(), cells.LAST_DAY.isoformat()
    return f"({shape} AND {day} >= DATE '{first}' AND {day} < DATE '{last}')", day


def _plain_phone(column: Column, part: _Part) -> tuple[str, str]:
    return f"regexp_full_match({part.raw}, '1[3-9]\\d{{9}}')", part.raw


def _plain_account(column: Column, part: _Part) -> tuple[str, str]:
    return f"(regexp_full_match({part.raw}, '\\d{{8,30}}') AND NOT regexp_matches({part.raw}, '00$'))", part.raw


def _plain_id(column: Column, part: _Part) -> tuple[str, str]:
    """A resident number of 18 digits whose day exists and whose check digit is right (GB 11643-1999)."""
    raw = part.raw
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    digit = "+".join(f"{weight} * (ascii(substr({raw}, {at}, 1)) - 48)" for at, weight in enumerate(weights, start=1))
    check = f"substr('10X98765432', CAST(({digit}) % 11 AS BIGINT) + 1, 1) = substr({raw}, 18, 1)"
    day = f"TRY_CAST(substr({raw}, 7, 4) || '-' || substr({raw}, 11, 2) || '-' || substr({raw}, 13, 2) AS DATE)"
    shape = f"regexp_full_match({raw}, '[1-9]\\d{{5}}(18|19|20)\\d{{9}}[\\dX]') AND NOT starts_with({raw}, '999999')"
    made_up = f"NOT starts_with({raw}, '1599')"
    if part.is_lookup:
        made_up = "TRUE"
    elif part.synthetic:
        made_up = f"({made_up} OR coalesce(raw.{quoted(part.synthetic)}, '') IN ('是', '1'))"
    document = f" AND coalesce(raw.{quoted(part.document)}, '') IN ('', '01', '居民身份证')" if part.document else ""
    on = f"DATE '{part.on.isoformat()}'"
    return f"({shape} AND {made_up}{document} AND {day} <= {on} AND year({on}) - year({day}) <= 120 AND {check})", raw


_PLAIN: dict[Kind, Callable[[Column, _Part], tuple[str, str]]] = {
    Kind.TEXT: _plain_text,
    Kind.INTEGER: _plain_number,
    Kind.DECIMAL: _plain_number,
    Kind.MONEY: _plain_number,
    Kind.DATE: _plain_date,
    Kind.PHONE: _plain_phone,
    Kind.ACCOUNT: _plain_account,
    Kind.ID_NUMBER: _plain_id,
}
