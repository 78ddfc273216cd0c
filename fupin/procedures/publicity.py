"""What a procedure needs of publicity, and nothing more: put up a list of cases, and ask whether it may come down.

Who hangs lists knows nothing of procedures; `config` hands the two to each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from fupin.core.verdicts import Sentence as _
from fupin.core.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Listed:
    """A case on a list: its subject (`case:123`), the household (none for a place), where, and what it is called in the words of
    the day."""

    subject: str
    household: int | None
    division: int
    category: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the list of a case hangs: its address on screen, since when, whether it may come down, whether it was taken down."""

    address: str
    code: str
    posted_on: date
    verdict: Verdict
    is_down: bool = False


class Publicity(Protocol):
    """The lists of a place (village, township, banner)."""

    def post(
        self, *, kind: str, place: str, cases: Sequence[Listed], by: Any, on: date, is_confirmed: bool = False
    ) -> None:
        """Put the cases up as a list of a kind, one for each division of the place; `is_confirmed` by a second person where the day lies
        far back. Raises Refused with every reason."""
        ...

    def standing(self, *, place: str, subjects: Collection[str], on: date) -> Mapping[str, Standing]:
        """Where each subject hangs, or hung last; one that never did is not among them."""
        ...


class _NoPublicity:
    """Without publicity nothing is posted and nothing comes down."""

    def post(
        self, *, kind: str, place: str, cases: Sequence[Listed], by: Any, on: date, is_confirmed: bool = False
    ) -> None:
        from fupin.core.refusals import Refused

        raise Refused(str(_("公示功能没有启用，请联系系统管理员")))

    def standing(self, *, place: str, subjects: Collection[str], on: date) -> Mapping[str, Standing]:
        return {}


_publicity: Publicity = _NoPublicity()


def use(publicity: Publicity) -> None:
    """From now on lists hang there."""
    global _publicity
    _publicity = publicity


def publicity() -> Publicity:
    """Where lists hang."""
    return _publicity


def verdicts(place: str, subjects: Collection[str], on: date) -> dict[str, Verdict]:
    """Whether the list of each subject may come down; of one that never hung nobody knows."""
    found = publicity().standing(place=place, subjects=subjects, on=on)
    unposted = Verdict(missing=(_("公示记录"),))
    return {subject: found[subject].verdict if subject in found else unposted for subject in subjects}
