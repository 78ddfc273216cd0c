from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from fupin.core import steps
from fupin.core.models import AuditEntry, Case, StepTaken
from fupin.core.refusals import NotAllowed, Stale
from fupin.core.steps import BrokenProcedure, Days, Procedure, State, TimeOut, Transition
from fupin.core.verdicts import YES, Verdict

FIRST, SECOND = SimpleNamespace(pk=1), SimpleNamespace(pk=2)
DAY = date(2018, 12, 3)

LIST = Procedure(
    name="list",
    label="名单",
    source="test",
    states=(State("draft", "草稿"), State("posted", "公示"), State("done", "办结", is_end=True), State("dropped", "作废", is_end=True)),
    transitions=(
        Transition("post", "张贴", "draft", "posted", "x.post", attachments=("list_photo",)),
        Transition("close", "撤下", "posted", "done", "x.close", others_than=("post",), least=Days(7), most=Days(12),
                   condition=lambda facts, on: YES if not facts else Verdict((facts,))),
        Transition("drop", "作废", "posted", "dropped", "x.post", needs_note=True),
        Transition("again", "重新张贴", "dropped", "draft", "x.post", begins_round=True),
    ),
    time_outs=(TimeOut("posted", "dropped", Days(30), "无人办理，作废"),),
)  # fmt: skip


def everybody(_permission, _division):
    return True


@pytest.fixture
def case(db):
    row = steps.begin(procedure=LIST, subject="list:1", by=FIRST, on=DAY)
    with_photo("list:1")
    return row


def with_photo(subject):
    from fupin.core.models import Attachment

    Attachment.objects.create(
        subject=subject, kind="list_photo", name="a.jpg", media_type="image/jpeg", size=1, sha256="0"
    )


def take(case, act, on, by=FIRST, may=everybody, **more):
    return steps.take(procedure=LIST, cases=[case], act=act, by=by, on=on, may=may, **more)


def reasons(case, act, on, by=FIRST, may=everybody, **more):
    with pytest.raises(NotAllowed) as refusal:
        take(case, act, on, by, may, **more)
    return "；".join(refusal.value.reasons)


def test_of_two_verdicts_nothing_is_lost():
    both = Verdict(("公示期未满",), ("住房",)) & Verdict(("还有异议",), ("饮水",))
    assert both == Verdict(("公示期未满", "还有异议"), ("住房", "饮水"))
    assert (Verdict() & Verdict(missing=("饮水",))).outcome == "unknown"
    assert not Verdict(missing=("饮水",))


def test_an_act_moves_the_case_and_notes_the_day_it_happened_beside_the_day_of_entry(case):
    [taken] = take(case, "post", DAY)
    assert (case.state, case.since, case.due_on) == ("posted", DAY, DAY + timedelta(days=12))
    assert taken.happened_on == DAY
    assert taken.entered_at.date() > DAY
    assert AuditEntry.objects.filter(act="list.post", subject="list:1").count() == 1


def test_an_act_of_another_state_is_refused_and_says_what_is_possible(case):
    assert "张贴" in reasons(case, "close", DAY)
    take(case, "post", DAY)
    assert "公示" in reasons(case, "post", DAY)


def test_too_early_is_refused_on_the_day_before_and_taken_on_the_day(case):
    take(case, "post", DAY)
    assert "2018-12-10" in reasons(case, "close", date(2018, 12, 9), by=SECOND)
    [taken] = take(case, "close", date(2018, 12, 10), by=SECOND)
    assert taken.days_late == 0


def test_too_late_is_taken_and_marked(case):
    take(case, "post", DAY)
    [taken] = take(case, "close", date(2018, 12, 17), by=SECOND)
    assert taken.days_late == 2
    assert StepTaken.objects.get(act="close").days_late == 2
    assert AuditEntry.objects.get(act="list.close").detail["days_late"] == 2


def test_the_last_day_is_not_late(case):
    take(case, "post", DAY)
    assert take(case, "close", date(2018, 12, 15), by=SECOND)[0].days_late == 0


def test_two_acts_need_two_people(case):
    take(case, "post", DAY)
    assert "另一人" in reasons(case, "close", date(2018, 12, 10), by=FIRST)
    take(case, "close", date(2018, 12, 10), by=SECOND)


def test_a_new_round_forgets_who_acted_in_the_old_one(case):
    take(case, "post", DAY, by=SECOND)
    take(case, "drop", DAY, by=SECOND, note="写错了")
    take(case, "again", DAY, by=FIRST)
    take(case, "post", DAY, by=FIRST)
    take(case, "close", date(2018, 12, 10), by=SECOND)
    assert case.state == "done"


def test_who_lacks_the_permission_is_refused(case):
    assert "岗位" in reasons(case, "post", DAY, may=lambda permission, _division: permission != "x.post")


def test_proof_and_reason_are_asked_for(db):
    row = steps.begin(procedure=LIST, subject="list:2", by=FIRST, on=DAY)
    assert "list_photo" in reasons(row, "post", DAY)
    with_photo("list:2")
    take(row, "post", DAY)
    assert "理由" in reasons(row, "drop", DAY, note="  ")


def test_a_condition_that_does_not_hold_gives_its_reasons(case):
    take(case, "post", DAY)
    assert "还有异议" in reasons(case, "close", date(2018, 12, 10), by=SECOND, facts=lambda _case: "还有异议")


def test_a_day_ahead_and_a_day_before_the_last_step_are_refused(case):
    assert "早于" in reasons(case, "post", DAY - timedelta(days=1))
    assert "今天之后" in reasons(case, "post", date(2999, 1, 1))


def test_all_cases_move_or_none(case):
    other = steps.begin(procedure=LIST, subject="list:3", by=FIRST, on=DAY)
    with pytest.raises(NotAllowed):
        steps.take(procedure=LIST, cases=[case, other], act="post", by=FIRST, on=DAY, may=everybody)
    assert set(Case.objects.values_list("state", flat=True)) == {"draft"}


def test_who_read_an_older_version_is_told(case):
    mine, theirs = Case.objects.get(pk=case.pk), Case.objects.get(pk=case.pk)
    take(theirs, "post", DAY)
    with pytest.raises(Stale):
        take(mine, "post", DAY)


def test_a_time_out_takes_the_case_on_the_day_after_its_days(case):
    take(case, "post", DAY)
    ends_on = DAY + timedelta(days=30)
    assert steps.take_overdue(LIST, on=ends_on) == 0
    assert [row.pk for row in steps.due(LIST, on=DAY + timedelta(days=13))] == [case.pk]
    assert steps.take_overdue(LIST, on=ends_on + timedelta(days=1)) == 1
    assert Case.objects.get(pk=case.pk).state == "dropped"


def test_a_table_with_a_dead_or_unreachable_state_is_refused_when_it_is_loaded():
    a, b, end = State("a", "甲"), State("b", "乙"), State("end", "止", is_end=True)
    go = Transition("go", "去", "a", "end", "x")
    with pytest.raises(BrokenProcedure, match="无法到达"):
        Procedure("p", "p", "s", (a, b, end), (go, Transition("back", "回", "b", "end", "x")))
    with pytest.raises(BrokenProcedure, match="到不了办结"):
        Procedure("p", "p", "s", (a, b, end), (go, Transition("turn", "转", "a", "b", "x")))
    with pytest.raises(BrokenProcedure, match="没有状态"):
        Procedure("p", "p", "s", (a, end), (go, Transition("turn", "转", "a", "c", "x")))
    with pytest.raises(BrokenProcedure, match="出现两次"):
        Procedure("p", "p", "s", (a, end), (go, go))
    with pytest.raises(BrokenProcedure, match="办结状态"):
        Procedure("p", "p", "s", (a, end), (go, Transition("on", "续", "end", "a", "x")))
    with pytest.raises(BrokenProcedure, match="不同人"):
        Procedure("p", "p", "s", (a, end), (Transition("go", "去", "a", "end", "x", others_than=("no",)),))


def test_a_number_of_days_may_be_a_parameter_of_the_policy(db):
    assert Days("publicity.village_days").count(date(2018, 1, 1)) == 7
    assert Days(5).count(date(2018, 1, 1)) == 5


def test_the_drawing_shows_every_state_and_act():
    page = steps.markdown(LIST)
    assert "stateDiagram-v2" in page
    assert all(step.label in page for step in LIST.transitions)
    assert all(state.label in page for state in LIST.states)
    assert "无人办理，作废" in page
