"""Reads of village exits: the poverty villages of the own area with their standing, and the standards of a case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from fupin.accounts import scopes
from fupin.core.models import Case
from fupin.divisions.models import Designation
from fupin.divisions.queries import tree
from fupin.procedures.exits.villages.judging import Judged, judge_villages
from fupin.procedures.exits.villages.rules import reached
from fupin.procedures.exits.villages.work import POVERTY, kinds_on
from fupin.procedures.words import VIEW, VILLAGE_EXIT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A poverty village with its standing, and the case in which its exit is under way."""

    village: int
    code: str
    name: str
    judged: Judged
    case: int | None

    @property
    def reaches(self) -> bool:
        """Is the incidence below the limit, and all that is considered known?"""
        return bool(reached(self.judged))


def candidates(user: Any, on: date) -> list[Candidate]:
    """The poverty villages that the user reaches, by code, judged for the year of the day; from 2021 none."""
    if not kinds_on(on):
        return []
    rows = scopes.within(
        user, Designation.objects.on(on).filter(kind__in=POVERTY), division="division", permission=VIEW
    )
    nodes, villages = tree(), set(rows.values_list("division_id", flat=True))
    judged, under_way = judge_villages(villages, on.year, on), _under_way(villages)
    found = [(nodes.by_id(pk), one) for pk, one in judged.items()]
    return [
        Candidate(node.id, node.code, nodes.full_name(node.id, "township"), one, under_way.get(node.id))
        for node, one in sorted(found, key=lambda pair: pair[0].code)
    ]  # fmt: skip


def _under_way(villages: Collection[int]) -> dict[int, int]:
    rows = Case.objects.filter(procedure=VILLAGE_EXIT, ended_on=None, division_id__in=villages)
    return dict(rows.values_list("division_id", "pk"))
