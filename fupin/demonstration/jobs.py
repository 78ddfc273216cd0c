"""The first days of a demonstrated office as work of the background worker."""

from __future__ import annotations

from django.utils.module_loading import import_string

from fupin.core import jobs
from fupin.core.models import Job

KIND = "demonstration.work"


def wire() -> None:
    """Let this process know the job; what it needs is loaded when it is done."""
    jobs.job(KIND)(lambda running: import_string("fupin.demonstration.working.work")(running))


def ask() -> Job:
    """Once in the life of a demonstration: whoever starts it again gets what is there."""
    return jobs.enqueue(kind=KIND, key=KIND)
