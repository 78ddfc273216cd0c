"""Comparison in the background: a file is read as soon as it is there, compared when somebody has looked at the preview."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core import clock, jobs
from fupin.core.models import Job
from fupin.quality.comparison import operations, queries
from fupin.quality.comparison.letters import answers
from fupin.quality.comparison.letters import operations as letter_acts
from fupin.quality.comparison.models import Exchange, Letter
from fupin.quality.comparison.words import Stage

READ, COMPARE, PREPARE = "comparison.read", "comparison.compare", "comparison.prepare"


def ask_to_read(exchange: Exchange, *, by: Any) -> Job:
    """Have a file read."""
    return _ask(READ, exchange, by)


def ask_to_compare(exchange: Exchange, *, by: Any) -> Job:
    """Have a file compared, or compared once more now that pairs of it were decided."""
    return _ask(COMPARE, exchange, by)


def _ask(kind: str, exchange: Exchange, by: Any) -> Job:
    return jobs.enqueue(kind=kind, key=f"{kind}:{exchange.pk}", by=by, division=exchange.division_id, again=True,
                        arguments={"exchange": exchange.pk, "language": get_language()})  # fmt: skip


def ask_to_prepare(letter: Letter, *, by: Any) -> Job:
    """Have the list of a letter drawn up."""
    return jobs.enqueue(kind=PREPARE, key=f"{PREPARE}:{letter.pk}", by=by, division=letter.division_id, again=True,
                        arguments={"letter": letter.pk, "language": get_language()})  # fmt: skip


def job_of_letter(letter: Letter) -> Job | None:
    """The job that draws up its list, or did last."""
    return Job.objects.filter(key=f"{PREPARE}:{letter.pk}").order_by("-created_at").first()


def prepare(run: jobs.Running) -> None:
    """The job that draws up the list of a letter; what goes wrong with it is said in the language of who asked."""
    letter = Letter.objects.get(pk=run.arguments["letter"])
    by = User.objects.filter(pk=run.job.user_id).first() if run.job.user_id else scopes.SYSTEM
    with translation.override(_language(run)):
        done = letter_acts.prepare(letter=letter, source=queries.source_by(letter), by=by)
    run.result |= {"persons": done.persons, "left_out": done.left_out}


def job_of(exchange: Exchange) -> Job | None:
    """The job that is at work on it, or was last."""
    keys = [f"{kind}:{exchange.pk}" for kind in (READ, COMPARE)]
    return Job.objects.filter(key__in=keys).order_by("-created_at").first()


def read(run: jobs.Running) -> None:
    """The job that reads; what it says of the file is in the language of who handed it in."""
    exchange = _exchange(run)
    with translation.override(_language(run)):
        done = operations.read(exchange=exchange, source=queries.source_by(exchange), beat=run.beat)
    run.result |= {"rows": done.rows, "refused": done.state == Stage.REFUSED}


def compare(run: jobs.Running) -> None:
    """The job that compares, in the language of who asked."""
    exchange = _exchange(run)
    by = User.objects.filter(pk=run.job.user_id).first() if run.job.user_id else scopes.SYSTEM
    with translation.override(_language(run)):
        done = operations.compare(exchange=exchange, source=queries.source_by(exchange), by=by, tell=run.progress)
    answers.counted(exchange=done, by=by)
    run.result |= {"rows": done.rows, "findings": done.findings, "undecided": done.undecided}


def _language(run: jobs.Running) -> str:
    """Chinese for a job that was asked for before jobs knew the language."""
    return str(run.arguments.get("language") or settings.LANGUAGE_CODE)


def _exchange(run: jobs.Running) -> Exchange:
    return Exchange.objects.get(pk=run.arguments["exchange"])


def forget() -> None:
    """Once a day: delete what was kept long enough."""
    operations.delete_expired(today=clock.today())
    letter_acts.delete_expired(today=clock.today())
