"""Exit of a village as the shared casework knows it: only a poverty village is proposed, and it is none any more at the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from fupin.core.models import Case
from fupin.core.sentences import told
from fupin.divisions.models import Designation
from fupin.divisions.operations import undesignate
from fupin.divisions.queries import tree
from fupin.policy.regimes import regime
from fupin.procedures.exits.judging import day_of
from fupin.procedures.exits.keeping import parts_as_kept
from fupin.procedures.exits.villages.judging import Judged, judge_villages
from fupin.procedures.exits.villages.steps import HANGING, POSTS, TABLES, UNTIL_2020
from fupin.procedures.models import CaseFile
from fupin.procedures.words import COMMON_ACTS
from fupin.procedures.works import Lead, Words, Work

KIND = "village_exit"
POVERTY = ("poverty_village", "deep_poverty_village")
_OWN_ACTS = {
    "begin": ("提出嘎查村退出", "Propose the exit of a village"), "report": ("报告退出情况", "Report on the exit"),
    "decide": ("旗县批准退出", "Approve in the banner"), "leave": ("标注退出", "Mark as exited"),
    "reject": ("暂不退出", "Stays for now"),
}  # fmt: skip
_JUDGED = ("check", "decide")


def kinds_on(on: date) -> Words:
    """What a case of the exit of a village is about; from 2021 there is none."""
    return {KIND: ("嘎查村退出", "Exit of a village")} if UNTIL_2020.until is None or on < UNTIL_2020.until else {}


def category(kind: str, on: date) -> str:
    """What the list calls a village, in the words of the day."""
    return f"拟退出{regime(on).word('key_village')}"


def designated(villages: Collection[int], on: date) -> set[int]:
    """Those of the villages that are poverty villages on a day."""
    rows = Designation.objects.on(on).filter(division__in=villages, kind__in=POVERTY)
    return set(rows.values_list("division_id", flat=True))


def _unsound(leads: Sequence[Lead], on: date) -> list[str]:
    places = [one.division or 0 for one in leads]
    poor, nodes = designated(places, on), tree()
    return [
        told(nodes.full_name(one, "township"), _("不是认定的贫困嘎查村，没有可以退出的认定")) for one in places if one not in poor
    ]  # fmt: skip


def judged_for(cases: Sequence[Case], on: date) -> dict[int, Judged]:
    """The villages of cases against the standards of each case's year: that in which it was proposed."""
    years: dict[int, dict[int, int]] = {}
    for case in cases:
        years.setdefault((case.began_on or case.since).year, {})[case.division_id or 0] = case.pk
    found: dict[int, Judged] = {}
    for year, by_village in years.items():
        day = day_of(year, on)
        found |= {by_village[pk]: one for pk, one in judge_villages(by_village, year, day).items()}
    return found


def _read(act: str, cases: Sequence[Case], about: Mapping[int, CaseFile], by: Any, on: date) -> Mapping[int, Any]:
    return judged_for(cases, on) if act in _JUDGED else {}


def _follow(act: str, cases: Sequence[int], by: Any, on: date, note: str) -> None:
    """Approved, what the decision stood on stays with the case; marked, the village is no poverty village any more."""
    if act not in ("decide", "leave"):
        return
    about = CaseFile.objects.select_related("case").in_bulk(list(cases))
    if act == "leave":
        villages = [one.division_id for one in about.values()]
        undesignate(divisions=villages, kinds=POVERTY, by=by, on=on, document=note)
        return
    with translation.override("zh-hans"):
        for pk, one in judged_for([row.case for row in about.values()], on).items():
            about[pk].kept = as_kept(one)
    CaseFile.objects.bulk_update(about.values(), ["kept"], batch_size=500)


def as_kept(judged: Judged) -> dict[str, Any]:
    """A judgement as it is kept: the counts and every part with its values, the report of the exit."""
    return {
        "judged_on": judged.on.isoformat(), "registered": judged.registered, "persons": judged.persons,
        "considered": sorted(judged.considered), "parts": parts_as_kept(judged.parts), "held": [],
    }  # fmt: skip


VILLAGE_EXIT = Work(
    tables=TABLES, title=gettext_noop("嘎查村退出"), begin_label=gettext_noop("提出嘎查村退出"), acts=COMMON_ACTS | _OWN_ACTS,
    kinds=kinds_on, category=category, notice_kind=lambda on: "village_exit", subject="village", posts=POSTS,
    hanging=HANGING, good_ends=frozenset({"left"}), side_acts=frozenset({"reject", "send_back"}), lined=frozenset(),
    unsound=_unsound, read=_read, follow=_follow,
)  # fmt: skip
