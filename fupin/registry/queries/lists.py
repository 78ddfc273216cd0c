"""The list of households: filters, pages by key, as it stands now or stood on an earlier day.

Today's list reads the derived cards; an earlier day is read from the facts of that day. Today's walks an index in the
order of the household numbers and stops at the page's last row, so a page costs the same in a banner and a region.
Where what is asked for is rare, the walk is long: a first answer may stop on the way and say so (`at_most`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet

from fupin.accounts import scopes
from fupin.divisions.models import Reach
from fupin.divisions.queries import tree
from fupin.registry import words
from fupin.registry.models import (
    GuaranteeFinding,
    Household,
    HouseholdCard,
    HouseholdFact,
    IncomeAccount,
    Membership,
    PersonFact,
    RegisterStatus,
)
from fupin.registry.queries.gates import households_for

PAGE_SIZE = 50
CHEAPER = 10
"""So many cards are looked at in the time that one household's facts or members take."""
_CARD_FIELDS = frozenset({"status", "monitor_kind", "household_kind", "main_cause"})
HOUSEHOLD_YES_NO = tuple(f.name for f in HouseholdFact._meta.concrete_fields if isinstance(f, BooleanField))
PERSON_YES_NO = tuple(f.name for f in PersonFact._meta.concrete_fields if isinstance(f, BooleanField))
STATES = ("registered", "exited", "monitored", "ordinary")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `codes` and `members` are field → code; `members` of any one member."""

    division: int | None = None
    state: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    persons_from: int | None = None
    persons_to: int | None = None
    income_below_fen: int | None = None
    unmet: str = ""
    """a guarantee that was found unmet, or any"""
    no_income: int | None = None
    """no account of this year or a later one"""
    households: Sequence[int] | None = None
    """only these households: what a search has found"""


@dataclass(slots=True)
class Row:
    """One line of the list."""

    household_id: int
    number: str
    village_id: int
    head_name: str = ""
    persons: int = 0
    status: str = ""
    monitor_kind: str = ""
    household_kind: str = ""
    main_cause: str = ""
    per_head_fen: int | None = None
    income_year: int | None = None
    is_synthetic: bool = False
    fact: HouseholdFact | None = None


_CARD = tuple(each.name for each in fields(Row) if each.name != "fact")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows with the keys of the pages beside it."""

    rows: list[Row]
    before: str
    after: str
    stopped_at: str = ""
    """where the walk stopped before the page was full: the number of the last household looked at"""


def list_page(
    user: Any, filters: Filters, *, on: date, today: date, after: str = "", before: str = "", size: int = PAGE_SIZE,
    with_facts: bool = False, permission: str = "registry.view", at_most: int | None = None,
) -> Page:  # fmt: skip
    """The rows that follow the number `after`, or lead up to `before`, or the first ones.

    With `at_most`, no more than so many households are looked at for their facts or members; a page that is not full
    by then says where it stopped.
    """
    is_now = on >= today
    rows, key = _narrowed(user, filters, on, is_now, permission)
    walk, edge = _walk(user, filters, permission), ""
    if is_now:
        rows = rows.filter(**(walk or {})).values_list(*_CARD)
        edge = _edge(walk, filters, after, at_most) if at_most and not before and walk is not None else ""
    elif at_most and walk == {} and not before and filters.households is None:
        rows, edge = _earlier_walk(rows, filters, after, at_most, size)
    if before:
        found = list(rows.filter(**{f"{key}__lt": before}).order_by(f"-{key}")[: size + 1])
        more_before, more_after = len(found) > size, True
        found = found[:size][::-1]
    else:
        rows = rows.filter(**{f"{key}__gt": after}) if after else rows
        found = list((rows.filter(number__lte=edge) if edge and is_now else rows)[: size + 1])
        more_before, more_after = bool(after), len(found) > size
        found = found[:size]
    lines = _from_cards(found, on, with_facts) if is_now else _from_facts(found, on)
    first, last = (lines[0].number, lines[-1].number) if lines else ("", "")
    return Page(lines, first if more_before else "", last if more_after else "", "" if more_after or before else edge)


def _walk(user: Any, filters: Filters, permission: str) -> dict[str, int] | None:
    """What leads the index along which a list is walked in the order of its numbers: its banner or league, nothing for
    the whole region. By the villages alone, which decide what may be seen, all rows would be read and sorted first;
    that is left to what lies below a banner, or in several areas (None)."""
    tops = scopes.divisions(user, permission)
    if tops is not None and len(tops) != 1:
        return None
    today = tree()
    walk: dict[str, int] = {}
    for at in (*(tops or ()), *([filters.division] if filters.division is not None else ())):
        node = today.by_id(at)
        if node.level not in ("region", "league", "banner"):
            return None
        if node.level != "region" and "banner_id" not in walk:
            walk = {f"{node.level}_id": node.id}
    return walk


def _edge(walk: dict[str, int], filters: Filters, after: str, at_most: int) -> str:
    """The number at which a first answer stops looking; nothing where the rest is shorter, or nothing is sought."""
    if filters.households is not None or filters in (Filters(), Filters(division=filters.division)):
        return ""
    looks = filters.members or filters.unmet or filters.no_income is not None or set(filters.codes) - _CARD_FIELDS
    rows = HouseholdCard.objects.filter(number__gt=after, **walk).order_by("number").values_list("number", flat=True)
    steps = at_most if looks else at_most * CHEAPER
    last, *beyond = [*rows[steps - 1 : steps + 1]] or [""]
    return last if beyond else ""


def _earlier_walk(rows: Any, filters: Filters, after: str, at_most: int, size: int) -> tuple[Any, str]:
    """The same for the whole region as of an earlier day: its households are walked by their numbers, which never change.

    Where they lived on the day is said by the facts alone, so a smaller area is read whole. The households are named by
    a query of their own: joined to the facts, all facts would be read and sorted first.
    """
    steps = 4 * size if filters in (Filters(), Filters(division=filters.division)) else at_most
    homes = Household.objects.filter(number__gt=after).order_by("number")
    last, *beyond = [*homes.values_list("number", flat=True)[steps - 1 : steps + 1]] or [""]
    return rows.filter(household__in=homes.values("pk")[:steps]), last if beyond else ""


def count_rows(user: Any, filters: Filters, *, on: date, today: date, permission: str = "registry.view") -> int:
    """How many rows the whole list has. Asked by a request of its own: it must look at every one of them."""
    rows, _key = _narrowed(user, filters, on, on >= today, permission)
    return rows.order_by().count()


def is_longer(user: Any, filters: Filters, count: int, *, on: date, today: date, permission: str) -> bool:
    """Does the list have more rows than `count`? Stops looking at the first one beyond."""
    rows, _key = _narrowed(user, filters, on, on >= today, permission)
    return bool(rows.order_by().values_list("pk")[count : count + 1])


def _narrowed(
    user: Any, filters: Filters, on: date, is_now: bool, permission: str
) -> tuple[QuerySet[HouseholdCard] | QuerySet[HouseholdFact], str]:
    """The filtered rows in the order of their numbers, and the name of the number's column."""
    if is_now:
        rows: Any = households_for(user, permission)
        key = "number"
    else:
        facts = HouseholdFact.objects.on(on).select_related("household").order_by("household__number")
        rows = scopes.within(user, facts, division="village", permission=permission)
        key = "household__number"
    if filters.households is not None:
        rows = rows.filter(household_id__in=list(filters.households))
    if filters.division is not None:
        rows = rows.filter(village__in=Reach.objects.filter(ancestor=filters.division).values("descendant"))
    for condition in (*_state(filters.state, on, is_now), *_codes(filters.codes, on, is_now)):
        rows = rows.filter(condition)
    for condition in _members(filters.members, on, is_now):
        rows = rows.filter(condition)
    if filters.unmet:
        findings = GuaranteeFinding.objects.on(on).filter(household=OuterRef("household_id"), outcome="unmet")
        rows = rows.filter(Exists(findings if filters.unmet == "any" else findings.filter(guarantee=filters.unmet)))
    if filters.no_income is not None:
        accounts = IncomeAccount.objects.filter(household=OuterRef("household_id"), year__gte=filters.no_income)
        rows = rows.filter(~Exists(accounts))
    return _measures(rows, filters, on, is_now), key


def _state(state: str, on: date, is_now: bool) -> list[Any]:
    """The conditions for registered, exited, monitored and ordinary households."""
    conditions = {
        "registered": Q(status__in=words.NOT_EXITED),
        "exited": Q(status__in=words.EXITED),
        "monitored": Q(monitor_kind__in=words.MONITORED),
    }
    if not state:
        return []
    if state == "ordinary":
        nothing = Q(status="") | Q(status=words.STRUCK_OFF)
        return [nothing] if is_now else [~Exists(_statuses(on).exclude(nothing))]
    return [conditions[state]] if is_now else [Exists(_statuses(on).filter(conditions[state]))]


def _statuses(on: date) -> QuerySet[RegisterStatus]:
    return RegisterStatus.objects.on(on).filter(household=OuterRef("household_id"))


def _codes(codes: Mapping[str, str], on: date, is_now: bool) -> list[Any]:
    found: list[Any] = []
    for name, code in codes.items():
        condition = _holds(name, code)
        if is_now and name in _CARD_FIELDS:
            found.append(condition)
        elif name in words.STATUS_CODES:
            found.append(Exists(_statuses(on).filter(condition)))
        elif is_now:
            facts = HouseholdFact.objects.open().filter(household=OuterRef("household_id"))
            found.append(Exists(facts.filter(condition)))
        else:
            found.append(condition)
    return found


def _holds(name: str, code: str) -> Q:
    """A field has a code; one that holds several has it among them; yes and no; `-` is not filled in."""
    if name in HOUSEHOLD_YES_NO or name in PERSON_YES_NO:
        return Q(**{f"{name}__isnull": True}) if code == "-" else Q(**{name: code == "1"})
    if code == "-":
        return Q(**{name: ""})
    return Q(**{f"{name}__contains": code}) if name in words.SEVERAL else Q(**{name: code})


def _members(members: Mapping[str, str], on: date, is_now: bool) -> list[Any]:
    """Some one member of the day fulfils all of it together: a boy of school age and ill, not two children."""
    if not members:
        return []
    ties = Membership.objects.open() if is_now else Membership.objects.on(on)
    facts = PersonFact.objects.open() if is_now else PersonFact.objects.on(on)
    facts = facts.filter(person=OuterRef("person"))
    for name, code in members.items():
        if name in words.MEMBERSHIP_CODES:
            ties = ties.filter(_holds(name, code))
        else:
            facts = facts.filter(_holds(name, code))
    return [Exists(ties.filter(Exists(facts), household=OuterRef("household_id")))]


def _measures(rows: Any, filters: Filters, on: date, is_now: bool) -> Any:
    least, most, below = filters.persons_from, filters.persons_to, filters.income_below_fen
    if is_now:
        if least is not None:
            rows = rows.filter(persons__gte=least)
        if most is not None:
            rows = rows.filter(persons__lte=most)
        return rows if below is None else rows.filter(per_head_fen__lt=below)
    if least is not None or most is not None:
        rows = rows.extra(
            where=[
                "(SELECT COUNT(*) FROM registry_membership m WHERE m.household_id ="
                " registry_householdfact.household_id AND m.valid_from <= %s AND (m.valid_to IS NULL OR m.valid_to > %s))"
                " BETWEEN %s AND %s"
            ],
            params=[on, on, least or 0, 9_999 if most is None else most],
        )
    if below is not None:
        account = IncomeAccount.objects.filter(household=OuterRef("household_id"), year=on.year, per_head_fen__lt=below)
        rows = rows.filter(Exists(account))
    return rows


def _from_cards(cards: Sequence[tuple[Any, ...]], on: date, with_facts: bool) -> list[Row]:
    rows = [Row(*card) for card in cards]
    if with_facts:
        ids = [row.household_id for row in rows]
        facts = {fact.household_id: fact for fact in HouseholdFact.objects.open().filter(household_id__in=ids)}
        for row in rows:
            row.fact = facts.get(row.household_id)
    return rows


def _from_facts(facts: Sequence[HouseholdFact], on: date) -> list[Row]:
    """Rows of an earlier day: four queries more, whatever the page's length."""
    ids = [fact.household_id for fact in facts]
    statuses = {row.household_id: row for row in RegisterStatus.objects.on(on).filter(household_id__in=ids)}
    incomes = {row.household_id: row for row in IncomeAccount.objects.filter(household_id__in=ids, year=on.year)}
    members = list(
        Membership.objects.on(on).filter(household_id__in=ids).values_list("household_id", "person_id", "relation")
    )
    heads = {person: household for household, person, relation in members if relation == words.HEAD}
    names = {
        heads[person]: name
        for person, name in PersonFact.objects.on(on).filter(person_id__in=heads).values_list("person_id", "name")
    }
    counts: dict[int, int] = {}
    for household, _person, _relation in members:
        counts[household] = counts.get(household, 0) + 1
    rows = []
    for fact in facts:
        status, income = statuses.get(fact.household_id), incomes.get(fact.household_id)
        rows.append(
            Row(
                fact.household_id, fact.household.number, fact.village_id, names.get(fact.household_id, ""),
                counts.get(fact.household_id, 0), status.status if status else "",
                status.monitor_kind if status else "", fact.household_kind, fact.main_cause,
                income.per_head_fen if income else None, income.year if income else None,
                fact.household.is_synthetic, fact,
            )
        )  # fmt: skip
    return rows
