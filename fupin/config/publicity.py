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
from fupin.notices.words import Kind
from fupin.procedures.identification.steps import TABLES
from fupin.procedures.publicity import Listed, Standing

_UNTIL_2020 = "2014"


class NoticeBoards:
    """The lists of procedures as notices: one for each village, township or banner that the cases lie in."""

    def post(self, *, place: str, cases: Sequence[Listed], by: Any, on: date, title: str) -> None:
        nodes = tree()
        lists: dict[int, list[Listed]] = {}
        for one in cases:
            node = nodes.ancestor(one.village, place) if place != "village" else None
            lists.setdefault(node.id if node else one.village, []).append(one)
        kind = Kind.IDENTIFIED if TABLES.on(on).edition == _UNTIL_2020 else Kind.MONITORED
        operations.post(by=by, on=on, notices=[
            operations.Wanted(kind, division, place, title=title, lines=[
                Line(one.subject, household=one.household, shown={"category": one.category}) for one in found
            ])
            for division, found in lists.items()
        ])  # fmt: skip

    def standing(self, *, place: str, subjects: Collection[str], on: date) -> Mapping[str, Standing]:
        known = queries.standing_of(subjects, on=on, place=place)
        return {
            subject: Standing(
                reverse("notices:notice", args=[one.notice.pk]), one.notice.code, one.notice.posted_on, one.verdict
            )
            for subject, one in known.items()
        }


def follow(news: Sequence[News]) -> None:
    """An objection stops the clocks of the cases that it concerns, its answer lets them run; where no parameter says so,
    the pause is only noted."""
    for one in news:
        pks = [int(subject.partition(":")[2]) for subject in one.subjects if subject.startswith("case:")]
        if not pks or one.act not in ("objected", "answered", "taken_down"):
            continue
        for case in Case.objects.filter(pk__in=pks, ended_on=None):
            if one.act == "objected":
                steps.pause(cases=[case], on=one.on, reason=one.notice.code)
            elif one.act == "taken_down" or not _still_objected(case, one.on):
                steps.resume(TABLES.of(case.edition), cases=[case], on=one.on)


def _still_objected(case: Case, on: date) -> bool:
    subject = f"case:{case.pk}"
    standing = queries.standing_of([subject], on=on).get(subject)
    return bool(standing and standing.open_objections)
