"""Reads of rounds: those of the own area, the one that covers a village, how far each is, and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.models import Case, StepTaken
from fupin.core.refusals import NotFound
from fupin.divisions.models import Reach
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node
from fupin.procedures.all_works import work_of
from fupin.procedures.rounds import reading
from fupin.procedures.rounds.ledger import Entry
from fupin.procedures.rounds.reading import Statement
from fupin.procedures.rounds.tables import Round
from fupin.procedures.rounds.words import ROUND, RUN, RUNNING, VIEW, Stage, Stock
from fupin.registry.models import Household, HouseholdCard

PAGE = 50
_LARGEST_ID = 2**63 - 1


def rounds_for(user: Any, permission: str = VIEW) -> QuerySet[Round]:
    """The rounds in the own area, and those of superiors that cover it, the newest first."""
    roots = scopes.divisions(user, permission)
    rows = Round.objects.all()
    if roots is not None:
        above = Reach.objects.filter(descendant__in=roots).values("ancestor")
        rows = rows.filter(Q(division__in=scopes.below(roots)) | Q(division__in=above))
    return rows.order_by("-year", "-pk")


def round_for(user: Any, pk: int, permission: str = VIEW) -> Round:
    """One round. Raises NotFound alike for what is not there and what is out of reach."""
    found = rounds_for(user, permission).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这个轮次，或它不在您的工作范围内"))
    return found


def run_by(user: Any, pk: int) -> Round:
    """A round that the user may take on. Raises NotFound: a superior's round is seen below, and not run there."""
    rows = scopes.within(user, Round.objects.all(), division="division", permission=RUN)
    found = rows.filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这个轮次，或它不在您的工作范围内"))
    return found


def tops_of(user: Any, row: Round) -> list[int]:
    """The divisions of a round that the user sees: the round's own, or where the postings lie in it."""
    nodes, roots = tree(), scopes.divisions(user, VIEW)
    if roots is None or any(nodes.is_below(row.division_id, root) for root in roots):
        return [row.division_id]
    return [root for root in roots if nodes.is_below(root, row.division_id)]


def seen_by(user: Any, row: Round, code: str = "") -> Node:
    """The division of a round that is asked for by its code, or the highest that the user sees. Raises NotFound."""
    nodes, tops = tree(), tops_of(user, row)
    node = nodes.find(code) if code else nodes.by_id(tops[0]) if tops else None
    if node is None or not any(nodes.is_below(node.id, top) for top in tops):
        raise NotFound(_("没有这个区划，或它不在该轮次和您的工作范围内"))
    return node


def covering(villages: Sequence[int], *, on: date) -> dict[int, str]:
    """What the cases that begin in these villages on a day belong to: the round in which is collected there, if any."""
    rows = Round.objects.filter(stage=Stage.COLLECTING, opened_on__lte=on).order_by("year", "pk")
    known = {row.division_id: row for row in rows}
    nodes, found = tree(), {}
    for village in set(villages) if known else ():
        above = [known[node.id] for node in nodes.path(village) if node.id in known]
        if above:
            found[village] = above[-1].subject
    return found


def standing_in_the_way(division: int, year: int) -> list[Round]:
    """The open rounds of the same year that cover the division, or that it would cover."""
    nodes = tree()
    rows = Round.objects.filter(year=year, stage__in=RUNNING)
    return [
        row for row in rows if nodes.is_below(division, row.division_id) or nodes.is_below(row.division_id, division)
    ]


def last_closed(division: int, stock: str) -> Round | None:
    """The round before, whose end is the next one's beginning."""
    return Round.objects.filter(division=division, stock=stock, stage=Stage.CLOSED).order_by("-ended_on").first()


def history_of(row: Round) -> list[StepTaken]:
    """The steps that were taken with a round, the newest first."""
    return list(StepTaken.objects.filter(case__subject=row.subject, case__procedure=ROUND).order_by("-pk"))


def cases_of(user: Any, row: Round) -> QuerySet[Case]:
    """The cases of a round in the own area."""
    return scopes.within(user, Case.objects.filter(parent=row.subject), division="division_id", permission=VIEW)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the cases of a division are."""

    node: Node
    cases: int
    ended: int

    @property
    def open(self) -> int:
        return self.cases - self.ended

    @property
    def share(self) -> float | None:
        return self.ended / self.cases if self.cases else None


def progress(user: Any, row: Round, node: Node) -> tuple[Progress, list[Progress]]:
    """The cases of a division and of those directly below it, of which there are any; one question."""
    nodes = tree()
    sums: dict[int, list[int]] = {}
    rows = cases_of(user, row).order_by().values("division_id").annotate(
        cases=Count("pk"), ended=Count("pk", filter=Q(ended_on__isnull=False)))  # fmt: skip
    for one in rows:
        if one["division_id"] is None or nodes.home(one["division_id"]) is None:
            continue
        for above in nodes.path(one["division_id"]):
            held = sums.setdefault(above.id, [0, 0])
            held[0] += one["cases"]
            held[1] += one["ended"]
    lines = [Progress(child, *sums[child.id]) for child in nodes.children(node.id) if child.id in sums]
    return Progress(node, *sums.get(node.id, (0, 0))), lines


@dataclass(frozen=True, slots=True)
class Told:
    """A case or a household as a list of a round shows it."""

    name: str
    number: str
    place: str
    case: Case | None = None
    changes: tuple[tuple[str, int, int], ...] = ()
    label: str = ""
    state: str = ""


def told(cases: Sequence[Case]) -> list[Told]:
    """Cases in the words of a list: one question for a page."""
    pks = {case.pk: int(case.subject.partition(":")[2]) for case in cases if case.subject.startswith("household:")}
    cards = HouseholdCard.objects.in_bulk(list(pks.values()))
    nodes, found = tree(), []
    for case in cases:
        card, work = cards.get(pks.get(case.pk, 0)), work_of(case)
        place = nodes.full_name(case.division_id, "township") if case.division_id else ""
        state = work.tables.of(case.edition).state(case.state).label
        found.append(Told(card.head_name if card else place, card.number if card else case.code or "", place, case,
                          label=_(work.title), state=_(state)))  # fmt: skip
    return found


def behind(household: int, card: HouseholdCard | None, changes: Sequence[Entry]) -> Told:
    """A household behind a figure: by what it is found, and what changed of it when."""
    nodes = tree()
    number = card.number if card else Household.objects.values_list("number", flat=True).get(pk=household)
    place = nodes.full_name(card.village_id, "township") if card else ""
    days = tuple((str(one.day), one.households, one.persons) for one in changes)
    return Told(card.head_name if card else "", number, place, changes=days)


def table_of(row: Round, *, on: date, division: int | None = None) -> Statement:
    """The table of a round, to its end or as far as it is on a day, of its division or one below."""
    until = max(row.ended_on or on, row.begins_on)
    return reading.statement(
        division=division or row.division_id, stock=Stock(row.stock), after=row.begins_on, until=until
    )


def kept_of(row: Round) -> Statement | None:
    """The table as it was when the round closed."""
    if row.kept is None or row.ended_on is None:
        return None
    return reading.restored(row.kept, tree(row.ended_on))
