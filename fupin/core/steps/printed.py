"""The short code of a case, as it is printed on paper: ten characters that are not mistaken for each other."""

from __future__ import annotations

import secrets

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": None, " ": None})


def new_code() -> str:
    """Nine characters by chance and one that checks them."""
    body = "".join(secrets.choice(_LETTERS) for _ in range(9))
    return body + _check(body)


def read_code(text: str) -> str | None:
    """The code that somebody typed or scanned, put right where letters look alike; None where it cannot be one."""
    code = text.strip().upper().translate(_ALIKE)
    if len(code) != 10 or set(code) - set(_LETTERS) or _check(code[:9]) != code[9]:
        return None
    return code


def _check(body: str) -> str:
    return _LETTERS[sum((place + 1) * _LETTERS.index(letter) for place, letter in enumerate(body)) % 31]
