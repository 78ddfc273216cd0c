"""Words of retention for screens, workbooks and programs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.policy import retention
from fupin.retention import subjects
from fupin.retention.queries import Line
from fupin.retention.words import COUNTED


def class_label(name: str) -> str:
    """A class in the reader's language."""
    found = retention.classes().get(name)
    return name if found is None else (found.label_en if scopes.is_english() else found.label)


def classes() -> list[tuple[str, str]]:
    """The classes of which anything can be due."""
    return [(name, class_label(name)) for name, one in retention.classes().items() if one.years]


def kind_label(subject: str) -> str:
    """What kind of subject a subject string names."""
    found = subjects.kind(subject.partition(":")[0])
    return subject if found is None else found.label[scopes.is_english()]


def period(line: Line) -> str:
    """How long a class is kept, in words."""
    if line.years is not None:
        return _("%(count)d 年") % {"count": line.years}
    if line.days is not None:
        return _("%(count)d 天，到期自动删除") % {"count": line.days}
    return _("不留存") if line.evidence.refers else _("永久")


def counted(line: Line) -> str:
    """From which day a class counts, in words; empty where it does not."""
    return str(COUNTED[line.evidence.counted]) if line.evidence.counted else ""
