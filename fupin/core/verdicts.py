"""What a rule answers: yes, no or unknown, always with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Self


class Name(NamedTuple):
    """What something is called, in both languages: a part of a sentence that is said in the reader's."""

    chinese: str
    english: str

    def __format__(self, spec: str) -> str:
        return format(self.chinese, spec)


class Sentence(str):
    """A sentence of a rule, in Chinese, that still knows its pattern: rules know no framework, the edge translates.

    `_("户主{name}未满 {least} 周岁", name=…, least=…)` with `Sentence` imported as `_`; see `core.sentences.said`.
    """

    pattern: str
    parts: dict[str, Any]

    def __new__(cls, pattern: str, **parts: Any) -> Self:
        sentence = super().__new__(cls, pattern.format(**parts))
        sentence.pattern, sentence.parts = pattern, parts
        return sentence


class Outcome(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with its reasons.

    `reasons` are the sentences that speak against (what, why and the mend); `missing` names the facts without
    which nobody can say. Any reason makes it *no*; otherwise anything missing makes it *unknown*.
    """

    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        if self.reasons:
            return Outcome.NO
        return Outcome.UNKNOWN if self.missing else Outcome.YES

    def __bool__(self) -> bool:
        """Only a clear *yes* is true: an unknown never lets anything pass."""
        return self.outcome is Outcome.YES

    def __and__(self, other: Verdict) -> Verdict:
        return Verdict(self.reasons + other.reasons, self.missing + other.missing)


YES = Verdict()
