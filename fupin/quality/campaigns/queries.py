"""Reads of collection, all of them through the gate of the posting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import names_of
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotFound
from fupin.divisions.models import Reach
from fupin.divisions.queries import tree
from fupin.policy import collection as forms
from fupin.quality.campaigns import rules
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound, SpotCheck, SpotCheckHousehold
from fupin.quality.campaigns.words import DONE, RUNNING, TO_VISIT, Stage, State
from fupin.registry.models import HouseholdCard, Membership

_LARGEST_ID = 2**63 - 1
PAGE = 30
"""Households to a page: as many as somebody looks through before confirming them."""
SAMPLE_PAGE = 100
"""Drawn households to a page."""
ROUNDS_PAGE = 40
"""Rounds to a page: a region has two of each banner in a year."""
CHANGES = (
    "registry.household.change", "registry.household.correct", "registry.person.return", "registry.person.change",
    "registry.person.correct", "registry.person.leave", "registry.member.add", "registry.member.remove",
    "registry.head.change", "registry.split", "registry.merge", "registry.move", "registry.finding", "registry.income",
    "households.import", "persons.import", "income.import",
)  # fmt: skip
"""The acts that change what the register holds of a household."""
STATES_OF = {
    "unfinished": tuple(state for state in State if state not in DONE),
    "to_visit": TO_VISIT,
    "stuck": (State.REFUSED, State.MOVED),
}
"""States that lists ask for together: not finished, and still to be gone to."""


def rounds_for(user: Any, permission: str = "quality.view") -> QuerySet[CollectionRound]:
    """The rounds that touch the user's area: held in it, or above it and open to it."""
    rows = CollectionRound.objects.select_related("division").order_by("-id")
    roots = scopes.divisions(user, permission)
    if roots is None:
        return rows
    above = Reach.objects.filter(descendant__in=roots).values("ancestor_id")
    return rows.filter(Q(division__in=scopes.below(roots)) | Q(division__in=above) & ~Q(stage=Stage.DRAFTED))


def rounds_page(user: Any, after: str = "") -> tuple[list[CollectionRound], str]:
    """One page of the rounds, the newest first, and the key of the next (empty: this is the last)."""
    rows = rounds_for(user)
    if after.isascii() and after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: ROUNDS_PAGE + 1])
    return found[:ROUNDS_PAGE], str(found[ROUNDS_PAGE - 1].pk) if len(found) > ROUNDS_PAGE else ""


def round_for(user: Any, pk: int, permission: str = "quality.view") -> CollectionRound:
    """One round. Raises NotFound alike for what is not there and what is out of reach."""
    found = rounds_for(user, permission).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这一轮采集，或它不在您的工作范围内"), "round")
    return found


def run_by(user: Any, pk: int) -> CollectionRound:
    """A round that the user runs: it lies in the own area. Raises NotFound."""
    found = round_for(user, pk)
    if not scopes.may(user, "quality.campaign", found.division_id):
        raise NotFound(_("没有这一轮采集，或它不在您的工作范围内"), "round")
    return found


def form_of(row: CollectionRound) -> forms.Form:
    """Which fields the round asks for."""
    return forms.form(row.form)


def lines_for(user: Any, permission: str = "quality.view") -> QuerySet[CollectionHousehold]:
    """The households of rounds in the user's area."""
    return scopes.within(user, CollectionHousehold.objects.all(), division="village", permission=permission)


def line_for(user: Any, pk: int, permission: str = "quality.view") -> CollectionHousehold:
    """One household of a round. Raises NotFound alike for what is not there and what is out of reach."""
    rows = lines_for(user, permission).select_related("round", "officer", "collected_by")
    found = rows.filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise _no_line()
    return found


def held_lines(user: Any, pks: Collection[int], permission: str) -> list[CollectionHousehold]:
    """These households, held until the act is done, in the order of their ids. Raises NotFound unless all are in reach."""
    wanted = {pk for pk in pks if 0 < pk <= _LARGEST_ID}
    rows = lines_for(user, permission).filter(pk__in=wanted).select_related("round").order_by("pk")
    found = list(rows.select_for_update(of=("self",)))
    if len(found) != len(set(pks)):
        raise _no_line()
    return found


def _no_line() -> NotFound:
    return NotFound(_("没有这一采集户，或它不在您的工作范围内"), "collection")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of households is narrowed to. `state` is a state, one of STATES_OF or nothing; `officer` 0 is nobody."""

    round: int | None = None
    state: str = ""
    division: int | None = None
    officer: int | None = None
    day: date | None = None
    joined: bool = False
    left: bool = False
    household: int | None = None


def matching(user: Any, wanted: Wanted, *, permission: str = "quality.view") -> QuerySet[CollectionHousehold]:
    """The households that a list asks for, within the user's reach. Those that left are listed by themselves."""
    rows = lines_for(user, permission).filter(left_on__isnull=not wanted.left)
    if wanted.round is not None:
        rows = rows.filter(round=wanted.round)
    if wanted.state:
        rows = rows.filter(state__in=STATES_OF.get(wanted.state, (wanted.state,)))
    if wanted.division is not None:
        rows = rows.filter(village__in=scopes.below([wanted.division]))
    if wanted.officer is not None:
        rows = rows.filter(officer=wanted.officer or None)
    if wanted.day is not None:
        rows = rows.filter(state=State.COLLECTED, visited_on=wanted.day)
    if wanted.joined:
        rows = rows.filter(joined_on__isnull=False)
    return rows.filter(household=wanted.household) if wanted.household is not None else rows


def mine(user: Any) -> QuerySet[CollectionHousehold]:
    """What the user still has to go to, in every round that runs."""
    rows = lines_for(user, "quality.answer").filter(officer=user.pk, left_on__isnull=True, state__in=TO_VISIT)
    return rows.filter(round__stage__in=RUNNING)


def page(rows: QuerySet[CollectionHousehold], *, after: str = "", size: int = PAGE) -> tuple[list[Any], str]:
    """One page in the order of the household numbers, and the key of the next page (empty: this is the last)."""
    number, _dash, pk = after.partition("~")
    rows = rows.select_related("round", "officer").order_by("number", "pk")
    if number and pk.isdecimal() and len(pk) < 19:
        rows = rows.filter(Q(number__gt=number) | Q(number=number, pk__gt=int(pk)))
    found = list(rows[: size + 1])
    end = found[size - 1] if len(found) > size else None
    return found[:size], f"{end.number}~{end.pk}" if end else ""


def cards_of(rows: Iterable[CollectionHousehold]) -> dict[int, HouseholdCard]:
    """The households as lists show them: one question."""
    return HouseholdCard.objects.in_bulk({one.household_id for one in rows})


def changes_in(rows: Sequence[CollectionHousehold]) -> dict[int, int]:
    """How often the register was changed for each household (or a member of it) since its round opened, whoever did it: two
    questions for a page. Counted by the line's id."""
    running = [one for one in rows if one.round.opened_at is not None]
    if not running:
        return {}
    ties = Membership.objects.filter(household__in={one.household_id for one in running})
    homes: dict[str, set[int]] = defaultdict(set)
    for person, household in ties.values_list("person_id", "household_id"):
        homes[f"person:{person}"].add(household)
    for one in running:
        homes[f"household:{one.household_id}"].add(one.household_id)
    since = min(one.round.opened_at for one in running)
    entries = AuditEntry.objects.filter(subject__in=list(homes), act__in=CHANGES, at__gte=since)
    found: dict[int, list[Any]] = defaultdict(list)
    for subject, at in entries.values_list("subject", "at"):
        for household in homes[subject]:
            found[household].append(at)
    return {
        one.pk: sum(at >= one.round.opened_at and (not one.again or one.entered_at is None or at > one.entered_at)
                    for at in found[one.household_id])
        for one in running
    }  # fmt: skip


@dataclass(slots=True)
class Counts:
    """How far a division, an officer or a day is: households, collected, left out, refused or moved, still to visit."""

    key: Any
    label: str
    households: int = 0
    collected: int = 0
    left_out: int = 0
    stuck: int = 0
    to_visit: int = 0

    @property
    def done(self) -> int:
        return self.collected + self.left_out

    @property
    def unfinished(self) -> int:
        return self.households - self.done

    @property
    def share(self) -> float | None:
        """Of the households, how many are finished."""
        return self.done / self.households if self.households else None


_AGGREGATES = {
    "households": Count("pk"), "collected": Count("pk", filter=Q(state=State.COLLECTED)),
    "left_out": Count("pk", filter=Q(state=State.LEFT_OUT)),
    "stuck": Count("pk", filter=Q(state__in=(State.REFUSED, State.MOVED))),
    "to_visit": Count("pk", filter=Q(state__in=TO_VISIT)),
}  # fmt: skip


def totals(rows: QuerySet[CollectionHousehold]) -> Counts:
    """The counts of a set of households."""
    return Counts("", "", **rows.order_by().aggregate(**_AGGREGATES))


def counts(user: Any, wanted: Wanted, by: str) -> list[Counts]:
    """The counts by `division` (the next below the one asked for), `village`, `officer` or `day` of the visit. What is
    furthest behind comes first; days come in their order."""
    column = {"officer": "officer", "day": "visited_on"}.get(by, "village")
    rows = matching(user, wanted)
    rows = rows.filter(state=State.COLLECTED) if by == "day" else rows
    found: dict[Any, Counts] = {}
    naming = _naming(user, wanted, by)
    for row in rows.order_by().values(column).annotate(**_AGGREGATES):
        key, label = naming(row[column])
        line = found.setdefault(key, Counts(key, label))
        for name in _AGGREGATES:
            setattr(line, name, getattr(line, name) + row[name])
    lines = list(found.values())
    if by == "officer":
        names = names_of({one.key for one in lines if one.key})
        for one in lines:
            one.label = names.get(one.key, "")
    if by == "day":
        return sorted(lines, key=lambda one: str(one.key))
    return sorted(lines, key=lambda one: (one.share or 0, -one.households, str(one.key)))


def _naming(user: Any, wanted: Wanted, by: str) -> Any:
    if by in ("officer", "day"):
        return lambda value: (value or 0 if by == "officer" else value, str(value or ""))
    nodes = tree()
    depth = 99 if by == "village" else len(nodes.path(top_of(user, wanted)))

    def place(village: int) -> tuple[str, str]:
        path = nodes.path(village) if nodes.home(village) is not None else ()
        node = path[min(depth, len(path) - 1)] if path else nodes.root
        return node.short_code, nodes.full_name(node.id, "township") if by == "village" else node.name

    return place


def top_of(user: Any, wanted: Wanted) -> int:
    """Below which division counts by division stand: the one asked for, else the round's or the user's own, the lower."""
    nodes = tree()
    if wanted.division is not None:
        return wanted.division
    tops = scopes.divisions(user, "quality.view")
    own = tops[0] if tops and len(tops) == 1 else nodes.root.id
    of_round = CollectionRound.objects.filter(pk=wanted.round).values_list("division_id", flat=True).first()
    places = [one for one in (own, of_round) if one is not None and nodes.home(one) is not None]
    return max(places, key=lambda one: len(nodes.path(one)), default=nodes.root.id)


def facts_of(row: CollectionRound) -> rules.RoundFacts:
    """What the steps of a round are judged by: three questions."""
    rows = CollectionHousehold.objects.filter(round=row)
    counted = rows.aggregate(
        all=Count("pk"), unfinished=Count("pk", filter=Q(left_on__isnull=True) & ~Q(state__in=DONE))
    )
    drawn = SpotCheckHousehold.objects.filter(spot_check__round=row)
    # A household that is collected again, or has left, is not checked against what it was.
    waiting = drawn.filter(checked_on__isnull=True, line__state=State.COLLECTED, line__left_on__isnull=True)
    return rules.RoundFacts(
        row.period_from, row.period_to, households=counted["all"], unfinished=counted["unfinished"],
        unchecked=waiting.count(), wrong_villages=len(wrong_villages(drawn)),
    )  # fmt: skip


def wrong_villages(drawn: QuerySet[SpotCheckHousehold]) -> list[tuple[int, int]]:
    """The villages of spot checks, each as (spot check, village), above the limit that nobody had collected again."""
    rows = (
        drawn.filter(checked_on__isnull=False)
        .order_by()
        .values("spot_check", "village", most=F("spot_check__most_wrong"))
    )
    counted = rows.annotate(
        n=Count("pk"),
        again=Count("pk", filter=Q(recollected_on__isnull=False)),
        wrongs=Sum("wrong"),
        fields=Sum("compared"),
    )
    return [
        (row["spot_check"], row["village"])
        for row in counted
        if not row["again"] and rules.is_to_be_collected_again(rules.rate(row["wrongs"], row["fields"]), row["most"])
    ]


def spot_checks_for(user: Any, row: CollectionRound) -> QuerySet[SpotCheck]:
    """The spot checks of a round that touch the user's area, the newest first."""
    rows = SpotCheck.objects.filter(round=row).select_related("drawn_by").order_by("-id")
    roots = scopes.divisions(user, "quality.view")
    if roots is None:
        return rows
    above = Reach.objects.filter(descendant__in=roots).values("ancestor_id")
    return rows.filter(Q(division__in=scopes.below(roots)) | Q(division__in=above))


def newest_spot_check(row: CollectionRound) -> int:
    """The last sample that was drawn in a round; 0: none."""
    return SpotCheck.objects.filter(round=row).order_by("-pk").values_list("pk", flat=True).first() or 0


def spot_check_for(user: Any, pk: int) -> SpotCheck:
    """One spot check. Raises NotFound alike for what is not there and what is out of reach."""
    made = (
        SpotCheck.objects.select_related("round", "drawn_by").filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    )
    if made is None or not spot_checks_for(user, made.round).filter(pk=pk).exists():
        raise _no_spot_check()
    return made


def spot_check_run_by(user: Any, pk: int) -> SpotCheck:
    """A spot check of a round that the user runs. Raises NotFound."""
    made = spot_check_for(user, pk)
    run_by(user, made.round_id)
    return made


def drawn_of(user: Any, made: SpotCheck, permission: str = "quality.view") -> QuerySet[SpotCheckHousehold]:
    """The drawn households that the user may see."""
    rows = SpotCheckHousehold.objects.filter(spot_check=made).select_related(
        "line", "line__round", "officer", "checked_by"
    )
    return scopes.within(user, rows, division="village", permission=permission).order_by("line__number", "pk")


def drawn_page(rows: QuerySet[SpotCheckHousehold], after: str = "") -> tuple[list[SpotCheckHousehold], str]:
    """One page of a sample in the order of the household numbers, and the key of the next (empty: this is the last)."""
    number, _dash, pk = after.partition("~")
    if number and pk.isdecimal() and len(pk) < 19:
        rows = rows.filter(Q(line__number__gt=number) | Q(line__number=number, pk__gt=int(pk)))
    found = list(rows[: SAMPLE_PAGE + 1])
    end = found[SAMPLE_PAGE - 1] if len(found) > SAMPLE_PAGE else None
    return found[:SAMPLE_PAGE], f"{end.line.number}~{end.pk}" if end else ""


def drawn_for(user: Any, pk: int, permission: str = "quality.view") -> SpotCheckHousehold:
    """One drawn household. Raises NotFound."""
    rows = SpotCheckHousehold.objects.select_related("line", "line__round", "officer", "checked_by")
    rows = scopes.within(user, rows, division="village", permission=permission)
    found = rows.filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise _no_spot_check()
    return found


def _no_spot_check() -> NotFound:
    return NotFound(_("没有这一抽查，或它不在您的工作范围内"), "spot_check")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a spot check found at a village or of an officer."""

    key: int
    label: str
    drawn: int
    checked: int
    rate: rules.Rate
    is_again: bool
    """the village is above the limit and nobody has had it collected again"""
    recollected: bool


def checked_by(user: Any, made: SpotCheck, by: str) -> list[Checked]:
    """Error rates with their intervals by `village` or `officer`, the worst first."""
    rows = drawn_of(user, made).order_by().values(by)
    rows = rows.annotate(
        n=Count("pk"),
        done=Count("checked_on"),
        wrongs=Sum("wrong"),
        fields=Sum("compared"),
        again=Count("recollected_on"),
    )
    found = []
    nodes = tree()
    names = names_of({row[by] for row in rows if row[by]}) if by == "officer" else {}
    for row in rows:
        rate = rules.rate(row["wrongs"], row["fields"])
        home = row[by] if by == "village" and nodes.home(row[by]) is not None else None
        label = nodes.full_name(home, "township") if home is not None else names.get(row[by] or 0, "")
        is_again = by == "village" and not row["again"] and rules.is_to_be_collected_again(rate, made.most_wrong)
        found.append(Checked(row[by] or 0, label, row["n"], row["done"], rate, is_again, bool(row["again"])))
    return sorted(found, key=lambda one: (-(one.rate.value or 0), one.label))
