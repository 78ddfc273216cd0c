"""Tokens for one exchange: a department makes them at home, with a key that belongs to that exchange and to nothing else.

They are made like the register's, under another key and another mark, so that neither can be looked up in the other.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from django.utils.translation import gettext as _

from fupin.core.refusals import Refused
from fupin.core.sealing import TOKEN_BYTES, normalise

_MARK = b"exchange"
KEY_BYTES = 32


def new_key() -> str:
    """A key for one exchange, as it is handed over."""
    return secrets.token_hex(KEY_BYTES)


def read_key(text: str) -> bytes:
    """The key as it was typed. Raises Refused."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Refused(_("交换密钥应为 64 位十六进制，请核对后重新输入"), "exchange_key")
    return key


class Exchanged:
    """Makes the tokens of one exchange."""

    def __init__(self, key: bytes) -> None:
        self._base = hashlib.blake2b(digest_size=TOKEN_BYTES, key=key, person=_MARK)

    def token(self, number: str) -> str:
        """The token of a number in any spelling, as hexadecimal text."""
        hasher = self._base.copy()
        hasher.update(normalise(number, "id").encode())
        return hasher.hexdigest()

    def many(self, numbers: Iterable[str | None]) -> list[str | None]:
        """The tokens of a column; None and the empty text stay None."""
        return [self.token(number) if number else None for number in numbers]
