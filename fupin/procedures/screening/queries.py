"""Reads of screening, all of them through the gate of the posting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.refusals import NotFound
from fupin.divisions.models import Reach
from fupin.divisions.queries import tree
from fupin.policy import screening as catalogue
from fupin.procedures.screening.rules import RoundFacts, Standing
from fupin.procedures.screening.steps import RUN
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.procedures.screening.words import DONE, PAGE, Stage, State
from fupin.procedures.words import VERIFY, VIEW
from fupin.registry.models import HouseholdCard

_LARGEST_ID = 2**63 - 1
ROUNDS = 40
STATES_OF = {"unfinished": (State.TO_CONFIRM, State.TO_VISIT), "finished": DONE}
"""States that lists ask for together."""


def rounds_for(user: Any, permission: str = VIEW) -> QuerySet[ScreeningRound]:
    """The rounds that touch the user's area: held in it, or above it and open to it."""
    rows = ScreeningRound.objects.order_by("-id")
    roots = scopes.divisions(user, permission)
    if roots is None:
        return rows
    above = Reach.objects.filter(descendant__in=roots).values("ancestor_id")
    shown = ~Q(stage__in=(Stage.DRAFTED, Stage.DROPPED))
    return rows.filter(Q(division__in=scopes.below(roots)) | Q(division__in=above) & shown)


def round_for(user: Any, pk: int, permission: str = VIEW) -> ScreeningRound:
    """One round. Raises NotFound alike for what is not there and what is out of reach."""
    found = rounds_for(user, permission).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这一轮排查，或它不在您的工作范围内"), "round")
    return found


def run_by(user: Any, pk: int) -> ScreeningRound:
    """A round that the user runs: it lies in the own area. Raises NotFound."""
    found = round_for(user, pk)
    if not scopes.may(user, RUN, found.division_id):
        raise NotFound(_("没有这一轮排查，或它不在您的工作范围内"), "round")
    return found


def running_at(village: int) -> list[ScreeningRound]:
    """The rounds that run where a village lies, the newest first."""
    above = Reach.objects.filter(descendant=village).values("ancestor_id")
    return list(ScreeningRound.objects.filter(stage=Stage.OPEN, division__in=above).order_by("-id"))


def lines_for(user: Any, permission: str = VIEW) -> QuerySet[ScreeningHousehold]:
    """The households of rounds in the user's area."""
    return scopes.within(user, ScreeningHousehold.objects.all(), division="village", permission=permission)


def line_for(user: Any, pk: int, permission: str = VIEW) -> ScreeningHousehold:
    """One household of a round. Raises NotFound."""
    rows = lines_for(user, permission).select_related("round", "case")
    found = rows.filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise _no_line()
    return found


def held_lines(user: Any, pks: Collection[int], permission: str) -> list[ScreeningHousehold]:
    """These households, held until the act is done. Raises NotFound unless all are in reach."""
    wanted = {pk for pk in pks if 0 < pk <= _LARGEST_ID}
    rows = lines_for(user, permission).filter(pk__in=wanted).select_related("round").order_by("pk")
    found = list(rows.select_for_update(of=("self",)))
    if len(found) != len(set(pks)):
        raise _no_line()
    return found


def _no_line() -> NotFound:
    return NotFound(_("没有这一排查户，或它不在您的工作范围内"), "screening")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of households is narrowed to: `state` is a state, one of STATES_OF or nothing; `group` a key group."""

    round: int | None = None
    state: str = ""
    group: str = ""
    division: int | None = None


def matching(user: Any, wanted: Wanted, *, permission: str = VIEW) -> QuerySet[ScreeningHousehold]:
    """The households that a list asks for, within the user's reach; those that left are not among them."""
    rows = lines_for(user, permission).filter(left_on__isnull=True)
    if wanted.round is not None:
        rows = rows.filter(round=wanted.round)
    if wanted.state:
        rows = rows.filter(state__in=STATES_OF.get(wanted.state, (wanted.state,)))
    if wanted.group:
        rows = rows.filter(groups__contains=f",{wanted.group},")
    if wanted.division is not None:
        rows = rows.filter(village__in=scopes.below([wanted.division]))
    return rows


def page(rows: QuerySet[ScreeningHousehold], *, after: str = "", size: int = PAGE) -> tuple[list[Any], str]:
    """One page in the order of the household numbers, and the key of the next (empty: this is the last)."""
    number, _dash, pk = after.partition("~")
    rows = rows.select_related("round").order_by("number", "pk")
    if number and pk.isdecimal() and len(pk) < 19:
        rows = rows.filter(Q(number__gt=number) | Q(number=number, pk__gt=int(pk)))
    found = list(rows[: size + 1])
    end = found[size - 1] if len(found) > size else None
    return found[:size], f"{end.number}~{end.pk}" if end else ""


def cards_of(rows: Iterable[ScreeningHousehold]) -> dict[int, HouseholdCard]:
    """The households as lists show them: one question."""
    return HouseholdCard.objects.in_bulk({one.household_id for one in rows})


def groups_of(text: str) -> list[str]:
    """The key groups that a stored text names."""
    return [name for name in text.split(",") if name]


def labels_of(text: str) -> list[str]:
    """The same in the reader's language; a group that is no longer of the catalogue is left out."""
    known, english = catalogue.groups(), scopes.is_english()
    return [
        known[name].label_en if english else known[name].label for name in groups_of(text) if name in known
    ]  # fmt: skip


def standing_of(row: ScreeningHousehold) -> Standing:
    """A household as its acts are judged."""
    return Standing(row.round.stage, row.round.opened_on, row.state, row.groups, row.left_on is not None)


@dataclass(slots=True)
class Counts:
    """How far a division is: households, confirmed, visited, leads, still to confirm, still to visit."""

    key: Any
    label: str
    households: int = 0
    unchanged: int = 0
    visited: int = 0
    leads: int = 0
    to_confirm: int = 0
    to_visit: int = 0

    @property
    def done(self) -> int:
        return self.unchanged + self.visited + self.leads

    @property
    def share(self) -> float | None:
        """Of the households, how many are finished."""
        return self.done / self.households if self.households else None


_STATE_OF = {"unchanged": State.UNCHANGED, "visited": State.VISITED, "leads": State.LEAD, "to_confirm": State.TO_CONFIRM,
             "to_visit": State.TO_VISIT}  # fmt: skip
_COUNTED: Mapping[str, Any] = {
    "households": Count("pk"), **{name: Count("pk", filter=Q(state=state)) for name, state in _STATE_OF.items()}
}  # fmt: skip


def totals(rows: QuerySet[ScreeningHousehold]) -> Counts:
    """The counts of a set of households."""
    return Counts("", "", **rows.order_by().aggregate(**_COUNTED))


def totals_of(user: Any, rounds: Collection[ScreeningRound]) -> dict[int, Counts]:
    """The counts of many rounds, by round: one question."""
    rows = matching(user, Wanted()).filter(round__in=[one.pk for one in rounds]).order_by().values("round")
    found = {row.pop("round"): Counts("", "", **row) for row in rows.annotate(**_COUNTED)}
    return {one.pk: found.get(one.pk) or Counts("", "") for one in rounds}


def counts_of_groups(rows: QuerySet[ScreeningHousehold], names: Collection[str]) -> dict[str, int]:
    """How many households are of each key group: one question. A household may be of several."""
    asked: dict[str, Any] = {name: Count("pk", filter=Q(groups__contains=f",{name},")) for name in names}
    return rows.order_by().aggregate(**asked) if asked else {}


def due_of(user: Any) -> tuple[int, int]:
    """How many households wait for this person's word, and how many for a visit, in the rounds that run."""
    rows = lines_for(user, VERIFY).filter(round__stage=Stage.OPEN, left_on__isnull=True)
    found = rows.order_by().aggregate(
        to_confirm=Count("pk", filter=Q(state=State.TO_CONFIRM)), to_visit=Count("pk", filter=Q(state=State.TO_VISIT))
    )
    return found["to_confirm"], found["to_visit"]


def counts(user: Any, wanted: Wanted, *, by_village: bool = False) -> list[Counts]:
    """The counts by the next divisions below the one asked for, or by village; what is furthest behind comes first."""
    nodes, top = tree(), top_of(user, wanted)
    depth = len(nodes.path(top))
    found: dict[str, Counts] = {}
    for row in matching(user, wanted).order_by().values("village").annotate(**_COUNTED):
        path = nodes.path(row["village"]) if nodes.home(row["village"]) is not None else (nodes.root,)
        node = path[-1] if by_village else path[min(depth, len(path) - 1)]
        label = nodes.full_name(node.id, "township") if by_village else node.name
        line = found.setdefault(node.short_code, Counts(node.short_code, label))
        for name in _COUNTED:
            setattr(line, name, getattr(line, name) + row[name])
    return sorted(found.values(), key=lambda one: (one.share or 0, -one.households, one.key))


def top_of(user: Any, wanted: Wanted) -> int:
    """Below which division counts stand: the one asked for, else the round's or the user's own, the lower."""
    if wanted.division is not None:
        return wanted.division
    nodes, tops = tree(), scopes.divisions(user, VIEW)
    own = tops[0] if tops and len(tops) == 1 else nodes.root.id
    of_round = ScreeningRound.objects.filter(pk=wanted.round).values_list("division_id", flat=True).first()
    places = [one for one in (own, of_round) if one is not None and nodes.home(one) is not None]
    return max(places, key=lambda one: len(nodes.path(one)), default=nodes.root.id)


def facts_of(row: ScreeningRound) -> RoundFacts:
    """What the steps of a round are judged by: one question."""
    rows = ScreeningHousehold.objects.filter(round=row, left_on__isnull=True)
    found = totals(rows)
    return RoundFacts(row.period_from, row.period_to, row.filled_at is not None, found.to_confirm, found.to_visit)


def ids(rows: Sequence[ScreeningHousehold]) -> list[int]:
    """Their ids."""
    return [one.pk for one in rows]
