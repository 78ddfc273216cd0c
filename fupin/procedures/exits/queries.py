"""Reads of exits: who in a village could be listed this year, and the standards of a case as they were kept or stand now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.models import Case
from fupin.core.refusals import NotFound
from fupin.policy.catalogue import code_list
from fupin.policy.parameters import NotInForce
from fupin.procedures.exits.judging import Judged, judge_many
from fupin.procedures.exits.keeping import as_kept
from fupin.procedures.exits.villages import work as villages
from fupin.procedures.exits.work import judged_for, kinds_on, year_of
from fupin.procedures.models import CaseFile
from fupin.procedures.queries import case_for
from fupin.procedures.words import EXIT, VIEW, VILLAGE_EXIT
from fupin.registry.models import HouseholdCard
from fupin.registry.words import NOT_EXITED
from fupin.rulebook import queries as rulebook


@dataclass(frozen=True, slots=True)
class Candidate:
    """A registered household of a village with its standing, and the case in which it is listed already."""

    card: HouseholdCard
    judged: Judged | None
    case: int | None

    @property
    def may_be_listed(self) -> bool:
        """Not listed yet, and not among those who are not to exit: whether all is met is found out at the home."""
        return self.case is None and self.judged is not None and not self.judged.held


@dataclass(frozen=True, slots=True)
class Standing:
    """The standards of a case: as they were at the approval (`is_kept`), or as the register has them now."""

    year: int
    is_kept: bool
    told: dict[str, Any]
    measures: tuple[str, ...] | None


def candidates(user: Any, village: int, on: date) -> list[Candidate]:
    """The registered households of a village that the user reaches, each judged for the year of the day; from 2021 none."""
    if not kinds_on(on):
        return []
    rows = scopes.within(user, HouseholdCard.objects.filter(village=village), division="village", permission=VIEW)
    cards = list(rows.filter(status__in=NOT_EXITED).order_by("number"))
    judged = judge_many([one.pk for one in cards], on.year, on)
    listed = _listed([one.pk for one in cards])
    return [Candidate(one, judged.get(one.pk), listed.get(one.pk)) for one in cards]


def _listed(households: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(households), 500):
        subjects = [f"household:{pk}" for pk in households[start : start + 500]]
        rows = Case.objects.filter(procedure=EXIT, subject__in=subjects, ended_on=None)
        found |= {int(subject.partition(":")[2]): pk for pk, subject in rows.values_list("pk", "subject")}
    return found


def standing_of(user: Any, pk: int, on: date) -> tuple[CaseFile, Standing]:
    """The standards of an exit. Raises NotFound for a case that is none, is out of reach, or has no record to judge."""
    row = case_for(user, pk)
    if row.case.procedure not in (EXIT, VILLAGE_EXIT):
        raise NotFound(_("没有这份案卷，或它不在您的工作范围内"))
    told = row.kept or _as_now(row, row.case.ended_on or on)
    measures = continued_measures(on, row.division_id) if row.case.procedure == EXIT else None
    return row, Standing(year_of(row.case), bool(row.kept), told, measures)


def _as_now(row: CaseFile, on: date) -> dict[str, Any]:
    if row.case.procedure == VILLAGE_EXIT:
        return villages.as_kept(villages.judged_for([row.case], on)[row.pk])
    judged = judged_for([row.case], {row.pk: row}, on, is_told=True).get(row.pk)
    if judged is None:
        raise NotFound(_("%(on)s 没有这户的记录") % {"on": on.isoformat()}, "household")
    return as_kept(judged)


def continued_measures(on: date, division: int | None) -> tuple[str, ...] | None:
    """The kinds of measures that go on for who has exited, in words, as set for a day and place; None where nothing says so."""
    try:
        codes = rulebook.value("exits.continued_measures", on=on, division=division)
    except NotInForce:
        return None
    known = code_list("measure_kind")
    return tuple(known.label(code, scopes.is_english()) for code in codes)
