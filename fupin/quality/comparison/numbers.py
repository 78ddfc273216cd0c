"""Wrong id numbers: which right ones they may have been meant as.

The check digit tells every single wrong digit and nearly every swap of neighbours, so a number that differs from the
register's by one of them is wrong itself: of its own neighbours only those whose check digit is right are looked for,
about a score, as tokens like any other number.
"""

from __future__ import annotations

from collections.abc import Iterator

from fupin.core import id_numbers

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
_DIGITS = "0123456789X"
_SHORT, _WHOLE, _LONG = 17, 18, 19


def is_right(number: str) -> bool:
    """Are there 18 characters with the right check digit, around a day that exists?"""
    if len(number) != _WHOLE or not (number[:17].isascii() and number[:17].isdigit()) or number[17] not in _DIGITS:
        return False
    total = sum(_DIGITS.index(character) * weight for character, weight in zip(number, _WEIGHTS, strict=True))
    return total % 11 == 1 and id_numbers.birth_day(number) is not None


def meant(number: str) -> list[str]:
    """The right numbers that a wrong one becomes by one digit, by two neighbours swapped, by a digit lost or too many.

    `number` in its stored form (`sealing.normalise`). Empty for a right number and for what is built otherwise.
    """
    if is_right(number) or not _SHORT <= len(number) <= _LONG or not set(number) <= set(_DIGITS):
        return []
    if number.startswith(id_numbers.TEMPORARY_AREA):
        return []
    return [one for one in dict.fromkeys(_neighbours(number)) if is_right(one)]


def _neighbours(number: str) -> Iterator[str]:
    if len(number) == _LONG:
        yield from (number[:at] + number[at + 1 :] for at in range(_LONG))
        return
    if len(number) == _SHORT:
        yield from (number[:at] + digit + number[at:] for at in range(_WHOLE) for digit in _DIGITS)
        return
    yield from (number[:at] + digit + number[at + 1 :] for at in range(_WHOLE) for digit in _DIGITS)
    yield from (number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(_WHOLE - 1))
