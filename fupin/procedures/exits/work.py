"""Exit as the shared casework knows it: who may be listed, what its conditions read, and that the household leaves at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from fupin.core.models import Case
from fupin.core.sentences import listed, said
from fupin.policy.regimes import regime
from fupin.procedures.exits.judging import Judged, judge_many
from fupin.procedures.exits.keeping import as_kept
from fupin.procedures.exits.rules import Leaving, not_held, registered
from fupin.procedures.exits.steps import HANGING, POSTS, TABLES, UNTIL_2020
from fupin.procedures.models import CaseFile
from fupin.procedures.words import COMMON_ACTS
from fupin.procedures.works import Lead, Words, Work
from fupin.quality.models import Ticket
from fupin.quality.words import State as TicketState
from fupin.registry.models import Household, HouseholdCard
from fupin.registry.operations import standing
from fupin.registry.operations.standing import Change
from fupin.registry.words import NOT_EXITED

KIND = "exit"
_OWN_ACTS = {
    "begin": ("列入拟退出名单", "List for exit"),
    "conclude": ("村两委和驻村工作队核实", "Committee and team verify"),
    "agree": ("户主签字认可", "The household signs"), "decide": ("旗县批准退出", "Approve in the banner"),
    "leave": ("标注退出", "Mark as exited"), "reject": ("暂不退出", "Stays for now"),
    "stay": ("户主不认可或情况有变，暂不退出", "Not agreed or changed: stays for now"),
}  # fmt: skip
_JUDGED = ("conclude", "check", "decide")
_NAMED = 5
EXITED_THIS_YEAR = "05"


def kinds_on(on: date) -> Words:
    """What a case of an exit is about; from 2021 there is none."""
    return {KIND: ("退出", "Exit")} if UNTIL_2020.until is None or on < UNTIL_2020.until else {}


def category(kind: str, on: date) -> str:
    """What the list calls a household, in the words of the day."""
    return f"拟退出{regime(on).word('household')}"


def _unsound(leads: Sequence[Lead], on: date) -> list[str]:
    """Who is not registered, or is among those who are not to exit, is not listed."""
    ids = [one.household or 0 for one in leads]
    cards, judged = HouseholdCard.objects.in_bulk(ids), judge_many(ids, on.year, on)
    numbers = dict(Household.objects.filter(pk__in=ids).values_list("pk", "number"))
    reasons = []
    for pk in ids:
        against = registered(cards[pk].status if pk in cards else "") & not_held(judged.get(pk))
        if not against:
            why = listed(said(one) for one in (*against.reasons, *against.missing))
            reasons.append(_("%(number)s：%(why)s") % {"number": numbers.get(pk, pk), "why": why})
    if len(reasons) > _NAMED:
        more = _("另有 %(count)d 户也不能列入") % {"count": len(reasons) - _NAMED}
        reasons = [*reasons[:_NAMED], more]
    return reasons


def judged_for(
    cases: Sequence[Case], about: Mapping[int, CaseFile], on: date, *, is_told: bool = False
) -> dict[int, Judged]:
    """The households of cases against the standards of each case's year: that in which it was listed."""
    years: dict[int, dict[int, int]] = {}
    for case in cases:
        household = about[case.pk].household_id
        if household is not None:
            years.setdefault(year_of(case), {})[household] = case.pk
    found: dict[int, Judged] = {}
    for year, by_household in years.items():
        found |= {by_household[pk]: one for pk, one in judge_many(by_household, year, on, is_told=is_told).items()}
    return found


def year_of(case: Case) -> int:
    """The year of whose list a case is."""
    return (case.began_on or case.since).year


def _read(act: str, cases: Sequence[Case], about: Mapping[int, CaseFile], by: Any, on: date) -> dict[int, Leaving]:
    if act not in _JUDGED:
        return {}
    judged = judged_for(cases, about, on)
    households = [about[case.pk].household_id for case in cases]
    tickets = Ticket.objects.filter(household__in=households).exclude(state=TicketState.CLOSED)
    open_ones = dict(tickets.order_by().values_list("household").annotate(count=Count("pk")))
    return {
        case.pk: Leaving(judged.get(case.pk), open_ones.get(about[case.pk].household_id, 0)) for case in cases
    }  # fmt: skip


def _follow(act: str, cases: Sequence[int], by: Any, on: date, note: str) -> None:
    """Approved, what the decision stood on stays with the case; marked, the household has exited."""
    if act == "decide":
        _keep(cases, on)
    if act == "leave":
        changes = [
            Change(one.household_id or 0, pk, "left", {"status": EXITED_THIS_YEAR, "exit_year": year_of(one.case)})
            for pk, one in CaseFile.objects.select_related("case").in_bulk(list(cases)).items()
        ]
        standing.move(changes=changes, by=by, on=on)


def _keep(cases: Sequence[int], on: date) -> None:
    """The figures and every part of the explanation, in Chinese as the decision is, whatever becomes of the records."""
    about = CaseFile.objects.select_related("case").in_bulk(list(cases))
    with translation.override("zh-hans"):
        judged = judged_for([one.case for one in about.values()], about, on, is_told=True)
        for pk, one in judged.items():
            row = about[pk]
            row.per_head_fen, row.line_fen, row.kept = one.per_head_fen, one.line_fen, as_kept(one)
    CaseFile.objects.bulk_update(about.values(), ["per_head_fen", "line_fen", "kept"], batch_size=500)


EXIT = Work(
    tables=TABLES, title=gettext_noop("户退出"), begin_label=gettext_noop("列入拟退出名单"),
    suits=lambda status, monitor_kind: status in NOT_EXITED, acts=COMMON_ACTS | _OWN_ACTS,
    kinds=kinds_on, category=category, notice_kind=lambda on: "exited", posts=POSTS, hanging=HANGING,
    good_ends=frozenset({"left"}), side_acts=frozenset({"stay", "reject", "send_back", "take_back", "vote_down"}),
    lined=frozenset(), line=lambda kind: "lines.exit_line", unsound=_unsound, read=_read, follow=_follow,
)  # fmt: skip
