"""Procedures and publicity, handed to each other: the lists of procedures hang as notices, and their clocks hear of objections."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from fupin.core import steps
from fupin.core.models import Case
from fupin.divisions.queries import tree
from fupin.notices import operations, queries
from fupin.notices.operations import News
from fupin.notices.reading import Line
from fupin.notices.words import Kind, State
from fupin.procedures.all_works import WORKS, table_of
from fupin.procedures.publicity import Listed, Standing

_AT_ONCE = 500


class NoticeBoards:
    """The lists of procedures as notices: one for each village, township or banner that the cases lie in."""

    def post(
        self, *, kind: str, place: str, cases: Sequence[Listed], by: Any, on: date, is_confirmed: bool = False
    ) -> None:
        nodes = tree()
        lists: dict[int, list[Listed]] = {}
        for one in cases:
            node = nodes.ancestor(one.division, place)  # a village that was merged: the one that took it over
            lists.setdefault(node.id if node else one.division, []).append(one)
        operations.post(by=by, on=on, is_confirmed=is_confirmed, notices=[
            operations.Wanted(Kind(kind), division, place, lines=[
                Line(one.subject, household=one.household, division=None if one.household else one.division, shown={"category": one.category})
                for one in found
            ])
            for division, found in lists.items()
        ])  # fmt: skip

    def standing(self, *, place: str, subjects: Collection[str], on: date) -> Mapping[str, Standing]:
        known = queries.standing_of(subjects, on=on, place=place)
        return {
            subject: Standing(
                reverse("notices:notice", args=[one.notice.pk]),
                one.notice.code,
                one.notice.posted_on,
                one.verdict,
                one.notice.state == State.TAKEN_DOWN,
            )
            for subject, one in known.items()
        }


def follow(news: Sequence[News]) -> None:
    """An objection stops the clocks of the cases that it concerns, its answer lets them run; where no parameter says so,
    the pause is only noted."""
    for one in news:
        if one.act not in ("objected", "answered", "taken_down"):
            continue
        cases = _open_cases(one.subjects)
        if one.act == "objected":
            steps.pause(cases=cases, on=one.on, reason=one.notice.code)
            continue
        objected = _still_objected(cases, one.on) if one.act == "answered" else set()
        free = [case for case in cases if case.pk not in objected]
        for name, edition in sorted({(case.procedure, case.edition) for case in free}):
            its = [case for case in free if (case.procedure, case.edition) == (name, edition)]
            steps.resume(table_of(its[0]), cases=its, on=one.on)


def _open_cases(subjects: Sequence[str]) -> list[Case]:
    pks = [int(subject.partition(":")[2]) for subject in subjects if subject.startswith("case:")]
    found: list[Case] = []
    for start in range(0, len(pks), _AT_ONCE):
        found += Case.objects.filter(pk__in=pks[start : start + _AT_ONCE], procedure__in=WORKS, ended_on=None)
    return found


def _still_objected(cases: Sequence[Case], on: date) -> set[int]:
    standing = queries.standing_of([f"case:{case.pk}" for case in cases], on=on)
    return {case.pk for case in cases if (one := standing.get(f"case:{case.pk}")) and one.open_objections}
