"""The look in the background: once a month by itself, and when an office asks for it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.bulk import steps, taking
from fupin.core import clock, jobs
from fupin.core.models import Job
from fupin.quality.signs import judging, keeping, looking, prints
from fupin.rulebook.conditions import setting

KIND = "quality.signs"
MOST_BEHIND = 500
"""Households that stand behind one sign; more are the village itself."""
AT_ONCE = 300
"""Pictures whose prints are taken in one turn of the hourly duty."""
_ALL = 10_000_000


def ask(*, by: Any = None) -> Job:
    """Have signs looked for; while it runs there is one look for all."""
    return jobs.enqueue(kind=KIND, key=KIND, by=by, again=True)


def monthly() -> None:
    """Once a day: look, if nobody did this month."""
    last = Job.objects.filter(key=KIND).first()
    if last is None or (last.finished_at is not None and last.finished_at.date() < clock.today().replace(day=1)):
        ask()


def take_prints() -> None:
    """Once an hour: prints of the pictures that came in."""
    prints.take(most=AT_ONCE)


def look(run: jobs.Running) -> None:
    """The job: prints of the pictures that have none, every test, and what it does to the signs."""
    on = clock.today()
    by = User.objects.filter(pk=run.job.user_id).first() if run.job.user_id else scopes.SYSTEM
    run.progress(0, 4, _("识别照片"))
    prints.take(most=_ALL, beat=run.beat)
    run.progress(1, 4, _("取登记册"))
    extract = taking.current()
    extract.used()
    held = looking.limits(on)
    run.progress(2, 4, _("逐村逐人检验"))
    with steps.duck(settings.DATA_FOLDER) as where:
        clues = looking.look(extract, on, where)
        found = [keeping.of_clue(clue, judging.behind(where, clue, held, MOST_BEHIND)) for clue in clues]
    run.progress(3, 4, _("比对照片"))
    found += prints.found(most_apart=int(setting("quality.sign_photo_bits", on)), rate=held.rate)
    kept = keeping.keep(found=found, look=keeping.Look(on, extract.as_of, held.rate), by=by)
    run.result |= {"found": kept.found, "changed": kept.changed, "gone": kept.gone, "signs": len(found)}
    run.progress(4, 4, _("完成"))
