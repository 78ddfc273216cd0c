"""The child process that opens files from outside: bounded in memory, without Django, without the database.

It reads one task as JSON from standard input, writes one answer as JSON to standard output. A file that makes it fall
takes nothing else with it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

SAMPLE_ROWS = 40
MOST_COLUMNS = 300
_NESTED = re.compile(r"\[|^(STRUCT|MAP|UNION|INTERVAL)")
ADDRESS_SPACE = 6 << 30


def column_letters(index: int) -> str:
    """The spreadsheet's name of a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sample(task: dict[str, Any]) -> list[list[str]]:
    """The first rows of a table, as texts, for finding the header."""
    if task["kind"] == "xlsx":
        with _duck(task) as connection:
            # One column more than is read: who has more is told.
            return _rows(
                connection.execute(f"SELECT * FROM {_xlsx(task, 1, SAMPLE_ROWS, MOST_COLUMNS + 1)}").fetchall()
            )
    if task["kind"] == "csv":
        with Path(task["path"]).open(encoding="utf-8", errors="replace", newline="") as file:
            reader = csv.reader(io.StringIO(file.read(1 << 18)), delimiter=task["delimiter"])
            return [row for _, row in zip(range(SAMPLE_ROWS), reader, strict=False)]
    return _small_table(task)[:SAMPLE_ROWS]


def parquet(task: dict[str, Any]) -> dict[str, Any]:
    """The columns of a file, those of them whose cells are no single values, and what the file says of itself."""
    path = _text(task["path"])
    with _duck(task) as connection:
        columns = connection.execute(f"DESCRIBE SELECT * FROM {_parquet(task)}").fetchall()
        said = connection.execute(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata({path})").fetchall()
    nested = [at for at, column in enumerate(columns) if _NESTED.search(column[1])]
    return {"names": [column[0] for column in columns], "nested": nested, "said": said}


def stage(task: dict[str, Any]) -> int:
    """Write the rows below the header as texts to a Parquet file: `row` and `c0` … ; returns how many rows."""
    target = task["target"]
    if task["kind"] in ("xlsx", "parquet", "csv"):
        with _duck(task) as connection:
            connection.execute(f"COPY ({_select(task)}) TO {_text(target)} (FORMAT parquet, ROW_GROUP_SIZE 50000)")
            return connection.execute(f"SELECT count(*) FROM read_parquet({_text(target)})").fetchone()[0]
    import pyarrow
    import pyarrow.parquet

    width, first = task["width"], task["first"]
    rows = [
        (number, row)
        for number, row in enumerate(_small_table(task)[first - 1 :], start=first)
        if any(cell.strip() for cell in row[:width])
    ]
    columns: dict[str, Any] = {"row": pyarrow.array([number for number, _ in rows], pyarrow.int64())}
    for at in range(width):
        texts = [(row[at] or None) if at < len(row) else None for _, row in rows]
        columns[f"c{at}"] = pyarrow.array(texts, pyarrow.string())
    pyarrow.parquet.write_table(pyarrow.table(columns), target)
    return len(rows)


def _duck(task: dict[str, Any]) -> Any:
    from fupin.core.duck import connect

    return connect(
        Path(task["folder"]),
        extensions=["excel"] if task["kind"] == "xlsx" else (),
        memory_mb=task.get("memory_mb", 400),
        threads=task.get("threads", 2),
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _parquet(task: dict[str, Any]) -> str:
    # Many programs write texts without saying that they are texts.
    return f"read_parquet({_text(task['path'])}, binary_as_string = true)"


def _xlsx(task: dict[str, Any], first: int, last: int, width: int) -> str:
    area = f"A{first}:{column_letters(width - 1)}{max(last, first)}"
    return (
        f"read_xlsx({_text(task['path'])}, sheet = {_text(task['sheet'])}, header = false, all_varchar = true,"
        f" stop_at_empty = false, range = '{area}')"
    )


def _select(task: dict[str, Any]) -> str:
    width, first = task["width"], task["first"]
    names = [f"c{at}" for at in range(width)]
    if task["kind"] == "xlsx":
        source = _xlsx(task, first, task["last"], width)
        inner = f"SELECT row_number() OVER () + {first - 1} AS row, t.* FROM {source} AS t({', '.join(names)})"
    elif task["kind"] == "parquet":
        found = task["names"]
        cells = ", ".join(
            f'CAST("{name.replace(chr(34), chr(34) * 2)}" AS VARCHAR) AS c{at}' for at, name in enumerate(found[:width])
        )
        inner = f"SELECT row_number() OVER () + 1 AS row, {cells} FROM {_parquet(task)}"
    else:
        types = ", ".join(f"'{name}': 'VARCHAR'" for name in [*names, *(f"x{at}" for at in range(20))])
        inner = (
            f"SELECT row_number() OVER () + {first - 1} AS row, {', '.join(names)} FROM read_csv({_text(task['path'])},"
            f" auto_detect = false, header = false, skip = {task.get('skip', first - 1)}, delim = {_text(task['delimiter'])}, quote = '\"',"
            f" escape = '\"', null_padding = true, strict_mode = false, parallel = {str(not task['quoted']).lower()},"
            f" max_line_size = 1000000, columns = {{{types}}})"
        )
    filled = " OR ".join(f"trim({name}) <> ''" for name in names)
    return f"SELECT * FROM ({inner}) WHERE {filled}"


def _rows(rows: list[tuple[Any, ...]]) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def _small_table(task: dict[str, Any]) -> list[list[str]]:
    return _html_table(task) if task["kind"] == "html" else _xls_table(task)


def _xls_table(task: dict[str, Any]) -> list[list[str]]:
    import python_calamine

    sheet = python_calamine.CalamineWorkbook.from_path(task["path"]).get_sheet_by_name(task["sheet"])
    return [[_cell_text(cell) for cell in row[:MOST_COLUMNS]] for row in sheet.to_python(skip_empty_area=False)]


def _cell_text(cell: Any) -> str:
    """The text of a typed cell. A whole number of 16 digits and more has lost digits: its form says so."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell)) if abs(cell) < 1e15 else f"{cell:.14E}"
        return repr(round(cell, 10))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if cell is not None else ""


def _html_table(task: dict[str, Any]) -> list[list[str]]:
    import lxml.html

    data = Path(task["path"]).read_bytes()
    parser = lxml.html.HTMLParser(encoding=task["encoding"], no_network=True, huge_tree=False)
    root = lxml.html.document_fromstring(data, parser=parser)
    tables = sorted(root.iter("table"), key=lambda table: -len(table.findall(".//tr")))
    rows: list[list[str]] = []
    hanging: dict[int, int] = {}
    for line in tables[0].iter("tr") if tables else ():
        row: list[str] = []
        for cell in line.iterchildren("td", "th"):
            _skip(row, hanging)
            at, width = len(row), _span(cell, "colspan")
            row += [" ".join(cell.text_content().split()), *[""] * (width - 1)]
            hanging |= dict.fromkeys(range(at, at + width), _span(cell, "rowspan") - 1)
        _skip(row, hanging)
        rows.append(row[:MOST_COLUMNS])
    return rows


def _span(cell: Any, name: str) -> int:
    span = cell.get(name, "1").strip()
    return max(1, min(int(span), MOST_COLUMNS)) if span.isascii() and span.isdigit() else 1


def _skip(row: list[str], hanging: dict[int, int]) -> None:
    """Leave the places empty into which cells of the rows above reach down."""
    while hanging.get(len(row), 0):
        hanging[len(row)] -= 1
        row.append("")


def xls_sheets(task: dict[str, Any]) -> list[dict[str, Any]]:
    """The sheets of an old workbook, and which of them are hidden."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(task["path"])
    return [
        {"name": sheet.name, "hidden": sheet.visible != python_calamine.SheetVisibleEnum.Visible}
        for sheet in book.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    os.environ["RUST_BACKTRACE"] = "0"
    task = json.load(sys.stdin)
    answers = {"sample": sample, "parquet": parquet, "stage": stage, "xls_sheets": xls_sheets}
    try:
        answer = {"answer": answers[task["task"]](task)}
    except MemoryError:
        answer = {"fault": "memory"}
    except Exception as fault:
        answer = {"fault": f"{type(fault).__name__}: {fault}"}
    json.dump(answer, sys.stdout, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
