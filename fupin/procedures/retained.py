"""Cases and meetings as what files belong to, for retention: a meeting is closed with the last case that it reviewed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.urls import reverse

from fupin.core.models import Case
from fupin.core.steps.printed import read_code
from fupin.divisions.queries import tree
from fupin.procedures.models import CaseFile, Meeting, MeetingItem
from fupin.procedures.words import MEETINGS, MeetingKind
from fupin.registry.models import HouseholdCard
from fupin.retention.subjects import Fact, Kind

CASE, MEETING = "case", "meeting"


def find(code: str) -> int | None:
    """A case by its code."""
    return Case.objects.filter(code=read_code(code) or "", file__isnull=False).values_list("pk", flat=True).first()


def facts(ids: Collection[int]) -> dict[int, Fact]:
    """Cases with the household that they are about: two questions."""
    rows = list(CaseFile.objects.filter(pk__in=ids).select_related("case"))
    heads = _heads({row.household_id for row in rows if row.household_id is not None})
    names = tree()
    return {
        row.pk: Fact(
            row.division_id, row.case.code or "", heads.get(row.household_id or 0) or names.name(row.division_id),
            row.case.ended_on, _touched(row.pk, row.household_id), reverse("procedures:case", args=[row.pk]),
        )
        for row in rows
    }  # fmt: skip


def _heads(households: Collection[int]) -> dict[int, str]:
    return dict(HouseholdCard.objects.filter(pk__in=households).values_list("pk", "head_name"))


def _touched(case: int, household: int | None) -> frozenset[str]:
    return frozenset({f"{CASE}:{case}"} | ({f"household:{household}"} if household is not None else set()))


def homes(subjects: Collection[str]) -> dict[str, frozenset[str]]:
    """What a hold on one of these cases' households holds besides: subject string → case and household."""
    ids = [
        int(one[len(CASE) + 1 :]) for one in subjects if one.startswith(f"{CASE}:") and one[len(CASE) + 1 :].isdecimal()
    ]
    rows = CaseFile.objects.filter(pk__in=ids).values_list("pk", "household_id")
    return {f"{CASE}:{pk}": _touched(pk, household) for pk, household in rows}


def facts_of_meetings(ids: Collection[int]) -> dict[int, Fact]:
    """Meetings with the cases that they voted on: two questions."""
    rows = Meeting.objects.in_bulk(list(ids))
    touched: dict[int, set[str]] = defaultdict(set)
    ended: dict[int, list[date | None]] = defaultdict(list)
    items = MeetingItem.objects.filter(meeting__in=rows).values_list(
        "meeting_id", "case_id", "case__ended_on", "case__file__household"
    )
    for meeting, case, ended_on, household in items:
        touched[meeting] |= _touched(case, household)
        ended[meeting].append(ended_on)
    return {
        pk: Fact(
            row.division_id, str(pk), f"{MEETINGS[MeetingKind(row.kind)]} {row.held_on}", _closed(row, ended[pk]),
            frozenset(touched[pk] | {f"{MEETING}:{pk}"}), reverse("procedures:meeting", args=[pk]),
        )
        for pk, row in rows.items()
    }  # fmt: skip


def _closed(row: Meeting, ended: list[date | None]) -> date | None:
    """The day on which the last of its cases was closed; its own where it voted on none."""
    known = [one for one in ended if one is not None]
    return None if len(known) < len(ended) else max([row.held_on, *known])


def kinds() -> list[Kind]:
    """Cases and meetings, as `config` hands them in."""
    return [Kind(CASE, ("案卷", "Case"), facts, find), Kind(MEETING, ("会议", "Meeting"), facts_of_meetings)]
