"""Files as offices really send them: what a reader would guess about is read as it was meant, or refused with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import polars
import pyarrow
import pyarrow.parquet
import pytest

from fupin.core import cells
from fupin.core.refusals import Refused
from fupin.core.tests.test_workbooks import COLUMNS, ROWS, refused, stage, texts, workbook
from fupin.core.workbooks import reading, stamps
from fupin.core.workbooks.stamps import Stamp

NAMES = ["宝音", "乌云"]
TEXT = "\r\n".join(",".join(row) for row in ROWS) + "\r\n"


def given(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def names(found: reading.Reading) -> list[str | None]:
    return [row["name"] for row in texts(found)]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf\xef\xbb\xbf" + TEXT.encode(),
        ("\ufeff" + TEXT).encode("gb18030"),
        ("\ufeff" * 2 + TEXT).encode("utf-16"),
    ],
    ids=["twice", "gb18030", "utf-16"],
)
def test_the_mark_of_an_encoding_hides_no_column(tmp_path, data):
    assert names(stage(given(tmp_path / "a.csv", data), tmp_path)) == NAMES


@pytest.mark.parametrize(
    "text", [TEXT.replace("\r\n", "\r"), TEXT.replace("\r\n", "\n", 1), TEXT.replace("\r\n", "\r", 1)]
)
def test_lines_may_end_in_any_way(tmp_path, text):
    assert names(stage(given(tmp_path / "a.csv", text), tmp_path)) == NAMES


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (['姓名,耕地面积', '宝音,"1', '乌云,2', '其木格,3'], 2),
        (['姓名,耕地面积', '宝音,1', '"乌云,2', '"其木格,3'], 3),
        (['姓名,耕地面积', '宝音,"1"', '乌云,"2', '其木格,"3"'], 3),
    ],
)  # fmt: skip
def test_a_quotation_mark_that_does_not_end_swallows_no_rows_and_is_named_with_its_line(tmp_path, lines, line):
    with pytest.raises(Refused) as caught:
        stage(given(tmp_path / "a.csv", "\n".join(lines) + "\n"), tmp_path)
    assert caught.value.code == "open_quote"
    assert f"第 {line} 行" in str(caught.value)


def test_a_quotation_mark_within_a_cell_and_lines_within_marks_are_read(tmp_path):
    text = '姓名,耕地面积\n5" 管,1\n"第一行\n第二行 ""二""",2\n"丁,戊",3\n'
    assert names(stage(given(tmp_path / "a.csv", text), tmp_path)) == ['5" 管', '第一行\n第二行 "二"', "丁,戊"]


def test_a_cell_that_reaches_down_moves_nothing_in_the_rows_below(tmp_path):
    page = (
        "<table><tr><td>姓名<td>耕地面积<td>证件号码</tr><tr><td>宝音<td rowspan=2>3<td>1</tr>"
        "<tr><td>乌云<td>2</tr><tr><td>其木格<td>4<td>3</tr></table>"
    )
    found = texts(stage(given(tmp_path / "a.xls", page), tmp_path))
    assert [(row["name"], row["area"], row["id_number"]) for row in found] == [
        ("宝音", "3", "1"), ("乌云", None, "2"), ("其木格", "4", "3"),
    ]  # fmt: skip


def test_hidden_rows_and_columns_are_read_and_told(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ROWS)
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["B"].hidden = True
    book.save(path)
    found = stage(path, tmp_path)
    assert names(found) == NAMES
    assert any("1 行被隐藏" in said for said in found.findings)
    assert any("隐藏的列也已读入：证件号码" in said for said in found.findings)
    assert stage(workbook(tmp_path / "b.xlsx", ROWS), tmp_path).findings == []


def test_a_column_far_to_the_right_is_read_or_told(tmp_path):
    far = [["姓名", *[f"其他{at}" for at in range(200)], "耕地面积"], ["宝音", *["x"] * 200, "7"]]
    (row,) = texts(stage(workbook(tmp_path / "a.xlsx", far), tmp_path))
    assert row["area"] == "7"
    farther = [["姓名", "证件号码", *[f"其他{at}" for at in range(400)], "耕地面积"], ["宝音", "1", *["x"] * 400, "7"]]
    for path in (
        workbook(tmp_path / "b.xlsx", farther),
        given(tmp_path / "b.csv", "\n".join(",".join(row) for row in farther)),
    ):
        found = stage(path, tmp_path)
        assert texts(found) == [{"name": "宝音", "id_number": "1"}]
        assert any("第 300 列以后的列未读" in said for said in found.findings)


def _parquet(path: Path, metadata: dict[str, str] | None = None, **columns: pyarrow.Array) -> Path:
    table = pyarrow.table({"姓名": NAMES, "证件号码": ["1", "2"], **columns})
    pyarrow.parquet.write_table(table.replace_schema_metadata(metadata), path)
    return path


def test_a_parquet_file_of_bytes_is_read_as_the_texts_they_are(tmp_path):
    path = _parquet(tmp_path / "a.parquet", 耕地面积=pyarrow.array([b"1", "2亩".encode()]))
    assert [row["area"] for row in texts(stage(path, tmp_path))] == ["1", "2亩"]


@pytest.mark.parametrize("cells", [[["1"], ["2"]], [{"a": 1}, {"a": 2}]])
def test_a_parquet_column_of_lists_or_records_is_refused_by_its_name(tmp_path, cells):
    path = _parquet(tmp_path / "a.parquet", 耕地面积=pyarrow.array(cells))
    with pytest.raises(Refused, match="耕地面积") as caught:
        stage(path, tmp_path)
    assert caught.value.code == "nested"
    assert names(stage(_parquet(tmp_path / "b.parquet", 别的=pyarrow.array(cells)), tmp_path)) == NAMES


def test_a_parquet_file_of_ours_is_known_by_what_it_carries(tmp_path):
    stamp = Stamp("households", "1", "2026-01-02T03:04:05+00:00", kind="export")
    path = _parquet(tmp_path / "a.parquet", dict(stamp.rows()))
    assert stage(path, tmp_path).stamp == stamp
    assert stage(_parquet(tmp_path / "b.parquet"), tmp_path).stamp is None


def test_a_workbook_of_ours_is_judged_before_its_header_is_looked_for(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["别的"]], **{stamps.SHEET: [list(row) for row in Stamp("x", "1").rows()]})
    assert refused(path, tmp_path) == "no_header"

    def judge(stamp: Stamp) -> None:
        raise Refused(stamp.ledger, "other_ledger")

    with pytest.raises(Refused) as caught:
        stage(path, tmp_path, judge=judge)
    assert caught.value.code == "other_ledger"


def test_every_kind_of_file_gives_the_same_rows(tmp_path):
    rows = [["姓名", "证件号码", "耕地面积", "出生日期"], ["宝音", "150522196001011234", "1234.5", "1960-01-01"],
            ["乌云", None, "3", None], ["O'Neil \"x\"", "1e5", None, "1962-02-02"]]  # fmt: skip
    lines = "\r\n".join(",".join('"' + (cell or "").replace('"', '""') + '"' for cell in row) for row in rows)
    table = "".join("<tr>" + "".join(f"<td>{cell or ''}</td>" for cell in row) + "</tr>" for row in rows)
    frame = polars.DataFrame(rows[1:], schema=dict.fromkeys(rows[0], polars.String), orient="row")
    frame.write_parquet(tmp_path / "e.parquet")
    files = (
        workbook(tmp_path / "a.xlsx", rows),
        given(tmp_path / "b.csv", lines),
        given(tmp_path / "c.txt", lines.encode("gb18030")),
        given(tmp_path / "d.xls", f"<table>{table}</table>"),
        tmp_path / "e.parquet",
    )
    read = [
        [{name: text or None for name, text in row.items()} for row in texts(stage(path, tmp_path))] for path in files
    ]
    assert all(each == read[0] for each in read)
    assert len(read[0]) == 3


def test_a_date_cell_and_its_text_are_the_same_day_in_every_kind(tmp_path):
    workbook(tmp_path / "a.xlsx", [["姓名", "出生日期"], ["宝音", date(1960, 1, 2)]])
    born = pyarrow.array([date(1960, 1, 2)] * 2).cast(pyarrow.timestamp("us"))
    _parquet(tmp_path / "b.parquet", 出生日期=born)
    given(tmp_path / "c.csv", "姓名,出生日期\n宝音,1960.1.2\n")
    read = {texts(stage(path, tmp_path))[0]["born_on"] for path in sorted(tmp_path.glob("?.*"))}
    days = {cells.parse(COLUMNS[3], text, context=cells.Context())[0] for text in read}
    assert len(read) == 3
    assert days == {date(1960, 1, 2)}
