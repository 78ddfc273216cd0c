"""Creating and upgrading an instance: tables, divisions, documents, the region's opening. Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext as _

from fupin import policy
from fupin.config import wiring
from fupin.core import seals, tables
from fupin.core.schema import schema


def require_sound_documents() -> None:
    """Refuse to work with shipped documents that have a fault. Raises ImproperlyConfigured with the first of them."""
    faults = policy.check()
    if faults:
        raise ImproperlyConfigured("；".join(faults[:5]))


def prepare_instance() -> dict[str, Any]:
    """Make the database what this version expects; returns counts, among them `divisions` and `created`.

    Raises ImproperlyConfigured where the shipped documents have a fault or the database is newer than the program,
    or cannot hold every letter.
    """
    require_sound_documents()
    _require_every_letter()
    found = schema()
    if found.state == "newer":
        raise ImproperlyConfigured(found.sentence())
    if found.state == "empty":
        tables.make()
    call_command("migrate", interactive=False, verbosity=0)
    counts: dict[str, Any] = {"upgraded": found.state == "older"}
    for step in wiring.PREPARATIONS:
        counts |= step()
    seals.seal_trail()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
    return counts


def _require_every_letter() -> None:
    """A PostgreSQL database that was made under a locale without a language counts bytes instead of letters."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()[0]
    if encoding != "UTF8":
        raise ImproperlyConfigured(
            _("数据库的编码是 %(encoding)s，请改用以 UTF8 建立的库：createdb -E UTF8 -T template0")
            % {"encoding": encoding}
        )
