"""Random acts, lawful and not: whatever is tried in whatever order, nobody gets in without every step, day and person."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from fupin.core import steps
from fupin.core.models import Attachment, Case, StepAsked, StepTaken
from fupin.core.refusals import Refused
from fupin.core.tests import strict_table
from fupin.core.tests.strict_table import CHIEF, CLERK, DAY, LEVELS, TEAM, VILLAGER, LevelRights, table

WAY_IN = table()
PEOPLE = [VILLAGER, TEAM, CLERK, CHIEF]
ACTS = sorted({step.act for step in WAY_IN.transitions})
KINDS = ["application", "form", "back_dated_paper", "other"]
LAWFUL = [("apply", VILLAGER), ("verify", VILLAGER), ("verify", TEAM), ("settle", TEAM), ("post", VILLAGER),
          ("close", VILLAGER), ("check", CLERK), ("decide", CHIEF), ("enter", CHIEF)]  # fmt: skip


class Officers(RuleBasedStateMachine):
    """What officers may try with a case: right and wrong acts, people and days, papers, replays, a clock put back."""

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.today = DAY
        self.case = strict_table.opened(WAY_IN)
        self.read = [Case.objects.get(pk=self.case.pk)]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    def now(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    def attempt(self, case: Case, name: str, by: Any, on: date, **more: Any) -> None:
        known = StepTaken.objects.filter(case=case).count()
        with suppress(Refused):
            strict_table.act(WAY_IN, case, name, by, on, today=self.today, **more)
        for step in StepTaken.objects.filter(case=case).order_by("pk")[known:]:
            assert (self.today - step.happened_on).days <= 7
        self.read.append(self.now())

    @rule(name=st.sampled_from(ACTS), by=st.sampled_from(PEOPLE), back=st.sampled_from([-1, 0, 0, 0, 1, 5, 9]),
          voted=st.booleans(), reason=st.booleans())  # fmt: skip
    def try_anything(self, name: str, by: Any, back: int, voted: bool, reason: bool) -> None:
        self.attempt(self.now(), name, by, self.today - timedelta(days=back), voted=voted or None,
                     late_reason="大雪封路" if reason else "", note="核对" if reason else "")  # fmt: skip

    @rule(at=st.integers(0, len(LAWFUL) - 1), on=st.booleans())
    def do_the_next_lawful_thing(self, at: int, on: bool) -> None:
        case = self.now()
        due = [one for one in LAWFUL if WAY_IN.transition(case.state, one[0])]
        if due:
            name, by = due[at % len(due)]
            self.attempt(case, name, by, self.today, late_reason="大雪封路", note="核对")

    @rule(kind=st.sampled_from(KINDS))
    def put_a_paper(self, kind: str) -> None:
        strict_table.put(self.case, kind)

    @rule()
    def put_what_is_needed(self) -> None:
        strict_table.put(self.case, "application", "form", "form")

    @rule(days=st.sampled_from([1, 3, 5, 6, 12, -4]))
    def let_time_pass_or_put_the_clock_back(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(at=st.integers(0, 30), name=st.sampled_from(ACTS), by=st.sampled_from(PEOPLE))
    def replay_what_was_read_before(self, at: int, name: str, by: Any) -> None:
        self.attempt(self.read[at % len(self.read)], name, by, self.today, note="x")

    @precondition(lambda self: StepAsked.objects.filter(state="waiting").exists())
    @rule(by=st.sampled_from(PEOPLE), sends_back=st.booleans())
    def decide_on_what_was_asked(self, by: Any, sends_back: bool) -> None:
        asked = list(StepAsked.objects.filter(state="waiting"))
        with suppress(Refused):
            if sends_back:
                steps.refuse(procedure=WAY_IN, asked=asked, by=by, may=LevelRights(by), note="退回")
            else:
                steps.confirm(procedure=WAY_IN, asked=asked, by=by, may=LevelRights(by), today=self.today,
                              facts=lambda rows: {row.pk: True for row in rows})  # fmt: skip

    @invariant()
    def nobody_got_in_another_way(self) -> None:
        case = self.now()
        taken = list(StepTaken.objects.filter(case=case).order_by("pk"))
        require_unbroken(taken, case.state)
        for step in taken:
            require_own_person(step)
        if case.state in ("closed", "checked", "decided", "entered"):
            require_every_demand(case, [step for step in taken if step.round == case.round])


def require_unbroken(taken: list[StepTaken], state: str) -> None:
    """Each step begins where the last one ended and the last one is where the case stands; what leads on lies on no
    earlier day than anything before it. Visits of one state may be entered in another order than they were made."""
    at, since, last = "lead", DAY, DAY
    for step in taken:
        stays = step.from_state == step.to_state
        assert step.from_state == at
        assert step.happened_on >= (since if stays else last)
        last = max(last, step.happened_on)
        at, since = step.to_state, since if stays else step.happened_on
    assert at == state


def require_own_person(step: StepTaken) -> None:
    """Each act was done at its level; who confirmed one entered late is another, at the same level."""
    level = next(one.level for one in WAY_IN.transitions if one.act == step.act)
    assert LEVELS[step.actor_id] == level
    if step.confirmed_by:
        assert step.confirmed_by != step.actor_id
        assert LEVELS[step.confirmed_by] == level


def require_every_demand(case: Case, taken: list[StepTaken]) -> None:
    """The steps, days and people of the last round, counted from what was noted and not by the engine."""
    by_act: dict[str, list[StepTaken]] = {}
    for step in taken:
        by_act.setdefault(step.act, []).append(step)
    assert {"settle", "post", "close"} <= set(by_act)
    assert len({step.actor_id for step in by_act["verify"]}) >= 2
    assert (by_act["close"][0].happened_on - by_act["post"][0].happened_on).days >= 5
    assert Attachment.objects.filter(subject=f"case:{case.pk}", kind="form").count() >= 2
    assert Attachment.objects.filter(subject=f"case:{case.pk}", kind="application").exists()
    if case.state == "entered":
        assert {"check", "decide", "enter"} <= set(by_act)
        people = {by_act["check"][0].actor_id, by_act["decide"][0].actor_id}
        assert len(people) == 2


def test_no_sequence_of_acts_leads_in_without_every_step_its_days_and_its_people(db):
    run_state_machine_as_test(
        Officers, settings=settings(max_examples=15, stateful_step_count=25, deadline=None, derandomize=True,
                                    suppress_health_check=list(HealthCheck)),
    )  # fmt: skip


def test_the_lawful_way_is_open_to_the_same_officers(db):
    case = strict_table.opened(WAY_IN)
    strict_table.go_to(WAY_IN, case, "entered")
    require_unbroken(list(StepTaken.objects.filter(case=case).order_by("pk")), "entered")
