"""A kept file as the answer of a screen: a picture is shown, everything else is taken along under its own name."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from fupin.core import attachments
from fupin.core.models import Attachment


def answer_with(row: Attachment) -> HttpResponse:
    """The bytes of a file; whoever calls has asked the gate of its subject."""
    answer = HttpResponse(attachments.read(row), content_type=row.media_type)
    # Browsers open no PDF in a sandbox, and outside of one a stranger's file has no business: it is taken along.
    is_picture = row.media_type.startswith("image/")
    answer.headers["Content-Disposition"] = content_disposition_header(not is_picture, row.name) or ""
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer
