"""What publicity tells those who stand above it: handed in at start, called inside the act's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core.models import AuditEntry
from fupin.core.refusals import Refused
from fupin.notices.models import Notice, NoticeLine

_SLACK = timedelta(minutes=5)
"""So much may the clocks of two serving machines differ."""


@dataclass(frozen=True, slots=True)
class News:
    """What happened to a notice: `act` is posted, objected, answered, ended or taken_down; `subjects` whom it concerns
    (of an objection against one line that line alone)."""

    act: str
    notice: Notice
    subjects: tuple[str, ...]
    on: date


FOLLOWS: list[Callable[[Sequence[News]], None]] = []
"""Who is told, in the same transaction; `fupin.config.wiring` hands them in."""


def tell(news: Sequence[News]) -> None:
    """Tell everybody who wants to know."""
    for follow in FOLLOWS:
        follow(news)


def about(act: str, notices: Iterable[Notice], on: date) -> list[News]:
    """The same news of many notices, with the subjects of all their lines: one query."""
    rows = list(notices)
    if not FOLLOWS:
        return []
    subjects: dict[int, list[str]] = {row.pk: [] for row in rows}
    lines = NoticeLine.objects.filter(notice__in=rows).order_by("notice_id", "position")
    for notice, subject in lines.values_list("notice_id", "subject"):
        subjects[notice].append(subject)
    return [News(act, row, tuple(subjects[row.pk]), on) for row in rows]


def is_clock_behind() -> bool:
    """Was the clock put back? The trail then holds an entry that lies in the future."""
    last = AuditEntry.objects.order_by("-pk").values_list("at", flat=True).first()
    return last is not None and last > timezone.now() + _SLACK


def require_clock() -> None:
    """Raises Refused where days would be counted with a clock that was put back."""
    if is_clock_behind():
        raise Refused(_("系统时间早于已有记录的时间，公示期无法计算；请系统管理员校准时间后再办"), "clock")
