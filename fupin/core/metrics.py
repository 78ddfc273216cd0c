"""Measurements of an instance in the form that Prometheus reads: counts and times, never who or whom."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY

from fupin.core import seals
from fupin.core.models import AuditEntry, Job

REQUESTS = Counter("fupin_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "fupin_request_seconds", "Seconds to answer", ["route"], buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10)
)


class _Instance:
    """What the database itself says at the moment of the reading."""

    def collect(self) -> Iterator[Any]:
        jobs = GaugeMetricFamily("fupin_jobs", "Jobs by state", labels=["state"])
        rows = Job.objects.exclude(kind__in=("every", "worker")).values_list("state").annotate(n=Count("pk"))
        for state, count in rows:
            jobs.add_metric([state], count)
        yield jobs
        yield GaugeMetricFamily(
            "fupin_oldest_waiting_job_seconds", "Age of the oldest waiting job", value=_oldest_waiting()
        )
        yield GaugeMetricFamily("fupin_worker_silence_seconds", "Since a worker was last heard", value=worker_silence())
        yield GaugeMetricFamily(
            "fupin_audit_unsealed_entries", "Entries no seal covers yet", value=seals.unsealed_count()
        )
        last = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first()
        yield GaugeMetricFamily("fupin_audit_last_entry", "Highest entry of the trail", value=last or 0)


def _oldest_waiting() -> float:
    oldest = Job.objects.filter(state="waiting").order_by("created_at").values_list("created_at", flat=True).first()
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def worker_silence() -> float:
    """Seconds since any worker was heard, by its own row or by the job in its hands; infinite if none ever was."""
    alive = Job.objects.filter(kind="worker") | Job.objects.filter(state="running")
    last = alive.exclude(heartbeat_at=None).order_by("-heartbeat_at").values_list("heartbeat_at", flat=True).first()
    return (timezone.now() - last).total_seconds() if last else float("inf")


def text() -> bytes:
    """The measurements of all web processes together with those of the database."""
    registry = CollectorRegistry()
    registry.register(_Instance())  # type: ignore[arg-type]
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(REGISTRY)
