"""Reads of comparison through the gate: exchanges, pairs that wait, how fresh each source is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import sealing
from fupin.core.refusals import NotFound
from fupin.policy import sources as policy
from fupin.policy.sources import Source
from fupin.quality.comparison import people
from fupin.quality.comparison.linking import Comparison, Level
from fupin.quality.comparison.models import Candidate, Exchange
from fupin.quality.comparison.words import Stage, Verdict

_PLACE = Comparison("place", "所在地", "Place", (
    Level("未填", "not given", ""), Level("同一嘎查村", "same village", ""),
    Level("同一苏木乡镇", "same township", ""), Level("不同", "elsewhere", ""),
))  # fmt: skip
COMPARED = {one.name: one for one in (people.NUMBER, people.NAME, people.BORN, people.SEX, _PLACE, people.KIN)}
"""What pairs are compared by, in the order of the model, for the words of their weights."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A source with its newest comparison below a user's area."""

    source: Source
    last_on: date | None
    is_due: bool


def source_of(name: str) -> Source:
    """The source of that name. Raises NotFound with the names there are."""
    try:
        return policy.source(name)
    except policy.UnknownSource:
        names = "、".join(policy.sources())
        raise NotFound(
            _("没有名为“%(name)s”的数据来源，现有：%(names)s") % {"name": name, "names": names}, "source"
        ) from None


def exchanges_for(user: Any) -> QuerySet[Exchange]:
    """The exchanges that a user may see: those of divisions in the own area; a department sees its own alone."""
    rows = Exchange.objects.select_related("division")
    seen = scopes.within(user, rows, division="division", permission="quality.exchange")
    return seen if oversees(user) else seen.filter(made_by=getattr(user, "pk", None))


def oversees(user: Any) -> bool:
    """Does the user see what others handed in, and who was found? Departments hand in and see their own files only."""
    return scopes.may(user, "quality.sweep")


def exchange_of(user: Any, pk: int) -> Exchange:
    """One exchange. Raises NotFound."""
    found = exchanges_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这次比对"), "exchange")
    return found


def open_candidates(user: Any, permission: str = "quality.review") -> QuerySet[Candidate]:
    """The pairs that wait and whose person lies in the own area."""
    rows = Candidate.objects.filter(verdict=Verdict.OPEN)
    return scopes.within(user, rows, division="village", permission=permission)


def freshness(user: Any, *, today: date) -> list[Standing]:
    """Every source with the day of its newest comparison in the own area, and whether a new file is due."""
    done = exchanges_for(user).filter(state__in=(Stage.DONE, Stage.DELETED)).order_by()
    newest = dict(done.values_list("source").annotate(last=Max("on")))
    return [
        Standing(one, newest.get(name), name not in newest or newest[name] + timedelta(days=one.freshness_days) < today)
        for name, one in policy.sources().items()
    ]


def said(candidate: Candidate) -> dict[str, Any]:
    """What the row says."""
    return dict(orjson.loads(sealing.unseal(bytes(candidate.row_sealed))))


def reasons(candidate: Candidate, *, english: bool) -> list[tuple[str, str, float]]:
    """The weights in words: what was compared, how it came out, bits. What neither side says weighs nothing."""
    found = []
    for name, level, weight in candidate.weights:
        one = COMPARED[name]
        # Splink counts levels from the farthest, 0; that of nothing said is -1.
        held = one.levels[0] if level < 0 else one.levels[len(one.levels) - 1 - level]
        words = (one.label_en, held.label_en) if english else (one.label, held.label)
        found.append((*words, weight))
    return found
