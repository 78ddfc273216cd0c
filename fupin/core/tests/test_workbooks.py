"""Files from outside: every kind is read by what it holds, and what a file tries ends in a sentence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import polars
import pytest

from fupin.core.columns import Column, Kind
from fupin.core.refusals import Refused
from fupin.core.workbooks import headers, reading, stamps
from fupin.core.workbooks.stamps import Stamp
from fupin.core.workbooks.writing import write_template

COLUMNS = (
    Column("name", "姓名", aliases=("成员姓名",), required=True),
    Column("area", "耕地面积", Kind.DECIMAL, unit="亩"),
    Column("id_number", "证件号码", Kind.ID_NUMBER, ("身份证号",)),
    Column("born_on", "出生日期", Kind.DATE),
)
ROWS = [["姓名", "证件号码", "耕地面积"], ["宝音", "150522196001011234", "12.5"], ["乌云", "15052219620202123X", "3"]]


def texts(found: reading.Reading) -> list[dict[str, str | None]]:
    """The staged rows under our names."""
    rows = []
    for each in found.staged:
        frame = polars.read_parquet(each.parquet)
        names = {f"c{at}": name for name, at in each.mapping.found.items()}
        rows += frame.select(list(names)).rename(names).to_dicts()
    return rows


def workbook(path: Path, rows: list[list], **sheets: list[list]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for row in lines:
            sheet.append(row)
    book.save(path)
    return path


def stage(path: Path, tmp_path: Path, **options) -> reading.Reading:
    return reading.stage(path, COLUMNS, tmp_path / "staging", **options)


def refused(path: Path, tmp_path: Path) -> str:
    with pytest.raises(Refused) as caught:
        stage(path, tmp_path)
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_encoding_of_the_offices(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join(",".join(row) for row in ROWS).encode(encoding))
    assert texts(stage(path, tmp_path))[1] == {"name": "乌云", "id_number": "15052219620202123X", "area": "3"}


def test_quoted_line_breaks_and_short_and_long_rows_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('姓名,耕地面积,证件号码\n"宝\n音",1\n乌云,2,x,多,余\n', encoding="utf-8")
    rows = texts(stage(path, tmp_path))
    assert [(row["name"], row["area"]) for row in rows] == [("宝\n音", "1"), ("乌云", "2")]


def test_a_web_page_saved_as_xls_is_read_by_its_content(tmp_path):
    path = tmp_path / "a.xls"
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    path.write_bytes(f"<html><body><table>{body}</table></body></html>".encode("gb18030"))
    assert [row["name"] for row in texts(stage(path, tmp_path))] == ["宝音", "乌云"]


def test_a_parquet_file_is_read(tmp_path):
    path = tmp_path / "a.parquet"
    polars.DataFrame({"成员姓名": ["宝音"], "耕地面积": [12.5], "别的": [1]}).write_parquet(path)
    found = stage(path, tmp_path)
    assert texts(found) == [{"name": "宝音", "area": "12.5"}]
    assert found.staged[0].mapping.extra == ("别的",)


def test_titles_above_the_header_english_below_it_and_other_order_do_not_matter(tmp_path):
    rows = [["科左后旗登记表"], ["填表单位：", None, "2018年"], [], ["耕地面积（亩）", "成员姓名", "身份证号", "别的"],
            ["area", "name", "id_number", None], ["3", "乌云", "15052219620202123X", "z"]]  # fmt: skip
    found = stage(workbook(tmp_path / "a.xlsx", rows), tmp_path)
    mapping = found.staged[0].mapping
    assert (mapping.row, mapping.first, mapping.extra) == (4, 6, ("别的",))
    assert texts(found) == [{"area": "3", "name": "乌云", "id_number": "15052219620202123X"}]


def test_row_numbers_are_those_of_the_sheet(tmp_path):
    rows = [["标题"], ["姓名", "耕地面积"], ["甲", 1], [None, None], ["乙", 2]]
    found = stage(workbook(tmp_path / "a.xlsx", rows), tmp_path)
    assert polars.read_parquet(found.staged[0].parquet)["row"].to_list() == [3, 5]


def test_a_file_without_our_header_or_with_one_twice_is_refused(tmp_path):
    assert refused(workbook(tmp_path / "a.xlsx", [["甲", "乙"], ["1", "2"]]), tmp_path) == "no_header"
    assert (
        refused(workbook(tmp_path / "b.xlsx", [["姓名", "成员姓名", "耕地面积"], ["1", "2", "3"]]), tmp_path)
        == "header_twice"
    )


def test_hidden_sheets_are_passed_over_and_merged_cells_are_told(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    hidden = book.create_sheet("旧表")
    for row in ROWS:
        hidden.append(row)
    hidden.sheet_state = "hidden"
    book.save(path)
    found = stage(path, tmp_path)
    assert found.rows == 2
    assert any("隐藏" in line for line in found.findings)
    assert any("合并单元格" in line for line in found.findings)


def test_every_visible_sheet_with_the_header_is_read_or_the_one_asked_for(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ROWS, 第二=ROWS[:2], 说明=[["随便", "写写"]])
    found = stage(path, tmp_path)
    assert found.rows == 3
    assert any("说明" in line for line in found.findings)
    assert reading.stage(path, COLUMNS, tmp_path / "other", sheet="第二").rows == 1
    with pytest.raises(Refused):
        reading.stage(path, COLUMNS, tmp_path / "third", sheet="没有")


def test_a_number_typed_as_a_number_shows_that_it_lost_digits(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["姓名", "证件号码"], ["宝音", 150522196001011234]])
    assert "e+17" in texts(stage(path, tmp_path))[0]["id_number"].lower()


def test_a_million_empty_rows_and_a_cell_far_away_are_no_rows(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["XFD1048576"] = "x"
    book.save(path)
    assert stage(path, tmp_path).rows == 2


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_archive_that_unpacks_to_a_thousand_times_its_size_is_refused(tmp_path):
    parts = parts_of(workbook(tmp_path / "a.xlsx", ROWS))
    parts["xl/media/bomb.bin"] = b"\0" * (200 << 20)
    assert refused(zipped(tmp_path / "bomb.xlsx", parts), tmp_path) == "zip_bomb"


def test_declared_entities_are_refused(tmp_path):
    parts = parts_of(workbook(tmp_path / "a.xlsx", ROWS))
    evil = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        data = parts[part]
        start = data.index(b"?>") + 2 if data.startswith(b"<?xml") else 0
        wrong = {**parts, part: data[:start] + evil + data[start:]}
        assert refused(zipped(tmp_path / "evil.xlsx", wrong), tmp_path) == "xml_entities"


def test_broken_protected_and_other_files_are_refused_in_words(tmp_path):
    good = workbook(tmp_path / "a.xlsx", ROWS).read_bytes()
    cases = {
        "damaged": good[: len(good) // 2], "empty": b"", "kind": b"%PDF-1.7 ...",
        "password": b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
    }  # fmt: skip
    for code, data in cases.items():
        path = tmp_path / f"{code}.xlsx"
        path.write_bytes(data)
        assert refused(path, tmp_path) == code
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as other:
        other.writestr("a.txt", "x")
    path = tmp_path / "zip.xlsx"
    path.write_bytes(archive.getvalue())
    assert refused(path, tmp_path) == "kind"


def test_a_template_reads_back_as_no_rows_with_its_stamp(tmp_path):
    path = tmp_path / "t.xlsx"
    write_template(path, label="人口", columns=COLUMNS, stamp=Stamp("persons", stamps.version_of(COLUMNS)))
    found = stage(path, tmp_path)
    assert (found.rows, found.stamp.ledger, found.stamp.version) == (0, "persons", stamps.version_of(COLUMNS))


def test_a_large_sheet_is_read_in_two_parts_with_the_same_rows(tmp_path, monkeypatch):
    rows = [["姓名", "耕地面积"], *([f"甲{at}", str(at)] for at in range(3_000))]
    path = workbook(tmp_path / "a.xlsx", rows)
    whole = texts(stage(path, tmp_path))
    monkeypatch.setattr(reading, "PART_BYTES", 1_000)
    monkeypatch.setattr("fupin.core.workbooks.splitting._BLOCK", 10_000)
    found = reading.stage(path, COLUMNS, tmp_path / "parts")
    assert texts(found) == whole
    assert polars.read_parquet(found.staged[0].parquet)["row"].to_list() == list(range(2, 3_002))


def test_the_header_with_the_most_known_names_wins():
    mapping = headers.find([["姓名", "说明"], ["姓名", "耕地面积", "证件号码"], ["a", "1", "2"]], COLUMNS)
    assert (mapping.row, mapping.found) == (2, {"name": 0, "area": 1, "id_number": 2})
