"""Workbooks in the background: read when they come, handed in when their person has confirmed, made where they are long."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import orjson
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core import audit, clock, jobs, results
from fupin.core.models import Job
from fupin.core.refusals import NotAllowed, Refused
from fupin.quality.offline import applying, bringing, keeping, queries, returning, standing, taking_out
from fupin.quality.offline.models import AnswerBook
from fupin.quality.offline.standing import APPLY
from fupin.quality.offline.words import BOOK, Stage
from fupin.quality.queries import Wanted

TAKE_OUT, RETURN = "answers.take_out", "answers.return"
MOST_UNFINISHED = 3
"""Workbooks that one person has made at a time."""


def ask(kind: str, book: AnswerBook, *, by: Any) -> Job:
    """Have a workbook read, handed in, or its returned lines written; work that has ended is done once more."""
    arguments = {"book": book.pk, "area": scopes.divisions(by, queries.PERMISSION), **_circumstances(by)}
    return jobs.enqueue(kind=kind, key=standing.key_of(kind, book), arguments=arguments, by=by,
                        division=book.division_id, again=True)  # fmt: skip


def hand_in(*, book: AnswerBook, by: Any, on: date) -> Job:
    """Confirm a workbook, and have it handed in. Raises Refused unless it waits for that."""
    with transaction.atomic():
        return ask(APPLY, applying.confirm(book=book, by=by, on=on), by=by)


def go_on(*, book: AnswerBook, by: Any, on: date) -> Job:
    """Let work that stands still go on: what was done stays done. Raises Refused where nothing stands still."""
    if not standing.of(book).stuck:
        raise Refused(_("这份工作簿没有停住的工作，不必继续"), "state")
    with transaction.atomic():
        audit.record(by=by, act="answers.go_on", subject=f"{BOOK}:{book.pk}", division=book.division_id, on=on)
        return ask(standing.KINDS[Stage(book.state)], book, by=by)


def ask_to_take_out(*, wanted: Wanted, told: Sequence[str], by: Any) -> Job:
    """Have a long workbook made; asked twice while it is being made, it is made once. Raises NotAllowed, Refused."""
    scopes.require(by, taking_out.EXPORT)
    given = {"wanted": _plain(wanted), "told": list(told), "area": scopes.divisions(by, taking_out.ANSWERING),
             **_circumstances(by)}  # fmt: skip
    digest = hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    mine = Job.objects.filter(kind=TAKE_OUT, user_id=by.pk)
    ended = mine.filter(key__startswith=f"{TAKE_OUT}:{by.pk}:{digest}:").exclude(state__in=("waiting", "running"))
    key = f"{TAKE_OUT}:{by.pk}:{digest}:{ended.count()}"
    if not mine.filter(key=key).exists() and mine.filter(state__in=("waiting", "running")).count() >= MOST_UNFINISHED:
        raise Refused(_("您已有 %(count)d 份工作簿在生成，请等它们完成后再带出") % {"count": MOST_UNFINISHED}, "busy")
    area = given["area"]
    return jobs.enqueue(kind=TAKE_OUT, key=key, arguments=given, by=by, division=area[0] if area else None)


def _circumstances(by: Any) -> dict[str, Any]:
    return {"acted_for": getattr(by, "acted_for", None), "language": get_language()}


def _plain(wanted: Wanted) -> dict[str, Any]:
    """What a list is narrowed to, as a job keeps it."""
    return asdict(wanted) | {"week": str(wanted.week or ""), "pks": sorted(wanted.pks)}


def _wanted(given: Mapping[str, Any]) -> Wanted:
    week = date.fromisoformat(given["week"]) if given["week"] else None
    return Wanted(**{**given, "week": week, "pks": frozenset(given["pks"])})


def read(run: jobs.Running) -> None:
    """The job that reads."""
    book, by = _book(run), _whose(run)
    with translation.override(run.arguments["language"]):
        book = bringing.read(book=book, by=by, tell=run.progress)
    run.result |= {"refused": book.state == Stage.REFUSED}


def apply(run: jobs.Running) -> None:
    """The job that hands in."""
    book, by = _book(run), _whose(run)
    with translation.override(run.arguments["language"]):
        book = applying.apply(book=book, by=by, on=clock.today(), tell=run.progress)
    run.result |= queries.counts(book)


def take_out(run: jobs.Running) -> None:
    """The job that makes a long workbook, within the area of who asked, which must still be what it was."""
    by, given = _whose(run), run.arguments
    with translation.override(given["language"]):
        if scopes.divisions(by, taking_out.ANSWERING) != given["area"]:
            raise NotAllowed(_("申请之后您的岗位有变动，请重新带出"), "scope")
        on = clock.today()
        data, lines = taking_out.take_out(
            wanted=_wanted(given["wanted"]), told=given["told"], by=by, on=on, tell=run.progress
        )
        _keep(run, taking_out.file_name(on), data, lines)


def give_back(run: jobs.Running) -> None:
    """The job that writes many returned lines."""
    book, by = _book(run), _whose(run)
    with translation.override(run.arguments["language"]):
        on = clock.today()
        data, lines = returning.returned(book=book, by=by, on=on, tell=run.progress)
        _keep(run, returning.file_name(on), data, lines)


def _keep(run: jobs.Running, name: str, data: bytes, lines: int) -> None:
    with results.writing(run, name) as file:
        file.write(data)
    run.result["rows"] = lines
    run.progress(lines, lines, _("生成工作簿"))


def require_taking(row: Job, user: Any) -> None:
    """Raises NotAllowed where who asked for a workbook may no longer have all of it."""
    wanted = taking_out.EXPORT if row.kind == TAKE_OUT else queries.PERMISSION
    area = row.arguments["area"]
    scopes.require(user, wanted)
    if area is None and scopes.divisions(user, wanted) is not None:
        raise NotAllowed(_("该区划不在您的管辖范围内，请换到管辖它的岗位再办。"), "scope")
    for division in area or ():
        scopes.require(user, wanted, division)


def _whose(run: jobs.Running) -> User:
    by = User.objects.get(pk=run.job.user_id)
    by.acted_for = run.arguments["acted_for"]  # type: ignore[attr-defined]
    return by


def _book(run: jobs.Running) -> AnswerBook:
    return AnswerBook.objects.select_related("attachment").get(pk=run.arguments["book"])


def forget() -> None:
    """Once a day: delete what was kept long enough."""
    keeping.delete_expired(today=clock.today())
