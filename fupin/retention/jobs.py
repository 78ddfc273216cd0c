"""Retention in the background: the look of the day, and the destruction of a confirmed register."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation

from fupin.accounts.models import User
from fupin.core import clock, jobs
from fupin.core.models import Job
from fupin.retention.models import Destruction
from fupin.retention.operations import destroying, looking
from fupin.retention.words import State

LOOK, DESTROY = "retention.look", "retention.destroy"


def daily() -> None:
    """Once a day: look what is due, and go on with what was confirmed and is not done."""
    jobs.enqueue(kind=LOOK, key=f"{LOOK}:{clock.today()}")
    for row in Destruction.objects.filter(state=State.CONFIRMED).order_by("id"):
        ask_to_destroy(row, by=User.objects.filter(pk=row.decided_by).first())


def look(run: jobs.Running) -> None:
    """The job that brings the list of due files up to date."""
    run.result |= {"due": looking.look(on=clock.today(), tell=lambda done: run.beat())}


def ask_to_destroy(row: Destruction, *, by: Any) -> Job:
    """Have a confirmed register carried out; asked for again, it goes on where it stopped."""
    return jobs.enqueue(kind=DESTROY, key=f"{DESTROY}:{row.pk}", by=by, division=row.division_id, again=True,
                        arguments={"destruction": row.pk})  # fmt: skip


def destroy(run: jobs.Running) -> None:
    """The job that destroys what a register lists, in the name of who confirmed it."""
    row = Destruction.objects.get(pk=run.arguments["destruction"])
    by = User.objects.filter(pk=row.decided_by).first()
    with translation.override(settings.LANGUAGE_CODE):  # why a file stayed is kept in the language of the files
        done = destroying.destroy(row=row, by=by, on=clock.today(), tell=run.progress)
    run.result |= {"rows": done.destroyed, "left": done.left}
