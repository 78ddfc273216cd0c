"""Reads of comparison through the gate: exchanges, pairs that wait, how fresh each source is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import id_numbers, sealing
from fupin.core.refusals import NotFound
from fupin.divisions.queries import tree
from fupin.policy import sources as policy
from fupin.policy.sources import Source
from fupin.quality.comparison import people
from fupin.quality.comparison.linking import Comparison, Level
from fupin.quality.comparison.models import Candidate, Exchange, Letter
from fupin.quality.comparison.words import Stage, Verdict
from fupin.registry.models import PersonIdentity
from fupin.rulebook import own_sources

_PLACE = Comparison("place", "所在地", "Place", (
    Level("未填", "not given", ""), Level("同一嘎查村", "same village", ""),
    Level("同一苏木乡镇", "same township", ""), Level("不同", "elsewhere", ""),
))  # fmt: skip
COMPARED = {one.name: one for one in (people.NUMBER, people.NAME, people.BORN, people.SEX, _PLACE, people.KIN)}
"""What pairs are compared by, in the order of the model, for the words of their weights."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A source with its newest comparison below a user's area; of an office's own the office."""

    source: Source
    office: int | None
    last_on: date | None
    is_due: bool


def source_of(name: str, *, on: date, division: int | None) -> Source:
    """The source of that name, shipped or an office's own, as it may be used for a division on a day.

    Raises NotFound with the names there are; one of another office is as if it were not there.
    """
    return own_sources.require(name, on=on, division=division)


def source_by(row: Exchange | Letter) -> Source:
    """The source by which a file was taken in or a letter drawn up, whatever became of it since. Raises NotFound where
    there is none any more, BrokenOverride where it is no longer what was confirmed."""
    if row.definition:
        return own_sources.of_definition(row.definition)
    try:
        return policy.source(row.source)
    except policy.UnknownSource:
        raise NotFound(_("没有名为“%(name)s”的数据来源") % {"name": row.source}, "source") from None


def sources_by(rows: Iterable[Exchange | Letter]) -> dict[int, Source]:
    """The same for many rows by their id, one question for all of them; a row whose source is gone is not there."""
    held = list(rows)
    own = own_sources.by_definition({row.definition for row in held if row.definition})
    known = {row.pk: own.get(row.definition) if row.definition else policy.sources().get(row.source) for row in held}
    return {pk: one for pk, one in known.items() if one is not None}


def sources_for(user: Any, *, on: date) -> list[tuple[Source, int | None]]:
    """What the user may hand in or look at: every shipped source, and the own ones of offices at, above and below the
    own divisions, each with its office; one that has ended is not among them."""
    roots = scopes.divisions(user, "quality.exchange")
    return sources_seen([tree().root.id] if roots is None else roots, on=on)


def sources_seen(areas: Iterable[int], *, on: date) -> list[tuple[Source, int | None]]:
    """The same for areas that somebody acts in."""
    own = own_sources.seen(on=on, areas=areas)
    shipped: list[tuple[Source, int | None]] = [(one, None) for one in policy.sources().values()]
    return [*shipped, *((one.source, one.division) for one in own if one.is_usable)]


def choices_for(user: Any, *, on: date, english: bool) -> list[tuple[str, str]]:
    """The same as choices of a form; an own one is told with its office."""
    return [
        (one.name, label if office is None else f"{label}（{tree().name(office)}）")
        for one, office in sources_for(user, on=on)
        for label in [one.label_en if english else one.label]
    ]


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
        Standing(one, office, last := newest.get(one.name),
                 last is None or last + timedelta(days=one.freshness_days) < today)
        for one, office in sources_for(user, on=today)
    ]  # fmt: skip


def said(candidate: Candidate) -> dict[str, Any]:
    """What the row says."""
    return dict(orjson.loads(sealing.unseal(bytes(candidate.row_sealed))))


def number_masks(persons: Iterable[int]) -> dict[int, str]:
    """The id numbers that the register has of these persons, as everybody may see them."""
    rows = PersonIdentity.objects.open().filter(person_id__in=list(persons)).order_by("-pk")
    sealed = dict(rows.values_list("person_id", "number_sealed"))
    return {pk: id_numbers.mask(sealing.unseal(bytes(number))) for pk, number in sealed.items() if number}


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
