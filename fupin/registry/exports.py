"""The list of households as a file, in the background: what is asked for is written down, the rights are judged again
when it is made and when it is taken.

How a row is told is handed in by `config`: `screen` in the words of the list, `program` in codes, as the API has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import orjson
from django.contrib.auth import get_user_model
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit, clock, jobs, results
from fupin.core.models import Job
from fupin.core.refusals import NotAllowed, Refused
from fupin.core.workbooks.lists import as_csv, write_workbook
from fupin.registry.queries import Filters, lists

KIND = "registry.export"
PERMISSION = "registry.export"
AT_ONCE = 5_000
"""So many households are a file within the request; more are made in the background."""
MOST_UNFINISHED = 3
"""Lists that one person has made at a time."""
FORMATS = ("xlsx", "csv")

Lines = Callable[[Any, Filters, Sequence[str], date], Iterator[list[str]]]
"""The header and every row of a list as texts: user, filters, columns, day."""
TOLD: dict[str, Lines] = {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as a file: how its rows are told, narrowed to what, with which columns, as of which day."""

    told: str
    filters: Filters
    columns: tuple[str, ...]
    on: date
    form: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"households-{self.on:%Y%m%d}.{self.form}"


def is_long(user: Any, filters: Filters, on: date) -> bool:
    """Is the list too long to be made within a request?"""
    return lists.is_longer(user, filters, AT_ONCE, on=on, today=clock.today(), permission=PERMISSION)


def note(user: Any, wanted: Wanted, filters: str, job: Job | None = None) -> None:
    """Write into the trail that a list was asked for: `filters` as the trail keeps them, without what was searched for."""
    area = scopes.divisions(user, PERMISSION)
    detail: dict[str, Any] = {"filters": filters, "as_of": str(wanted.on), "file": wanted.name}
    detail |= {"columns": list(wanted.columns)} if wanted.columns else {}
    audit.record(by=user, act="registry.export", subject=f"job:{job.pk}" if job else "ledger:households",
                 division=area[0] if area else None, detail=detail)  # fmt: skip


def ask_for(user: Any, wanted: Wanted, filters: str) -> Job:
    """Have a list made by a worker; asked twice while it is being made, it is made once. Raises NotAllowed, Refused."""
    scopes.require(user, PERMISSION)
    area = scopes.divisions(user, PERMISSION)
    arguments = {
        "told": wanted.told, "filters": asdict(wanted.filters), "columns": list(wanted.columns), "on": str(wanted.on),
        "form": wanted.form, "area": area, "acted_for": getattr(user, "acted_for", None), "language": get_language(),
    }  # fmt: skip
    digest = hashlib.sha256(orjson.dumps(arguments, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    mine = Job.objects.filter(kind=KIND, user_id=user.pk)
    ended = mine.filter(key__startswith=f"{KIND}:{user.pk}:{digest}:").exclude(state__in=("waiting", "running"))
    key = f"{KIND}:{user.pk}:{digest}:{ended.count()}"
    if not mine.filter(key=key).exists() and mine.filter(state__in=("waiting", "running")).count() >= MOST_UNFINISHED:
        raise Refused(_("您已有 %(count)d 份名单在导出，请等它们完成后再导出") % {"count": MOST_UNFINISHED}, "busy")
    job = jobs.enqueue(kind=KIND, key=key, arguments=arguments, by=user, division=area[0] if area else None)
    note(user, wanted, filters, job)
    return job


def export(run: jobs.Running) -> None:
    """The job: every row within the scope of who asked, which must still be what it was."""
    given = run.arguments
    user = get_user_model().objects.filter(pk=run.job.user_id).first()
    if user is not None:
        user.acted_for = given["acted_for"]
    with translation.override(given["language"]):
        scopes.require(user, PERMISSION)
        if scopes.divisions(user, PERMISSION) != given["area"]:
            raise NotAllowed(_("申请之后您的岗位有变动，请重新导出"), "scope")
        _write(run, user, _wanted(given))


def _write(run: jobs.Running, user: Any, wanted: Wanted) -> None:
    today, phase = clock.today(), _("导出名单")
    run.progress(0, 0, phase)
    total = lists.count_rows(user, wanted.filters, on=wanted.on, today=today, permission=PERMISSION)
    written = 0

    def counted() -> Iterator[list[str]]:
        nonlocal written
        for written, row in enumerate(TOLD[wanted.told](user, wanted.filters, wanted.columns, wanted.on)):
            if written % 1_000 == 0:
                run.progress(written, max(total, written), phase)
            yield row

    with results.writing(run, wanted.name) as file:
        if wanted.form == "xlsx":
            write_workbook(counted(), file, _("户"))
        else:
            for piece in as_csv(counted()):
                file.write(piece)
    run.result["rows"] = written
    run.progress(written, written, phase)


def _wanted(given: Mapping[str, Any]) -> Wanted:
    return Wanted(given["told"], Filters(**given["filters"]), tuple(given["columns"]), date.fromisoformat(given["on"]),
                  given["form"])  # fmt: skip


def require_taking(row: Job, user: Any) -> None:
    """Raises NotAllowed where who asked for a list may no longer have all of it."""
    scopes.require(user, PERMISSION)
    area = row.arguments["area"]
    if area is None and scopes.divisions(user, PERMISSION) is not None:
        raise NotAllowed(_("该区划不在您的管辖范围内，请换到管辖它的岗位再办。"), "scope")
    for division in area or ():
        scopes.require(user, PERMISSION, division)
