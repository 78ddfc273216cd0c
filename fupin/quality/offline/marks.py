"""The mark of a line: which ticket it is, as it stood when the workbook was taken; nobody but the system can make one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from fupin.core import sealing
from fupin.core.cells import clean
from fupin.quality.models import Ticket

_PURPOSE = "ticket_line"
_SHAPE = re.compile(r"Q([0-9a-z]{1,13})-(\d{1,9})-([0-9a-z]{1,9})-([0-9a-f]{8})-([0-9a-f]{12})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PRINT = 8
_CUT = re.compile(r"(\d)\.?(\d*)E\+?(\d{1,2})")
"""A whole number as spreadsheets write it that know fifteen digits."""
SURE = 14
"""Digits of which none is rounded."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A ticket at a version with the values that it asked about, and when it was taken (milliseconds)."""

    ticket: int
    version: int
    taken: int
    print_: str


def of(ticket: Ticket, moment: datetime) -> str:
    """The mark of a ticket that is taken along now."""
    taken = milliseconds(moment)
    print_ = _print(ticket)
    said = f"Q{_letters(ticket.pk)}-{ticket.version}-{_letters(taken)}-{print_}"
    return f"{said}-{_check(said)}"


def milliseconds(moment: datetime) -> int:
    """A moment as a mark says it."""
    return int(moment.timestamp() * 1000)


def read(text: str) -> Mark | None:
    """What a mark says; None where it is none of ours: cut, typed, changed, or of another instance."""
    found = _SHAPE.fullmatch(clean(text))
    if found is None or _check(found[0].rpartition("-")[0]) != found[5]:
        return None
    return Mark(int(found[1], 36), int(found[2]), int(found[3], 36), found[4])


def is_same_question(mark: Mark, ticket: Ticket) -> bool:
    """Does the ticket still ask about the values that it was taken with?"""
    return mark.version == ticket.version or mark.print_ == _print(ticket)


def names(mark: Mark, text: str) -> bool:
    """Is this the number of the mark's ticket? One of which a spreadsheet has cut the last digits still is."""
    plain, number = clean(text).replace(" ", "").upper(), str(mark.ticket)
    if plain == number:
        return True
    if plain.isdecimal() and len(plain) == len(number):
        return plain[:SURE] == number[:SURE] and set(plain[SURE + 2 :]) <= {"0"}
    cut = _CUT.fullmatch(plain)
    return (
        cut is not None and int(cut[3]) == len(number) - 1 and number.startswith((cut[1] + cut[2])[:SURE].rstrip("0"))
    )


def _print(ticket: Ticket) -> str:
    return sealing.short_token(f"{ticket.rule_version}/{ticket.fingerprint}", _PURPOSE, _PRINT // 2).hex()


def _check(said: str) -> str:
    return sealing.short_token(said, _PURPOSE, 6).hex()


def _letters(number: int) -> str:
    said = ""
    while number:
        number, rest = divmod(number, 36)
        said = _DIGITS[rest] + said
    return said or "0"
