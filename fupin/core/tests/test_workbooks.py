"""Files from outside: every kind is read by what it holds, and what a file tries ends in a sentence."""

from __future__ import annotations

import io
import re
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


def test_a_workbook_of_the_former_format_is_read_without_its_hidden_sheet(tmp_path):
    # Written by a program of that format, with a title, an empty line, a real date and a number that was cut.
    found = stage(Path(__file__).parent / "files" / "former.xls", tmp_path)
    assert texts(found) == [
        {"name": "宝音", "id_number": "159922196001010017", "area": "12.5", "born_on": "1960-01-01"},
        {"name": "乌云", "id_number": "1.59922196502021E+17", "area": "3", "born_on": "1965年2月2日"},
    ]
    assert polars.read_parquet(found.staged[0].parquet)["row"].to_list() == [3, 5]
    assert any("作废" in line for line in found.findings)


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


def test_only_merged_cells_among_the_data_are_told_and_where_they_are(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in [["科左后旗名单"], *ROWS]:
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.save(path)
    assert stage(path, tmp_path).findings == []
    book.active.merge_cells("A3:A4")
    book.save(path)
    (said,) = stage(path, tmp_path).findings
    assert "A3:A4" in said
    assert "A1:C1" not in said


def test_formulas_without_a_saved_result_are_told_instead_of_being_read_as_nothing(tmp_path):
    (said,) = stage(workbook(tmp_path / "a.xlsx", [*ROWS, ["=A2", "15052219620202123X", "=1+1"]]), tmp_path).findings
    assert "2 个公式" in said


def test_a_refusal_names_the_file_as_the_person_knows_it(tmp_path):
    for name, content in (("a.xlsx", b"\x89PNG"), ("b.xlsx", b""), ("c.xlsx", b"PK\x03\x04"), ("d.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"))):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refused, match="新户"):
            stage(tmp_path / name, tmp_path, name="新户.xlsx")


def test_a_sheet_that_is_hidden_is_named_where_nothing_else_was_found(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.load_workbook(workbook(path, ROWS, 封面=[["请看农户表"]]))
    book.worksheets[0].title, book.worksheets[0].sheet_state = "农户", "hidden"
    book.active = 1
    book.save(path)
    with pytest.raises(Refused, match="农户"):
        stage(path, tmp_path)


def test_what_the_reader_says_of_a_damaged_file_stays_off_the_screen(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + bytes(100))
    with pytest.raises(Refused) as caught:
        stage(path, tmp_path)
    assert str(tmp_path) not in str(caught.value)
    assert "Error" not in str(caught.value)


@pytest.mark.parametrize("spoil", ["stream", "locked", "packing"])
def test_a_workbook_with_a_spoilt_part_is_damaged_and_no_fault(tmp_path, spoil):
    path = workbook(tmp_path / "a.xlsx", ROWS)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    start = info.header_offset
    central = data.index(b"xl/worksheets/sheet1.xml", start + 40 + len(info.filename)) - 46
    if spoil == "stream":
        at = start + 30 + len(info.filename)
        data[at : at + 20] = b"\xff" * 20
    for offset in (start + 6, central + 8) if spoil == "locked" else ():
        data[offset] |= 1
    for offset in (start + 8, central + 10) if spoil == "packing" else ():
        data[offset] = 99
    path.write_bytes(data)
    assert refused(path, tmp_path) == "damaged"


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


def test_an_archive_that_lies_about_what_it_unpacks_to_is_refused(tmp_path):
    parts = parts_of(workbook(tmp_path / "a.xlsx", ROWS))
    parts["xl/media/bomb.bin"] = b"\0" * (8 << 20)
    data = zipped(tmp_path / "bomb.xlsx", parts).read_bytes()
    assert data.count((8 << 20).to_bytes(4, "little")) == 2  # before the part, and in the directory
    (tmp_path / "lie.xlsx").write_bytes(data.replace((8 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    assert refused(tmp_path / "lie.xlsx", tmp_path) == "damaged"


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


def test_a_large_sheet_is_read_in_parts_with_the_same_rows(tmp_path, monkeypatch, request):
    rows = [["姓名", "耕地面积"], *([f"甲{at}", str(at)] for at in range(3_000))]
    path = workbook(tmp_path / "a.xlsx", rows)
    whole = texts(stage(path, tmp_path))
    request.getfixturevalue("in_parts")
    found = reading.stage(path, COLUMNS, tmp_path / "parts")
    assert texts(found) == whole
    assert polars.read_parquet(found.staged[0].parquet)["row"].to_list() == list(range(2, 3_002))


@pytest.fixture
def in_parts(monkeypatch):
    """Large is what a test can make."""
    monkeypatch.setattr(reading, "PART_BYTES", 60_000)
    monkeypatch.setattr(reading, "HEAD_BYTES", 2_000)
    monkeypatch.setattr("fupin.core.workbooks.splitting._BLOCK", 10_000)


def remade(path, change):
    """The workbook with its sheet's XML changed."""
    with zipfile.ZipFile(path) as source:
        kept = {name: source.read(name) for name in source.namelist()}
    kept["xl/worksheets/sheet1.xml"] = change(kept["xl/worksheets/sheet1.xml"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in kept.items():
            made.writestr(name, content)
    return path


def test_of_a_large_sheet_formulas_and_merged_cells_are_told_too(tmp_path, in_parts):
    rows = [["姓名", "耕地面积"], *([f"甲{at}", f"={at}+1"] for at in range(3_000))]
    path = workbook(tmp_path / "a.xlsx", rows)
    path = remade(
        path,
        lambda xml: xml.replace(
            b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A2:A4"/></mergeCells>'
        ),
    )
    found = reading.stage(path, COLUMNS, tmp_path / "parts")
    assert any("A2:A4" in each for each in found.findings)
    assert any("3000 个公式" in each for each in found.findings)


def test_a_large_sheet_whose_rows_have_no_numbers_is_read_as_a_whole(tmp_path, in_parts):
    rows = [["姓名", "耕地面积"], *([f"甲{at}", str(at)] for at in range(3_000))]
    path = workbook(tmp_path / "a.xlsx", rows)
    whole = texts(stage(path, tmp_path))
    path = remade(path, lambda xml: re.sub(rb'(<row|<c) r="[A-Z]*\d+"', rb"\1", xml))
    assert texts(reading.stage(path, COLUMNS, tmp_path / "parts")) == whole


def test_a_large_sheet_that_is_damaged_within_is_refused(tmp_path, in_parts):
    rows = [["姓名", "耕地面积"], *([f"甲{at}", str(at)] for at in range(3_000))]
    path = workbook(tmp_path / "a.xlsx", rows)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    middle = info.header_offset + info.compress_size * 2 // 3
    content[middle : middle + 40] = bytes(40)
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        reading.stage(path, COLUMNS, tmp_path / "parts")
    assert refusal.value.code == "damaged"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("is_ended", [True, False])
def test_a_large_text_file_is_read_in_parts_with_the_same_rows(tmp_path, monkeypatch, end, is_ended):
    lines = ["填报单位：某村", "姓名,耕地面积", *(f"甲{at},{at}" if at % 7 else "," for at in range(3_000))]
    path = tmp_path / "a.csv"
    path.write_bytes((end.join(lines) + end * is_ended).encode())
    whole = reading.stage(path, COLUMNS, tmp_path / "whole")
    monkeypatch.setattr(reading, "CSV_BYTES", 10_000)
    found = reading.stage(path, COLUMNS, tmp_path / "parts")
    assert len(list((tmp_path / "parts").glob("raw-*"))) == 4
    assert texts(found) == texts(whole)
    rows = polars.read_parquet(found.staged[0].parquet)["row"].to_list()
    assert rows == polars.read_parquet(whole.staged[0].parquet)["row"].to_list()
    assert rows == [at + 3 for at in range(3_000) if at % 7]


def test_the_header_with_the_most_known_names_wins():
    mapping = headers.find([["姓名", "说明"], ["姓名", "耕地面积", "证件号码"], ["a", "1", "2"]], COLUMNS)
    assert (mapping.row, mapping.found) == (2, {"name": 0, "area": 1, "id_number": 2})
