"""Workbooks in the background: read when they come, handed in when their person has confirmed."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import get_language

from fupin.accounts.models import User
from fupin.core import clock, jobs
from fupin.core.models import Job
from fupin.quality.offline import applying, bringing, keeping, queries
from fupin.quality.offline.models import AnswerBook
from fupin.quality.offline.words import Stage

READ, APPLY = "answers.read", "answers.apply"


def ask(kind: str, book: AnswerBook, *, by: Any) -> Job:
    """Have a workbook read, or handed in."""
    arguments = {"book": book.pk, "acted_for": getattr(by, "acted_for", None), "language": get_language()}
    return jobs.enqueue(kind=kind, key=f"{kind}:{book.pk}", arguments=arguments, by=by, division=book.division_id)


def job_of(book: AnswerBook) -> Job | None:
    """The job that is at work on a workbook, or was last."""
    keys = [f"{kind}:{book.pk}" for kind in (READ, APPLY)]
    return Job.objects.filter(key__in=keys).order_by("-created_at").first()


def read(run: jobs.Running) -> None:
    """The job that reads."""
    book, by = _whose(run)
    with translation.override(run.arguments["language"]):
        book = bringing.read(book=book, by=by)
    run.result |= {"refused": book.state == Stage.REFUSED}


def apply(run: jobs.Running) -> None:
    """The job that hands in."""
    book, by = _whose(run)
    with translation.override(run.arguments["language"]):
        book = applying.apply(book=book, by=by, on=clock.today(), tell=run.progress)
    run.result |= queries.counts(book)


def _whose(run: jobs.Running) -> tuple[AnswerBook, User]:
    by = User.objects.get(pk=run.job.user_id)
    by.acted_for = run.arguments["acted_for"]  # type: ignore[attr-defined]
    return AnswerBook.objects.select_related("attachment").get(pk=run.arguments["book"]), by


def forget() -> None:
    """Once a day: delete what was kept long enough."""
    keeping.delete_expired(today=clock.today())
