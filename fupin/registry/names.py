"""The ways to type a person's name: the name, its full pinyin, its initials, in every reading of each character."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice, product, zip_longest
from typing import NamedTuple

MOST_READINGS = 3
"""Readings of one character that are followed; the dictionary lists the common ones first."""
AMBIGUOUS = frozenset(
    "单曾解查仇盖区尉乐朴翟任华燕应召宁长重行朝强盛尹覃谌洗冼缪纪葛过哈那折隗郗宓贾繁员秘不瞿曲俞车万俟令澹台调传"
    "降石柏樊省乾茜莎娜峙莘荨遂晟甄佴殷沈乘参藏朵塔巴呼会都阿卜兴相和大参观还给率宿弹便扎佛伯波麦核拉勒喇泊仆铺蕃"
    "褚褶种卒卓褥祭祝翁盖"
)
"""Characters that are read in more than one way in names. The dictionary knows rare readings of almost every
character; followed everywhere they would triple the keys and find nobody."""
MOST_WAYS = 12
"""Ways to read a whole name: names of many ambiguous characters would otherwise multiply."""
KEY_LENGTH = 60
_DROP = {ord(mark): None for mark in " \t·•・‧.．-—　"}


def fold(text: str) -> str:
    """A typed name or pinyin as keys are kept: half-width, lower case, without blanks and the interpunct."""
    if not text.isalpha() or not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text).translate(_DROP)
    return text.lower()[:KEY_LENGTH]


PHONE_MARK = "#"


def phone_key(token: bytes) -> str:
    """The key by which a phone is found: its token, which no name can be mistaken for."""
    return f"{PHONE_MARK}{token.hex()}"


@cache
def readings_of(character: str) -> tuple[str, ...]:
    """Every reading of a character that is followed, the common one first; empty where the dictionary has none."""
    if character.isascii():
        return (character,)
    # The dictionary is loaded when first asked for, without the phrases, which no single character needs: most
    # processes never look a reading up, and none should wait for it.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    readings = tuple(dict.fromkeys(reading.replace("ü", "v") for reading in found[0])) if found else ()
    return readings[: MOST_READINGS if character in AMBIGUOUS else 1]


def reading(character: str) -> str:
    """How a character is read first; empty where the dictionary does not know it."""
    return next(iter(readings_of(character)), "")


class Spelling(NamedTuple):
    """One way to type a name; what an earlier spelling of the same name says already is left out."""

    key: str | None
    """the name itself, in the first spelling only"""
    pinyin: str | None
    initials: str | None


@lru_cache(maxsize=200_000)
def spellings(name: str) -> tuple[Spelling, ...]:
    """Every way to type a name; not longer than KEY_LENGTH characters each."""
    folded = fold(name)
    if not folded:
        return ()
    if folded.isascii():
        return (Spelling(folded, None, None),)
    if AMBIGUOUS.isdisjoint(folded):
        # Most names are read in one way: no product to make.
        whole, first = folded.translate(_WHOLE), folded.translate(_FIRST)
        return (Spelling(folded, whole[:KEY_LENGTH] or None, first[:KEY_LENGTH] or None),)
    readings = [each for character in folded if (each := readings_of(character))]
    letters = [tuple(dict.fromkeys(reading[0] for reading in each)) for each in readings]
    ways = (dict.fromkeys(_joined(way) for way in islice(product(*each), MOST_WAYS)) for each in (readings, letters))
    return tuple(Spelling(*each) for each in zip_longest((folded,), *ways))


def phone(token: bytes) -> Spelling:
    """A phone beside the names."""
    return Spelling(phone_key(token), None, None)


def _joined(way: Sequence[str]) -> str:
    return "".join(way)[:KEY_LENGTH]


class _Reading(dict[int, str]):
    """A table for `str.translate`: how each character is read, looked up when it first comes."""

    def __init__(self, *, is_whole: bool) -> None:
        self.is_whole = is_whole

    def __missing__(self, code: int) -> str:
        found = reading(chr(code))
        self[code] = found if self.is_whole else found[:1]
        return self[code]


_WHOLE, _FIRST = _Reading(is_whole=True), _Reading(is_whole=False)
