"""Reads of signs: whoever a sign is about learns of it when the banner has released it, and not before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.refusals import NotFound
from fupin.quality.signs.models import Sign, SignHousehold
from fupin.quality.signs.words import State
from fupin.registry.models import HouseholdCard

VIEW, RELEASE, READ, ANSWER = "signs.view", "signs.release", "quality.view", "quality.review"
_LARGEST_ID = 2**63 - 1
PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of signs is narrowed to."""

    kind: str = ""
    state: str = ""
    division: int | None = None
    year: int | None = None


def signs_for(user: Any) -> QuerySet[Sign]:
    """The signs that a user may know of: the offices above see every one of their area, other than those about
    themselves; who else sees problem data sees what was released, an officer's signs only if they are the own."""
    rows, is_out = Sign.objects.all(), ~Q(state=State.FOUND)
    mine = Q(officer_id=getattr(user, "pk", None)) if getattr(user, "pk", None) else Q(pk__in=[])
    above = scopes.within(user, rows, division="division", permission=VIEW).order_by()
    below = scopes.within(user, rows.exclude(by="officer"), division="division", permission=READ).order_by()
    seen = Q(pk__in=above.values("pk")) & (~mine | is_out | Q(officer=None))
    seen |= Q(pk__in=below.values("pk")) & is_out
    if scopes.may(user, READ):
        seen |= mine & is_out
    return rows.filter(seen)


def sign_for(user: Any, pk: int) -> Sign:
    """One sign. Raises NotFound alike for what is not there and what the user may not know of."""
    found = signs_for(user).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise not_there()
    return found


def not_there() -> NotFound:
    """The sign does not exist, or the user may not know of it."""
    return NotFound(_("没有这条线索，或它不在您的工作范围内"), "sign")


def matching(user: Any, wanted: Wanted) -> QuerySet[Sign]:
    """The signs of a list, the newest year first, division by division: they are not ranked."""
    rows = signs_for(user).select_related("officer", "answered_by")
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.year:
        rows = rows.filter(year=wanted.year)
    if wanted.division is not None:
        rows = rows.filter(division__in=scopes.below([wanted.division]))
    return rows.order_by("-id")


def page(user: Any, wanted: Wanted, after: str) -> tuple[list[Sign], int | None]:
    """A page of a list and where the next one begins."""
    rows = matching(user, wanted)
    if after.isdecimal() and len(after) < 20:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


@dataclass(frozen=True, slots=True)
class Behind:
    """A household behind a sign that the reader may see, and the other that it is like."""

    row: SignHousehold
    number: str
    head: str
    village: int
    other: str


def behind(user: Any, signs: Sequence[Sign], most: int | None = None) -> list[Behind]:
    """The households behind signs, as far as they lie in the reader's area now. A fixed number of queries."""
    rows = SignHousehold.objects.filter(sign__in=signs).order_by("sign_id", "id")
    found = list(rows if most is None else rows[:most])
    ids = {pk for row in found for pk in (row.household_id, row.other_id) if pk is not None}
    cards = scopes.within(
        user, HouseholdCard.objects.filter(pk__in=ids), division="village", permission="registry.view"
    )
    seen = {card.pk: card for card in cards}
    return [
        Behind(row, card.number, card.head_name, card.village_id, other.number if other else "")
        for row in found
        if (card := seen.get(row.household_id)) is not None
        for other in [seen.get(row.other_id or 0)]
    ]
