"""One cell at a time: how a text is read into a column's value, and how a value is shown.

This is the one definition. The staged import reads columns set-wise: texts in plain form by SQL, every other distinct
text by `parse`; a property test holds the two to the same answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.core import codes, id_numbers
from fupin.core.columns import Column, Kind, Sensitivity, english_name
from fupin.core.money import NotMoney, to_fen, to_yuan
from fupin.policy.catalogue import CodeList, code_list


class TooHigh(LookupError):
    """What a cell names is a division, but none of the lowest level: `place` is its name."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class Erase:
    """What `—` in a cell means: the value is to be emptied. An empty cell changes nothing."""

    def __repr__(self) -> str:
        return "ERASE"


ERASE = Erase()
ERASE_MARKS = frozenset({"—", "——", "－－", "--", "―"})
FIRST_DAY, LAST_DAY = date(1850, 1, 1), date(2150, 1, 1)
TEXT_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell is refused: a code for counting, a sentence for the person who mends it."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Context:
    """What reading needs beside the text: the day the facts hold from, how a division is found, if rows are made up.

    `division` answers the id of a division for a code or a name, or None, and raises LookupError where a name is
    not unique, TooHigh where it is a division but no village.
    """

    on: date = field(default_factory=date.today)
    division: Callable[[str], int | None] | None = None
    synthetic: bool = False
    documents: str = ""
    """the document kind of the row, where it is known, for id numbers"""
    place: codes.Place = codes.NOWHERE
    """whose own codes are read beside the shipped ones"""


def parse(column: Column, text: str | None, *, context: Context) -> tuple[Any, Problem | None]:
    """The value of a cell in its stored form, or the problem with it. Empty is (None, None), `—` is (ERASE, None).

    Stored forms: text; code; codes joined by commas; bool; int; Decimal; fen; date; the number itself for id numbers,
    phones and accounts; the id of a division.
    """
    cell = clean(text)
    if not cell:
        return None, None
    if cell in ERASE_MARKS:
        if column.required:
            return None, Problem("required", _("%(label)s不能清空") % {"label": label_of(column)})
        return ERASE, None
    return _READERS[column.kind](column, cell, context)


def label_of(column: Column) -> str:
    """The heading of a column in the language of the reader: the official Chinese one, or its English name."""
    english = (get_language() or "").startswith("en")
    return english_name(column) if english else column.label


def missing(column: Column) -> str:
    """The sentence for a required cell that is empty."""
    return _("%(label)s必填") % {"label": label_of(column)}


def clean(text: str | None) -> str:
    """A cell without the blanks around it and the marks that spreadsheets and web pages leave."""
    cell = (text or "").translate(_INVISIBLE)
    if "\r" in cell or _RETURN in cell:
        cell = cell.replace(_RETURN, "\r").replace("\r\n", "\n").replace("\r", "\n")
    return cell.strip().removeprefix("'").strip()


INVISIBLE = "\u00ad\u061c\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Marks that are not seen: joiners, directions, the mark of an encoding."""
_INVISIBLE = {ord(mark): None for mark in INVISIBLE} | {0xA0: " ", 0x3000: " "}
_RETURN = "_x000D_"
"""How a workbook writes the carriage return of a line end inside a cell."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}


# Spreadsheets of East Asian locales read the wide signs as the narrow ones.
_FORMULA = re.compile(r"[=@＝＠]|[+\-＋－][^\d\s]")
_FORMULA_SIGNS = tuple("=+-@＝＋－＠\t\r")
FORMULA_START = r"^[=+\-@＝＋－＠\t\r]"
"""The same signs as a pattern, for whole columns."""


def harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula; numbers stay as they are."""
    if text.startswith(_FORMULA_SIGNS) and not text.lstrip("+-").replace(".", "", 1).isdigit():
        return f"'{text}"
    return text


def _narrow(cell: str) -> str:
    return cell.translate(_WIDE)


INTERPUNCTS = "·•・‧．∙⋅･᛫"
_BETWEEN = re.compile(rf"(?<=[㐀-鿿])\s*[{INTERPUNCTS}.]\s*(?=[㐀-鿿])")
_PADDED = re.compile(r"(?<=[㐀-鿿])\s+(?=[㐀-鿿])")
_BLANKS = re.compile(r"[ \t\r\n]+")  # not every blank: the narrow one of Mongolian script (U+202F) belongs to the word


def _person_name(cell: str) -> str:
    """A name as it is kept: one interpunct of the many that are typed, no blanks that pad short names in a column."""
    return _BLANKS.sub(" ", _PADDED.sub("", _BETWEEN.sub("·", cell)))


def _text(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    if column.sensitivity is Sensitivity.PERSONAL:
        cell = _person_name(cell)
    if _CONTROL.search(cell):
        return None, Problem("control", _("%(label)s含有不可见的控制字符，请重新录入") % {"label": label_of(column)})
    if _FORMULA.match(cell):
        sentence = _("%(label)s以公式符号“%(mark)s”开头，为安全起见不予接收，请改为普通文字")
        return None, Problem("formula", sentence % {"label": label_of(column), "mark": cell[0]})
    most = column.max_length or TEXT_LIMIT
    if len(cell) > most:
        sentence = _("%(label)s最长 %(most)d 字，现为 %(count)d 字")
        return None, Problem("too_long", sentence % {"label": label_of(column), "most": most, "count": len(cell)})
    return cell, None


def _code(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    known = _list_for(column, [cell], context)
    code = known.read(cell)
    if code is None or not known.by_code[code].holds(max(context.on, known.since)):
        return None, _not_a_code(column, cell, context)
    return code, None


def _list_for(column: Column, parts: list[str], context: Context) -> CodeList:
    """The shipped list; with the offices' own codes only where it does not know all of the cell."""
    known = code_list(column.codes)
    if all(known.read(part) is not None for part in parts):
        return known
    return codes.in_use(column.codes, on=context.on, place=context.place)


def _codes(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    parts = [part for part in re.split(r"[,，、;；/\s]+", cell) if part]
    known = _list_for(column, parts, context)
    if known.read(cell):
        parts = [cell]
    found: list[str] = []
    for part in parts:
        code = known.read(part)
        if code is None:
            return None, _not_a_code(column, part, context)
        if code not in found:
            found.append(code)
    if column.most is not None and len(found) > column.most:
        sentence = _("%(label)s最多 %(most)d 项，现为 %(count)d 项")
        return None, Problem(
            "too_many", sentence % {"label": label_of(column), "most": column.most, "count": len(found)}
        )
    order = {code: at for at, code in enumerate(known.by_code)}
    return ",".join(sorted(found, key=order.__getitem__)), None


def _not_a_code(column: Column, cell: str, context: Context) -> Problem:
    known = codes.in_use(column.codes, on=context.on, place=context.place)
    items = known.on(max(context.on, known.since))
    english = (get_language() or "").startswith("en")
    words = [f"{item.code} {item.label_en if english else item.label}" for item in items[:8]]
    labels = (", " if english else "、").join(words) + ("……" if len(items) > 8 else "")
    sentence = _("%(label)s“%(text)s”不在代码表中，应为：%(labels)s")
    return Problem("not_a_code", sentence % {"label": label_of(column), "text": cell[:20], "labels": labels})


_YES = frozenset({"1", "1.0", "是", "y", "yes", "true", "t", "√", "✓", "有", "享受", "参加", "已参加", "对"})
_NO = frozenset(
    {"0", "0.0", "否", "n", "no", "false", "f", "×", "✗", "x", "无", "没有", "未享受", "未参加", "不是", "错"}
)


def _yes_no(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    said = _narrow(cell).casefold()
    if said in _YES:
        return True, None
    if said in _NO:
        return False, None
    sentence = _("%(label)s应填“是”或“否”，不知道的留空，现为“%(text)s”")
    return None, Problem("not_yes_no", sentence % {"label": label_of(column), "text": cell[:20]})


_GROUPED = re.compile(r"[+\-]?(\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+)(?![\d,])")


def _number(column: Column, cell: str) -> Decimal | None:
    plain = _narrow(cell).replace(" ", "")
    if "," in plain:
        if not _GROUPED.match(plain):
            return None  # 12,34 is a fraction to one and two numbers to another
        plain = plain.replace(",", "")
    for unit in dict.fromkeys((column.unit, "元", "亩", "人", "个月", "月", "公里", "平方米", "㎡")):
        if unit and plain.endswith(unit):
            plain = plain.removesuffix(unit)
            break
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**15 else None


def _is_binary_rest(number: Decimal, exact: Decimal) -> bool:
    """Whether a number is `exact` but for what a binary fraction leaves behind (12.340000000000001).

    That is the spreadsheet's, not the writer's; it grows with the number: 99999999.99 comes as 99999999.98999999.
    """
    return abs(number - exact) <= max(Decimal("1e-9"), abs(number) * Decimal("1e-15"))


def _integer(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    number = _number(column, cell)
    if number is None or number != number.to_integral_value():
        sentence = _("%(label)s应为整数，现为“%(text)s”")
        return None, Problem("not_a_number", sentence % {"label": label_of(column), "text": cell[:20]})
    return _within(column, int(number), cell)


def _decimal(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    number = _number(column, cell)
    if number is None:
        sentence = _("%(label)s应为数字，现为“%(text)s”")
        return None, Problem("not_a_number", sentence % {"label": label_of(column), "text": cell[:20]})
    exact = number.quantize(Decimal(1).scaleb(-column.decimals))
    if not _is_binary_rest(number, exact):
        sentence = _("%(label)s最多 %(count)d 位小数，现为“%(text)s”")
        return None, Problem(
            "decimals", sentence % {"label": label_of(column), "count": column.decimals, "text": cell[:20]}
        )
    return _within(column, exact, cell)


def _within(column: Column, number: Any, cell: str) -> tuple[Any, Problem | None]:
    low, high = column.least, column.most
    if (low is not None and number < low) or (high is not None and number > high):
        sentence = _("%(label)s应在 %(low)s 到 %(high)s 之间，现为“%(text)s”")
        bounds = {"low": "—" if low is None else low, "high": "—" if high is None else high}
        return None, Problem("out_of_range", sentence % {"label": label_of(column), "text": cell[:20], **bounds})
    return number, None


def _money(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    number = _number(column, cell.lstrip("¥￥"))
    try:
        if number is None:
            raise NotMoney
        fen = to_fen(round(number, 2) if _is_binary_rest(number, round(number, 2)) else number)
    except NotMoney:
        sentence = _("%(label)s应为以元为单位、最多两位小数的金额，现为“%(text)s”")
        return None, Problem("not_money", sentence % {"label": label_of(column), "text": cell[:20]})
    _fen, problem = _within(column, to_yuan(fen), cell)
    return (None, problem) if problem else (fen, None)


_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+\-]\d{2}(?::?\d{2})?)?)?"
)


def _date(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    plain = _narrow(cell)
    day: date | None = None
    try:
        if match := _DATE.fullmatch(plain):
            day = date(*(int(part) for part in match.groups()))
        elif re.fullmatch(r"\d{8}(\.0+)?", plain):
            day = date(int(plain[:4]), int(plain[4:6]), int(plain[6:8]))
        elif re.fullmatch(r"\d{1,5}(\.\d+)?", plain) and 60 < (kept := float(plain)) < 91_314:
            # A date that a spreadsheet keeps as a number; 2018 and 2018.3 are a year and a month without a day.
            day = date(1899, 12, 30) + timedelta(days=int(kept)) if not 1900 <= kept < 2101 else None
    except ValueError:
        day = None
    if day is None:
        sentence = _("%(label)s应为日期，如 2018-12-05 或 2018年12月5日，现为“%(text)s”")
        return None, Problem("not_a_date", sentence % {"label": label_of(column), "text": cell[:20]})
    if not FIRST_DAY <= day < LAST_DAY:
        sentence = _("%(label)s %(day)s 不在合理的年份内")
        return None, Problem("out_of_range", sentence % {"label": label_of(column), "day": day})
    return day, None


def _year(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    plain = _narrow(cell).removesuffix("年度").removesuffix("年").removesuffix(".0")
    if not re.fullmatch(r"\d{4}", plain):
        if (day := _date(column, cell, context)[0]) is not None:
            return _within(column, day.year, cell)
        sentence = _("%(label)s应为四位年份，现为“%(text)s”")
        return None, Problem("not_a_year", sentence % {"label": label_of(column), "text": cell[:20]})
    return _within(column, int(plain), cell)


_SCIENTIFIC = re.compile(r"[\d.]+[eE][+\-]?\d+")


def _cut(column: Column) -> Problem:
    sentence = _("%(label)s被电子表格当作数字保存，只剩前 15 位有效数字，请把该列设为文本后重新录入原号码")
    return Problem("id_cut", sentence % {"label": label_of(column)})


_FRACTION = re.compile(r"(\d{15,22})\.0*")
"""A number that went through a type with fractions: of more than 15 digits the last ones are lost."""
_QUOTES = "'\"`´‘’“”＇＂"


def _unadorned(cell: str) -> str:
    """A number without what was put around it so that a spreadsheet takes it for a text: '1…, "1…", ="1…"."""
    if cell.startswith(("=", "＝")) and cell[1:2] in tuple(_QUOTES):
        cell = cell[1:]
    return cell.strip(_QUOTES + " ")


def _id_number(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    cell = _unadorned(cell)
    if _SCIENTIFIC.fullmatch(cell):
        return None, _cut(column)
    if match := _FRACTION.fullmatch(cell):
        if len(match[1]) > 15:
            return None, _cut(column)
        cell = match[1]
    number = id_numbers.read(cell, synthetic=context.synthetic, document=context.documents, on=context.on)
    if number.errors:
        code, sentence = number.errors[0]
        if len(number.text18) >= 18 and re.fullmatch(r"\d{15}0+", number.text18) and not number.is_valid:
            return None, _cut(column)
        return None, Problem(code, label_of(column) + _("：") + sentence)
    return number.text18, None


_SHORTENED = re.compile(r"([\d.]+)[eE]\+\d+")
"""How a spreadsheet shows a number in a narrow column; a program that writes all its digits sets no sign."""


def _phone(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    plain = re.sub(r"[\s\-()]", "", _narrow(cell)).removesuffix(".0")
    if (match := _SHORTENED.fullmatch(plain)) and len(match[1].replace(".", "")) < 11:
        sentence = _("%(label)s被电子表格改成了科学计数，末几位已经丢失，请把该列设为文本后重新录入")
        return None, Problem("phone", sentence % {"label": label_of(column)})
    if _SCIENTIFIC.fullmatch(plain) and "." in plain:
        number = _number(column, plain)
        plain = str(int(number)) if number is not None and number == int(number) else plain
    plain = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", plain)
    if not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7}", plain):
        sentence = _("%(label)s应为 11 位手机号或带区号的固定电话，现有 %(count)d 位")
        return None, Problem("phone", sentence % {"label": label_of(column), "count": len(plain)})
    return plain, None


def _account(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    cell = _unadorned(cell)
    if _SCIENTIFIC.fullmatch(cell) or ((match := _FRACTION.fullmatch(cell)) and len(match[1]) > 15):
        return None, _cut(column)
    plain = re.sub(r"[\s\-]", "", _narrow(cell)).removesuffix(".0")
    if not re.fullmatch(r"\d{8,30}", plain):
        sentence = _("%(label)s应为 8 到 30 位数字")
        return None, Problem("account", sentence % {"label": label_of(column)})
    if len(plain) > 15 and re.fullmatch(r"\d{15}0{2,}", plain):
        return None, _cut(column)
    return plain, None


def _division(column: Column, cell: str, context: Context) -> tuple[Any, Problem | None]:
    plain = _narrow(cell).removesuffix(".0")
    if context.division is None:
        return plain, None
    try:
        found = context.division(plain)
    except TooHigh as higher:
        sentence = _("%(label)s应填到嘎查村一级，“%(text)s”是%(place)s")
        said = {"label": label_of(column), "text": cell[:30], "place": higher.place}
        return None, Problem("division_too_high", sentence % said)
    except LookupError:
        sentence = _("%(label)s“%(text)s”不止一处，请填 12 位区划代码")
        return None, Problem("division_ambiguous", sentence % {"label": label_of(column), "text": cell[:30]})
    if found is None:
        sentence = _("%(label)s“%(text)s”查无此区划，请填 12 位区划代码或全称")
        return None, Problem("division_unknown", sentence % {"label": label_of(column), "text": cell[:30]})
    return found, None


_READERS: dict[Kind, Callable[[Column, str, Context], tuple[Any, Problem | None]]] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.CODES: _codes,
    Kind.YES_NO: _yes_no,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.YEAR: _year,
    Kind.ID_NUMBER: _id_number,
    Kind.PHONE: _phone,
    Kind.ACCOUNT: _account,
    Kind.DIVISION: _division,
}

_MASKS: dict[Kind, Callable[[str], str]] = {
    Kind.ID_NUMBER: id_numbers.mask,
    Kind.PHONE: id_numbers.mask_phone,
    Kind.ACCOUNT: id_numbers.mask_account,
}


def is_masked(text: str) -> bool:
    """A cell that we gave out masked: importing it back says nothing about the value."""
    return "***" in text


def show(column: Column, value: Any, *, masked: bool = True, english: bool | None = None) -> str:
    """A value as text for a screen or a file: labels for codes, yuan for fen, sealed kinds masked unless revealed."""
    if value is None or value == "":
        return ""
    if english is None:
        english = (get_language() or "").startswith("en")
    if column.kind in _MASKS:
        return _MASKS[column.kind](str(value)) if masked else str(value)
    match column.kind:
        case Kind.CODE:
            return codes.label(column.codes, str(value), english=english)
        case Kind.CODES:
            labels = [codes.label(column.codes, code, english=english) for code in str(value).split(",")]
            return (", " if english else "、").join(labels)
        case Kind.YES_NO:
            return ("Yes" if value else "No") if english else ("是" if value else "否")
        case Kind.MONEY:
            return str(to_yuan(int(value)))
        case Kind.DECIMAL:
            return f"{Decimal(str(value)):.{column.decimals}f}".rstrip("0").rstrip(".")
        case Kind.DATE:
            return value.isoformat() if isinstance(value, date) else str(value)
    return unicodedata.normalize("NFC", str(value))
