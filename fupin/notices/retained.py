"""Notices and objections as what files belong to, for retention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection

from django.urls import reverse

from fupin.notices.models import Notice, NoticeLine, Objection
from fupin.retention.subjects import Fact, Kind

NOTICE, OBJECTION = "notice", "objection"
Homes = Callable[[Collection[str]], dict[str, frozenset[str]]]
"""What a hold on these subjects touches besides themselves: notices know no case."""


def _facts(ids: Collection[int], homes: Homes) -> dict[int, Fact]:
    rows = Notice.objects.in_bulk(list(ids))
    lines: dict[int, set[str]] = defaultdict(set)
    for notice, subject in NoticeLine.objects.filter(notice__in=rows).values_list("notice_id", "subject"):
        lines[notice].add(subject)
    besides = homes({one for some in lines.values() for one in some})
    found = {}
    for pk, row in rows.items():
        touched = {f"{NOTICE}:{pk}"} | lines[pk] | {one for each in lines[pk] for one in besides.get(each, ())}
        ended = row.taken_down_on or row.ended_on
        found[pk] = Fact(
            row.division_id, row.code, row.title, ended, frozenset(touched), reverse("notices:notice", args=[pk])
        )
    return found


def _objections(ids: Collection[int], homes: Homes) -> dict[int, Fact]:
    rows = Objection.objects.in_bulk(list(ids))
    notices = _facts({row.notice_id for row in rows.values()}, homes)
    return {
        pk: Fact(notices[row.notice_id].division, row.receipt, notices[row.notice_id].title, row.answered_on,
                 notices[row.notice_id].touches | {f"{OBJECTION}:{pk}"}, reverse("notices:objection", args=[pk]))
        for pk, row in rows.items()
    }  # fmt: skip


def kinds(homes: Homes) -> list[Kind]:
    """Notices and objections, as `config` hands them in together with who knows the cases of their lines."""
    return [
        Kind(NOTICE, ("公示", "Notice"), lambda ids: _facts(ids, homes)),
        Kind(OBJECTION, ("公示异议", "Objection"), lambda ids: _objections(ids, homes)),
    ]
