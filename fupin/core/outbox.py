"""What must happen outside the database once an act is committed: written in the act's transaction, delivered after.

A message that cannot be delivered is tried again, ever later; it is never lost, and delivered at least once: handlers
recognise a message they have seen by its id.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.db.models import F
from django.utils import timezone

from fupin.core.models import OutboxMessage

log = structlog.get_logger("outbox")
BATCH = 100
LONGEST_PAUSE = timedelta(hours=6)
_handlers: dict[str, Callable[[int, dict[str, Any]], None]] = {}


def handles(topic: str) -> Callable[[Callable[[int, dict[str, Any]], None]], Callable[[int, dict[str, Any]], None]]:
    """Register the function that delivers messages of a topic; it gets the message's id and body."""

    def register(function: Callable[[int, dict[str, Any]], None]) -> Callable[[int, dict[str, Any]], None]:
        _handlers[topic] = function
        return function

    return register


def put(*, topic: str, body: dict[str, Any]) -> int:
    """Leave a message, in the transaction of the act that causes it; returns its id. Raises KeyError without a handler."""
    if topic not in _handlers:
        raise KeyError(topic)
    return int(OutboxMessage.objects.create(topic=topic, body=body, due_at=timezone.now()).pk)


def deliver() -> int:
    """Deliver what is due; returns how many went out. A worker calls it periodically."""
    sent = 0
    due = OutboxMessage.objects.filter(sent_at=None, due_at__lte=timezone.now(), topic__in=list(_handlers))
    for message in due.order_by("pk")[:BATCH]:
        # Whoever moves the day on has the message: two workers never deliver it at once.
        pause = min(timedelta(minutes=2**message.attempts), LONGEST_PAUSE)
        mine = OutboxMessage.objects.filter(pk=message.pk, attempts=message.attempts, sent_at=None)
        if mine.update(attempts=F("attempts") + 1, due_at=timezone.now() + pause):
            sent += _deliver(message)
    return sent


def _deliver(message: OutboxMessage) -> bool:
    row = OutboxMessage.objects.filter(pk=message.pk)
    try:
        _handlers[message.topic](message.pk, message.body)
    except Exception as fault:  # whatever goes wrong outside, the message stays and the others go out
        row.update(fault=type(fault).__name__)
        log.warning("not delivered", topic=message.topic, job=message.pk, fault=type(fault).__name__)
        return False
    row.update(sent_at=timezone.now(), fault="")
    return True
