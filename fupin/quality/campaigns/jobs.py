"""Collection in the background: the list of a round is filled when it opens and kept up as long as it runs."""

from __future__ import annotations

from typing import Any

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core import clock, jobs
from fupin.core.models import Job
from fupin.quality.campaigns import operations
from fupin.quality.campaigns.models import CollectionRound
from fupin.quality.campaigns.words import RUNNING

FILL = "collection.fill"


def ask_to_fill(row: CollectionRound, *, by: Any) -> Job:
    """Have the list of a round brought up to date."""
    return jobs.enqueue(kind=FILL, key=f"{FILL}:{row.pk}", arguments={"round": row.pk}, by=by, division=row.division_id,
                        again=True)  # fmt: skip


def fill(run: jobs.Running) -> None:
    """The job."""
    by = User.objects.filter(pk=run.job.user_id).first() if run.job.user_id else scopes.SYSTEM
    run.result |= operations.refresh(pk=run.arguments["round"], by=by, on=clock.today())


def keep_up() -> None:
    """Every six hours: bring the lists of the running rounds up to date, as jobs."""
    for row in CollectionRound.objects.filter(stage__in=RUNNING):
        ask_to_fill(row, by=None)
