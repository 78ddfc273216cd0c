"""Papers in the background: stacks that are read, papers of many subjects that are printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core import clock, jobs, results
from fupin.core.models import Job
from fupin.papers.models import ScanStack
from fupin.papers.operations import printing, scanning
from fupin.papers.queries import PRINT

READ, PRINT_MANY = "papers.read", "papers.print"


def ask_to_read(stack: ScanStack, *, by: Any) -> Job:
    """Have a stack read."""
    return jobs.enqueue(kind=READ, key=f"{READ}:{stack.pk}", by=by, division=stack.division_id,
                        arguments={"stack": stack.pk, "language": get_language()})  # fmt: skip


def reading_of(stack: ScanStack) -> Job | None:
    """The job that reads a stack."""
    return Job.objects.filter(key=f"{READ}:{stack.pk}").first()


def ask_to_print(*, document: str, kind: str, ids: Sequence[int], form: str, by: Any, division: int | None) -> Job:
    """Have papers of many subjects printed; the file waits among the jobs of who asks."""
    return jobs.enqueue(kind=PRINT_MANY, by=by, division=division, arguments={
        "document": document, "kind": kind, "ids": list(ids), "form": form, "language": get_language(),
    })  # fmt: skip


def read(run: jobs.Running) -> None:
    """The job that reads a stack, for who handed it in and in their language."""
    stack = ScanStack.objects.get(pk=run.arguments["stack"])
    with _telling(run):
        run.result |= scanning.read(stack, by=_who(run), on=clock.today(), tell=run.progress)


def print_many(run: jobs.Running) -> None:
    """The job that prints papers of many subjects into one file."""
    given = run.arguments
    with _telling(run):
        made = printing.print_papers(document=given["document"], kind=given["kind"], ids=given["ids"], form=given["form"],
                                     by=_who(run), on=clock.today(), tell=run.progress)  # fmt: skip
    with results.writing(run, made.name) as file:
        file.write(made.data)
    run.result |= {"rows": len(made.papers)}


def require_taking(row: Job, user: Any) -> None:
    """Raises NotAllowed where who asked for papers may no longer print."""
    scopes.require(user, PRINT)


def _telling(run: jobs.Running) -> Any:
    return translation.override(run.arguments.get("language") or settings.LANGUAGE_CODE)


def _who(run: jobs.Running) -> Any:
    return User.objects.filter(pk=run.job.user_id).first() if run.job.user_id else scopes.SYSTEM
