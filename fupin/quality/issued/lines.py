"""A line of a sender's sheet as it is asked: whom it names in which way, what the problem is, by when."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fupin.core import cells, sealing
from fupin.core.cells import clean
from fupin.core.columns import Column, Kind
from fupin.quality.issued import layout
from fupin.quality.issued.books import Sheet
from fupin.quality.issued.words import GIVEN_BACK, Role

_STARS = re.compile(r"[*＊×✱●•xX?？]{2,}")
_CUT = re.compile(r"(\d(?:\.\d+)?)[Ee]\+?(\d+)")
_FRACTION = re.compile(r"(\d+)\.0+")
_BY = re.compile(r"\s*(?:之前|以前|前|止|截止)$")
"""What a deadline is said with: 2019年1月10日前, that day still being in time."""
_DUE = Column("due", "办理期限", Kind.DATE)
_SAME_15 = 15
"""Digits that a spreadsheet keeps of a number."""


@dataclass(frozen=True, slots=True)
class Number:
    """An id number as a list has it: whole, or what can be seen of it (`start`, `end`)."""

    whole: str = ""
    start: str = ""
    end: str = ""

    @property
    def seen(self) -> int:
        """How many of its digits can be seen."""
        return len(self.whole) or len(self.start) + len(self.end)

    def fits(self, number: str) -> bool:
        """May it be this number?"""
        if self.whole:
            return number == self.whole
        return bool(self.seen) and number.startswith(self.start) and number.endswith(self.end)


def number_of(text: str) -> Number:
    """What a cell says of an id number: whole, masked by its sender, or cut by a spreadsheet to its first digits."""
    plain = sealing.normalise(text.strip().strip("'\"`‘’“”"), "id")
    if match := _FRACTION.fullmatch(plain):
        plain = match[1]
    if match := _CUT.fullmatch(plain):
        digits = match[1].replace(".", "")
        # Fifteen digits at most are exact; what a narrow column shows rounds the last one of fewer.
        return Number(start=digits[:_SAME_15] if len(digits) >= _SAME_15 else digits[:-1])
    if match := _STARS.search(plain[:-1]):
        return Number(start=plain[: match.start()], end=plain[match.end() :])
    if len(plain) == 18 and plain.isdigit() and plain.endswith("000") and not _is_right(plain):
        return Number(start=plain[:_SAME_15])
    return Number(whole=plain) if len(plain) >= 15 else Number()


def _is_right(number: str) -> bool:
    return sealing.check_character(number[:17]) == number[17]


@dataclass(slots=True)
class Asked:
    """One line: where it stands, its cells, whom it names, what it asks."""

    sheet: str
    row: int
    key: str
    cells: list[str]
    household: str
    head: str
    number: Number
    person: str
    township: str
    village: str
    question: str
    due_on: date | None
    digest: str
    is_due_unclear: bool = False


def read(sheet: Sheet, mapped: Mapping[str, Any], *, on: date) -> Iterator[Asked]:
    """The lines below the header of a mapped sheet. Cells merged over several lines count for each of them; a line in
    which nobody is named and nothing asked (a sum, a signature) is none."""
    columns, headings = mapped["columns"], mapped["headings"]
    rows = layout.filled(sheet.rows, [area for area in sheet.merged if area[0] > mapped["bottom"]])
    answers = {at for role in GIVEN_BACK for at in layout.columns_of(columns, role)}
    for at, row in enumerate(rows):
        if at <= mapped["bottom"]:
            continue
        said = [clean(text) for text in row[: len(headings)]]
        if any(text for place, text in enumerate(said) if place not in answers):
            one = _asked(sheet.title, at, said, columns, headings, on)
            is_named = any(name and not name.isdecimal() for name in (one.head, one.person))
            if one.household or is_named or one.number.seen or (one.question and one.key):
                yield one


def _asked(sheet: str, at: int, said: Sequence[str], columns: Mapping[str, str], headings: Sequence[str],
           on: date) -> Asked:  # fmt: skip
    def first(role: Role) -> str:
        return next(
            (said[place] for place in layout.columns_of(columns, role) if place < len(said) and said[place]), ""
        )

    asks = [place for place in layout.columns_of(columns, Role.QUESTION) if place < len(said) and said[place]]
    question = "；".join(said[place] if len(asks) == 1 else f"{headings[place]}：{said[place]}" for place in asks)
    due, problem = cells.parse(_DUE, _BY.sub("", first(Role.DUE)) or None, context=cells.Context(on=on))
    household = _whole(first(Role.HOUSEHOLD))
    who = [household, first(Role.HEAD), first(Role.ID), first(Role.PERSON), first(Role.TOWNSHIP), first(Role.VILLAGE)]
    digest = hashlib.sha256("\x1f".join([*who, question]).encode()).hexdigest()
    return Asked(
        sheet, at, (_whole(first(Role.KEY)) or f"#{digest[:24]}")[:80], list(said), household, who[1], number_of(who[2]),
        who[3], who[4], who[5], question, due, digest, problem is not None,
    )  # fmt: skip


def _whole(text: str) -> str:
    """A number of a record without what a spreadsheet added to it."""
    plain = sealing.normalise(text, "account") if text else ""
    match = _FRACTION.fullmatch(plain)
    return match[1] if match else plain
