"""A strict procedure for the tests of the engine: a household's way in, with every kind of demand that a table can make."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from fupin.core import steps
from fupin.core.models import Attachment, Case
from fupin.core.steps import Condition, Days, Distinct, Evidence, Procedure, State, Transition
from fupin.core.verdicts import YES, Verdict

VILLAGE, TOWNSHIP, BANNER = 1, 2, 3
DAY = date(2022, 3, 1)
VILLAGER, TEAM, CLERK, CHIEF = (SimpleNamespace(pk=pk) for pk in (11, 12, 21, 31))
LEVELS = {11: "village", 12: "village", 21: "township", 31: "banner"}
TIED = Condition("voted", "评议通过", lambda facts, on: YES if facts else Verdict(missing=("评议结果",)))


def table(**more: Any) -> Procedure:
    """The way in; `more` says what is otherwise."""
    given: dict[str, Any] = {
        "name": "way_in", "label": "纳入", "source": "test", "strict": True, "recurs": True, "edition": "one",
        "whole": Days(20), "whole_to": "decided",
        "states": (
            State("lead", "线索"), State("applied", "已申请"), State("verified", "已核查"), State("posted", "公示中"),
            State("closed", "公示无异议"), State("checked", "已审核"), State("decided", "已审定"),
            State("entered", "已纳入", is_end=True), State("rejected", "不予纳入", is_end=True),
        ),
        "transitions": (
            Transition("apply", "申请", "lead", "applied", "x.village", level="village",
                       evidence=(Evidence("application", "申请书"),)),
            Transition("verify", "入户核查", "applied", "applied", "x.village", level="village"),
            Transition("settle", "核查结论", "applied", "verified", "x.village", level="village",
                       distinct=(Distinct(("verify",), "identification.verifiers"),),
                       evidence=(Evidence("form", "核查表", 2),), most=Days(6)),
            Transition("post", "张贴公示", "verified", "posted", "x.village", level="village", conditions=(TIED,)),
            Transition("close", "公示期满", "posted", "closed", "x.village", level="village",
                       least=Days("publicity.village_days", first_day="publicity.first_day_counts",
                                  pauses="publicity.objection_pauses"), most=Days(12, pauses="publicity.objection_pauses")),
            Transition("check", "审核", "closed", "checked", "x.check", level="township", others_than=("verify",)),
            Transition("send_back", "退回", "closed", "applied", "x.check", level="township", needs_note=True,
                       begins_round=True),
            Transition("decide", "审定", "checked", "decided", "x.decide", level="banner", others_than=("check",)),
            Transition("enter", "录入", "decided", "entered", "x.decide", level="banner"),
            Transition("reject", "不予纳入", "applied", "rejected", "x.village", level="village", needs_note=True),
        ),
    }  # fmt: skip
    return Procedure(**(given | more))


class LevelRights:
    """Each person does what is for the own level, everywhere."""

    def __init__(self, by: Any) -> None:
        self.by = by

    def lacking(self, permission: str, level: str, divisions: Any) -> set[Any]:
        return set() if LEVELS.get(self.by.pk) == level else set(divisions)


def opened(procedure: Procedure, subject: str = "household:1", on: date = DAY) -> Case:
    return steps.open_cases(
        procedure=procedure, beginnings=[steps.Beginning(subject, VILLAGE)], by=VILLAGER, on=on, today=on
    )[0]


def put(case: Case, *kinds: str) -> None:
    """Files of these kinds at the case."""
    for kind in kinds:
        Attachment.objects.create(
            subject=f"case:{case.pk}", kind=kind, name="a.jpg", media_type="image/jpeg", size=1, sha256="0"
        )


def act(procedure: Procedure, case: Case, name: str, by: Any, on: date, *, today: date | None = None, voted: Any = True,
        **more: Any) -> steps.Outcome:  # fmt: skip
    """Do it on the day it happens, unless it is entered later."""
    return steps.perform(
        procedure=procedure, cases=[case], act=name, by=by, on=on, may=LevelRights(by), today=today or on,
        facts=lambda rows: {row.pk: voted for row in rows}, **more,
    )  # fmt: skip


def go_to(procedure: Procedure, case: Case, state: str) -> date:
    """Lead a case on by the shortest lawful way; returns the day it got there."""
    put(case, "application")
    way = [("apply", VILLAGER, 0), ("verify", VILLAGER, 0), ("verify", TEAM, 0), ("settle", VILLAGER, 0),
           ("post", VILLAGER, 0), ("close", VILLAGER, 5), ("check", CLERK, 0), ("decide", CHIEF, 0), ("enter", CHIEF, 0)]  # fmt: skip
    for name, by, days in way:
        if case.state == state:
            break
        if name == "settle":
            put(case, "form", "form")
        act(procedure, case, name, by, case.since + timedelta(days=days))
    return case.since
