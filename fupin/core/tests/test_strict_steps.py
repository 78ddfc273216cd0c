from datetime import date, timedelta

import pytest

from fupin.core import steps
from fupin.core.models import AuditEntry, Case, StepAsked, StepTaken
from fupin.core.refusals import NotAllowed, Stale
from fupin.core.steps import BrokenProcedure, Days, Distinct, Editions, Evidence, Transition, numbers
from fupin.core.tests.strict_table import (
    CHIEF,
    CLERK,
    DAY,
    TEAM,
    VILLAGE,
    VILLAGER,
    LevelRights,
    act,
    go_to,
    opened,
    put,
    table,
)

WAY_IN = table()


@pytest.fixture
def case(db):
    return opened(WAY_IN)


@pytest.fixture
def own_values():
    """An office's own values of parameters, for as long as the test lasts."""
    held = {}
    shipped = numbers._resolve

    def resolve(name, on, divisions):
        return {one: held.get(name, shipped(name, on, [one])[one]) for one in divisions}

    numbers.use(resolve)
    yield held
    numbers.use(shipped)


def later(days):
    return DAY + timedelta(days=days)


def told(case, name, by, on, **more):
    with pytest.raises(NotAllowed) as refusal:
        act(WAY_IN, case, name, by, on, **more)
    return "；".join(refusal.value.reasons)


def test_a_case_has_a_code_that_is_read_back_even_where_letters_look_alike(case):
    assert steps.read_code(case.code.replace("0", "O").replace("1", "l").lower()) == case.code
    wrong = case.code[:-1] + ("2" if case.code[-1] != "2" else "3")
    assert steps.read_code(wrong) is None


def test_a_subject_has_one_open_case_at_a_time_and_another_once_it_has_ended(case):
    assert (
        steps.begin(procedure=WAY_IN, subject="household:1", by=VILLAGER, on=later(3), division=VILLAGE).pk == case.pk
    )
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    act(WAY_IN, case, "reject", VILLAGER, DAY, note="收入远高于监测范围")
    assert case.ended_on == DAY
    again = steps.begin(procedure=WAY_IN, subject="household:1", by=VILLAGER, on=later(3), division=VILLAGE)
    assert again.pk != case.pk
    assert steps.case_of(WAY_IN, "household:1").pk == again.pk


def test_the_whole_lawful_way_leads_in_and_ends_the_case(case):
    on = go_to(WAY_IN, case, "entered")
    assert (case.state, case.ended_on) == ("entered", on)
    assert on == later(5)
    assert StepTaken.objects.filter(case=case, days_late__gt=0).count() == 0


def test_the_evidence_must_lie_at_the_case_and_not_at_the_household(case):
    from fupin.core.models import Attachment

    Attachment.objects.create(
        subject="household:1", kind="application", name="a.jpg", media_type="image/jpeg", size=1, sha256="0"
    )
    assert "申请书" in told(case, "apply", VILLAGER, DAY)
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)


def test_of_some_evidence_more_than_one_is_needed_and_what_lay_there_before_the_state_does_not_count(case):
    put(case, "application", "form", "form")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    act(WAY_IN, case, "verify", VILLAGER, DAY)
    act(WAY_IN, case, "verify", TEAM, DAY)
    put(case, "form")
    assert "核查表 2 份" in told(case, "settle", VILLAGER, DAY)
    put(case, "form")
    act(WAY_IN, case, "settle", VILLAGER, DAY)


def test_where_the_whole_last_day_counts_the_act_follows_on_the_day_after():
    from fupin.core.working_days import Calendar

    assert Days(5).after(DAY, Calendar({})) == later(5)
    assert Days(5, is_full=True).after(DAY, Calendar({})) == later(6)
    assert Days(5, first_day=True, is_full=True).after(DAY, Calendar({})) == later(5)


def test_two_visits_by_one_person_are_one_person(case):
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    put(case, "form", "form")
    for _ in range(2):
        act(WAY_IN, case, "verify", VILLAGER, DAY)
    assert "现有 1 名" in told(case, "settle", VILLAGER, DAY)
    act(WAY_IN, case, "verify", TEAM, DAY)
    act(WAY_IN, case, "settle", VILLAGER, DAY)


def test_an_office_may_ask_for_more_people_and_never_for_fewer_than_two(case, own_values):
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    put(case, "form", "form")
    act(WAY_IN, case, "verify", VILLAGER, DAY)
    own_values["identification.verifiers"] = 1
    assert "2 名" in told(case, "settle", VILLAGER, DAY)
    act(WAY_IN, case, "verify", TEAM, DAY)
    own_values["identification.verifiers"] = 3
    assert "3 名" in told(case, "settle", VILLAGER, DAY)


def test_an_act_that_stays_in_its_state_leaves_the_days_running(case):
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    due_on = case.due_on
    act(WAY_IN, case, "verify", VILLAGER, later(2))
    assert (case.since, case.due_on) == (DAY, due_on)


def test_visits_may_be_entered_in_another_order_but_the_conclusion_lies_after_both(case):
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    act(WAY_IN, case, "verify", VILLAGER, later(3))
    act(WAY_IN, case, "verify", TEAM, later(2), today=later(3))
    put(case, "form", "form")
    assert str(later(3)) in told(case, "settle", VILLAGER, later(2), today=later(3))
    act(WAY_IN, case, "settle", VILLAGER, later(3))


def test_the_level_of_the_posting_counts_not_only_its_reach(case):
    put(case, "application")
    for by in (CLERK, CHIEF):
        assert "嘎查村" in told(case, "apply", by, DAY)
    act(WAY_IN, case, "apply", VILLAGER, DAY)


def test_where_a_level_is_asked_for_a_plain_yes_is_not_enough(case):
    put(case, "application")
    with pytest.raises(NotAllowed):
        steps.perform(procedure=WAY_IN, cases=[case], act="apply", by=VILLAGER, on=DAY, may=lambda *_: True, today=DAY)


def test_the_system_itself_takes_no_step(case):
    class Nobody:
        pk = None

    class Everything:
        def lacking(self, *_):
            return set()

    put(case, "application")
    with pytest.raises(NotAllowed, match="具名"):
        steps.perform(procedure=WAY_IN, cases=[case], act="apply", by=Nobody(), on=DAY, may=Everything(), today=DAY)


def test_what_nobody_knows_does_not_pass(case):
    go_to(WAY_IN, case, "verified")
    assert "缺少：评议结果" in told(case, "post", VILLAGER, case.since, voted=None)


def test_too_early_is_refused_by_the_office_s_own_days_and_by_whether_the_first_day_counts(case, own_values):
    go_to(WAY_IN, case, "posted")
    assert str(later(5)) in told(case, "close", VILLAGER, later(4))
    own_values["publicity.village_days"] = 8
    assert str(later(8)) in told(case, "close", VILLAGER, later(7))
    own_values["publicity.first_day_counts"] = True
    assert str(later(7)) in told(case, "close", VILLAGER, later(6))
    act(WAY_IN, case, "close", VILLAGER, later(7))


def test_too_late_is_taken_with_its_reason_and_marked(case):
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    act(WAY_IN, case, "verify", VILLAGER, DAY)
    act(WAY_IN, case, "verify", TEAM, DAY)
    put(case, "form", "form")
    assert "逾期 2 天" in told(case, "settle", VILLAGER, later(8))
    outcome = act(WAY_IN, case, "settle", VILLAGER, later(8), late_reason="大雪封路")
    assert (outcome.taken[0].days_late, outcome.taken[0].late_reason) == (2, "大雪封路")


def test_the_last_day_needs_no_reason(case):
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    act(WAY_IN, case, "verify", VILLAGER, DAY)
    act(WAY_IN, case, "verify", TEAM, DAY)
    put(case, "form", "form")
    assert act(WAY_IN, case, "settle", VILLAGER, later(6)).taken[0].days_late == 0


def test_the_whole_way_has_a_deadline_of_its_own(case):
    assert case.whole_due_on == later(20)
    go_to(WAY_IN, case, "checked")
    assert "逾期 1 天" in told(case, "decide", CHIEF, later(21))
    assert act(WAY_IN, case, "decide", CHIEF, later(20)).taken[0].days_late == 0


def test_what_is_overdue_is_told_the_level_above_once(case):
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    assert steps.escalate(WAY_IN, on=later(6)) == 0
    assert steps.escalate(WAY_IN, on=later(7)) == 1
    assert steps.escalate(WAY_IN, on=later(8)) == 0
    assert AuditEntry.objects.filter(act="way_in.escalate", subject="household:1").count() == 1


def test_days_run_from_the_day_it_happened_not_from_the_day_it_was_entered(case):
    go_to(WAY_IN, case, "verified")
    act(WAY_IN, case, "post", VILLAGER, DAY, today=later(3))
    assert case.since == DAY
    act(WAY_IN, case, "close", VILLAGER, later(5))


def test_what_happened_long_ago_holds_only_when_a_second_person_confirms_it_with_the_paper(case):
    go_to(WAY_IN, case, "verified")
    assert "扫描件" in told(case, "post", VILLAGER, DAY, today=later(8))
    put(case, "back_dated_paper")
    outcome = act(WAY_IN, case, "post", VILLAGER, DAY, today=later(8))
    assert (len(outcome.taken), len(outcome.asked), case.state) == (0, 1, "verified")
    with pytest.raises(NotAllowed, match="另一人"):
        confirmed(outcome.asked, VILLAGER)
    with pytest.raises(NotAllowed, match="嘎查村"):
        confirmed(outcome.asked, CLERK)
    [taken] = confirmed(outcome.asked, TEAM).taken
    assert (taken.happened_on, taken.actor_id, taken.confirmed_by) == (DAY, VILLAGER.pk, TEAM.pk)
    assert Case.objects.get(pk=case.pk).since == DAY


def test_seven_days_back_is_entered_by_one_person(case):
    go_to(WAY_IN, case, "verified")
    assert act(WAY_IN, case, "post", VILLAGER, DAY, today=later(7)).taken


def confirmed(asked, by, **more):
    return steps.confirm(
        procedure=WAY_IN, asked=asked, by=by, may=LevelRights(by), today=later(8),
        facts=lambda rows: {row.pk: True for row in rows}, **more,
    )  # fmt: skip


def test_a_request_lapses_where_the_case_has_gone_on_and_may_be_sent_back(case):
    go_to(WAY_IN, case, "verified")
    put(case, "back_dated_paper")
    asked = act(WAY_IN, case, "post", VILLAGER, DAY, today=later(8)).asked
    assert "补录申请" in told(case, "post", VILLAGER, DAY, today=later(8))
    act(WAY_IN, case, "post", VILLAGER, later(8))
    with pytest.raises(Stale):
        confirmed(asked, TEAM)
    with pytest.raises(NotAllowed, match="理由"):
        steps.refuse(procedure=WAY_IN, asked=asked, by=TEAM, may=LevelRights(TEAM), note=" ")
    steps.refuse(procedure=WAY_IN, asked=asked, by=TEAM, may=LevelRights(TEAM), note="日期写错")
    assert StepAsked.objects.get().state == "refused"


def test_a_step_replayed_is_refused(case):
    old = Case.objects.get(pk=case.pk)
    put(case, "application")
    act(WAY_IN, case, "apply", VILLAGER, DAY)
    with pytest.raises(Stale):
        act(WAY_IN, old, "apply", VILLAGER, DAY)
    assert "不能办理" in told(case, "apply", VILLAGER, DAY)


def test_a_clock_that_is_put_back_opens_no_way(case):
    go_to(WAY_IN, case, "posted")
    assert "早于" in told(case, "close", VILLAGER, later(-10), today=later(-10))
    assert "今天之后" in told(case, "close", VILLAGER, later(5), today=later(4))


def test_while_an_objection_is_answered_the_clock_stands_still_where_the_office_says_so(case, own_values):
    own_values["publicity.objection_pauses"] = True
    go_to(WAY_IN, case, "posted")
    steps.pause(cases=[case], on=later(2), reason="异议")
    assert "停止计算" in told(case, "close", VILLAGER, later(6))
    steps.resume(WAY_IN, cases=[case], on=later(5))
    case.refresh_from_db()
    assert case.due_on == later(15)
    assert str(later(8)) in told(case, "close", VILLAGER, later(7))
    act(WAY_IN, case, "close", VILLAGER, later(8))


def test_where_the_office_does_not_say_so_it_runs_on(case, own_values):
    own_values["publicity.objection_pauses"] = False
    go_to(WAY_IN, case, "posted")
    steps.pause(cases=[case], on=later(2), reason="异议")
    steps.resume(WAY_IN, cases=[case], on=later(4))
    case.refresh_from_db()
    act(WAY_IN, case, "close", VILLAGER, later(5))


def test_sent_back_begins_a_round_in_which_all_is_done_anew(case):
    go_to(WAY_IN, case, "closed")
    act(WAY_IN, case, "send_back", CLERK, case.since, note="收入核算有误")
    assert (case.state, case.round) == ("applied", 2)
    put(case, "form", "form")
    assert "现有 0 名" in told(case, "settle", VILLAGER, case.since)


def test_of_many_cases_those_that_may_go_on_and_each_of_the_others_says_why(db):
    rows = [opened(WAY_IN, f"household:{n}") for n in range(6)]
    for row in rows[:4]:
        put(row, "application")
    with pytest.raises(steps.RefusedCases) as refusal:
        many(rows)
    assert set(refusal.value.by_case) == {row.pk for row in rows[4:]}
    outcome = many(rows, partly=True)
    assert len(outcome.taken) == 4
    assert all("申请书" in reasons[0] for reasons in outcome.refused.values())
    assert [row.state for row in rows] == ["applied"] * 4 + ["lead"] * 2


def many(rows, **more):
    return steps.perform(procedure=WAY_IN, cases=rows, act="apply", by=VILLAGER, on=DAY, may=LevelRights(VILLAGER),
                         today=DAY, **more)  # fmt: skip


def test_forty_cases_ask_the_database_no_more_often_than_two(db, django_assert_max_num_queries):
    few = [opened(WAY_IN, f"household:{n}") for n in range(2)]
    lot = [opened(WAY_IN, f"household:{n}") for n in range(10, 50)]
    for row in few + lot:
        put(row, "application")
    with django_assert_max_num_queries(18) as first:
        many(few)
    with django_assert_max_num_queries(len(first)):
        many(lot)


def test_a_table_keeps_the_edition_in_which_a_case_began(case):
    other = table(edition="two", since=date(2024, 1, 1))
    one = table(until=date(2024, 1, 1))
    both = Editions((one, other))
    assert both.on(date(2023, 12, 31)).edition == "one"
    assert both.on(date(2024, 1, 1)).edition == "two"
    with pytest.raises(LookupError):
        both.on(date(2013, 12, 31))
    with pytest.raises(BrokenProcedure, match="重叠"):
        Editions((table(), other))
    with pytest.raises(NotAllowed, match="不属于"):
        act(other, case, "apply", VILLAGER, DAY)


def changed(name, **more):
    """The table with one of its acts otherwise."""
    from dataclasses import replace

    return table(transitions=tuple(replace(step, **more) if step.act == name else step for step in WAY_IN.transitions))


def test_a_table_whose_waiting_cannot_fit_into_its_deadline_is_refused_when_it_is_loaded():
    with pytest.raises(BrokenProcedure, match="之和"):
        table(whole=Days(9))
    table(whole=Days(10))
    with pytest.raises(BrokenProcedure, match="之和"):
        changed("check", least=Days(11))
    with pytest.raises(BrokenProcedure, match="最短天数"):
        changed("close", most=Days(9))
    with pytest.raises(BrokenProcedure, match="之和"):
        table(whole=Days("monitoring.lead_visit_working_days", working=True), since=date(2021, 1, 1))


def test_a_table_that_asks_for_fewer_than_two_people_or_an_unknown_parameter_is_refused_when_it_is_loaded():
    with pytest.raises(BrokenProcedure, match="少于两人"):
        changed("settle", distinct=(Distinct(("verify",), 1),))
    with pytest.raises(BrokenProcedure, match="不存在的操作"):
        changed("settle", distinct=(Distinct(("no",), 2),))
    with pytest.raises(BrokenProcedure, match="没有参数"):
        changed("settle", most=Days(3, pauses="publicity.no_such_thing"))


def test_a_table_that_names_a_parameter_before_it_is_in_force_is_refused_when_it_is_loaded():
    with pytest.raises(BrokenProcedure, match="lead_visit_working_days 在 2014-01-01 起没有数值"):
        table(whole=Days("monitoring.lead_visit_working_days", working=True), whole_to="", since=date(2014, 1, 1))


def test_where_a_subject_may_come_again_an_ended_case_leads_nowhere():
    again = Transition("again", "重来", "rejected", "lead", "x.village", begins_round=True)
    with pytest.raises(BrokenProcedure, match="办结状态"):
        table(transitions=(*WAY_IN.transitions, again))


def test_the_drawing_says_who_with_what_and_within_which_days():
    page = steps.markdown(changed("apply", evidence=(Evidence("application", "申请书", 3),)))
    for part in ("嘎查村", "申请书 3 份", "不少于 `identification.verifiers` 人", "评议通过", "20 天", "逾期照办"):
        assert part in page
