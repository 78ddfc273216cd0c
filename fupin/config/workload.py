"""What an officer's area holds, counted for many officers at once: households, persons, sheets to sign, cases, own work.

Households are counted by the village that they lie in and added up along today's tree. Of a grid officer who answers
for named parts of a village, those households count whose natural village, group or 浩特 is one of these names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from fupin.accounts import scopes
from fupin.accounts.workload import Area, Load
from fupin.core import clock
from fupin.core.imports.models import ImportRun
from fupin.core.models import Case
from fupin.divisions.queries import tree
from fupin.quality.models import Ticket
from fupin.quality.words import State as TicketState
from fupin.registry.models import HouseholdCard, HouseholdFact, IncomeAccount
from fupin.registry.words import MONITORED, NOT_EXITED
from fupin.rulebook.models import Override, State

LOADS = (
    Load("households", "户数", "Households"),
    Load("persons", "人数", "Persons"),
    Load("registered", "在册户", "Registered"),
    Load("unsigned", "本年未签字核算表", "Sheets to sign this year"),
    Load("cases", "在办事项", "Cases under way"),
    Load("tickets", "本人待核实问题", "Own tickets to answer"),
    Load("proposals", "本人待复核申请", "Own proposals waiting"),
    Load("imports", "本人未完成导入", "Own imports open"),
)
_OPEN_IMPORTS = (ImportRun.State.STAGING, ImportRun.State.READY, ImportRun.State.MERGING)
_REGISTERED = Q(status__in=NOT_EXITED) | Q(monitor_kind__in=MONITORED)
_OF_FACT = Q(household__card__status__in=NOT_EXITED) | Q(household__card__monitor_kind__in=MONITORED)
_NAMES = ("natural_village", "village_group", "herding_unit")
Counts = dict[int, dict[str, int]]


def count(areas: Sequence[Area]) -> Mapping[int, Mapping[str, int]]:
    """The loads of each posting: eight questions at most, however many officers."""
    found: Counts = {area.posting: defaultdict(int) for area in areas}
    _add_up([area for area in areas if not area.parts], _by_division([a.division for a in areas if not a.parts]), found)
    _add_up(areas, {"cases": _cases([area.division for area in areas])}, found)
    _count_parts([area for area in areas if area.parts], found)
    _count_own(areas, found)
    return found


def _by_division(divisions: Iterable[int]) -> dict[str, dict[int, int]]:
    """Households, persons, registered households and sheets not signed, by the division that the records name."""
    below = scopes.below(divisions)
    cards = HouseholdCard.objects.filter(village__in=below).order_by().values("village")
    rows = cards.annotate(
        n=Count("pk"), members=Sum("persons"), counted=Count("pk", filter=_REGISTERED)
    ).values_list("village", "n", "members", "counted")  # fmt: skip
    by: dict[str, dict[int, int]] = {"households": {}, "persons": {}, "registered": {}}
    for village, n, members, counted in rows:
        by["households"][village], by["persons"][village], by["registered"][village] = n, members or 0, counted
    sheets = IncomeAccount.objects.filter(year=clock.today().year, signed_on__isnull=True)
    sheets = sheets.filter(household__card__village__in=below).order_by()
    by["unsigned"] = dict(sheets.values_list("household__card__village").annotate(n=Count("pk")))
    return by


def _cases(divisions: Iterable[int]) -> dict[int, int]:
    rows = Case.objects.filter(due_on__isnull=False, division_id__in=scopes.below(divisions)).order_by()
    return dict(rows.values_list("division_id").annotate(n=Count("pk")))


def _add_up(areas: Sequence[Area], by: Mapping[str, Mapping[int, int]], found: Counts) -> None:
    """Add what each division has to every posting at or above it."""
    today, posts = tree(), defaultdict(list)
    for area in areas:
        home = today.home(area.division)
        posts[area.division if home is None else home].append(area.posting)
    for name, counts in by.items():
        for division, n in counts.items():
            for node in today.path(division) if today.home(division) is not None else ():
                for posting in posts.get(node.id, ()):
                    found[posting][name] += n


def _count_parts(areas: Sequence[Area], found: Counts) -> None:
    """The same for parts of villages, by the names that households give of where they live."""
    if not areas:
        return
    below = scopes.below(area.division for area in areas)
    facts = HouseholdFact.objects.open().filter(village__in=below, household__card__isnull=False)
    unsigned = facts.filter(
        household__income_accounts__year=clock.today().year, household__income_accounts__signed_on__isnull=True
    )
    named = _by_names(facts, households=Count("pk"), persons=Sum("household__card__persons"),
                      registered=Count("pk", filter=_OF_FACT))  # fmt: skip
    named += _by_names(unsigned, unsigned=Count("pk"))
    today, posts = tree(), defaultdict(list)
    for area in areas:
        posts[today.by_id(area.division).id].append(area)
    for village, names, counts in named:
        for area in posts.get(today.home(village) or 0, ()):
            if names & set(area.parts):
                for name, n in counts.items():
                    found[area.posting][name] += n


def _by_names(facts: QuerySet[HouseholdFact], **wanted: Any) -> list[tuple[int, set[str], dict[str, int]]]:
    rows = facts.order_by().values("village_id", *_NAMES).annotate(**{f"n_{name}": one for name, one in wanted.items()})
    return [
        (row["village_id"], {row[name] for name in _NAMES if row[name]}, {n: row[f"n_{n}"] or 0 for n in wanted})
        for row in rows
    ]


def _count_own(areas: Sequence[Area], found: Counts) -> None:
    """What the person has begun and not finished: it hangs on the person, not on the area."""
    users = {area.user for area in areas}
    imports = ImportRun.objects.filter(user_id__in=users, state__in=_OPEN_IMPORTS).order_by()
    proposals = Override.objects.filter(proposed_by__in=users, state=State.PROPOSED).order_by()
    tickets = Ticket.objects.filter(assigned_to__in=users, state=TicketState.OPEN).order_by()
    own = {
        "imports": dict(imports.values_list("user_id").annotate(n=Count("pk"))),
        "tickets": dict(tickets.values_list("assigned_to").annotate(n=Count("pk"))),
        "proposals": dict(proposals.values_list(F("proposed_by")).annotate(n=Count("pk"))),
    }
    for area in areas:
        for name, counts in own.items():
            found[area.posting][name] = counts.get(area.user, 0)
