"""What a rule answers: yes, no or unknown, always with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
