"""Which households a notice posted by hand lists: those of a division in a state of the register, or by their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fupin.core.refusals import Refused
from fupin.divisions.queries import find, tree
from fupin.notices.reading import Line
from fupin.notices.words import MOST_LINES, OF_DIVISIONS
from fupin.registry import words
from fupin.registry.queries import households_for

WHOM = {
    "registered": gettext_lazy("在册未退出的户"), "monitored": gettext_lazy("监测对象"),
    "exited": gettext_lazy("当年退出的户"), "all": gettext_lazy("全部农牧户"), "named": gettext_lazy("按编号列出（下面填写）"),
}  # fmt: skip
_APART = re.compile(r"[\s,，、;；]+")
_EXITED_NOW = "05"


def lines(*, kind: str, division: int, whom: str, named: str, by: Any, on: date) -> list[Line]:
    """The lines of a notice. Raises Refused for numbers that nobody in the own area has."""
    if kind in OF_DIVISIONS:
        return [_division(text, division) for text in named.splitlines() if text.strip()]
    cards = households_for(by, "notices.post").filter(village__in=[node.id for node in _below(division)])
    if whom == "named":
        return _named(cards, _APART.split(named.strip()))
    chosen = {
        "registered": Q(status__in=words.NOT_EXITED), "monitored": Q(monitor_kind__in=words.MONITORED),
        "exited": Q(status=_EXITED_NOW), "all": Q(),
    }.get(whom)  # fmt: skip
    if chosen is None:
        raise Refused(_("请选择公示哪些户"), "whom")
    found = cards.filter(chosen).order_by("number").values_list("household_id", flat=True)[: MOST_LINES + 1]
    return [_line(pk) for pk in found]


def _below(division: int) -> Sequence[Any]:
    return list(tree().subtree(division))


def _named(cards: Any, numbers: Sequence[str]) -> list[Line]:
    wanted = [text for text in dict.fromkeys(numbers) if text]
    if len(wanted) > MOST_LINES:
        raise Refused(_("一份公示最多 %(most)d 行，请按嘎查村分开公示") % {"most": MOST_LINES}, "lines")
    known = dict(cards.filter(number__in=wanted).values_list("number", "household_id"))
    missing = [text for text in wanted if text not in known]
    if missing:
        told = "、".join(missing[:10])
        raise Refused(_("该区划没有这些户编号：%(numbers)s，请核对") % {"numbers": told}, "numbers")
    return [_line(known[text]) for text in wanted]


def _line(pk: int) -> Line:
    return Line(f"household:{pk}", household=pk)


def _division(text: str, below: int) -> Line:
    """A village or banner by name or code, and behind a blank what is said of it."""
    name, _blank, note = text.strip().replace("　", " ").partition(" ")
    try:
        found = find(name, below=below)
    except LookupError:
        raise Refused(_("“%(name)s”不止一处，请写 12 位区划代码") % {"name": name}, "division") from None
    if found is None:
        raise Refused(_("没有名为“%(name)s”的下级区划，请核对") % {"name": name}, "division")
    return Line(f"division:{found}", division=found, shown={"note": note.strip()})
