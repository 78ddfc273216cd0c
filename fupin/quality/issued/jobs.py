"""Lists in the background: read when they come, matched when their columns are known, filled when they go back up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core import clock, jobs, results
from fupin.core.models import Job
from fupin.quality.issued import giving, keeping, opening, queries, taking
from fupin.quality.issued.models import IssuedList
from fupin.quality.issued.words import Stage

READ, MATCH, GIVE_BACK = "issued.read", "issued.match", "issued.give_back"


def ask(kind: str, one: IssuedList, *, by: Any) -> Job:
    """Have a list read, matched, or filled for who asks."""
    mine = f":{by.pk}" if kind == GIVE_BACK else ""
    return jobs.enqueue(kind=kind, key=f"{kind}:{one.pk}{mine}", by=by, division=one.division_id, again=True,
                        arguments={"list": one.pk, "language": get_language()})  # fmt: skip


def job_of(one: IssuedList, *kinds: str) -> Job | None:
    """The job that is at work on a list, or was last."""
    keys = [f"{kind}:{one.pk}" for kind in kinds or (READ, MATCH)]
    return Job.objects.filter(key__in=keys).order_by("-created_at").first()


def filled_for(one: IssuedList, user: Any) -> Job | None:
    """The filling of a list that this person asked for last."""
    return Job.objects.filter(key=f"{GIVE_BACK}:{one.pk}:{user.pk}").first()


def read(run: jobs.Running) -> None:
    """The job that reads; what it says of the file is in the language of who handed it in."""
    with _telling(run):
        one = taking.read(_list(run))
    run.result |= {"refused": one.state == Stage.REFUSED}


def match(run: jobs.Running) -> None:
    """The job that matches and hands out, in the language of who asked."""
    with _telling(run):
        one = opening.match_lines(one=_list(run), by=_who(run), on=clock.today(), tell=run.progress)
    run.result |= {"lines": queries.standing(one).lines}


def give_back(run: jobs.Running) -> None:
    """The job that fills the sender's file, for who asked and in their language, but for what is written into it."""
    one, user = _list(run), _who(run)
    with _telling(run):
        given = giving.give_back(one=one, by=user, on=clock.today(), beat=lambda done: run.beat())
    with results.writing(run, giving.file_name(one)) as file:
        file.write(given.data)
    run.result |= {"rows": given.answered + given.unmatched, "answered": given.answered, "unmatched": given.unmatched,
                   "left": given.left, "formulas": given.formulas}  # fmt: skip


def require_taking(row: Job, user: Any) -> None:
    """Raises NotAllowed where who asked for a filled list may no longer have it."""
    scopes.require(user, "quality.issue", row.division_id)


def _telling(run: jobs.Running) -> Any:
    """Chinese for a job that was asked for before jobs knew the language."""
    return translation.override(run.arguments.get("language") or settings.LANGUAGE_CODE)


def _list(run: jobs.Running) -> IssuedList:
    return IssuedList.objects.select_related("attachment", "division").get(pk=run.arguments["list"])


def _who(run: jobs.Running) -> Any:
    return User.objects.filter(pk=run.job.user_id).first() if run.job.user_id else scopes.SYSTEM


def forget() -> None:
    """Once a day: delete what was kept long enough."""
    keeping.delete_expired(today=clock.today())
