"""Whether work on a workbook goes on, or stands still until its person says how to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fupin.core.jobs import MOST_ATTEMPTS
from fupin.core.models import Job
from fupin.quality.offline.models import AnswerBook
from fupin.quality.offline.words import Stage

READ, APPLY = "answers.read", "answers.apply"
KINDS = {Stage.READING: READ, Stage.APPLYING: APPLY}
"""The work that a workbook waits for in a stage."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The work on a workbook: its job, whether it goes on by itself, and why it does not."""

    job: Job | None = None
    is_at_work: bool = False
    stuck: str = ""
    """why nothing goes on, in a sentence; empty where nothing is wanted or something goes on"""


def key_of(kind: str, book: AnswerBook) -> str:
    """The key of the work of a kind on a workbook: asked for twice, it is done once."""
    return f"{kind}:{book.pk}"


def of(book: AnswerBook) -> Standing:
    """How the work on a workbook stands; the workbook is read anew where its work has ended meanwhile."""
    job = _jobs([book]).get(book.pk)
    if job is not None and job.state == "done":
        book.refresh_from_db()
        job = _jobs([book]).get(book.pk)
    return _standing(book, job)


def stuck(books: Sequence[AnswerBook]) -> set[int]:
    """Those of these workbooks on which work stands still; where it has just ended, it does not."""
    found = _jobs(books)
    ended = {pk for pk, job in found.items() if job.state == "done"}
    return {one.pk for one in books if one.pk not in ended and _standing(one, found.get(one.pk)).stuck}


def _jobs(books: Sequence[AnswerBook]) -> dict[int, Job]:
    """The work that each of these workbooks waits for, in one question at most."""
    keys = {key_of(KINDS[Stage(one.state)], one): one.pk for one in books if Stage(one.state) in KINDS}
    return {keys[job.key]: job for job in Job.objects.filter(key__in=keys)} if keys else {}


def _standing(book: AnswerBook, job: Job | None) -> Standing:
    if Stage(book.state) not in KINDS:
        return Standing()
    if job is None:
        return Standing(stuck=_("后台任务没有安排上"))
    if job.state in ("waiting", "running") or (job.state == "interrupted" and job.attempts < MOST_ATTEMPTS):
        return Standing(job, is_at_work=True)
    return Standing(job, stuck=job.message or _("后台任务没有办完"))
