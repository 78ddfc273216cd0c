"""Meetings as what papers are printed of: the gate, what their minutes say, made-up values for a preview.

The scanned pages file themselves to the meeting by their codes; without them no vote counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.urls import reverse

from fupin.accounts import scopes
from fupin.core.refusals import NotFound
from fupin.divisions.queries import tree
from fupin.papers.subjects import Subject, SubjectKind
from fupin.procedures.all_works import work_of
from fupin.procedures.conditions import reaches
from fupin.procedures.models import CaseFile, Meeting, MeetingItem
from fupin.procedures.queries import meeting_for
from fupin.procedures.words import MEETINGS, MeetingKind
from fupin.registry.models import HouseholdCard
from fupin.rulebook import queries as rulebook

KIND = "meeting"
_HOUSEHOLD = {
    "head": ("户主", "Head"), "category": ("类别", "Category"), "votes_for": ("同意", "For"),
    "votes_against": ("不同意", "Against"), "abstained": ("弃权", "Abstained"), "result": ("结果", "Result"),
}  # fmt: skip
FIELDS: dict[str, Any] = {
    "village": (("嘎查村", "Village"), None),
    "township": (("苏木乡镇", "Township"), None),
    "banner": (("旗县", "Banner"), None),
    "place": (("旗县至嘎查村", "Banner to village"), None),
    "meeting_kind": (("会议种类", "Kind of meeting"), None),
    "held_on": (("会议时间", "Held on"), None),
    "meeting_place": (("会议地点", "Place of the meeting"), None),
    "chair": (("主持人", "Chair"), None),
    "called": (("应到人数", "Called"), None),
    "present": (("实到人数", "Present"), None),
    "quorum": (("到会须达", "Quorum"), None),
    "majority": (("赞成须超过到会", "Majority"), None),
    "day": (("打印日期", "Day of printing"), None),
    "households": (("评议的户", "Households"), _HOUSEHOLD),
}  # fmt: skip


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _subject(row: Meeting) -> Subject:
    title = f"{tree().name(row.division_id)}{MEETINGS[MeetingKind(row.kind)]}"
    return Subject(KIND, row.pk, str(row.pk), title, row.division_id)


def find(user: Any, number: str, permission: str) -> Subject:
    """A meeting by its id. Raises NotFound out of reach."""
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise NotFound(number, KIND)
    return _subject(meeting_for(user, int(number), permission))


def see(user: Any, ids: Collection[int], permission: str) -> dict[int, Subject]:
    """Of these meetings those that the user may reach: one question."""
    rows = scopes.within(user, Meeting.objects.filter(pk__in=list(ids)), division="division", permission=permission)
    return {row.pk: _subject(row) for row in rows}


def within(user: Any, division: int, permission: str) -> list[int]:
    """The meetings of a division that the user may reach, the first first."""
    rows = scopes.within(user, Meeting.objects.filter(division__in=scopes.below([division])), division="division",
                         permission=permission)  # fmt: skip
    return list(rows.order_by("held_on", "pk").values_list("pk", flat=True))


def facts(ids: Collection[int], on: date) -> dict[int, dict[str, Any]]:
    """What the minutes of meetings say: five questions, however many."""
    rows = Meeting.objects.in_bulk(list(ids))
    items: dict[int, list[MeetingItem]] = defaultdict(list)
    for item in MeetingItem.objects.filter(meeting__in=rows).select_related("case").order_by("case_id"):
        items[item.meeting_id].append(item)
    files = CaseFile.objects.in_bulk([item.case_id for some in items.values() for item in some])
    cards = HouseholdCard.objects.in_bulk([one.household_id for one in files.values() if one.household_id])
    return {pk: _facts(row, items[pk], files, cards, on) for pk, row in rows.items()}


def _facts(row: Meeting, items: list[MeetingItem], files: dict[int, CaseFile], cards: dict[int, HouseholdCard],
           on: date) -> dict[str, Any]:  # fmt: skip
    quorum, majority = (
        str(rulebook.value(f"procedures.{name}_{row.kind}", on=row.held_on)) for name in ("quorum", "majority")
    )
    path = {node.level: node.name for node in tree(row.held_on).path(row.division_id) or tree().path(row.division_id)}
    banner, township, village = (path.get(level, "") for level in ("banner", "township", "village"))
    return {
        "village": village, "township": township, "banner": banner, "place": banner + township + village,
        "meeting_kind": str(MEETINGS[MeetingKind(row.kind)]), "held_on": _said(row.held_on), "meeting_place": row.place,
        "chair": row.chair, "called": str(row.called), "present": str(row.present), "day": _said(on),
        "quorum": quorum.lstrip(">="), "majority": majority.lstrip(">="),
        "is_made_up": any(card.is_synthetic for card in cards.values()),
        "households": [_line(row, item, files[item.case_id], cards, majority) for item in items],
    }  # fmt: skip


def _line(
    row: Meeting, item: MeetingItem, file: CaseFile, cards: dict[int, HouseholdCard], majority: str
) -> dict[str, str]:
    card = cards.get(file.household_id or 0)
    passed = reaches(item.votes_for, row.present, majority)
    return {
        "head": card.head_name if card else "", "category": work_of(item.case).category(file.kind, row.held_on),
        "votes_for": str(item.votes_for), "votes_against": str(item.votes_against), "abstained": str(item.abstained),
        "result": "通过" if passed else "未通过",
    }  # fmt: skip


def sample(on: date) -> dict[str, Any]:
    """A made-up meeting for a preview."""
    line = {
        "head": "包示例",
        "category": "边缘易致贫户",
        "votes_for": "28",
        "votes_against": "1",
        "abstained": "1",
        "result": "通过",
    }
    return {
        "village": "示例嘎查", "township": "示例苏木", "banner": "示例旗", "place": "示例旗示例苏木示例嘎查",
        "meeting_kind": "村民代表会议", "held_on": _said(on), "meeting_place": "村部", "chair": "高示例", "called": "40",
        "present": "30", "quorum": "2/3", "majority": "1/2", "day": _said(on), "is_made_up": True, "households": [line],
    }  # fmt: skip


def kind() -> SubjectKind:
    """Meetings, as `config` hands them to papers."""
    return SubjectKind(KIND, ("会议", "Meeting"), find, see, within, facts, _address, FIELDS, sample)


def _address(number: str) -> str:
    return reverse("procedures:meeting", args=[int(number)])
