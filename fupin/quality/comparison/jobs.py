"""Comparison in the background: a file is read as soon as it is there, compared when somebody has looked at the preview."""

from __future__ import annotations

from typing import Any

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core import clock, jobs
from fupin.core.models import Job
from fupin.quality.comparison import operations, queries
from fupin.quality.comparison.models import Exchange
from fupin.quality.comparison.words import Stage

READ, COMPARE = "comparison.read", "comparison.compare"


def ask_to_read(exchange: Exchange, *, by: Any) -> Job:
    """Have a file read."""
    return _ask(READ, exchange, by)


def ask_to_compare(exchange: Exchange, *, by: Any) -> Job:
    """Have a file compared, or compared once more now that pairs of it were decided."""
    return _ask(COMPARE, exchange, by)


def _ask(kind: str, exchange: Exchange, by: Any) -> Job:
    return jobs.enqueue(kind=kind, key=f"{kind}:{exchange.pk}", arguments={"exchange": exchange.pk}, by=by,
                        division=exchange.division_id, again=True)  # fmt: skip


def job_of(exchange: Exchange) -> Job | None:
    """The job that is at work on it, or was last."""
    keys = [f"{kind}:{exchange.pk}" for kind in (READ, COMPARE)]
    return Job.objects.filter(key__in=keys).order_by("-created_at").first()


def read(run: jobs.Running) -> None:
    """The job that reads."""
    exchange = _exchange(run)
    done = operations.read(exchange=exchange, source=queries.source_of(exchange.source), beat=run.beat)
    run.result |= {"rows": done.rows, "refused": done.state == Stage.REFUSED}


def compare(run: jobs.Running) -> None:
    """The job that compares."""
    exchange = _exchange(run)
    by = User.objects.filter(pk=run.job.user_id).first() if run.job.user_id else scopes.SYSTEM
    done = operations.compare(exchange=exchange, source=queries.source_of(exchange.source), by=by, tell=run.progress)
    run.result |= {"rows": done.rows, "findings": done.findings, "undecided": done.undecided}


def _exchange(run: jobs.Running) -> Exchange:
    return Exchange.objects.get(pk=run.arguments["exchange"])


def forget() -> None:
    """Once a day: delete what was kept long enough."""
    operations.delete_expired(today=clock.today())
