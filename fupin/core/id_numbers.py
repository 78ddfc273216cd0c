"""Id numbers: resident numbers (GB 11643-1999), the 15-digit form before them, disability cards, temporary numbers.

`read` says of a number what rules need to know, without the number: kind, validity, birth day, sex, area. Problems
carry the codes of the quality rules ID-001 to ID-009.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from django.utils.translation import gettext as _

from fupin.core.sealing import check_character, normalise

IdKind = Literal["", "resident", "disability", "temporary", "other"]
TEMPORARY_AREA = "999999"
SYNTHETIC_AREA = "1599"
"""An area that is assigned to nobody: numbers under it are made up, and valid only for rows marked synthetic."""
MOST_YEARS = 120
WARNINGS = frozenset({"ID-005", "ID-006", "ID-009"})
"""Problems that do not keep a number from being stored as it is."""
FOREIGN_DOCUMENTS = frozenset({"03", "04", "99"})
"""Codes of the id_type list whose numbers follow no rule of ours: passport, officer's card, other."""


@dataclass(frozen=True, slots=True)
class IdNumber:
    """What a number says about its holder and about itself.

    `text18` is the number in its stored form (a resident number in 18 digits, a card number whole); `sex` 1 or 2 as in
    GB/T 2261, empty if unknown; `area` the six-digit division code it was issued under.
    """

    kind: IdKind
    text18: str
    is_valid: bool = False
    is_temporary: bool = False
    is_synthetic: bool = False
    born_on: date | None = None
    sex: str = ""
    area: str = ""
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """The problems that refuse the number; the others only warn."""
        return tuple(problem for problem in self.problems if problem[0] not in WARNINGS)


_OTHER = re.compile(r"(?=(.*\d){4})[A-Z0-9\u4e00-\u9fff][A-Z0-9\u4e00-\u9fff()/.·]*")
"""A passport, an officer's card: letters, characters and at least four digits; marks of other kinds come from elsewhere."""


def read(text: str | None, *, synthetic: bool = False, document: str = "", on: date | None = None) -> IdNumber:
    """Read a number as it was typed. `synthetic`: the row is marked synthetic; `document`: its code of the id_type
    list where known; `on`: the day it was collected, for a birth day that lies ahead.
    """
    number = text or ""
    if not (len(number) == 18 and number.isascii() and number.isalnum() and not number[17].islower()):
        number = normalise(number, "id")
    if not number:
        return IdNumber("", "", problems=(("ID-001", _("证件号码为空，请补录")),))
    if number.startswith(TEMPORARY_AREA):
        return _temporary(number)
    if document in FOREIGN_DOCUMENTS or (not document and not number[0].isdigit()):
        problems = () if _OTHER.fullmatch(number) else (("ID-002", _("这不是任何证件的号码，请核对证件")),)
        return IdNumber("other", number, is_valid=not problems, problems=problems)
    if len(number) in (20, 22) or document == "02":
        return _disability_card(number, synthetic=synthetic, on=on)
    return _resident(number, synthetic=synthetic, on=on)


def _resident(number: str, *, synthetic: bool, on: date | None) -> IdNumber:
    if len(number) != 18:
        return IdNumber("resident", number, problems=(("ID-002", _length_sentence(number)),))
    body = number[:17]
    if not (body.isascii() and body.isdigit()):
        return IdNumber("resident", number, problems=(("ID-003", _("身份证号只能由数字组成，末位可为 X")),))
    area = number[:6]
    born_on = birth_day(number)
    problems: tuple[tuple[str, str], ...] = ()
    if check_character(body) != number[17]:
        problems += (("ID-003", _check_sentence(number)),)
    if born_on is None or born_on.year < 1880 or (on is not None and _is_out_of_reach(born_on, on)):
        problems += (("ID-004", _("身份证号中的出生日期 %(day)s 不成立") % {"day": number[6:14]}),)
    is_synthetic = area.startswith(SYNTHETIC_AREA)
    if is_synthetic and not synthetic:
        problems += (
            ("ID-SYN", _("号码 %(area)s 开头的号段只用于合成数据，不是真实身份证号") % {"area": SYNTHETIC_AREA}),
        )
    is_valid = not problems
    if not is_synthetic and area not in known_areas():
        problems += (("ID-005", _("身份证号前六位 %(area)s 不是任何时期的行政区划代码，请核对") % {"area": area}),)
    return IdNumber(
        "resident", number, is_valid, False, is_synthetic, born_on, "1" if int(number[16]) % 2 else "2", area, problems
    )  # fmt: skip


def _disability_card(number: str, *, synthetic: bool, on: date | None) -> IdNumber:
    if len(number) not in (20, 22):
        sentence = _("残疾人证号应为 20 位或 22 位，现为 %(count)d 位") % {"count": len(number)}
        return IdNumber("disability", number, problems=(("ID-002", sentence),))
    holder = _resident(number[:18], synthetic=synthetic, on=on)
    problems = tuple(("ID-009", sentence) for code, sentence in holder.errors)
    if not re.fullmatch(r"[1-7][1-4](B[1-9])?", number[18:]):
        sentence = _("残疾人证号第 19 位应为类别 1–7，第 20 位应为等级 1–4，补发证末两位应为 B1–B9")
        problems += (("ID-009", sentence),)
    return IdNumber(
        "disability", number, not problems, False, holder.is_synthetic, holder.born_on, holder.sex, holder.area, problems
    )  # fmt: skip


def _temporary(number: str) -> IdNumber:
    problems: tuple[tuple[str, str], ...] = (("ID-006", _("这是无证人员的临时号码，请在 12 个月内补录身份证号")),)
    if len(number) != 18:
        problems += (("ID-002", _length_sentence(number)),)
        return IdNumber("temporary", number, is_temporary=True, problems=problems)
    return IdNumber("temporary", number, is_temporary=True, born_on=birth_day(number), problems=problems)


def _length_sentence(number: str) -> str:
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", number):
        return _("号码已被电子表格改成科学计数“%(number)s”，末几位已经丢失，请把该列设为文本后重新录入") % {
            "number": number
        }
    return _("身份证号应为 18 位，现为 %(count)d 位") % {"count": len(number)}


def _check_sentence(number: str) -> str:
    if number.endswith("000"):
        return _("身份证号校验码不符；末三位为 000，可能被电子表格截去，请把该列设为文本后重新录入")
    return _("身份证号校验码不符，请对照证件核对")


def _is_out_of_reach(born_on: date, on: date) -> bool:
    return born_on > on or on.year - born_on.year > MOST_YEARS


@cache
def _days() -> dict[str, date]:
    return {}


def birth_day(number: str) -> date | None:
    """The birth day in positions 7 to 14, or None. Days repeat: each is made once."""
    text = number[6:14]
    known = _days()
    day = known.get(text)
    if day is None and text.isdigit():
        try:
            day = known.setdefault(text, date(int(text[:4]), int(text[4:6]), int(text[6:])))
        except ValueError:
            return None
    return day


@cache
def known_areas() -> frozenset[str]:
    """Every county code that GB/T 2260 has known, from python-stdnum's table, with the division data of the product."""
    prefixes: set[str] = set()
    head = ""
    for line in files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        part = line.split()[0]
        if line.startswith(" "):
            prefixes.add(head + part)
        else:
            head = part
    return frozenset(prefixes)


def mask(text: str | None) -> str:
    """A number as it may be shown: positions 6 to 14 covered (handbook, appendix A.2), shorter ones in the middle."""
    text = text or ""
    if len(text) >= 15:
        return text[:5] + "*" * 9 + text[14:]
    return text[:2] + "*" * max(len(text) - 4, 0) + text[-2:] if len(text) > 4 else "*" * len(text)


def mask_phone(text: str | None) -> str:
    """A phone number with its middle four digits covered."""
    text = text or ""
    return text[:-8] + "****" + text[-4:] if len(text) > 8 else "*" * len(text)


MOBILE_PHONE, AREA_PHONE = r"^1[3-9]\d{9}$", r"^0\d{9,11}$"
"""A mobile number, and a landline with its area code; whatever else is a landline without one."""


def phone_form(number: str) -> str:
    """What form a phone number has: `mobile`, `area` or `local`. Kept beside the sealed number, so that rules may ask."""
    return "mobile" if re.match(MOBILE_PHONE, number) else "area" if re.match(AREA_PHONE, number) else "local"


def mask_account(text: str | None) -> str:
    """A bank account of which only the last four digits are shown."""
    text = text or ""
    return "*" * max(len(text) - 4, 0) + text[-4:] if len(text) > 4 else "*" * len(text)


WITH_AREA = re.compile(r"^\d{17}[\dX]|^\d{15}$")


def area_of(number: str) -> str:
    """The first six digits of a number that is built like a resident number (GB 11643), of 15 or 18 characters or more;
    empty for temporary and all other numbers. An index of tokens is led by it: what is registered in one place lies
    together there, so that an import writes a narrow part of the index instead of all of it."""
    return number[:6] if WITH_AREA.match(number) and not number.startswith(TEMPORARY_AREA) else ""


def nearness(one: str, other: str) -> Literal["", "digit", "swap"]:
    """How two numbers of one length almost agree: one character differs, two neighbours are swapped, or neither."""
    if len(one) != len(other):
        return ""
    differing = [at for at, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if len(differing) == 1:
        return "digit"
    if len(differing) == 2:
        first, second = differing
        if second == first + 1 and one[first] == other[second] and one[second] == other[first]:
            return "swap"
    return ""
