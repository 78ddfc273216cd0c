"""Screening in the background: the list of a round is filled when it opens and kept up as long as it runs."""

from __future__ import annotations

from typing import Any

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core import clock, jobs
from fupin.core.models import Job
from fupin.procedures.screening import filling
from fupin.procedures.screening.tables import ScreeningRound

FILL = "screening.fill"


def ask_to_fill(row: ScreeningRound, *, by: Any) -> Job:
    """Have the list of a round brought up to date."""
    return jobs.enqueue(kind=FILL, key=f"{FILL}:{row.pk}", arguments={"round": row.pk}, by=by, division=row.division_id,
                        again=True)  # fmt: skip


def fill(run: jobs.Running) -> None:
    """The job."""
    by = User.objects.filter(pk=run.job.user_id).first() if run.job.user_id else scopes.SYSTEM
    run.result |= filling.refresh(pk=run.arguments["round"], by=by, on=clock.today())


def keep_up() -> None:
    """Every six hours: bring the lists of the running rounds up to date, as jobs."""
    for row in filling.running():
        ask_to_fill(row, by=None)
