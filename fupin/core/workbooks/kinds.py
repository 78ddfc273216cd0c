"""What a file really is, by its first bytes, and whether an archive is what it says."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from fupin.core.refusals import Refused
from fupin.core.workbooks.child import MOST_COLUMNS


class FileKind(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    HTML = "html"
    CSV = "csv"
    PARQUET = "parquet"


MOST_UNPACKED = 6 << 30
MOST_RATIO = 400
MOST_PARTS = 5_000
MOST_HTML = 80 << 20
_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def kind_of(path: Path, name: str = "") -> FileKind:
    """The kind of a file by its content. Raises Refused for what is no table, with what to do instead.

    `name` is the file's name as the person knows it: the copy that lies here is called otherwise.
    """
    name = name or path.name
    with path.open("rb") as file:
        head = file.read(8192)
    if not head.strip():
        raise Refused(_("文件“%(name)s”是空的") % {"name": name}, "empty")
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(path, name)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _ole_kind(path, name)
    if head.startswith(b"PAR1"):
        return FileKind.PARQUET
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<style", b"<body")) or b"<table" in start:
        if path.stat().st_size > MOST_HTML:
            raise Refused(_("网页形式的表格过大，请另存为 .xlsx 后再试"), "too_large")
        return FileKind.HTML
    if start.startswith(b"<?xml"):
        raise Refused(_("“%(name)s”是 XML 文件，请在电子表格软件中另存为 .xlsx 后再试") % {"name": name}, "kind")
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise Refused(_("“%(name)s”不是表格文件，可用 .xlsx、.xls、.csv、.parquet") % {"name": name}, "kind")
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(_("“%(name)s”的内容无法识别，可用 .xlsx、.xls、.csv、.parquet") % {"name": name}, "kind")
    return FileKind.CSV


def _ole_kind(path: Path, name: str) -> FileKind:
    with path.open("rb") as file:
        head = file.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in head:
        raise Refused(_("“%(name)s”设有打开密码，请取消密码后再试") % {"name": name}, "password")
    if "WordDocument".encode("utf-16-le") in head:
        raise Refused(_("“%(name)s”是文字文档，不是表格") % {"name": name}, "kind")
    return FileKind.XLS


def _zip_kind(path: Path, name: str) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.bin" in names:
                raise Refused(_("不支持二进制工作簿 .xlsb，请另存为 .xlsx 后再试"), "kind")
            if "xl/workbook.xml" in names:
                return FileKind.XLSX
    except zipfile.BadZipFile:
        raise Refused(_("文件“%(name)s”已损坏，无法打开，请重新导出或另存") % {"name": name}, "damaged") from None
    raise Refused(_("“%(name)s”是压缩包，不是工作簿；请解压后用其中的表格") % {"name": name}, "kind")


@dataclass(slots=True)
class XlsxSheet:
    """One worksheet: where it lies in the archive, how far its rows go, which cells were merged, how many formulas."""

    name: str
    part: str
    hidden: bool = False
    last_row: int = 0
    size: int = 0
    merged: list[str] = field(default_factory=list)
    """the merged areas (`A2:A4`), the first few hundred of them"""
    formulas: int = 0
    hidden_rows: int = 0
    hidden_columns: list[int] = field(default_factory=list)
    """the numbers of hidden columns, from 0"""
    is_counted: bool = True
    """whether it has been read through; a large one is counted while it is cut"""
    _tail: bytes = b""
    _unnumbered: int = 0
    _last_hidden: int = 0

    def count(self, block: bytes) -> None:
        """Note what the next bytes of the sheet say of its rows, formulas and merged cells."""
        window = self._tail + block
        rows = _ROW.findall(window[-65536:]) or _ROW.findall(window)
        if rows:
            self.last_row = max(self.last_row, int(rows[-1]))
        elif not self.last_row:
            self._unnumbered += len(_ANY_ROW.findall(block))
        # A formula is <f>, <f t="shared" …> or, shared from another cell, <f … />.
        self.formulas += block.count(b"<f>") + block.count(b"<f ")
        if b"mergeCell" in block and len(self.merged) < MOST_MERGED:
            self.merged += [ref.decode() for ref in _MERGED.findall(window)]
        if b' hidden="' in window:
            self._note_hidden(window)
        self._tail = block[-200:]

    def _note_hidden(self, window: bytes) -> None:
        for tag in _HIDDEN.findall(window):
            said = {name: int(number) for name, number in _NUMBERED.findall(tag)}
            if (row := said.get(b"r", 0)) > self._last_hidden:  # a tag may lie in two windows
                self._last_hidden = row
                self.hidden_rows += 1
            elif b"min" in said and b"max" in said and not self.hidden_rows:
                columns = range(said[b"min"] - 1, min(said[b"max"], MOST_COLUMNS))
                self.hidden_columns += [at for at in columns if at not in self.hidden_columns]

    def end(self) -> None:
        """The sheet has been read through."""
        self.last_row = self.last_row or self._unnumbered
        self.is_counted = True


@dataclass(slots=True)
class Xlsx:
    sheets: list[XlsxSheet] = field(default_factory=list)


def look_into(path: Path, name: str = "", *, large: int = MOST_UNPACKED) -> Xlsx:
    """The sheets of a workbook, after every part has been unpacked once and counted; of a sheet of more than `large`
    bytes only the beginning, where entities would be declared.

    Raises Refused for an archive that unpacks to far more than it says or than any register holds, for declared
    entities, and for a damaged file.
    """
    with unpacking(path, name), zipfile.ZipFile(path) as archive:
        _weigh(archive, path)
        book = Xlsx(_sheets(archive))
        for info in archive.infolist():
            sheet = next((sheet for sheet in book.sheets if sheet.part == info.filename), None)
            if sheet is not None:
                sheet.size = info.file_size
                sheet.is_counted = sheet.size <= large
            _unpack(archive, info, sheet)
        return book


def count(path: Path, sheet: XlsxSheet, name: str = "") -> None:
    """Count a sheet that `look_into` left, from its beginning. Raises Refused for a damaged file."""
    sheet.last_row, sheet.formulas, sheet.merged, sheet.is_counted = 0, 0, [], True
    sheet.hidden_rows, sheet.hidden_columns, sheet._last_hidden = 0, [], 0
    with unpacking(path, name), zipfile.ZipFile(path) as archive:
        _unpack(archive, archive.getinfo(sheet.part), sheet)


@contextmanager
def unpacking(path: Path, name: str = "") -> Iterator[None]:
    """Whatever an archive can be damaged by, in the words of the screen. Raises Refused."""
    try:
        yield
    except DefusedXmlException:
        raise Refused(_("文件中含有 XML 实体定义，可能有害，不予打开"), "xml_entities") from None
    except (zipfile.BadZipFile, zlib.error, KeyError, ParseError, EOFError, OSError, RuntimeError, ValueError) as fault:
        # RuntimeError: a part is locked with a password, or packed in a way that no spreadsheet program uses.
        if isinstance(fault, OSError) and fault.errno:
            raise  # the disk is full, or the file is gone: nothing that saving it again would mend
        raise Refused(
            _("文件“%(name)s”已损坏，无法打开，请重新导出或另存") % {"name": name or path.name}, "damaged"
        ) from None


def _weigh(archive: zipfile.ZipFile, path: Path) -> None:
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_PARTS or total > MOST_UNPACKED or total > max(MOST_RATIO * path.stat().st_size, 64 << 20):
        raise _bomb()


def _bomb() -> Refused:
    return Refused(_("文件解压后异常庞大，疑似压缩炸弹，不予打开"), "zip_bomb")


_ROW = re.compile(rb'<(?:\w+:)?row [^>]*?\br="(\d{1,7})"')
_ANY_ROW = re.compile(rb"<(?:\w+:)?row[ >]")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_HIDDEN = re.compile(rb'<(?:\w+:)?(?:row|col) [^>]*?\bhidden="(?:1|true)"[^>]*>')
_NUMBERED = re.compile(rb' (r|min|max)="(\d{1,7})"')
MOST_MERGED = 500
_DECLARES = re.compile(rb"<\0?!\0?(D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")
"""A document type or an entity, in UTF-8 or UTF-16."""


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, sheet: XlsxSheet | None) -> None:
    """Read a part through once: it declares no entities; what a sheet holds is counted, but for one left for later.

    No more is read than the archive declares of a part (`zipfile`): one that lies about it has another checksum.
    """
    is_first = True
    with archive.open(info) as part:
        while block := part.read(1 << 20):
            if is_first and info.filename.endswith((".xml", ".rels")) and _DECLARES.search(block):
                raise Refused(_("文件中含有 XML 实体定义，可能有害，不予打开"), "xml_entities")
            is_first = False
            if sheet is not None:
                if not sheet.is_counted:
                    return
                sheet.count(block)
    if sheet is not None:
        sheet.end()


def _sheets(archive: zipfile.ZipFile) -> list[XlsxSheet]:
    relations = {
        node.get("Id"): node.get("Target", "") for node in fromstring(_small(archive, "xl/_rels/workbook.xml.rels"))
    }
    root = fromstring(_small(archive, "xl/workbook.xml"))
    found: list[XlsxSheet] = []
    for space, relation in ((_SPREADSHEET, _RELATION), (_STRICT, _STRICT_RELATION)):
        for node in root.iter(f"{space}sheet"):
            target = relations.get(node.get(relation), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" in part and part in archive.namelist():
                found.append(XlsxSheet(node.get("name", ""), part, node.get("state", "visible") != "visible"))
    return found


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > 4 << 20:
        raise _bomb()
    return archive.read(name)
