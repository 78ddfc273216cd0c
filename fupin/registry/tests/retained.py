"""Files that lie in the register since long ago, for tests of retention."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from fupin.core import attachments
from fupin.core.models import Attachment


def photo(colour: str = "red") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def aged(row: Attachment, year: int) -> Attachment:
    """The file as if it had come into the register in the middle of that year."""
    Attachment.objects.filter(pk=row.pk).update(created_at=datetime(year, 6, 1, 4, tzinfo=UTC))
    row.refresh_from_db()
    return row


def keep(cast: Any, subject: str, *, year: int, name: str = "工资单.jpg", kind: str = "income") -> Attachment:
    """A file of a subject in the village of the cast, of that year."""
    row = attachments.store(photo(), subject=subject, kind=kind, by=cast.village_officer, name=name,
                            division=cast.village.pk)  # fmt: skip
    return aged(row, year)
