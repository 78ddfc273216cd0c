"""What is asked before a sealed number is shown whole: a purpose in words, which the trail keeps, and no more numbers in
an hour than a person looks at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core.clock import today
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused
from fupin.policy import parameters

LEAST_PURPOSE = 4
"""Characters: a purpose is words that a reader of the trail understands."""
_MOST_PURPOSE = 200
_SPAN = timedelta(hours=1)


def require_purpose(purpose: str) -> str:
    """The purpose as the trail keeps it. Raises Refused where nothing is said."""
    said = purpose.strip()
    if len(said) < LEAST_PURPOSE:
        raise Refused(_("请写明用途（至少 %(count)d 个字），用途会记入审计日志") % {"count": LEAST_PURPOSE}, "purpose")
    return said[:_MOST_PURPOSE]


def require_measure(by: Any, act: str) -> None:
    """Raises NotAllowed for somebody who has seen as many numbers by this act within the hour as one may. Counted in the
    trail, where each of them stands."""
    most = parameters.value("registry.reveals_per_hour", on=today())
    seen = AuditEntry.objects.filter(act=act, actor_id=getattr(by, "pk", None), at__gte=timezone.now() - _SPAN)
    if seen.count() >= most:
        sentence = _("一小时内最多查看 %(most)d 个完整号码，请稍后再看；所有查看都已记入审计日志")
        raise NotAllowed(sentence % {"most": most}, "rate")
