"""What is asked before a sealed number is shown whole: a purpose in words, which the trail keeps."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fupin.core.refusals import Refused

LEAST_PURPOSE = 4
"""Characters: a purpose is words that a reader of the trail understands."""
_MOST_PURPOSE = 200


def require_purpose(purpose: str) -> str:
    """The purpose as the trail keeps it. Raises Refused where nothing is said."""
    said = purpose.strip()
    if len(said) < LEAST_PURPOSE:
        raise Refused(_("请写明用途（至少 %(count)d 个字），用途会记入审计日志") % {"count": LEAST_PURPOSE}, "purpose")
    return said[:_MOST_PURPOSE]
