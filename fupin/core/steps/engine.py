"""Beginning cases and taking steps: one case or twenty thousand by the same path, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import audit, clock, working_days
from fupin.core.models import Case, StepAsked, StepTaken
from fupin.core.refusals import NotAllowed, Stale
from fupin.core.steps import ground as grounds
from fupin.core.steps.ground import Ground, MayAct, Rights, chunks, rights_of
from fupin.core.steps.judging import (
    Said,
    days_late,
    due_days,
    is_back_dated,
    judge_each,
    lacks_paper,
    refusals,
    wrong_state,
)
from fupin.core.steps.printed import new_code
from fupin.core.steps.table import Procedure
from fupin.core.verdicts import Verdict
from fupin.core.working_days import Calendar

_BATCH = 500
Facts = Callable[[Sequence[Case]], Mapping[int, Any]]
"""What the conditions look at, for many cases at once, by case."""


class RefusedCases(NotAllowed):
    """Some of the cases do not allow the act, so nothing was done. `by_case` says why, case by case."""

    def __init__(self, by_case: Mapping[int, Sequence[str]]) -> None:
        self.by_case = dict(by_case)
        super().__init__(dict.fromkeys(reason for reasons in by_case.values() for reason in reasons))


@dataclass(frozen=True, slots=True)
class Beginning:
    """A case to be opened: of what, where, and which round it belongs to."""

    subject: str
    division: int | None = None
    parent: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of an act on many cases: taken, asked for because it lies far back, refused with every reason."""

    taken: list[StepTaken] = field(default_factory=list)
    asked: list[StepAsked] = field(default_factory=list)
    refused: dict[int, list[str]] = field(default_factory=dict)


def case_of(procedure: Procedure, subject: str) -> Case | None:
    """Where a subject stands in a procedure: its open case, else its last one; None before it began."""
    rows = Case.objects.filter(procedure=procedure.name, subject=subject).order_by("-pk")
    return rows.filter(ended_on=None).first() or rows.first()


def begin(*, procedure: Procedure, subject: str, by: Any, on: date, division: int | None = None) -> Case:
    """Open a case in the first state; one that is there already is returned as it stands.

    Where a procedure recurs, one that has ended stands in nobody's way.
    """
    row = case_of(procedure, subject)
    if row is not None and not (procedure.recurs and row.ended_on):
        return row
    try:
        with transaction.atomic():
            return open_cases(procedure=procedure, beginnings=[Beginning(subject, division)], by=by, on=on)[0]
    except IntegrityError:
        return Case.objects.get(procedure=procedure.name, subject=subject, ended_on=None)


def open_cases(*, procedure: Procedure, beginnings: Sequence[Beginning], by: Any, on: date, today: date | None = None) -> list[Case]:  # fmt: skip
    """Open a case for each subject, set-wise. The caller sees to it that none has an open one: the database refuses it."""
    now, start = timezone.now(), procedure.start.name
    if procedure.strict and on > (today or clock.today()):
        raise NotAllowed(_("办理日期 %(day)s 在今天之后，请改为实际办理之日") % {"day": on})
    known = Ground(grounds.Numbers({one.division for one in beginnings}), working_days.calendar(), on, on)
    rows = []
    for one in beginnings:
        row = Case(procedure=procedure.name, edition=procedure.edition, subject=one.subject, parent=one.parent, state=start,
                   since=on, began_on=on, entered_at=now, division_id=one.division,
                   code=new_code() if procedure.strict else None)  # fmt: skip
        row.whole_due_on = known.end_of(procedure.whole, row, on) if procedure.whole else None
        row.due_on = due_days(procedure, row, start, on, known)
        rows.append(row)
    with transaction.atomic():
        Case.objects.bulk_create(rows, batch_size=_BATCH)
        audit.record_many(by=by, on=on, entries=(
            audit.Entry(f"{procedure.name}.begin", row.subject, row.division_id, {"case": row.code} if row.code else {})
            for row in rows
        ))  # fmt: skip
    return rows


def judge(*, procedure: Procedure, case: Case, act: str, by: Any, on: date, may: MayAct | Rights, facts: Any = None,
          note: str = "", late_reason: str = "", calendar: Calendar | None = None, today: date | None = None) -> Verdict:  # fmt: skip
    """Whether this person may do this act in this case on that day; the reasons say what, why and the mend."""
    known = grounds.read(procedure, [case], act, on, today or clock.today(), calendar)
    words = Said(note, late_reason, getattr(by, "pk", None))
    return judge_each(procedure, [case], act, rights_of(may), known, words, {case.pk: facts})[case.pk]


def judge_cases(*, procedure: Procedure, cases: Sequence[Case], act: str, by: Any, on: date, may: MayAct | Rights,
                facts: Facts | None = None, today: date | None = None, note: str = "", late_reason: str = "") -> dict[int, Verdict]:  # fmt: skip
    """The same for many cases at once, by case: as many questions as for one."""
    known = grounds.read(procedure, cases, act, on, today or clock.today())
    words = Said(note, late_reason, getattr(by, "pk", None))
    return judge_each(procedure, cases, act, rights_of(may), known, words, facts(cases) if facts else {})


def take(*, procedure: Procedure, cases: Iterable[Case], act: str, by: Any, on: date, may: MayAct | Rights,
         facts: Callable[[Case], Any] | None = None, note: str = "") -> list[StepTaken]:  # fmt: skip
    """Do an act in cases, all or none. `on` is the day it happened; the day of entry is kept beside it.

    Raises NotAllowed with the reasons of every case, Stale where another was quicker.
    """
    told: Facts | None = None if facts is None else lambda rows: {row.pk: facts(row) for row in rows}
    done = perform(procedure=procedure, cases=cases, act=act, by=by, on=on, may=may, facts=told, note=note)
    return done.taken


def perform(*, procedure: Procedure, cases: Iterable[Case], act: str, by: Any, on: date, may: MayAct | Rights,
            facts: Facts | None = None, note: str = "", late_reason: str = "", partly: bool = False,
            today: date | None = None) -> Outcome:  # fmt: skip
    """Do an act in cases: all or none, or with `partly` in those that allow it.

    What happened too long ago is asked for, with its paper, and holds when a second person confirms it (`asking`).
    `today` is the day of entry. Raises RefusedCases with the reasons of every case, Stale where another was quicker.
    """
    given = list(cases)
    words = Said(note, late_reason, getattr(by, "pk", None))
    with transaction.atomic():
        rows = hold(procedure, given)
        known = grounds.read(procedure, rows, act, on, today or clock.today())
        verdicts = judge_each(procedure, rows, act, rights_of(may), known, words, facts(rows) if facts else {})
        outcome = Outcome(refused={pk: refusals(verdict) for pk, verdict in verdicts.items() if not verdict})
        far = [row for row in rows if row.pk not in outcome.refused and is_back_dated(procedure, row, act, known)]
        outcome.refused |= _unproved(far, known)
        if outcome.refused and not partly:
            raise RefusedCases(outcome.refused)
        asked = {row.pk for row in far} - outcome.refused.keys()
        good = [row for row in rows if row.pk not in outcome.refused and row.pk not in asked]
        outcome.asked = ask([row for row in rows if row.pk in asked], procedure, act, by, known, words)
        outcome.taken = move(procedure, good, act, by, known, words)
    _show(given, rows)
    return outcome


def far_back(*, procedure: Procedure, cases: Sequence[Case], act: str, on: date, today: date | None = None) -> set[int]:
    """The cases in which the act would happen so long before today that a second person must confirm it."""
    known = Ground(
        grounds.Numbers({case.division_id for case in cases}), working_days.calendar(), on, today or clock.today()
    )
    return {case.pk for case in cases if is_back_dated(procedure, case, act, known)}


def _unproved(far: Sequence[Case], known: Ground) -> dict[int, list[str]]:
    """Acts far back whose paper is not there, or that are asked for already."""
    waiting: set[int] = set()
    for chunk in chunks(far):
        found = StepAsked.objects.filter(case__in=[row.pk for row in chunk], state="waiting")
        waiting |= set(found.values_list("case_id", flat=True))
    refused = {}
    for row in far:
        if row.pk in waiting:
            refused[row.pk] = [_("该案卷已有补录申请待第二人复核，请先复核或退回")]
        elif lacks_paper(row, known):
            sentence = _("办理日期 %(day)s 早于今天超过规定天数：请先在案卷中上传纸质扫描件，再由第二人复核")
            refused[row.pk] = [sentence % {"day": known.on}]
    return refused


def hold(procedure: Procedure, given: Sequence[Case]) -> list[Case]:
    """The rows as they are now, held until the act is done. Raises Stale where one is not as it was read."""
    found: dict[int, Case] = {}
    for chunk in chunks(sorted({case.pk for case in given})):
        found |= Case.objects.select_for_update().filter(pk__in=list(chunk)).order_by("pk").in_bulk()
    for case in given:
        row = found.get(case.pk)
        if row is None or row.version != case.version:
            raise Stale(_("该事项刚被他人办理，请刷新后再办"))
        if row.procedure != procedure.name or row.edition != procedure.edition:
            raise NotAllowed(_("案卷不属于这一程序"))
    return [found[pk] for pk in dict.fromkeys(case.pk for case in given)]


def ask(rows: Sequence[Case], procedure: Procedure, act: str, by: Any, known: Ground, words: Said) -> list[StepAsked]:
    """Keep what somebody says happened long ago, word for word, until a second person decides."""
    made = [
        StepAsked(case=row, case_version=row.version, act=act, happened_on=known.on, note=words.note[:500],
                  late_reason=words.late_reason[:300], asked_by=words.actor)
        for row in rows
    ]  # fmt: skip
    StepAsked.objects.bulk_create(made, batch_size=_BATCH)
    audit.record_many(by=by, on=known.on, entries=(
        audit.Entry(f"{procedure.name}.ask", row.subject, row.division_id, {"step": act, "case": row.code}) for row in rows
    ))  # fmt: skip
    return made


def move(procedure: Procedure, rows: Sequence[Case], act: str, by: Any, known: Ground, words: Said) -> list[StepTaken]:
    """Move rows that were judged, note the steps and the trail: a few statements, however many rows."""
    now, taken, entries = timezone.now(), [], []
    groups: dict[tuple[Any, date | None, date], list[int]] = {}
    for row in rows:
        step = procedure.transition(row.state, act)
        if step is None:
            raise Stale(wrong_state(procedure, row, act))
        late = days_late(procedure, row, step, known)
        due_on = row.due_on if step.stays else due_days(procedure, row, step.after, known.on, known)
        groups.setdefault((step, due_on, max(row.last_on or known.on, known.on)), []).append(row.pk)
        taken.append(_step(row, act, step.after, known.on, words, late, row.round + step.begins_round))
        entries.append(_entry(procedure, row, act, step.after, late, words))
        row.state, row.due_on, row.version = step.after, due_on, row.version + 1
        row.round += step.begins_round
        row.last_on = max(row.last_on or known.on, known.on)
        if not step.stays:
            row.since, row.entered_at, row.escalated_on = known.on, now, None
            row.ended_on = known.on if procedure.state(step.after).is_end else None
    for (step, due_on, last_on), pks in groups.items():
        _update(procedure, step.after, pks, known.on, due_on, now, stays=step.stays, new_round=step.begins_round,
                last_on=last_on)  # fmt: skip
    StepTaken.objects.bulk_create(taken, batch_size=_BATCH)
    audit.record_many(by=by, on=known.on, entries=entries)
    return taken


def _update(procedure: Procedure, state: str, pks: Sequence[int], on: date, due_on: date | None, now: Any, *,
            stays: bool = False, new_round: bool = False, last_on: date | None = None) -> None:  # fmt: skip
    values: dict[str, Any] = {"state": state, "version": F("version") + 1, "last_on": last_on or on}
    if not stays:
        ended = on if procedure.state(state).is_end else None
        values |= {"since": on, "due_on": due_on, "entered_at": now, "escalated_on": None, "ended_on": ended}
    if new_round:
        values["round"] = F("round") + 1
    for chunk in chunks(pks):
        Case.objects.filter(pk__in=list(chunk)).update(**values)


def _step(row: Case, act: str, after: str, on: date, words: Said, late: int, round_: int) -> StepTaken:
    return StepTaken(
        case=row, act=act, from_state=row.state, to_state=after, happened_on=on, actor_id=words.actor, round=round_,
        days_late=late, late_reason=words.late_reason[:300] if late else "", note=words.note[:500],
        confirmed_by=words.confirmed_by,
    )  # fmt: skip


def _entry(procedure: Procedure, row: Case, act: str, after: str, late: int, words: Said) -> audit.Entry:
    detail: dict[str, Any] = {"state": [row.state, after]}
    detail |= {"case": row.code} if row.code else {}
    detail |= {"days_late": late} if late else {}
    detail |= {"late_reason": words.late_reason} if late and words.late_reason else {}
    detail |= {"note": words.note} if words.note else {}
    detail |= {"confirmed_by": words.confirmed_by} if words.confirmed_by else {}
    return audit.Entry(f"{procedure.name}.{act}", row.subject, row.division_id, detail)


def time_out(procedure: Procedure, rows: Sequence[Case], state: str, label: str, *, on: date) -> None:
    """Let cases go over by themselves, in the system's name."""
    known = Ground(grounds.Numbers({row.division_id for row in rows}), working_days.calendar(), on, on)
    words, now = Said(label), timezone.now()
    with transaction.atomic():
        held = hold(procedure, rows)
        taken = [_step(row, "time_out", state, on, words, 0, row.round + 1) for row in held]
        entries = [_entry(procedure, row, "time_out", state, 0, words) for row in held]
        groups: dict[date | None, list[int]] = {}
        for row in held:
            groups.setdefault(due_days(procedure, row, state, on, known), []).append(row.pk)
        for due_on, pks in groups.items():
            _update(procedure, state, pks, on, due_on, now, new_round=True)
        StepTaken.objects.bulk_create(taken, batch_size=_BATCH)
        audit.record_many(by=None, on=on, entries=entries)


def _show(given: Sequence[Case], rows: Sequence[Case]) -> None:
    """What the caller holds says what now stands."""
    now = {row.pk: row for row in rows}
    for case in given:
        for one in Case._meta.concrete_fields:
            setattr(case, one.attname, getattr(now[case.pk], one.attname))
