"""Reads of tickets, all of them through the gate of the posting."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import Posting
from fupin.accounts.queries import names_of
from fupin.core import clock
from fupin.core.refusals import NotFound
from fupin.divisions.models import Reach
from fupin.divisions.queries import tree
from fupin.quality.models import Sweep, Ticket, TicketAct, TicketEvidence
from fupin.quality.words import State, Why
from fupin.registry.models import HouseholdCard, PersonFact

_LARGEST_ID = 2**63 - 1
PAGE = 50
STATES_OF = {"unclosed": (State.OPEN, State.ANSWERED), "replied": (State.ANSWERED, State.CLOSED)}
"""Two states that lists ask for together: what is not closed, and what somebody has answered."""


def tickets_for(user: Any, permission: str = "quality.view") -> QuerySet[Ticket]:
    """The tickets of the user's area."""
    return scopes.within(user, Ticket.objects.all(), division="village", permission=permission)


def ticket_for(user: Any, pk: int, permission: str = "quality.view") -> Ticket:
    """One ticket. Raises NotFound alike for what is not there and what is out of reach."""
    found = tickets_for(user, permission).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise not_there()
    return found


def held_tickets(user: Any, pks: Collection[int], permission: str) -> list[Ticket]:
    """These tickets, held until the act is done, in the order of their ids. Raises NotFound unless all are in reach."""
    wanted = {pk for pk in pks if 0 < pk <= _LARGEST_ID}
    rows = tickets_for(user, permission).filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    found = list(rows)
    if len(found) != len(set(pks)):
        raise not_there()
    return found


def not_there() -> NotFound:
    """The ticket does not exist, or the user may not know of it."""
    return NotFound(_("没有这个问题，或它不在您的工作范围内"), "ticket")


def sweeps_for(user: Any, permission: str = "quality.view") -> QuerySet[Sweep]:
    """The sweeps that looked at the user's area or at a part of it, the newest first."""
    roots = scopes.divisions(user, permission)
    rows = Sweep.objects.order_by("-pk")
    if roots is None:
        return rows
    above = Reach.objects.filter(descendant__in=roots).values("ancestor_id")
    return rows.filter(Q(division=None) | Q(division__in=scopes.below(roots)) | Q(division__in=above))


def sweep_for(user: Any, pk: int) -> Sweep:
    """One sweep. Raises NotFound alike for what is not there and what did not look at the user's area."""
    scopes.require(user, "quality.view")
    found = sweeps_for(user).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这次检查，或它不涉及您的工作范围"), "sweep")
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of tickets is narrowed to. `state` is a state, one of STATES_OF or nothing."""

    state: str = ""
    severity: str = ""
    rule: str = ""
    division: int | None = None
    mine: bool = False
    overdue: bool = False
    officer: int | None = None
    week: date | None = None
    household: int | None = None
    issued: int | None = None
    """a list issued from above"""
    pks: frozenset[int] = field(default_factory=frozenset)


def matching(user: Any, wanted: Wanted, *, permission: str = "quality.view") -> QuerySet[Ticket]:
    """The tickets that a list asks for, within the user's reach."""
    rows = tickets_for(user, permission)
    if wanted.state:
        rows = rows.filter(state__in=STATES_OF.get(wanted.state, (wanted.state,)))
    if wanted.state == "replied":
        rows = rows.exclude(closed_why=Why.SWITCHED)
    for name in ("severity", "rule"):
        if getattr(wanted, name):
            rows = rows.filter(**{name: getattr(wanted, name)})
    if wanted.division is not None:
        rows = rows.filter(village__in=scopes.below([wanted.division]))
    if wanted.mine:
        rows = rows.filter(assigned_to=user.pk)
    if wanted.overdue:
        rows = rows.filter(overdue(clock.today()))
    if wanted.officer is not None:
        rows = rows.filter(assigned_to=wanted.officer or None)
    if wanted.week is not None:
        rows = rows.filter(opened_on__gte=wanted.week, opened_on__lt=wanted.week + timedelta(days=7))
    if wanted.household is not None:
        rows = rows.filter(household=wanted.household)
    if wanted.issued is not None:
        rows = rows.filter(issued_line__list=wanted.issued)
    return rows.filter(pk__in=wanted.pks) if wanted.pks else rows


def overdue(on: date) -> Q:
    """What should have been answered or checked before this day."""
    return ~Q(state=State.CLOSED) & Q(due_on__lt=on)


def page(user: Any, wanted: Wanted, *, after: str = "", size: int = PAGE) -> tuple[list[Ticket], str]:
    """One page of tickets, the most urgent first and what is closed behind them, and the key of the next page (empty: this
    is the last)."""
    rows = matching(user, wanted).select_related("assigned_to").order_by("due_on", "pk")
    mark, _dash, key = after.partition("~") if after.startswith(_BEHIND) else ("", "", after)
    found: list[Ticket] = []
    if not mark:
        found = list(_behind(rows.exclude(state=State.CLOSED), key)[: size + 1])
        key = ""
    if len(found) <= size and wanted.state not in (State.OPEN, State.ANSWERED, "unclosed") and not wanted.overdue:
        found += _behind(rows.filter(state=State.CLOSED), key)[: size + 1 - len(found)]
    if len(found) <= size:
        return found, ""
    end = found[size - 1]
    place = f"{_BEHIND}~" if end.state == State.CLOSED else ""
    return found[:size], f"{place}{end.due_on.isoformat()}~{end.pk}"


_BEHIND = "closed"
"""What the key of a page begins with that lies among the closed ones."""


def _behind(rows: QuerySet[Ticket], key: str) -> QuerySet[Ticket]:
    """Those behind a key; all of them behind none, or one that is none of ours."""
    day, _dash, pk = key.partition("~")
    try:
        last = date.fromisoformat(day) if day else None
    except ValueError:
        last = None
    if last is None or not pk.isdecimal() or int(pk) > _LARGEST_ID:
        return rows
    return rows.filter(Q(due_on__gt=last) | Q(due_on=last, pk__gt=int(pk)))


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a ticket is about: the household with its head, and the member."""

    household: str = ""
    head: str = ""
    person: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """The name that a line of the list is found by."""
        return self.name or self.head or self.household


def subjects(rows: Sequence[Ticket]) -> dict[int, Subject]:
    """Whom each of these tickets is about, with two questions for a page."""
    households = {one.household_id for one in rows if one.household_id is not None}
    persons = {one.person_id for one in rows if one.person_id is not None}
    cards = {card.pk: card for card in HouseholdCard.objects.filter(pk__in=households)} if households else {}
    facts = PersonFact.objects.filter(person__in=persons, valid_to=None).values_list("person", "person__number", "name")
    people_ = {pk: (number, name) for pk, number, name in facts} if persons else {}
    found = {}
    for one in rows:
        card, (number, name) = cards.get(one.household_id or 0), people_.get(one.person_id or 0, ("", ""))
        found[one.pk] = Subject(card.number if card else "", card.head_name if card else "", number, name)
    return found


def history(ticket: Ticket) -> list[tuple[TicketAct, str, list[TicketEvidence]]]:
    """What was done with a ticket, the newest first: the act, who, and what it rested on."""
    acts = list(TicketAct.objects.filter(ticket=ticket).select_related("by").order_by("-id"))
    files: dict[int, list[TicketEvidence]] = {}
    for row in TicketEvidence.objects.filter(act__in=acts).select_related("attachment").order_by("pk"):
        files.setdefault(row.act_id, []).append(row)
    names = names_of({one.by_id for one in acts if one.by_id})
    return [(one, names.get(one.by_id or 0, ""), files.get(one.pk, [])) for one in acts]


def evidence_of(tickets: Sequence[Ticket]) -> dict[int, list[TicketEvidence]]:
    """What the last answer to each of these tickets rests on, in one question."""
    rows = TicketEvidence.objects.filter(act__ticket__in=[one.pk for one in tickets]).select_related(
        "act", "attachment"
    )
    found: dict[int, list[TicketEvidence]] = {}
    for row in rows.order_by("-act", "pk"):
        own = found.setdefault(row.act.ticket_id, [])
        if not own or own[0].act_id == row.act_id:
            own.append(row)
    return found


def next_for(user: Any, after: Ticket, *, reviews: bool) -> Ticket | None:
    """What this person turns to next: the most urgent ticket that is theirs to answer, or another's answer to check."""
    permission = "quality.review" if reviews else "quality.answer"
    rows = tickets_for(user, permission).exclude(pk=after.pk).order_by("due_on", "pk")
    if reviews:
        return rows.filter(state=State.ANSWERED).exclude(answered_by=user.pk).first()
    return rows.filter(state=State.OPEN, assigned_to=user.pk).first()


@dataclass(slots=True)
class Counts:
    """Sent, answered, closed, overdue (下发数 整改数 超期数) of one line of a table."""

    key: Any
    label: str
    sent: int
    answered: int
    closed: int
    late: int
    dropped: int = 0
    place: str = ""
    """where an officer is posted: names repeat"""

    @property
    def rate(self) -> float | None:
        """整改率: of what was sent, how much is answered."""
        return rate_of(self.sent, self.answered, self.dropped)


def rate_of(sent: int, answered: int, dropped: int) -> float | None:
    """整改率: of what was sent, how much is answered. What nobody asks any more, for the rule is off, counts nowhere."""
    return answered / (sent - dropped) if sent > dropped else None


def totals(rows: QuerySet[Ticket], on: date) -> dict[str, int]:
    """The counts of a set of tickets."""
    return rows.order_by().aggregate(**_aggregates(on))


def _aggregates(on: date) -> dict[str, Any]:
    return {
        "sent": Count("pk"), "answered": Count("pk", filter=~Q(state=State.OPEN) & ~Q(closed_why=Why.SWITCHED)),
        "closed": Count("pk", filter=Q(state=State.CLOSED)), "late": Count("pk", filter=overdue(on)),
        "dropped": Count("pk", filter=Q(closed_why=Why.SWITCHED)),
    }  # fmt: skip


def counts(user: Any, wanted: Wanted, by: str, on: date) -> list[Counts]:
    """The counts by `rule`, `officer`, `week` (of sending) or `division` (the next below the one asked for)."""
    column = {"rule": "rule", "officer": "assigned_to", "week": "opened_on", "division": "village"}[by]
    rows = matching(user, wanted).order_by().values(column).annotate(**_aggregates(on))
    found: dict[Any, Counts] = {}
    naming = _naming(user, wanted, by)
    for row in rows:
        key, label = naming(row[column])
        _add(found.setdefault(key, Counts(key, label, 0, 0, 0, 0)), row)
    lines = sorted(found.values(), key=lambda one: str(one.key), reverse=by == "week")
    if by == "officer":
        known = {one.key for one in lines if one.key}
        names, places = names_of(known), _places(known, on)
        for one in lines:
            one.label, one.place = names.get(one.key, ""), places.get(one.key, "")
    return lines


def _places(users: Collection[int], on: date) -> dict[int, str]:
    """Where each of these people is posted on that day; of several postings the first."""
    posts = Posting.objects.on(on).filter(user__in=users).order_by("-pk").values_list("user_id", "division_id")
    return {user: tree().name(division) for user, division in posts}


def counts_of_lists(user: Any, lists: Collection[int], on: date) -> dict[int, list[Counts]]:
    """The counts of the tickets of issued lists by the next divisions below the user's, in one question."""
    rows = tickets_for(user).filter(issued_line__list__in=lists).order_by().values("issued_line__list", "village")
    found: dict[int, dict[Any, Counts]] = {}
    naming = _naming(user, Wanted(), "division")
    for row in rows.annotate(**_aggregates(on)):
        key, label = naming(row["village"])
        line = found.setdefault(row["issued_line__list"], {}).setdefault(key, Counts(key, label, 0, 0, 0, 0))
        _add(line, row)
    return {pk: sorted(lines.values(), key=lambda one: str(one.key)) for pk, lines in found.items()}


def _add(line: Counts, row: Mapping[str, Any]) -> None:
    for name in ("sent", "answered", "closed", "late", "dropped"):
        setattr(line, name, getattr(line, name) + row[name])


def _naming(user: Any, wanted: Wanted, by: str) -> Any:
    if by == "week":
        return lambda day: ((monday := day - timedelta(days=day.weekday())), monday.isoformat())
    if by != "division":
        return lambda value: (value or 0 if by == "officer" else value, str(value or ""))
    nodes = tree()
    tops = scopes.divisions(user, "quality.view")
    top = wanted.division or (tops[0] if tops and len(tops) == 1 else nodes.root.id)
    depth = len(nodes.path(top))

    def place(village: int) -> tuple[str, str]:
        path = nodes.path(village) if nodes.home(village) is not None else ()
        node = path[min(depth, len(path) - 1)] if path else nodes.root
        return node.short_code, node.name

    return place
