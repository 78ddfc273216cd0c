"""What an officer says of visits, one by one or thirty at once; what the township leaves out, with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import audit, clock
from fupin.core.refusals import NotAllowed, Refused, Stale
from fupin.core.sentences import said, told
from fupin.quality.campaigns import queries, rules
from fupin.quality.campaigns.models import CollectionHousehold
from fupin.quality.campaigns.rules import Visit
from fupin.quality.campaigns.words import MOST_NOTE, State

MOST_AT_ONCE = 300
_WRITTEN = [
    "state",
    "visited_on",
    "entered_at",
    "spoke_to",
    "is_changed",
    "note",
    "attempts",
    "collected_by",
    "version",
]


@dataclass(frozen=True, slots=True)
class Line:
    """A visit to a household of a round, by the line's id; `version` is what was read, where somebody read it."""

    line: int
    visit: Visit
    version: int | None = None


def record(*, lines: Sequence[Line], by: Any, on: date) -> int:
    """Enter visits, all or none. Who may answer for a village records its visits, whoever is named for the household.
    What was sent twice is entered once.

    Returns how many. Raises NotFound, NotAllowed with every household's reasons, Stale.
    """
    if not lines:
        raise Refused(_("请先选择要登记的户"), "lines")
    if len(lines) > MOST_AT_ONCE or len({one.line for one in lines}) != len(lines):
        raise Refused(_("一次最多登记 %(most)d 户，每户一次") % {"most": MOST_AT_ONCE}, "lines")
    by_line = {one.line: one for one in lines}
    with transaction.atomic():
        rows = queries.held_lines(by, by_line, "quality.answer")
        rows = [row for row in rows if not _is_entered(row, by_line[row.pk], by)]
        for row in rows:
            _require_version(row, by_line[row.pk].version)
        changes = queries.changes_in(rows)
        _refuse(_reasons(rows, by_line, changes))
        for row in rows:
            _enter(row, by_line[row.pk].visit, by)
        if rows:
            CollectionHousehold.objects.bulk_update(rows, _WRITTEN)
            _note("record", rows, by, on)
    return len(lines)


def _is_entered(row: CollectionHousehold, line: Line, by: Any) -> bool:
    """A second press of the button: the same version was read, and since then just this was entered; where it is
    collected, by the same person."""
    visit = line.visit
    said = (visit.outcome, visit.visited_on, visit.spoke_to.strip(), visit.note.strip(), visit.changed)
    held = (row.state, row.visited_on, row.spoke_to, row.note, bool(row.is_changed))
    is_own = row.state != State.COLLECTED or row.collected_by_id == getattr(by, "pk", None)
    return line.version == row.version - 1 and said == held and is_own


def _reasons(
    rows: Iterable[CollectionHousehold], by_line: Mapping[int, Line], changes: Mapping[int, int]
) -> Iterable[str]:
    for row in rows:
        verdict = rules.may_record(
            by_line[row.pk].visit, stage=row.round.stage, state=row.state, is_gone=row.left_on is not None,
            opened_on=row.round.opened_on, today=clock.today(), changes=changes.get(row.pk, 0),
        )  # fmt: skip
        yield from (told(row.number, said(one)) for one in verdict.reasons)


def _refuse(reasons: Iterable[str]) -> None:
    found = list(dict.fromkeys(reasons))
    if found:
        raise NotAllowed(found, "visit")


def _require_version(row: CollectionHousehold, version: int | None) -> None:
    if version is not None and row.version != version:
        raise Stale(_("户 %(number)s 刚被他人登记，请刷新后再办") % {"number": row.number})


def _enter(row: CollectionHousehold, visit: Visit, by: Any) -> None:
    row.state, row.visited_on, row.entered_at = visit.outcome, visit.visited_on, timezone.now()
    row.spoke_to, row.note = visit.spoke_to.strip()[:60], visit.note.strip()[:MOST_NOTE]
    row.is_changed = visit.changed if visit.outcome == State.COLLECTED else None
    row.attempts += 1
    row.collected_by_id = getattr(by, "pk", None) if visit.outcome == State.COLLECTED else None
    row.version += 1


def leave_out(*, lines: Collection[int], reason: str, by: Any, on: date) -> int:
    """The township leaves households out of the round, with the reason. Returns how many. Raises NotFound, NotAllowed."""
    if not lines:
        raise Refused(_("请先选择要登记的户"), "lines")
    with transaction.atomic():
        rows = queries.held_lines(by, lines, "quality.review")
        _refuse(
            told(row.number, said(one))
            for row in rows
            for one in rules.may_leave_out(stage=row.round.stage, state=row.state, reason=reason).reasons
        )
        for row in rows:
            row.state, row.note, row.entered_at = State.LEFT_OUT, reason.strip()[:MOST_NOTE], timezone.now()
            row.version += 1
        CollectionHousehold.objects.bulk_update(rows, ["state", "note", "entered_at", "version"])
        _note("leave_out", rows, by, on)
    return len(rows)


def _note(act: str, rows: Iterable[CollectionHousehold], by: Any, on: date) -> None:
    audit.record_many(by=by, on=on, entries=[
        audit.Entry(f"collection.{act}", f"household:{row.household_id}", row.village_id, {
            "visit": str(row.state), **({"visited_on": str(row.visited_on)} if row.visited_on else {}),
            **({"spoke_to": row.spoke_to} if row.spoke_to else {}), **({"note": row.note} if row.note else {}),
            **({"is_changed": row.is_changed} if row.is_changed is not None else {}),
        })
        for row in rows
    ])  # fmt: skip
