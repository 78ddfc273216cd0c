"""What time does to cases: what is due, what goes over by itself, what is told the level above, when clocks stand still."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.core import audit, working_days
from fupin.core.models import Case, CasePause
from fupin.core.refusals import NotAllowed
from fupin.core.steps import ground as grounds
from fupin.core.steps.engine import time_out
from fupin.core.steps.ground import Ground, chunks
from fupin.core.steps.judging import due_days
from fupin.core.steps.table import Editions, Procedure


def due(procedure: Procedure, *, on: date) -> Any:
    """The cases whose deadline lies before a day: for to-do lists, the oldest first."""
    return Case.objects.filter(procedure=procedure.name, due_on__lt=on).order_by("due_on", "pk")


def take_overdue(procedure: Procedure, *, on: date) -> int:
    """Let the cases go over by themselves whose time-out has passed on that day; returns how many."""
    moved = 0
    for out in procedure.time_outs:
        rows = list(Case.objects.filter(procedure=procedure.name, edition=procedure.edition, state=out.before))
        known = Ground(grounds.Numbers({row.division_id for row in rows}), working_days.calendar(), on, on)
        over = [row for row in rows if on > known.end_of(out.days, row, row.since)]
        for chunk in chunks(over):
            time_out(procedure, chunk, out.after, out.label, on=on)
        moved += len(over)
    return moved


def escalate(procedure: Procedure | Editions, *, on: date) -> int:
    """Tell the level above of each case whose deadline has passed, once for every state it stands in; returns how many."""
    rows = Case.objects.filter(procedure=procedure.name, ended_on=None, escalated_on=None, due_on__lt=on).order_by("pk")
    told = 0
    while found := list(rows[: grounds.CHUNK]):
        with transaction.atomic():
            Case.objects.filter(pk__in=[row.pk for row in found]).update(escalated_on=on)
            audit.record_many(by=None, on=on, entries=(
                audit.Entry(f"{procedure.name}.escalate", row.subject, row.division_id,
                            {"case": row.code, "due_on": str(row.due_on), "state": row.state})
                for row in found
            ))  # fmt: skip
        told += len(found)
    return told


def pause(*, cases: Iterable[Case], on: date, reason: str) -> None:
    """The clock of cases stands still from a day, where the parameter of their days says so. Twice is once."""
    rows = list(cases)
    standing: set[int] = set()
    for chunk in chunks(rows):
        open_ones = CasePause.objects.filter(case__in=[row.pk for row in chunk], ended_on=None)
        standing |= set(open_ones.values_list("case_id", flat=True))
    fresh = [CasePause(case=row, began_on=on, reason=reason[:120]) for row in rows if row.pk not in standing]
    CasePause.objects.bulk_create(fresh, batch_size=500)


def resume(procedure: Procedure, *, cases: Sequence[Case], on: date) -> None:
    """The clock runs again from a day; deadlines move by what was lost. Raises NotAllowed for a day before the pause."""
    for chunk in chunks(list(cases)):
        rows = {row.pk: row for row in chunk}
        paused = CasePause.objects.filter(case__in=rows)
        if paused.filter(ended_on=None, began_on__gt=on).exists():
            raise NotAllowed(_("恢复计算之日早于停止计算之日，请核对"))
        with transaction.atomic():
            paused.filter(ended_on=None).update(ended_on=on)
            known = Ground(grounds.Numbers({row.division_id for row in chunk}), working_days.calendar(), on, on)
            for one in paused:
                known.pauses.setdefault(one.case_id, []).append(one)
            for row in rows.values():
                if procedure.whole and row.began_on:
                    row.whole_due_on = known.end_of(procedure.whole, row, row.began_on)
                row.due_on = due_days(procedure, row, row.state, row.since, known)
            Case.objects.bulk_update(rows.values(), ["due_on", "whole_due_on"], batch_size=500)
