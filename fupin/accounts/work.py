"""Who sees which background work: one's own, and that of the divisions one operates."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from fupin.accounts import scopes
from fupin.core.models import Job

NOT_WORK = ("every", "worker")
"""Rows of the workers themselves: periodic duties and heartbeats."""


def visible_jobs(user: Any) -> QuerySet[Job]:
    """The gate of jobs: one's own, and those of the divisions that one operates."""
    operated = scopes.within(user, Job.objects.all(), division="division_id", permission="system.operate")
    return Job.objects.filter(Q(user_id=user.pk) | Q(pk__in=operated.values("pk"))).exclude(kind__in=NOT_WORK)
