"""How cases are said on screen: their line of steps, their place, their words in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import names_of
from fupin.core.models import Case, StepAsked, StepTaken
from fupin.core.refusals import NotFound, Refused
from fupin.core.steps.drawing import Told
from fupin.divisions.queries import tree
from fupin.procedures import queries
from fupin.procedures.all_works import WORKS, act_words, table_of, tables, work_of
from fupin.procedures.models import CaseFile
from fupin.procedures.queries import Wanted
from fupin.procedures.words import VIEW
from fupin.registry.models import HouseholdCard

SHOWN = ("mine", "open", "late", "ended")


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a list shows it."""

    row: CaseFile
    card: HouseholdCard | None
    place: str
    work: str
    kind: str
    state: str
    tone: str
    days_late: int

    @property
    def name(self) -> str:
        """By what somebody finds it."""
        if self.card and self.card.head_name:
            return self.card.head_name
        return self.number or self.place

    @property
    def number(self) -> str:
        """The number of its household; a place has none."""
        return self.row.household.number if self.row.household else ""


@dataclass(frozen=True, slots=True)
class Point:
    """A station of the way: passed on a day by somebody, the present one, or still to come."""

    label: str
    mark: str
    on: date | None = None
    who: str = ""


def lines_of(rows: Sequence[CaseFile], *, on: date) -> list[Line]:
    """Cases in the words of a list: one question for a page."""
    cards = queries.cards_of(rows)
    return [
        Line(one, cards.get(one.household_id or 0), place_of(one.division_id), _(work_of(one.case).title), kind_of(one),
             state_of(one.case), tone_of(one.case, on), late_of(one.case, on))
        for one in rows
    ]  # fmt: skip


def late_of(case: Case, on: date) -> int:
    """By how many days an open case is overdue."""
    return max((on - case.due_on).days, 0) if case.due_on and not case.ended_on else 0


def tone_of(case: Case, on: date) -> str:
    """The colour of a case's state."""
    if case.ended_on:
        return "good" if case.state in work_of(case).good_ends else "quiet"
    return "wrong" if late_of(case, on) else ""


def state_of(case: Case) -> str:
    """Where a case stands, in words."""
    return _(table_of(case).state(case.state).label)


def kind_of(row: CaseFile) -> str:
    """What a case is about, in words."""
    known = work_of(row.case).kinds(row.case.began_on or row.case.since)
    return known.get(row.kind, (row.kind, row.kind))[scopes.is_english()]


def act_of(procedure: str, act: str) -> str:
    """An act in words."""
    return act_words(procedure, act)[scopes.is_english()]


def place_of(village: int) -> str:
    """Township and village in words."""
    nodes = tree()
    return "".join(node.name for node in nodes.path(village)[-2:]) if nodes.home(village) is not None else ""


def points_of(case: Case, taken: Sequence[StepTaken]) -> list[Point]:
    """The stations from the lead to the entry; what was done in the present round with its day and person."""
    table, good = table_of(case), work_of(case).good_ends
    names = names_of({one.actor_id for one in taken if one.actor_id})
    came = {one.to_state: one for one in taken if one.round == case.round or case.round == 1}
    states = [one for one in table.states if not one.is_end or one.name in good]
    order = [one.name for one in states]
    at = order.index(case.state) if case.state in order else -1
    found = []
    for place, state in enumerate(states):
        step = came.get(state.name)
        mark = "now" if place == at else "done" if place < at else ""
        on = step.happened_on if step and mark else case.began_on if place == 0 else None
        found.append(Point(_(state.label), mark, on, names.get(step.actor_id, "") if step and mark else ""))
    return found


def history_of(case: Case, taken: Sequence[StepTaken]) -> list[tuple[StepTaken, str, str, str]]:
    """The steps in words: act, who, and who confirmed one entered late."""
    names = names_of({pk for one in taken for pk in (one.actor_id, one.confirmed_by) if pk})
    return [
        (one, act_of(case.procedure, one.act), names.get(one.actor_id, ""), names.get(one.confirmed_by, ""))
        for one in reversed(taken)
    ]


def asked_words(case: Case, asked: StepAsked | None) -> dict[str, Any] | None:
    """An act that waits for a second person, in words."""
    if asked is None:
        return None
    who = names_of({asked.asked_by}).get(asked.asked_by, "")
    return {"row": asked, "act": act_of(case.procedure, asked.act), "who": who}


def days_of(act: Told, on: date) -> list[str]:
    """When an act may be done and until when it should be, by the numbers in force."""
    found = []
    if act.least is not None:
        found.append(_("满 %(count)d 天") % {"count": act.least.count(on)})
    if act.most is not None:
        words = _("%(count)d 个工作日内") if act.most.working else _("%(count)d 天内")
        found.append(words % {"count": act.most.count(on)})
    return found


def wanted_of(request: HttpRequest) -> Wanted:
    """The filters of the address; what makes no sense there is left out."""
    given = request.GET if request.method == "GET" else request.POST
    show, state = given.get("show", "mine"), given.get("state", "")
    work, parent = given.get("work", ""), given.get("parent", "")
    known = {one.name for table in tables() for one in table.states}
    return Wanted(show=show if show in (*SHOWN, "") else "mine", state=state if state in known else "",
                  work=work if work in WORKS else "", parent=parent[:60],
                  division=division_of(request.user, given.get("division", "")))  # fmt: skip


def division_of(user: Any, code: str) -> int | None:
    """The division of a code, within reach. Raises NotFound."""
    if not code:
        return None
    node = tree().find(code) if code.isascii() and code.isdecimal() else None
    if node is None or not scopes.may(user, VIEW, node.id):
        raise NotFound(_("没有这个区划，或它不在您的工作范围内"))
    return node.id


def said(refusal: Refused) -> list[str]:
    """The reasons of a refusal."""
    return list(refusal.reasons)
