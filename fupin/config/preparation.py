"""Creating and upgrading an instance: tables, divisions, documents, the region's opening. Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from fupin import policy
from fupin.config import wiring
from fupin.core import seals
from fupin.core.schema import schema


def require_sound_documents() -> None:
    """Refuse to work with shipped documents that have a fault. Raises ImproperlyConfigured with the first of them."""
    faults = policy.check()
    if faults:
        raise ImproperlyConfigured("；".join(faults[:5]))


def prepare_instance() -> dict[str, Any]:
    """Make the database what this version expects; returns counts, among them `divisions` and `created`.

    Raises ImproperlyConfigured where the shipped documents have a fault or the database is newer than the program.
    """
    require_sound_documents()
    found = schema()
    if found.state == "newer":
        raise ImproperlyConfigured(found.sentence())
    call_command("migrate", interactive=False, verbosity=0)
    counts: dict[str, Any] = {"upgraded": found.state == "older"}
    for step in wiring.PREPARATIONS:
        counts |= step()
    seals.seal_trail()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
    return counts
