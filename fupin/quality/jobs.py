"""Sweeps in the background: asked for by hand, once a night by the instance itself; and what follows a switch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core import clock, jobs, results
from fupin.core.models import Job
from fupin.core.refusals import NotAllowed, Refused
from fupin.quality import applying, checking, listing, operations
from fupin.quality.models import Sweep
from fupin.quality.sweeping import Swept
from fupin.rulebook import queries as rulebook
from fupin.rulebook.models import Override

KIND, CLOSE = "quality.sweep", "quality.close_switched"
PERMISSION = "quality.sweep"
MISSED = timedelta(hours=36)
"""A night's sweep that has not been made for so long is made by day: an office's computer may be off at night."""


def ask(*, division: int, names: Sequence[str] = (), form: str = "xlsx", by: Any) -> Job:
    """Ask for a sweep of a division, with the list of findings as a file. Asked twice while one is made, it is made once.

    Raises NotAllowed, NotFound for a rule that nobody knows, Refused.
    """
    scopes.require(by, PERMISSION, division)
    if form not in listing.FORMATS:
        raise Refused(_("问题清单只能写为 xlsx 或 csv"), "form")
    applying.applied(clock.today(), names)
    unfinished = Job.objects.filter(kind=KIND, division_id=division, state__in=("waiting", "running")).first()
    if unfinished is not None:
        return unfinished
    arguments = {"names": sorted(names), "form": form, "language": get_language()}
    return jobs.enqueue(kind=KIND, arguments=arguments, by=by, division=division)


def ask_nightly() -> Job | None:
    """The sweep of the whole register, once a day after its hour (parameter `quality.sweep_hour`)."""
    today = clock.today()
    hour = int(rulebook.value("quality.sweep_hour", on=today))
    last = (
        Sweep.objects.filter(division=None, is_partial=False).order_by("-pk").values_list("made_at", flat=True).first()
    )
    is_night = hour <= _hour() < hour + 5
    is_missed = last is not None and timezone.now() - last > MISSED
    if not (is_night or is_missed):
        return None
    return jobs.enqueue(
        kind=KIND, key=f"{KIND}:{today.isoformat()}", arguments={"names": [], "form": "", "language": ""}
    )


def _hour() -> int:
    return timezone.localtime().hour


def run(running: jobs.Running) -> None:
    """The job: extract, sweep, tickets, and the list for who asked. The right is judged again."""
    job, given = running.job, running.arguments
    by = User.objects.filter(pk=job.user_id).first() if job.user_id else scopes.SYSTEM
    if job.division_id is not None or job.user_id:
        scopes.require(by, PERMISSION, job.division_id)
    running.progress(0, 0, "")
    with _language(given["language"]):
        done = checking.check(on=clock.today(), division=job.division_id, names=given["names"], by=by, job=job,
                              tell=running.progress, keep=lambda swept: _write(running, swept, given["form"]))  # fmt: skip
    settled = done.settled
    running.result |= {
        "sweep": str(done.sweep.pk), "findings": done.swept.found, "rows": done.swept.found, "opened": settled.opened,
        "reopened": settled.reopened, "closed": settled.closed,
    }  # fmt: skip
    running.progress(1, 1, "")


def _language(code: str) -> AbstractContextManager[Any]:
    return translation.override(code) if code else nullcontext()


def _write(running: jobs.Running, swept: Swept, form: str) -> None:
    if not form:
        return
    name = f"findings-{clock.today():%Y%m%d}.{form}"
    with results.writing(running, name) as file:
        listing.write_into(file, swept.findings, form, on=clock.today())


def require_taking(row: Job, user: Any) -> None:
    """Raises NotAllowed where who asked for a sweep may no longer have its list."""
    if row.division_id is None:
        raise NotAllowed(_("该区划不在您的管辖范围内，请换到管辖它的岗位再办。"), "scope")
    scopes.require(user, PERMISSION, row.division_id)


def follow(rows: Sequence[Override]) -> None:
    """A switch that holds closes tickets in the background, from its day."""
    if any(row.kind == "switch" for row in rows):
        jobs.enqueue(kind=CLOSE, key=f"{CLOSE}:{rows[0].pk}")


def close(running: jobs.Running) -> None:
    """The job that closes what is switched off."""
    running.result["closed"] = operations.close_switched_off(on=clock.today(), by=scopes.SYSTEM)
