"""Reads of monitoring: warnings through the gate, the list of the morning by village, what is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.refusals import NotFound
from fupin.procedures.monitoring.tables import AreaEvent, Referral, Relief, Signal
from fupin.procedures.monitoring.words import State, Way
from fupin.procedures.words import VERIFY, VIEW
from fupin.registry.models import Household, HouseholdCard, HouseholdFact

PAGE = 50
MOST_OF_A_VILLAGE = 400
"""So many homes of one village stand on one sheet of the morning."""
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of warnings is narrowed to."""

    show: str = "open"
    origin: str = ""
    division: int | None = None
    event: int | None = None


def signals_for(user: Any, permission: str = VIEW) -> QuerySet[Signal]:
    """The warnings of the own area."""
    return scopes.within(user, Signal.objects.select_related("household"), division="village", permission=permission)


def matching(user: Any, wanted: Wanted, *, on: date, permission: str = VIEW) -> QuerySet[Signal]:
    """The warnings that are asked for, by their day."""
    rows = signals_for(user, permission)
    if wanted.show in ("open", "late"):
        rows = rows.filter(state=State.OPEN)
    if wanted.show == "late":
        rows = rows.filter(due_on__lt=on)
    if wanted.show == "answered":
        rows = rows.filter(state=State.ANSWERED)
    if wanted.origin:
        rows = rows.filter(origin=wanted.origin)
    if wanted.event is not None:
        rows = rows.filter(event=wanted.event)
    if wanted.division is not None:
        rows = rows.filter(village__in=scopes.below([wanted.division]))
    return rows.order_by("due_on", "pk")


@dataclass(frozen=True, slots=True)
class Village:
    """How many homes of a village need a visit: all, today, overdue."""

    village: int
    homes: int
    today: int
    late: int


def villages_to_visit(user: Any, on: date) -> list[Village]:
    """The villages of the own area with homes that need a visit, the most overdue first."""
    rows = signals_for(user).filter(state=State.OPEN).order_by().values("village").annotate(
        homes=Count("household", distinct=True),
        today=Count("household", distinct=True, filter=Q(due_on__lte=on)),
        late=Count("household", distinct=True, filter=Q(due_on__lt=on)),
    )  # fmt: skip
    found = [Village(row["village"], row["homes"], row["today"], row["late"]) for row in rows]
    return sorted(found, key=lambda one: (-one.late, -one.today, one.village))


@dataclass(slots=True)
class Home:
    """A home of the morning's list: who, where, why, by when."""

    card: HouseholdCard
    due_on: date
    group: str = ""
    signals: list[Signal] = field(default_factory=list)


def homes_to_visit(user: Any, village: int) -> list[Home]:
    """The homes of a village that need a visit, by their day: one question for all of them."""
    rows = signals_for(user).filter(state=State.OPEN, village=village)
    firsts = list(rows.order_by().values_list("household").annotate(due=Min("due_on")).order_by("due", "household"))
    dues = dict(firsts[:MOST_OF_A_VILLAGE])
    cards = HouseholdCard.objects.in_bulk(list(dues))
    found = {pk: Home(cards[pk], due) for pk, due in dues.items() if pk in cards}
    for fact in HouseholdFact.objects.open().filter(household__in=list(found)).only(
        "household_id", "natural_village", "village_group", "winter_camp"
    ):  # fmt: skip
        found[fact.household_id].group = " ".join(
            text for text in (fact.natural_village, fact.village_group, fact.winter_camp) if text
        )
    for signal in rows.filter(household__in=list(found)).order_by("due_on", "pk"):
        found[signal.household_id].signals.append(signal)
    return list(found.values())


def due_today(user: Any, on: date) -> tuple[int, int]:
    """How many homes this person should visit today, and how many of them are overdue."""
    rows = signals_for(user, VERIFY).filter(state=State.OPEN, due_on__lte=on).order_by()
    n = rows.aggregate(
        all=Count("household", distinct=True), late=Count("household", distinct=True, filter=Q(due_on__lt=on))
    )
    return n["all"], n["late"]


def of_household(user: Any, household: Household) -> list[Signal]:
    """The warnings about a household, those that wait first, then the newest."""
    rows = signals_for(user).filter(household=household).select_related("event", "case", "ticket")
    return sorted(rows.order_by("-pk"), key=lambda one: one.state != State.OPEN)


def referrals_for(user: Any) -> QuerySet[Referral]:
    """What went to and came from civil affairs in the own area, the newest first."""
    rows = scopes.within(user, Referral.objects.select_related("household"), division="village", permission=VIEW)
    return rows.order_by("-handed_on", "-pk")


def undecided(user: Any) -> QuerySet[Referral]:
    """What civil affairs have not decided yet."""
    return referrals_for(user).filter(way=Way.TO, decision="")


def reliefs_for(user: Any) -> QuerySet[Relief]:
    """Relief given in the own area, the newest first."""
    rows = scopes.within(user, Relief.objects.select_related("household", "case"), division="village", permission=VIEW)
    return rows.order_by("-given_on", "-pk")


def incomplete(user: Any, on: date) -> QuerySet[Relief]:
    """Relief whose case was not completed within its days."""
    return reliefs_for(user).filter(due_on__lt=on, case__isnull=False, case__ended_on=None).order_by("due_on", "pk")


def events_for(user: Any) -> QuerySet[AreaEvent]:
    """The area risks that touch the own area, the newest first."""
    scope = scopes.scope_of(user, VIEW)
    rows = AreaEvent.objects.all()
    if scope.roots is not None:
        touched = scopes.within(user, Signal.objects.filter(event__isnull=False), division="village", permission=VIEW)
        own = scopes.within(user, AreaEvent.objects.all(), division="banner", permission=VIEW)
        rows = rows.filter(Q(pk__in=touched.order_by().values("event")) | Q(pk__in=own.order_by().values("pk")))
    return rows.order_by("-declared_on", "-pk")


def event_for(user: Any, pk: int) -> AreaEvent:
    """One area risk. Raises NotFound."""
    found = events_for(user).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这项区域性风险，或它不在您的工作范围内"))
    return found


def referral_for(user: Any, pk: int) -> Referral:
    """One hand-over. Raises NotFound."""
    found = referrals_for(user).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这件转办，或它不在您的工作范围内"))
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the visits of an area risk are in a village."""

    village: int
    homes: int
    visited: int
    at_risk: int


def progress_of(user: Any, event: AreaEvent) -> list[Progress]:
    """The villages of an area risk: homes in scope, visited, at risk."""
    rows = signals_for(user).filter(event=event).order_by().values("village").annotate(
        homes=Count("pk"), visited=Count("pk", filter=Q(state=State.ANSWERED)),
        at_risk=Count("pk", filter=Q(answer="lead") | Q(answer="known")),
    )  # fmt: skip
    return [Progress(row["village"], row["homes"], row["visited"], row["at_risk"]) for row in rows.order_by("village")]


def cards_of(rows: Iterable[Any]) -> dict[int, HouseholdCard]:
    """The cards of the households of warnings, hand-overs, relief."""
    return HouseholdCard.objects.in_bulk([one.household_id for one in rows])
