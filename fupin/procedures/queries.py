"""Reads of procedures: cases through the gate, what waits for whom, meetings and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.models import Attachment, Case, StepAsked, StepTaken
from fupin.core.refusals import NotFound
from fupin.procedures.all_works import WORKS
from fupin.procedures.models import CaseFile, Meeting
from fupin.procedures.words import VIEW
from fupin.registry.models import HouseholdCard

PAGE = 50
_CHUNK = 2_000
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of cases is narrowed to: `show` is mine, late, open or ended; `state` a state of the tables, `work` a
    procedure, `parent` the round that the cases belong to."""

    show: str = ""
    state: str = ""
    work: str = ""
    parent: str = ""
    division: int | None = None


def cases_for(user: Any, permission: str = VIEW) -> QuerySet[CaseFile]:
    """The cases of the own area."""
    rows = CaseFile.objects.select_related("case", "household")
    return scopes.within(user, rows, division="division", permission=permission)


def case_for(user: Any, pk: int, permission: str = VIEW) -> CaseFile:
    """One case. Raises NotFound alike for what is not there and what is out of reach."""
    found = cases_for(user, permission).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这份案卷，或它不在您的工作范围内"))
    return found


def chosen(user: Any, pks: Iterable[int]) -> list[CaseFile]:
    """Many cases, in the order of their ids. Raises NotFound where one is out of reach."""
    wanted = sorted(set(pks))
    found: list[CaseFile] = []
    for start in range(0, len(wanted), _CHUNK):
        found += cases_for(user).filter(pk__in=wanted[start : start + _CHUNK]).order_by("pk")
    if len(found) < len(wanted):
        raise NotFound(_("有 %(count)d 份案卷不存在或不在您的工作范围内") % {"count": len(wanted) - len(found)})
    return found


def matching(user: Any, wanted: Wanted, *, on: date, permission: str = VIEW) -> QuerySet[CaseFile]:
    """The cases that are asked for, by their deadline."""
    rows = tasks_of(user) if wanted.show == "mine" else cases_for(user, permission)
    if wanted.show in ("open", "late"):
        rows = rows.filter(case__ended_on=None)
    if wanted.show == "late":
        rows = rows.filter(case__due_on__lt=on)
    if wanted.show == "ended":
        rows = rows.exclude(case__ended_on=None)
    if wanted.work:
        rows = rows.filter(case__procedure=wanted.work)
    if wanted.parent:
        rows = rows.filter(case__parent=wanted.parent)
    if wanted.state:
        rows = rows.filter(case__state=wanted.state)
    if wanted.division is not None:
        rows = rows.filter(division__in=scopes.below([wanted.division]))
    return rows.order_by(F("case__due_on").asc(nulls_last=True), "pk")


def due_for(rows: QuerySet[CaseFile], act: str) -> QuerySet[CaseFile]:
    """Of these cases those that stand where an act begins, whatever else stands against it."""
    places = (
        (work.name, table.edition, step.before)
        for work in WORKS.values() for table in work.tables.tables for step in table.transitions if step.act == act
    )  # fmt: skip
    return rows.filter(_standing_in(places))


def tasks_of(user: Any) -> QuerySet[CaseFile]:
    """The open cases in which something waits for a posting of this person, at its level and in its area."""
    ways: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    for work in WORKS.values():
        for table in work.tables.tables:
            for step in table.transitions:
                if step.act not in work.side_acts:
                    ways.setdefault((step.who, step.level), set()).add((work.name, table.edition, step.before))
    asked = Q(pk__in=[])
    for (permission, level), states in ways.items():
        scope = scopes.scope_of(user, permission, level)
        if scope.roots is not None and not scope.roots:
            continue
        there = _standing_in(states)
        asked |= there if scope.roots is None else there & Q(division__in=scopes.below(scope.roots))
    return cases_for(user).filter(case__ended_on=None).filter(asked)


def _standing_in(states: Iterable[tuple[str, str, str]]) -> Q:
    """Cases that stand in one of these states (procedure, edition, state)."""
    by_table: dict[tuple[str, str], list[str]] = {}
    for name, edition, state in states:
        by_table.setdefault((name, edition), []).append(state)
    found = Q(pk__in=[])
    for (name, edition), there in by_table.items():
        found |= Q(case__procedure=name, case__edition=edition, case__state__in=there)
    return found


def history_of(case: Case) -> list[StepTaken]:
    """The steps taken, the first first."""
    return list(StepTaken.objects.filter(case=case).order_by("pk"))


def asked_of(case: Case) -> StepAsked | None:
    """The act entered late that waits for a second person."""
    return StepAsked.objects.filter(case=case, state="waiting").first()


def files_of(subject: str) -> list[Attachment]:
    """The files of a case or a meeting, the newest first."""
    return list(Attachment.objects.filter(subject=subject).order_by("-pk"))


def file_of(subjects: Sequence[str], pk: int) -> Attachment:
    """One file of one of these subjects. Raises NotFound."""
    row = Attachment.objects.filter(pk=pk, subject__in=subjects).first() if 0 < pk <= _LARGEST_ID else None
    if row is None:
        raise NotFound(_("没有这份材料"))
    return row


def meetings_for(user: Any) -> QuerySet[Meeting]:
    """The meetings of the own area, the newest first."""
    return scopes.within(user, Meeting.objects.all(), division="division", permission=VIEW).order_by("-held_on", "-pk")


def meeting_for(user: Any, pk: int, permission: str = VIEW) -> Meeting:
    """One meeting. Raises NotFound."""
    rows = scopes.within(user, Meeting.objects.all(), division="division", permission=permission)
    found = rows.filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这次会议，或它不在您的工作范围内"))
    return found


def to_review(meeting: Meeting, *, waiting_only: bool = False) -> list[CaseFile]:
    """The open cases of the meeting's village (and of one merged into it) that wait for a review, and those voted on."""
    waiting = [
        (work.name, table.edition, step.before)
        for work in WORKS.values() for table in work.tables.tables for step in table.transitions if step.act == "review"
    ]  # fmt: skip
    asked = _standing_in(waiting) & Q(case__ended_on=None)
    if not waiting_only:
        asked |= Q(case__meeting_items__meeting=meeting)
    rows = CaseFile.objects.select_related("case", "household").filter(
        asked, division__in=scopes.below([meeting.division_id])
    )
    return list(rows.distinct().order_by("pk"))


def cards_of_households(pks: Iterable[int]) -> dict[int, HouseholdCard]:
    """The cards of households."""
    return HouseholdCard.objects.in_bulk(list(pks))


def cards_of(rows: Iterable[CaseFile]) -> dict[int, HouseholdCard]:
    """The cards of the cases' households."""
    return HouseholdCard.objects.in_bulk([one.household_id for one in rows if one.household_id])
