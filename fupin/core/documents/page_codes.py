"""The code on each printed page: which paper, which page, and a check that only this instance can make.

`ABCDE-FGHJK-02-9X2MQP`: ten characters of the paper, two digits of the page, six of a check keyed by the seal key over
all that the page is (document, edition, subject, step). A code that somebody guesses, or alters to another page, fails.
Of the seal keys any one proves: what was printed before a key was changed can still be read.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from fupin.core.seals import seal_keys

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which are taken for one another when a code is read aloud."""
PAPER, CHECK = 10, 6
PREFIX = "FP"
_FORM = re.compile(rf"{PREFIX}([{ALPHABET}]{{{PAPER}}})(\d\d)([{ALPHABET}]{{{CHECK}}})")
_KEEP = re.compile(r"[^0-9A-Z]")


@dataclass(frozen=True, slots=True)
class PageCode:
    """What a printed code says before it is proven."""

    paper: str
    page: int
    check: str


def new_paper() -> str:
    """The name of a new paper: 50 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PAPER))


def make(paper: str, page: int, meaning: str) -> str:
    """The code of a page as a QR code carries it. `meaning` is all that the page is: document, edition, subject, step."""
    return f"{PREFIX}{paper}{page:02d}{_check(seal_keys()[0], paper, page, meaning)}"


def shown(code: str) -> str:
    """The same for people: in groups, without the prefix."""
    body = code.removeprefix(PREFIX)
    return f"{body[:5]}-{body[5:PAPER]}-{body[PAPER : PAPER + 2]}-{body[PAPER + 2 :]}"


def read(text: str) -> PageCode | None:
    """What a scanned or typed code says; None for what is no code of a page."""
    plain = _KEEP.sub("", text.upper())
    found = _FORM.fullmatch(plain) or _FORM.fullmatch(PREFIX + plain)
    return PageCode(found[1], int(found[2]), found[3]) if found else None


def proves(code: PageCode, meaning: str) -> bool:
    """Did this instance print the code on a page of this meaning?"""
    return any(hmac.compare_digest(_check(key, code.paper, code.page, meaning), code.check) for key in seal_keys())


def _check(key: bytes, paper: str, page: int, meaning: str) -> str:
    said = f"{paper}|{page}|{meaning}".encode()
    number = int.from_bytes(hashlib.blake2b(said, key=key, digest_size=8, person=b"page code").digest())
    return "".join(ALPHABET[number >> 5 * at & 31] for at in range(CHECK))
