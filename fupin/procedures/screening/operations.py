"""What is said of the households of a round, set-wise: confirmed, to be visited, visited, passed on as a lead, taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.models import Case
from fupin.core.refusals import NotAllowed, Refused, Stale
from fupin.core.sentences import said, told
from fupin.core.verdicts import Verdict
from fupin.procedures import operations as casework
from fupin.procedures.screening import queries, rules
from fupin.procedures.screening.rounds import subject
from fupin.procedures.screening.tables import ScreeningHousehold
from fupin.procedures.screening.words import MOST_AT_ONCE, MOST_NOTE, State
from fupin.procedures.words import APPLY, IDENTIFICATION, VERIFY
from fupin.procedures.works import Lead
from fupin.registry.models import HouseholdCard

_WRITTEN = ["state", "reason", "happened_on", "entered_at", "entered_by", "spoke_to", "finding", "case", "version"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the grid officer says of a household: no change (as of `day`, else of the press's), or to be visited for a
    reason. `version` is what was read."""

    line: int
    is_to_visit: bool = False
    reason: str = ""
    version: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with the full form that found no risk."""

    line: int
    happened_on: date | None
    spoke_to: str
    finding: str
    version: int | None = None


def confirm(*, answers: Sequence[Answer], day: date | None, by: Any, on: date) -> dict[str, int]:
    """One press for a page: those without change are confirmed as of `day`, the others are to be visited. All or none.

    What was sent twice is entered once. Returns how many of each. Raises NotFound, NotAllowed with every household's
    reasons, Stale.
    """
    by_line = _by_line(answers)
    with transaction.atomic():
        rows = [row for row in queries.held_lines(by, by_line, VERIFY) if not _is_said(row, by_line[row.pk], by)]
        _require_versions(rows, by_line)
        today = clock.today()

        def verdict(row: ScreeningHousehold) -> Verdict:
            one, answer = queries.standing_of(row), by_line[row.pk]
            if answer.is_to_visit:
                return rules.may_mark(one, answer.reason, today)
            return rules.may_confirm(one, answer.day or day, today)

        _refuse(rows, verdict)
        for row in rows:
            answer = by_line[row.pk]
            if answer.is_to_visit:
                _say(row, State.TO_VISIT, by, reason=answer.reason.strip()[:MOST_NOTE])
            else:
                _say(row, State.UNCHANGED, by, happened_on=answer.day or day)
        _write(rows, by, on)
    marked = sum(one.is_to_visit for one in answers)
    return {"unchanged": len(answers) - marked, "to_visit": marked}


def visit(*, visits: Sequence[Visit], by: Any, on: date) -> int:
    """Enter visits that found no risk. Returns how many. Raises NotFound, NotAllowed with every household's reasons, Stale."""
    by_line = _by_line(visits)
    with transaction.atomic():
        rows = queries.held_lines(by, by_line, VERIFY)
        _require_versions(rows, by_line)
        today = clock.today()

        def verdict(row: ScreeningHousehold) -> Verdict:
            one = by_line[row.pk]
            return rules.may_visit(queries.standing_of(row), one.happened_on, one.spoke_to, one.finding, today)

        _refuse(rows, verdict)
        for row in rows:
            one = by_line[row.pk]
            _say(row, State.VISITED, by, reason=row.reason, happened_on=one.happened_on, spoke_to=one.spoke_to.strip()[:60],
                 finding=one.finding.strip()[:MOST_NOTE])  # fmt: skip
        _write(rows, by, on)
    return len(rows)


def suspect(*, line: int, lead: Lead, by: Any, on: date, version: int | None = None) -> int:
    """Pass a household on to identification as a lead of this round; one whose case is open already is tied to that case.

    Returns the case. Raises NotFound, NotAllowed, Refused, Stale.
    """
    with transaction.atomic():
        (row,) = queries.held_lines(by, [line], VERIFY)
        _require_versions([row], {line: Answer(line, version=version)})
        _refuse([row], lambda one: rules.may_suspect(queries.standing_of(one), on, clock.today()))
        about = f"household:{row.household_id}"
        known = Case.objects.filter(procedure=IDENTIFICATION, subject=about, ended_on=None).first()
        if known is None:
            _require_applying(by, row)
            given = replace(lead, household=row.household_id, parent=subject(row.round))
            (pk,) = casework.open_leads(leads=[given], by=by, on=on)
            known = Case.objects.get(pk=pk)
        _say(
            row,
            State.LEAD,
            by,
            reason=row.reason,
            happened_on=on,
            finding=lead.statement.strip()[:MOST_NOTE],
            case=known,
        )
        _write([row], by, on)
    return known.pk


def _require_applying(by: Any, row: ScreeningHousehold) -> None:
    """Who may visit but not take a lead down is told so in the words of the duty."""
    scopes.require(by, APPLY, row.village_id)


def undo(*, lines: Collection[int], by: Any, on: date) -> int:
    """Take back what was said of households. Returns how many. Raises NotFound, NotAllowed with every household's reasons."""
    if not lines:
        raise Refused(_("请先选择要撤销的户"), "lines")
    with transaction.atomic():
        rows = queries.held_lines(by, lines, VERIFY)
        _refuse(rows, lambda row: rules.may_undo(queries.standing_of(row), clock.today()))
        for row in rows:
            state = rules.undone(row.state, row.groups, row.reason)
            _say(row, state, None, reason=row.reason if state == State.TO_VISIT else "")
        _write(rows, by, on, act="undo")
    return len(rows)


def _by_line(given: Sequence[Any]) -> dict[int, Any]:
    if not given:
        raise Refused(_("请先选择要登记的户"), "lines")
    by_line = {one.line: one for one in given}
    if len(given) > MOST_AT_ONCE or len(by_line) != len(given):
        raise Refused(_("一次最多登记 %(most)d 户，每户一次") % {"most": MOST_AT_ONCE}, "lines")
    return by_line


def _is_said(row: ScreeningHousehold, answer: Answer, by: Any) -> bool:
    """A second press of the button: the version before was read, and since then just this was said by the same person."""
    said_ = (State.TO_VISIT, answer.reason.strip()) if answer.is_to_visit else (State.UNCHANGED, "")
    is_next = answer.version is not None and answer.version == row.version - 1
    return is_next and (row.state, row.reason) == said_ and row.entered_by == getattr(by, "pk", None)


def _require_versions(rows: Iterable[ScreeningHousehold], by_line: Mapping[int, Any]) -> None:
    for row in rows:
        version = by_line[row.pk].version
        if version is not None and row.version != version:
            raise Stale(_("户 %(number)s 刚被他人登记，请刷新后再办") % {"number": row.number})


def _refuse(rows: Iterable[ScreeningHousehold], verdict: Callable[[ScreeningHousehold], Verdict]) -> None:
    reasons = [told(row.number, said(one)) for row in rows for one in verdict(row).reasons]
    if reasons:
        raise NotAllowed(dict.fromkeys(reasons), "screening")


def _say(row: ScreeningHousehold, state: State, by: Any, *, reason: str = "", happened_on: date | None = None,
         spoke_to: str = "", finding: str = "", case: Case | None = None) -> None:  # fmt: skip
    row.state, row.reason, row.happened_on = state, reason, happened_on
    row.entered_at = timezone.now() if by is not None else None
    row.entered_by = getattr(by, "pk", None)
    row.spoke_to, row.finding, row.case = spoke_to, finding, case
    row.version += 1


_ACT_OF = {State.UNCHANGED: "confirm", State.TO_VISIT: "to_visit", State.VISITED: "visit", State.LEAD: "suspect"}


def _write(rows: Sequence[ScreeningHousehold], by: Any, on: date, act: str = "") -> None:
    """Lines and their trail in two statements a thousand."""
    ScreeningHousehold.objects.bulk_update(rows, _WRITTEN)
    audit.record_many(by=by, on=on, entries=[
        audit.Entry(f"screening.{act or _ACT_OF[State(row.state)]}", f"household:{row.household_id}", row.village_id, {
            **({"happened_on": str(row.happened_on)} if row.happened_on else {}),
            **({"spoke_to": row.spoke_to} if row.spoke_to else {}), **({"reason": row.reason} if row.reason else {}),
            **({"note": row.finding} if row.finding else {}),
        })
        for row in rows
    ])  # fmt: skip


def head_of(row: ScreeningHousehold) -> str:
    """The head's name, as a lead is taken down in it."""
    return HouseholdCard.objects.filter(pk=row.household_id).values_list("head_name", flat=True).first() or ""
