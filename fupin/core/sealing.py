"""Values encrypted at rest, and the keyed tokens by which they are found again.

A sealed value names the key it was sealed with, so that keys can be changed while the register runs: the first of
`FUPIN_FIELD_KEYS` (`k2:hex,k1:hex`) seals, every one of them unseals. Tokens are made with the first of
`FUPIN_INDEX_KEY` (`hex` or, while it is being changed, `new,former`) and looked for under every one of them, until
`index_renewal` has made all tokens anew.

Form of a sealed value: version byte, length of the key id, key id, 12 bytes nonce, AES-256-GCM of the UTF-8 text.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

Purpose = Literal["id", "phone", "account", "pair"]
TOKEN_BYTES = 16
_VERSION = b"\x01"
_NONCE = 12


class CannotUnseal(ValueError):
    """The value was sealed with a key that this instance does not have, or it was changed at rest."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """The keys of this instance, ready for use."""

    head: bytes
    sealer: AESGCM
    openers: dict[bytes, AESGCM]


def _ring() -> _Ring:
    """The keys as they are now: a running process takes up a new key when `fupin keys rotate` has written one."""
    _take_up_new_keys()
    return _read_ring()


def _take_up_new_keys() -> None:
    refresh = getattr(settings.KEYS, "refresh", None)
    if refresh is not None and refresh():
        reload()


@cache
def _read_ring() -> _Ring:
    openers: dict[bytes, AESGCM] = {}
    heads: list[bytes] = []
    for part in filter(None, settings.KEYS.get("FUPIN_FIELD_KEYS", "").split(",")):
        name, separator, key = part.strip().partition(":")
        if not separator or not name.isascii() or not 1 <= len(name) <= 20 or len(_bytes(key, name)) != 32:
            raise ImproperlyConfigured(f"FUPIN_FIELD_KEYS：密钥 {name or '?'} 应写作 名称:64 位十六进制")
        head = _VERSION + bytes([len(name)]) + name.encode()
        openers[head] = AESGCM(_bytes(key, name))
        heads.append(head)
    if not heads:
        raise ImproperlyConfigured("没有加密密钥 FUPIN_FIELD_KEYS：请先运行 fupin init，或在环境变量中给出")
    return _Ring(heads[0], openers[heads[0]], openers)


def _bytes(key: str, name: str) -> bytes:
    try:
        return bytes.fromhex(key)
    except ValueError:
        raise ImproperlyConfigured(f"密钥 {name} 不是十六进制") from None


@cache
def _index_keys() -> tuple[bytes, ...]:
    given = settings.KEYS.get("FUPIN_INDEX_KEY", "").split(",")
    keys = tuple(_bytes(key.strip(), "FUPIN_INDEX_KEY") for key in given)
    if any(len(key) != 32 for key in keys):
        raise ImproperlyConfigured(
            "没有检索密钥 FUPIN_INDEX_KEY（64 位十六进制）：请先运行 fupin init，或在环境变量中给出"
        )
    return keys


@cache
def _keyed(purpose: str, place: int) -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=TOKEN_BYTES, key=_index_keys()[place], person=purpose.encode())


def _hasher(purpose: str) -> hashlib.blake2b:
    """The hasher of the key that makes tokens now."""
    _take_up_new_keys()
    return _keyed(purpose, 0)


def index_mark() -> str:
    """A short digest of the key that makes tokens now, by which it is seen whether kept tokens are of this key."""
    _take_up_new_keys()
    return hashlib.sha256(b"fupin index mark" + _index_keys()[0]).hexdigest()[:12]


def former_index_keys() -> int:
    """How many index keys are still looked under besides the present one: none but while the key is being changed."""
    _take_up_new_keys()
    return len(_index_keys()) - 1


def reload() -> None:
    """Forget the keys read so far: the next use reads the settings again."""
    for kept in (_read_ring, _index_keys, _keyed):
        kept.cache_clear()


def seal(text: str) -> bytes:
    """Encrypt one value with the current key."""
    return seal_bytes(text.encode())


def seal_bytes(data: bytes) -> bytes:
    """Encrypt bytes (an attachment) with the current key."""
    ring = _ring()
    nonce = os.urandom(_NONCE)
    return ring.head + nonce + ring.sealer.encrypt(nonce, data, ring.head)


def unseal(sealed: bytes) -> str:
    """The value again. Raises CannotUnseal if the key is missing or the value was changed."""
    return unseal_bytes(sealed).decode()


def unseal_bytes(sealed: bytes) -> bytes:
    """The bytes again. Raises CannotUnseal if the key is missing or they were changed."""
    sealed = bytes(sealed)
    cut = 2 + sealed[1] if len(sealed) > 2 else 0
    opener = _ring().openers.get(sealed[:cut])
    if opener is None:
        raise CannotUnseal(
            _("密文所用的密钥“%(key)s”不在本机的密钥之中，请在 FUPIN_FIELD_KEYS 中补上") % {"key": key_id(sealed)}
        )
    try:
        return opener.decrypt(sealed[cut : cut + _NONCE], sealed[cut + _NONCE :], sealed[:cut])
    except InvalidTag:
        raise CannotUnseal(_("密文已被改动或损坏，请从备份恢复该记录")) from None


def seal_many(texts: Iterable[str | None]) -> list[bytes | None]:
    """Encrypt a column of values; None and the empty text stay None."""
    values = list(texts)
    ring = _ring()
    head, encrypt = ring.head, ring.sealer.encrypt
    noise = os.urandom(_NONCE * len(values))
    return [
        head + (nonce := noise[at : at + _NONCE]) + encrypt(nonce, text.encode(), head) if text else None
        for at, text in zip(range(0, len(noise), _NONCE), values, strict=True)
    ]


def unseal_many(values: Iterable[bytes | None]) -> list[str | None]:
    """Decrypt a column of values; None stays None. Raises CannotUnseal at the first that cannot be opened."""
    return [unseal(value) if value is not None else None for value in values]


def key_id(sealed: bytes) -> str:
    """The id of the key that a value was sealed with."""
    sealed = bytes(sealed)
    return sealed[2 : 2 + sealed[1]].decode("ascii", "replace") if len(sealed) > 2 else "?"


def current_key_id() -> str:
    """The id of the key that seals now."""
    return key_id(_ring().head)


def current_head() -> bytes:
    """The bytes that every value sealed with the current key begins with."""
    return _ring().head


_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DROP = {ord(mark): None for mark in " \t\r\n -　\u200b\ufeff"}


def normalise(text: str, purpose: Purpose) -> str:
    """The form of a value that tokens are made of: half-width, without blanks and hyphens, X as a capital letter.

    A 15-digit id number is raised to 18 digits, so that both forms find the same person; a mobile number loses +86.
    """
    if not (text.isascii() and text.isalnum()):
        text = text.translate(_WIDE).translate(_DROP)
    text = text.upper()
    if purpose == "id" and len(text) == 15 and text.isascii() and text.isdigit():
        body = text[:6] + "19" + text[6:]
        return body + check_character(body)
    if purpose == "phone":
        text = text.removeprefix("+")
        return text[2:] if len(text) == 13 and text.startswith("86") else text
    return text


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SUMS = tuple({str(digit): digit * weight for digit in range(10)} for weight in _WEIGHTS)


def check_character(body: str) -> str:
    """The 18th character to the first 17 digits of an id number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(row[digit] for row, digit in zip(_SUMS, body, strict=True)) % 11]


def token(text: str, purpose: Purpose) -> bytes:
    """The 16-byte keyed token of a value: equal values of one purpose have equal tokens, whatever their spelling."""
    hasher = _hasher(purpose).copy()
    hasher.update(normalise(text, purpose).encode())
    return hasher.digest()


def tokens(text: str, purpose: Purpose) -> list[bytes]:
    """What a value is looked for by: its token, and while the index key is being changed those of the former keys."""
    hashers = [_hasher(purpose), *(_keyed(purpose, 1 + place) for place in range(former_index_keys()))]
    data = normalise(text, purpose).encode()
    found = []
    for each in hashers:
        hasher = each.copy()
        hasher.update(data)
        found.append(hasher.digest())
    return found


def token_many(texts: Iterable[str | None], purpose: Purpose) -> list[bytes | None]:
    """The tokens of a column; None and the empty text stay None."""
    return _token_column(texts, purpose, _hasher(purpose))


def former_token_many(texts: Sequence[str | None], purpose: Purpose) -> list[list[bytes | None]]:
    """The same under each of the former keys; empty but while the index key is being changed."""
    return [_token_column(texts, purpose, _keyed(purpose, 1 + place)) for place in range(former_index_keys())]


def _token_column(texts: Iterable[str | None], purpose: Purpose, base: hashlib.blake2b) -> list[bytes | None]:
    plain = purpose != "phone"
    made: list[bytes | None] = []
    for text in texts:
        if not text:
            made.append(None)
            continue
        if not (plain and len(text) == 18 and text.isascii() and text.isalnum() and text.isupper() | text.isdigit()):
            text = normalise(text, purpose)
        hasher = base.copy()
        hasher.update(text.encode())
        made.append(hasher.digest())
    return made


def short_token(text: str, purpose: str, size: int = 8) -> bytes:
    """A keyed token of `size` bytes: for comparisons that narrow, never for identity."""
    hasher = _hasher(purpose).copy()
    hasher.update(text.encode())
    return hasher.digest()[:size]
