"""Reads of retention through the gate: what is due, what is held, registers of destruction below the own postings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.refusals import NotFound
from fupin.policy import retention
from fupin.policy.retention import EvidenceClass
from fupin.retention.judging import Judged, judge
from fupin.retention.models import Destruction, DestructionItem, DueFile, Hold
from fupin.retention.words import CONFIRM, STANDING, VIEW, State
from fupin.rulebook import queries as rulebook

LARGEST = 2**63 - 1


def due_for(user: Any, permission: str = VIEW, *, division: int | None = None, evidence: str = "") -> QuerySet[DueFile]:
    """The files of the own area whose time is over and that stand on no register, the oldest first."""
    rows = scopes.within(user, DueFile.objects.all(), division="division", permission=permission)
    listed = DestructionItem.objects.filter(attachment=OuterRef("attachment"), fate__in=STANDING)
    rows = rows.filter(~Exists(listed)).select_related("attachment").order_by("attachment")
    if division is not None:
        rows = rows.filter(division__in=scopes.below([division]))
    return rows.filter(evidence=evidence) if evidence else rows


def with_holds(rows: Sequence[DueFile], on: date) -> list[tuple[DueFile, Judged]]:
    """Rows of the list as they are judged now: a hold may have come since the look of the day."""
    judged = judge([row.attachment for row in rows], on=on)
    return list(zip(rows, judged, strict=True))


def due_counts(user: Any) -> dict[str, int]:
    """How many files are due in the own area, by class."""
    rows = due_for(user).select_related(None).order_by().values_list("evidence").annotate(n=Count("pk"))
    return dict(rows)


def holds_for(user: Any, permission: str = VIEW) -> QuerySet[Hold]:
    """The holds of the own area, the newest first."""
    return scopes.within(user, Hold.objects.all(), division="division", permission=permission).order_by("-id")


def hold_of(user: Any, pk: int, permission: str = VIEW) -> Hold:
    """One hold. Raises NotFound out of reach."""
    row = holds_for(user, permission).filter(pk=pk).first() if 0 < pk <= LARGEST else None
    if row is None:
        raise NotFound(_("没有这条冻结记录，或它不在您的工作范围内"), "hold")
    return row


def destructions_for(user: Any, permission: str = VIEW) -> QuerySet[Destruction]:
    """The registers of destruction of the own area, the newest first."""
    rows = scopes.within(user, Destruction.objects.all(), division="division", permission=permission)
    return rows.order_by("-id")


def destruction_of(user: Any, pk: int, permission: str = VIEW) -> Destruction:
    """One register. Raises NotFound out of reach."""
    row = destructions_for(user, permission).filter(pk=pk).first() if 0 < pk <= LARGEST else None
    if row is None:
        raise NotFound(_("没有这份销毁清册，或它不在您的工作范围内"), "destruction")
    return row


def to_confirm(user: Any) -> QuerySet[Destruction]:
    """Registers that wait for this person as the second one."""
    return destructions_for(user, CONFIRM).filter(state=State.PROPOSED).exclude(proposed_by=user.pk)


@dataclass(frozen=True, slots=True)
class Line:
    """A class of the catalogue with the period that holds at a place and how many files are due."""

    evidence: EvidenceClass
    years: int | None
    days: int | None
    source: Any
    is_own: bool
    due: int


def catalogue(user: Any, *, on: date, division: int | None = None) -> list[Line]:
    """Every class in force with the period that holds at a place, and what is due in the own area."""
    due, found = due_counts(user), []
    for one in retention.classes().values():
        if one.since > on:
            continue
        setting = one.years or (one.refers if one.refers != retention.NOT_KEPT else "")
        held = rulebook.in_force(setting, on=on, division=division) if setting else None
        value = int(held.value) if held is not None else None
        found.append(Line(
            one, value if one.years else None, value if not one.years else None,
            held.source if held is not None and held.override is not None else one.source,
            held is not None and held.override is not None, due.get(one.name, 0),
        ))  # fmt: skip
    return found
