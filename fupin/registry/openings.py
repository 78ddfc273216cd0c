"""Openings (期初): while a division's opening stands, import may set the register status of its households.

`fupin init` opens the region; the banner asks for a division's opening to be closed, and a second person confirms.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from fupin.divisions.models import Division, Level
from fupin.registry.models import Opening


def open_region() -> dict[str, Any]:
    """Open the region itself in a new instance; one that has any opening keeps what it has."""
    with transaction.atomic():
        if not Opening.objects.exists():
            region = Division.objects.filter(level=Level.REGION).order_by("id").first()
            if region is not None:
                Opening.objects.create(division=region)
    return {"openings": Opening.objects.filter(closed_at=None).count()}
