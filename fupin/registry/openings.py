"""Openings (期初): while a division's opening stands, import may set the register status of its households.

`fupin init` opens the region; the banner asks for a division's opening to be closed, and a second person confirms.
A closed division stays closed for everything below it, whatever still stands open above.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import require_two_persons
from fupin.core import steps, working_days
from fupin.core.models import Case
from fupin.core.refusals import NotFound
from fupin.divisions import queries
from fupin.divisions.models import Division, Level
from fupin.registry.models import Opening
from fupin.registry.steps import CLOSE_OPENING


def open_region() -> dict[str, Any]:
    """Open the region itself in a new instance; one that has any opening keeps what it has."""
    with transaction.atomic():
        if not Opening.objects.exists():
            region = Division.objects.filter(level=Level.REGION).order_by("id").first()
            if region is not None:
                Opening.objects.create(division=region)
    return {"openings": Opening.objects.filter(closed_at=None).count()}


def in_opening(divisions: Iterable[int]) -> set[int]:
    """Those of the divisions whose register status an import may still set: two queries at most."""
    states = dict(Opening.objects.values_list("division_id", "closed_at"))
    if not states:
        return set()
    tree = queries.tree()
    found: set[int] = set()
    for division in set(divisions):
        above = [states[node.id] for node in tree.path(division) if node.id in states]
        if above and not any(above):
            found.add(division)
    return found


def opening_of(user: Any, division: int) -> Opening:
    """The opening that holds for a division, as its own row. Raises NotFound where the user does not reach it."""
    if division not in queries.tree() or not scopes.may(user, "registry.open", division):
        raise NotFound(_("没有该区划的期初"))
    row = Opening.objects.filter(division_id=division).first()
    if row is None:
        if division not in in_opening([division]):
            raise NotFound(_("没有该区划的期初"))
        row = Opening.objects.create(division_id=division)
    return row


def ask_close(*, division: int, by: Any, on: date) -> Opening:
    """The banner asks to close a division's opening. Raises NotAllowed with the reasons."""
    with transaction.atomic():
        row = opening_of(by, division)
        _take(row, "ask_close", by=by, on=on)
        row.closing_asked_by, row.closing_asked_at = getattr(by, "pk", None), timezone.now()
        row.save(update_fields=["closing_asked_by", "closing_asked_at"])
    return row


def confirm_close(*, division: int, by: Any, on: date) -> Opening:
    """Another person confirms: from now on the status moves by procedure only. Raises NotAllowed with the reasons."""
    with transaction.atomic():
        row = opening_of(by, division)
        if row.closing_asked_by not in (None, getattr(by, "pk", None)):
            require_two_persons(row.closing_asked_by, by.pk)
        _take(row, "confirm_close", by=by, on=on)
        row.closed_by, row.closed_at = getattr(by, "pk", None), timezone.now()
        row.save(update_fields=["closed_by", "closed_at"])
    return row


def withdraw(*, division: int, by: Any, on: date, note: str = "") -> Opening:
    """Take the request back; the division stays in opening. Raises NotAllowed with the reasons."""
    with transaction.atomic():
        row = opening_of(by, division)
        _take(row, "withdraw", by=by, on=on, note=note)
        row.closing_asked_by = row.closing_asked_at = None
        row.save(update_fields=["closing_asked_by", "closing_asked_at"])
    return row


def lapse(*, on: date) -> int:
    """Requests that nobody confirmed in time lapse; the division stays in opening. Returns how many."""
    with transaction.atomic():
        lapsed = steps.take_overdue(CLOSE_OPENING, on=on)
        if lapsed:
            waiting = Case.objects.filter(procedure=CLOSE_OPENING.name, state="closing_asked").values_list(
                "subject", flat=True
            )
            kept = [int(subject.partition(":")[2]) for subject in waiting]
            asked = Opening.objects.filter(closed_at=None).exclude(closing_asked_at=None)
            asked.exclude(pk__in=kept).update(closing_asked_by=None, closing_asked_at=None)
    return lapsed


def case_of(row: Opening) -> Case | None:
    """Where the closing of an opening stands; None before anyone asked."""
    return steps.case_of(CLOSE_OPENING, f"opening:{row.pk}")


def _take(row: Opening, act: str, *, by: Any, on: date, note: str = "") -> None:
    subject = f"opening:{row.pk}"
    case = steps.begin(procedure=CLOSE_OPENING, subject=subject, by=by, on=on, division=row.division_id)

    def may(permission: str, division: int | None) -> bool:
        return scopes.may(by, permission, division)

    steps.take(procedure=CLOSE_OPENING, cases=[case], act=act, by=by, on=on, may=may, note=note)


@dataclass(frozen=True, slots=True)
class Line:
    """A banner with its opening: whether it stands, who asked, and whether this user may confirm."""

    id: int
    name: str
    is_open: bool
    row: Opening | None
    may_confirm: bool
    due_on: date | None = None
    """by when the second person should confirm"""
    doubt: str = ""
    """why that day is provisional"""


def lines_for(user: Any) -> list[Line]:
    """The banners of the user's scope, in the order of their codes."""
    tops = scopes.divisions(user, "registry.open")
    today = queries.tree()
    roots = [today.root.id] if tops is None else tops
    banners = {node.id: node for root in roots for node in today.below(root, "banner")}
    rows = {row.division_id: row for row in Opening.objects.filter(division_id__in=banners)}
    standing, asked = in_opening(banners), _asked(rows.values())
    return [
        Line(node.id, today.full_name(node.id), node.id in standing, row, bool(row and row.closing_asked_by != user.pk),
             *asked.get(row.pk if row else 0, (None, "")))
        for node in banners.values()
        for row in [rows.get(node.id)]
    ]  # fmt: skip


def _asked(rows: Iterable[Opening]) -> dict[int, tuple[date | None, str]]:
    """By when the closings that were asked for should be confirmed, by opening: one query."""
    subjects = {f"opening:{row.pk}": row.pk for row in rows if row.closing_asked_at and not row.closed_at}
    cases = Case.objects.filter(procedure=CLOSE_OPENING.name, subject__in=subjects, state="closing_asked")
    return {subjects[case.subject]: (case.due_on, working_days.doubt(case.since, case.due_on)) for case in cases}
