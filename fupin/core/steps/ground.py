"""What a judgement of many cases stands on, read together: steps taken, files at the cases, pauses, parameters, rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.db.models import F

from fupin.core import working_days
from fupin.core.models import Attachment, Case, CasePause, StepTaken
from fupin.core.steps.numbers import Numbers
from fupin.core.steps.table import Days, Interval, Procedure
from fupin.core.working_days import Calendar

CHUNK = 2_000
"""So many cases are named in one statement."""
MayAct = Callable[[str, int | None], bool]
"""Whether the person may do what takes this permission in this division; accounts' scopes answer it."""


class Rights(Protocol):
    """What a person may do where, asked for many divisions at once."""

    def lacking(self, permission: str, level: str, divisions: Set[int | None]) -> Set[int | None]:
        """Those of the divisions in which the person may not do this by a posting at that level (empty: any level)."""
        ...


@dataclass(frozen=True, slots=True)
class PlainRights:
    """A yes or no for each division as `Rights`; of levels it knows nothing, so whatever asks for one is lacking."""

    may: MayAct

    def lacking(self, permission: str, level: str, divisions: Set[int | None]) -> Set[int | None]:
        return {one for one in divisions if level or not self.may(permission, one)}


def rights_of(may: MayAct | Rights) -> Rights:
    """Either form as `Rights`."""
    return may if hasattr(may, "lacking") else PlainRights(may)  # type: ignore[return-value, arg-type]


@dataclass(slots=True)
class Ground:
    """What is known of some cases for one judgement. A constant number of questions for every two thousand cases."""

    numbers: Numbers
    calendar: Calendar
    on: date
    today: date
    steps: dict[int, list[tuple[str, int | None]]] = field(default_factory=dict)
    """act and person of every step of the present round, by case"""
    files: dict[int, dict[str, int]] = field(default_factory=dict)
    """how many files of a kind lie at the case since its state began, by case"""
    subject_files: dict[str, set[str]] = field(default_factory=dict)
    pauses: dict[int, list[CasePause]] = field(default_factory=dict)

    def end_of(self, days: Days, case: Case, start: date) -> date:
        """The day that lies so many days after a start in a case, its pauses left out."""
        return days.after(start, self.calendar, division=case.division_id, numbers=self.numbers,
                          pauses=self.pauses_of(case))  # fmt: skip

    def pauses_of(self, case: Case) -> list[Interval]:
        """From when to when the clock stood still; one that lasts goes up to the day that is judged."""
        return [(row.began_on, row.ended_on or max(self.on, row.began_on)) for row in self.pauses.get(case.pk, ())]

    def is_paused(self, case: Case) -> bool:
        """Does the clock stand still now?"""
        return any(row.ended_on is None for row in self.pauses.get(case.pk, ()))


def read(procedure: Procedure, cases: Sequence[Case], act: str, on: date, today: date,
         calendar: Calendar | None = None) -> Ground:  # fmt: skip
    """Read what the judgement of an act needs; what no transition of that name asks for is not read."""
    ways = [step for step in procedure.transitions if step.act == act]
    ground = Ground(Numbers({case.division_id for case in cases}), calendar or working_days.calendar(), on, today)
    if any(step.others_than or step.distinct for step in ways):
        _read_steps(ground, cases)
    if kinds := {one.kind for step in ways for one in step.evidence} | ({PAPER} if procedure.strict else set()):
        _read_files(ground, cases, kinds)
    if kinds := {kind for step in ways for kind in step.attachments}:
        _read_subject_files(ground, cases, kinds)
    if procedure.strict:
        for chunk in chunks(cases):
            for row in CasePause.objects.filter(case__in=[case.pk for case in chunk]):
                ground.pauses.setdefault(row.case_id, []).append(row)
    return ground


PAPER = "back_dated_paper"
"""The scanned paper that proves an act entered long after it happened."""


def chunks(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Many rows in portions that a statement can name."""
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _read_steps(ground: Ground, cases: Sequence[Case]) -> None:
    for chunk in chunks(cases):
        rows = StepTaken.objects.filter(case__in=[case.pk for case in chunk], round=F("case__round"))
        for case, act, actor in rows.order_by("pk").values_list("case_id", "act", "actor_id"):
            ground.steps.setdefault(case, []).append((act, actor))


def _read_files(ground: Ground, cases: Sequence[Case], kinds: Set[str]) -> None:
    for chunk in chunks(cases):
        known = {f"case:{case.pk}": case for case in chunk}
        rows = Attachment.objects.filter(subject__in=known, kind__in=kinds)
        for subject, kind, at in rows.values_list("subject", "kind", "created_at"):
            case = known[subject]
            if case.entered_at is None or at >= case.entered_at:
                counts = ground.files.setdefault(case.pk, {})
                counts[kind] = counts.get(kind, 0) + 1


def _read_subject_files(ground: Ground, cases: Sequence[Case], kinds: Set[str]) -> None:
    for chunk in chunks(cases):
        rows = Attachment.objects.filter(
            subject__in={case.subject for case in chunk}, kind__in=kinds, destroyed_on=None
        )
        for subject, kind in rows.values_list("subject", "kind"):
            ground.subject_files.setdefault(subject, set()).add(kind)
