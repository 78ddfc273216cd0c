"""Information officers of the four levels (四级信息员) and grid officers below the village: who, where, how much work.

The region issues officers to league, banner, township and village; a grid officer answers for a part of a village, or
for all of it where no part is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from fupin.accounts import queries, scopes, workload
from fupin.accounts.models import Posting
from fupin.core import clock
from fupin.divisions.models import Division, DivisionFact, Level
from fupin.divisions.words import LEVEL_LIST
from fupin.policy.catalogue import code_list

INFORMED = ("league", "banner", "township", "village")
"""The four levels that have information officers; the region issues to them."""
GRID = "grid"
LEVELS = (*INFORMED, GRID)
PAGE = 50
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class OfficerLevel:
    """The officers of one level; `divisions` is how many there are to cover."""

    level: str
    label: str
    officers: int
    divisions: int
    covered: int

    @property
    def missing(self) -> int:
        """How many divisions have nobody."""
        return self.divisions - self.covered


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """An officer with what lies in the area."""

    post: queries.PostingLine
    loads: dict[str, int]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """The counts in the order of the columns, each under its heading."""
        return [(load.heading, self.loads[load.name]) for load in workload.loads()]


@dataclass(frozen=True, slots=True)
class OfficerFilter:
    """What a list of officers is narrowed to."""

    level: str = ""
    place: int | None = None
    text: str = ""


def label_of(level: str) -> str:
    """A level in words; the grid below the village is one of them."""
    return _("网格") if level == GRID else code_list(LEVEL_LIST).label(level, english=scopes.is_english())


def present(viewer: Any) -> QuerySet[Posting]:
    """The gate: the officers' postings of today that the viewer may know of."""
    today = clock.today()
    rows = queries.visible_postings(viewer).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today))
    informs = Q(duty="information", division__level__in=INFORMED)
    return rows.filter(informs | Q(duty=GRID, division__level=Level.VILLAGE), valid_from__lte=today)


def levels(viewer: Any) -> list[OfficerLevel]:
    """How many officers each level has, and how many of its divisions have one."""
    rows = present(viewer).order_by().values("division__level", "duty")
    had = {
        GRID if row["duty"] == GRID else row["division__level"]: row
        for row in rows.annotate(officers=Count("user", distinct=True), covered=Count("division", distinct=True))
    }
    reached = scopes.within(viewer, Division.objects.filter(facts__valid_to__isnull=True), division="id",
                            permission="accounts.view")  # fmt: skip
    counts: dict[str, int] = dict(reached.values_list("level").annotate(n=Count("id")).order_by())
    counts[GRID] = counts.get(INFORMED[-1], 0)
    return [
        OfficerLevel(level, label_of(level), had.get(level, {}).get("officers", 0), counts[level],
                     had.get(level, {}).get("covered", 0))
        for level in LEVELS
        if counts.get(level)
    ]  # fmt: skip


def matching(viewer: Any, wanted: OfficerFilter) -> QuerySet[Posting]:
    """The officers' postings that a list asks for, within the viewer's reach."""
    rows = present(viewer)
    if wanted.level == GRID:
        rows = rows.filter(duty=GRID)
    elif wanted.level:
        rows = rows.filter(duty="information", division__level=wanted.level)
    if wanted.place is not None:
        rows = rows.filter(division__in=scopes.below([wanted.place]))
    if wanted.text:
        rows = rows.filter(Q(user__username__istartswith=wanted.text) | Q(user__full_name__startswith=wanted.text))
    return rows.order_by("division_id", "pk")


def with_loads(posts: list[queries.PostingLine]) -> list[OfficerLine]:
    """Each with what lies in the area: a fixed number of questions for all of them."""
    areas = [
        workload.Area(one.pk, one.user.pk, one.division, workload.parts_of(one.area) if one.duty == GRID else ())
        for one in posts
    ]
    found = workload.counted(areas)
    return [OfficerLine(one, found[one.pk]) for one in posts]


def page(viewer: Any, wanted: OfficerFilter, *, after: str = "", size: int = PAGE) -> tuple[list[OfficerLine], str]:
    """One page of officers, those of one division together, and the key of the next page (empty: this is the last)."""
    rows = matching(viewer, wanted)
    division, _dash, pk = after.partition("-")
    if division.isdecimal() and pk.isdecimal():
        rows = rows.filter(Q(division_id__gt=int(division)) | Q(division_id=int(division), pk__gt=int(pk)))
    posts = queries.lines(rows[: size + 1])
    last = posts[size - 1] if len(posts) > size else None
    return with_loads(posts[:size]), f"{last.division}-{last.pk}" if last else ""


def every(viewer: Any, wanted: OfficerFilter) -> Iterator[OfficerLine]:
    """All of them, a chunk at a time."""
    after = ""
    while True:
        some, after = page(viewer, wanted, after=after, size=CHUNK)
        yield from some
        if not after:
            return


@dataclass(frozen=True, slots=True)
class VillageLine:
    """A village with how many information officers and grid officers it has."""

    code: str
    name: str
    township: str
    information: int
    grid: int


def villages_matching(
    viewer: Any, *, place: int | None = None, lacking: str = ""
) -> QuerySet[DivisionFact, dict[str, Any]]:
    """The villages in reach, each with the columns of a VillageLine. `lacking`: only those without this duty."""
    here = present(viewer).filter(division=OuterRef("division")).order_by()
    rows = scopes.within(viewer, DivisionFact.objects.open().filter(division__level=Level.VILLAGE),
                         division="division", permission="accounts.view")  # fmt: skip
    if place is not None:
        rows = rows.filter(division__in=scopes.below([place]))
    if lacking:
        rows = rows.filter(~Exists(here.filter(duty=lacking)))
    upper = DivisionFact.objects.open().filter(division=OuterRef("parent")).values("name")[:1]
    counts = {duty: here.filter(duty=duty).values("division").annotate(n=Count("user", distinct=True)).values("n")
              for duty in ("information", GRID)}  # fmt: skip
    rows = rows.annotate(township=Subquery(upper), information=Coalesce(Subquery(counts["information"]), 0),
                         grid=Coalesce(Subquery(counts[GRID]), 0))  # fmt: skip
    return rows.values("code", "name", "township", "information", "grid").order_by("code")


def villages(
    viewer: Any, *, place: int | None = None, lacking: str = "", after: str = "", size: int = PAGE
) -> tuple[list[VillageLine], str]:
    """One page of villages by code, and the key of the next (empty: this is the last)."""
    rows = villages_matching(viewer, place=place, lacking=lacking).filter(code__gt=after)
    found = [VillageLine(**row) for row in rows[: size + 1]]
    return found[:size], found[size - 1].code if len(found) > size else ""


def every_village(viewer: Any, *, place: int | None = None) -> Iterator[VillageLine]:
    """All villages, a chunk at a time."""
    after = ""
    while True:
        some, after = villages(viewer, place=place, after=after, size=CHUNK)
        yield from some
        if not after:
            return
