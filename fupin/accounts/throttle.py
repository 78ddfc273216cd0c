"""Slowing down those who guess: counted in the database, so that all processes count together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils import timezone

from fupin.accounts import limits
from fupin.accounts.addresses import client_address

PERSON_FACTOR = 4
"""A person from all addresses together may fail so many times as often as from one."""
ADDRESS_FACTOR = 12
"""An office of many people stands behind one address."""


def username_of(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The user name as it is counted: letters of another width or case do not start a new count."""
    return counted_name((credentials or {}).get("username") or (request.POST.get("username", "") if request else ""))


def counted_name(name: str) -> str:
    """The form under which failures of a user name are counted."""
    return str(AbstractBaseUser.normalize_username(str(name))).strip().casefold()[:255]


def has_failures(username: str) -> bool:
    """Are there failures of late under this name?"""
    since = timezone.now() - timedelta(minutes=limits.value("lockout_minutes"))
    return AccessAttempt.objects.filter(username=counted_name(username), attempt_time__gte=since).exists()


def is_slowed_down(username: str, address: str) -> bool:
    """Has this person, or this address, failed so often of late that nobody is let try?"""
    since = timezone.now() - timedelta(minutes=limits.value("lockout_minutes"))
    failures = AccessAttempt.objects.filter(attempt_time__gte=since).aggregate(
        person=Sum("failures_since_start", filter=Q(username=username)),
        address=Sum("failures_since_start", filter=Q(ip_address=address)),
    )
    return (failures["person"] or 0) >= PERSON_FACTOR * limits.value("lockout_failures") or (
        failures["address"] or 0
    ) >= ADDRESS_FACTOR * limits.value("lockout_failures")


def minutes() -> int:
    """For how many minutes nobody is let try."""
    return limits.value("lockout_minutes")


def is_locked(request: HttpRequest, username: str) -> bool:
    """Is this person locked out at this address, or slowed down? Asked before a code is looked at."""
    credentials = {"username": username}
    locked = not AxesProxyHandler.is_allowed(request, credentials)
    return locked or is_slowed_down(username_of(request, credentials), client_address(request))
