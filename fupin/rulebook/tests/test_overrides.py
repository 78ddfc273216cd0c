"""An office's own value: proposed, frozen, confirmed by a second person, used exactly as confirmed."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from fupin.core import codes
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.divisions.loading import renew_stamp
from fupin.policy.parameters import NotInForce, UnknownParameter
from fupin.rulebook import operations, queries
from fupin.rulebook.models import Override
from fupin.rulebook.operations import CodeProposal, Proposal
from fupin.rulebook.words import State

DAY = date(2018, 6, 1)
NAME = "publicity.village_days"


def propose(by, division, value="10", name=NAME, valid_from=DAY, document="后旗扶贫〔2018〕1号", **more):
    proposal = Proposal(name, division, value, valid_from, document, **more)
    return operations.propose(proposals=[proposal], by=by)[0]


def confirm(row, by):
    return operations.confirm(overrides=[row], by=by, seen={row.pk: bytes(row.digest)})


def test_a_value_holds_only_after_a_second_person_confirmed_it(cast):
    row = propose(cast.banner_officer, cast.banner)
    assert queries.value(NAME, on=DAY, division=cast.banner.pk) == 7
    confirm(row, cast.second_banner_officer)
    assert queries.value(NAME, on=DAY, division=cast.banner.pk) == 10
    assert queries.value(NAME, on=date(2018, 5, 31), division=cast.banner.pk) == 7


def test_it_holds_below_the_division_and_nowhere_else(cast):
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    assert queries.value(NAME, on=DAY, division=cast.village.pk) == 10
    assert queries.value(NAME, on=DAY, division=cast.other_banner.pk) == 7
    assert queries.value(NAME, on=DAY) == 7


def test_many_divisions_are_answered_at_once_each_as_by_itself(cast, django_assert_num_queries):
    asked = [cast.village.pk, cast.banner.pk, cast.other_banner.pk]
    with django_assert_num_queries(2):
        assert queries.values(NAME, on=DAY, divisions=asked) == dict.fromkeys(asked, 7)
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    each = {division: queries.value(NAME, on=DAY, division=division) for division in asked}
    assert queries.values(NAME, on=DAY, divisions=asked) == each
    assert sorted(each.values()) == [7, 10, 10]


def test_the_nearest_division_wins_and_the_end_is_exclusive(cast):
    confirm(propose(cast.region_officer, cast.region, "9"), _second_in_region(cast))
    confirm(propose(cast.banner_officer, cast.banner, "10", valid_to=date(2018, 7, 1)), cast.second_banner_officer)
    assert queries.value(NAME, on=date(2018, 6, 30), division=cast.village.pk) == 10
    assert queries.value(NAME, on=date(2018, 7, 1), division=cast.village.pk) == 9
    assert queries.value(NAME, on=DAY, division=cast.other_banner.pk) == 9
    assert queries.value(NAME, on=DAY) == 9


def _second_in_region(cast):
    from fupin.accounts.models import Posting

    Posting.objects.create(user=cast.leader, division=cast.region, role="region_officer", valid_from=date(2014, 1, 1))
    return cast.leader


def test_a_division_goes_back_to_what_stands_above_it(cast):
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    confirm(propose(cast.banner_officer, cast.banner, None, valid_from=date(2019, 1, 1)), cast.second_banner_officer)
    assert queries.value(NAME, on=date(2018, 12, 31), division=cast.banner.pk) == 10
    assert queries.value(NAME, on=date(2019, 1, 1), division=cast.banner.pk) == 7


def test_nobody_confirms_the_own_request(cast):
    row = propose(cast.banner_officer, cast.banner)
    with pytest.raises(NotAllowed, match="另一人"):
        confirm(row, cast.banner_officer)
    assert queries.value(NAME, on=DAY, division=cast.banner.pk) == 7


def test_the_two_person_rule_is_not_evaded_by_letter_case(cast):
    row = propose(cast.banner_officer, cast.banner)
    cast.second_banner_officer.username = "Banner_Officer"
    cast.second_banner_officer.save()
    with pytest.raises(NotAllowed, match="另一人"):
        confirm(row, cast.second_banner_officer)


def test_who_confirms_must_hold_the_right_over_the_division(cast):
    row = propose(cast.banner_officer, cast.banner)
    for other in (cast.other_banner_officer, cast.township_officer, cast.auditor, cast.system_admin):
        with pytest.raises(NotAllowed):
            confirm(row, other)
    confirm(row, cast.league_officer)
    assert queries.value(NAME, on=DAY, division=cast.banner.pk) == 10


def test_nobody_proposes_for_a_division_out_of_scope(cast):
    for other in (cast.other_banner_officer, cast.township_officer, cast.auditor):
        with pytest.raises(NotAllowed):
            propose(other, cast.banner)


def test_a_request_edited_after_it_was_handed_in_cannot_be_confirmed(cast):
    row = propose(cast.banner_officer, cast.banner)
    Override.objects.filter(pk=row.pk).update(value="8")
    with pytest.raises(NotAllowed, match="改动"):
        confirm(row, cast.second_banner_officer)


def test_what_was_not_read_cannot_be_confirmed(cast):
    row = propose(cast.banner_officer, cast.banner)
    with pytest.raises(NotAllowed, match="不一致"):
        operations.confirm(overrides=[row], by=cast.second_banner_officer, seen={row.pk: b"another"})
    with pytest.raises(NotAllowed, match="不一致"):
        operations.confirm(overrides=[row], by=cast.second_banner_officer, seen={})


def test_a_confirmed_row_that_was_changed_stops_the_computation(cast):
    row = propose(cast.banner_officer, cast.banner)
    confirm(row, cast.second_banner_officer)
    Override.objects.filter(pk=row.pk).update(value="8")
    with pytest.raises(queries.BrokenOverride):
        queries.value(NAME, on=DAY, division=cast.banner.pk)


def test_a_request_whose_former_value_moved_is_weighed_anew(cast):
    first = propose(cast.banner_officer, cast.banner, "10")
    second = propose(cast.banner_officer, cast.banner, "8", valid_from=date(2018, 7, 1))
    confirm(first, cast.second_banner_officer)
    with pytest.raises(NotAllowed, match="原值"):
        confirm(second, cast.second_banner_officer)


def test_many_are_confirmed_together_or_none(cast):
    one = propose(cast.banner_officer, cast.banner)
    two = propose(cast.banner_officer, cast.banner, "3000", name="health.chronic_drug_cap")
    with pytest.raises(NotAllowed):
        operations.confirm(overrides=[one, two], by=cast.second_banner_officer, seen={one.pk: bytes(one.digest)})
    assert set(Override.objects.values_list("state", flat=True)) == {State.PROPOSED}


def test_a_later_decision_replaces_one_of_the_same_day(cast):
    first = propose(cast.banner_officer, cast.banner, "10")
    confirm(first, cast.second_banner_officer)
    second = propose(cast.banner_officer, cast.banner, "8")
    confirm(second, cast.second_banner_officer)
    first.refresh_from_db()
    assert first.state == State.REPLACED
    assert queries.value(NAME, on=DAY, division=cast.banner.pk) == 8


@pytest.mark.parametrize(
    ("value", "told"), [("4", "不得低于 5"), ("11", "不得高于 10"), ("7.5", "整数"), ("七", "不是数字")]
)
def test_a_value_outside_floor_and_ceiling_is_refused(cast, value, told):
    with pytest.raises(Refused, match=told):
        propose(cast.banner_officer, cast.banner, value)


@pytest.mark.parametrize("value", ["5", "10"])
def test_floor_and_ceiling_themselves_are_allowed(cast, value):
    assert propose(cast.banner_officer, cast.banner, value).value == value


def test_a_level_sets_only_what_it_may(cast):
    with pytest.raises(NotAllowed, match="这一级"):
        propose(cast.banner_officer, cast.banner, "3000", name="lines.exit_line")
    with pytest.raises(NotAllowed, match="统一规定"):
        propose(cast.banner_officer, cast.banner, "12", name="schooling.least_age")
    assert propose(cast.league_officer, cast.banner, "3000", name="credit.loan_cap")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"document": " "}, "依据文件"),
        ({"valid_from": date(2013, 12, 31)}, "不能早于"),
        ({"valid_to": DAY}, "失效日期"),
    ],
)
def test_a_request_needs_document_and_days(cast, changes, told):
    with pytest.raises(NotAllowed, match=told):
        propose(cast.banner_officer, cast.banner, **changes)


def test_a_stopped_parameter_takes_no_new_value(cast):
    with pytest.raises(NotAllowed, match="停用"):
        propose(cast.banner_officer, cast.banner, name="publicity.township_days", valid_from=date(2021, 1, 1))
    assert propose(cast.banner_officer, cast.banner, name="publicity.township_days", valid_from=date(2020, 12, 31))


def test_an_unknown_parameter_is_refused(cast):
    with pytest.raises(NotFound):
        propose(cast.banner_officer, cast.banner, name="lines.nothing")
    with pytest.raises(UnknownParameter):
        queries.value("lines.nothing", on=DAY)


def test_one_request_waits_at_a_time(cast):
    propose(cast.banner_officer, cast.banner)
    with pytest.raises(Refused, match="待复核"):
        propose(cast.second_banner_officer, cast.banner, "9")


def test_only_who_proposed_takes_a_request_back_and_only_while_it_waits(cast):
    row = propose(cast.banner_officer, cast.banner)
    with pytest.raises(NotAllowed):
        operations.withdraw(overrides=[row], by=cast.second_banner_officer)
    operations.withdraw(overrides=[row], by=cast.banner_officer)
    with pytest.raises(NotAllowed):
        confirm(row, cast.second_banner_officer)
    with pytest.raises(NotAllowed):
        operations.withdraw(overrides=[row], by=cast.banner_officer)


def test_a_refusal_says_why_and_ends_the_request(cast):
    row = propose(cast.banner_officer, cast.banner)
    with pytest.raises(Refused, match="理由"):
        operations.refuse(overrides=[row], by=cast.second_banner_officer, note=" ")
    with pytest.raises(NotAllowed, match="撤回"):
        operations.refuse(overrides=[row], by=cast.banner_officer, note="不同意")
    operations.refuse(overrides=[row], by=cast.second_banner_officer, note="文件未附")
    row.refresh_from_db()
    assert (row.state, row.decision_note) == (State.REFUSED, "文件未附")
    assert queries.value(NAME, on=DAY, division=cast.banner.pk) == 7


def test_the_database_itself_refuses_one_person_in_both_places(cast):
    row = propose(cast.banner_officer, cast.banner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.filter(pk=row.pk).update(state=State.CONFIRMED, decided_by=cast.banner_officer.pk)


def test_every_act_stands_in_the_trail_with_old_and_new_value(cast):
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    entries = list(AuditEntry.objects.filter(act__startswith="rulebook.").order_by("id"))
    assert [entry.act for entry in entries] == ["rulebook.propose", "rulebook.confirm"]
    assert entries[1].detail[NAME] == ["7", "10"]
    assert entries[1].division_id == cast.banner.pk


def test_a_simulation_stands_over_everything_and_writes_nothing(cast):
    confirm(propose(cast.banner_officer, cast.banner), cast.second_banner_officer)
    with queries.simulating({NAME: 9}):
        assert queries.value(NAME, on=DAY, division=cast.banner.pk) == 9
        assert queries.in_force(NAME, on=DAY).is_simulated
    assert queries.value(NAME, on=DAY, division=cast.banner.pk) == 10
    with pytest.raises(ValueError, match="不得高于"), queries.simulating({NAME: 200}):
        pass


def test_a_value_not_in_force_stays_so_without_an_own_one(cast):
    with pytest.raises(NotInForce):
        queries.value("lines.monitoring_line", on=date(2019, 1, 1), division=cast.banner.pk)


def test_a_division_adds_a_code_of_its_own(cast):
    proposal = CodeProposal("main_cause", cast.banner, "20", "因市场", "Market", DAY, "后旗扶贫〔2018〕2号")
    row = operations.propose_codes(proposals=[proposal], by=cast.banner_officer)[0]
    assert queries.code_list("main_cause", on=DAY, division=cast.village.pk).read("因市场") is None
    confirm(row, cast.second_banner_officer)
    assert queries.code_list("main_cause", on=DAY, division=cast.village.pk).read("因市场") == "20"
    assert queries.code_list("main_cause", on=DAY, division=cast.other_banner.pk).read("因市场") is None
    assert queries.code_list("main_cause", on=date(2018, 5, 31), division=cast.banner.pk).read("因市场") is None


def ask(cast, name="main_cause", code="20", label="因市场", label_en="Market", by=None, division=None, since=DAY,
        document="文件"):  # fmt: skip
    proposal = CodeProposal(name, division or cast.banner, code, label, label_en, since, document)
    return operations.propose_codes(proposals=[proposal], by=by or cast.banner_officer)[0]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"code": "01"}, "已由国家码表使用"),
        ({"label": "因病"}, "不必另设"),
        ({"label_en": "Illness"}, "不必另设"),
        ({"code": ""}, "编码应为 2 位"),
        ({"code": "200"}, "编码应为 2 位"),
        ({"code": "2,"}, "编码应为 2 位"),
        ({"label": ""}, "中文和英文名称"),
        ({"label_en": None}, "中文和英文名称"),
        ({"document": " "}, "依据文件"),
        ({"name": "register_status"}, "各地不能增设编码"),
        ({"label": None, "label_en": None}, "无从停用"),
    ],
)
def test_a_code_that_would_confuse_is_refused_with_the_reason(cast, wanted, told):
    with pytest.raises(Refused, match=told):
        ask(cast, **wanted)


@pytest.mark.parametrize(("code", "label"), [("20", "因市场波动"), ("21", "因市场")])
def test_a_code_and_a_word_mean_one_thing_in_the_whole_region(cast, code, label):
    confirm(ask(cast), cast.second_banner_officer)
    with pytest.raises(Refused, match="只能有一个含义"):
        ask(cast, code=code, label=label, by=cast.other_banner_officer, division=cast.other_banner)
    assert ask(cast, by=cast.other_banner_officer, division=cast.other_banner).state == State.PROPOSED


def test_of_two_requests_that_clash_only_the_first_is_confirmed(cast):
    first = ask(cast)
    Override.objects.filter(pk=first.pk).update(state=State.WITHDRAWN)
    second = ask(cast, label="因市场波动", by=cast.other_banner_officer, division=cast.other_banner)
    Override.objects.filter(pk=first.pk).update(state=State.PROPOSED)
    first.refresh_from_db()
    with pytest.raises(NotAllowed, match="只能有一个含义"):
        confirm(first, cast.second_banner_officer)
    assert second.state == State.PROPOSED


def test_a_code_that_was_changed_behind_the_operations_is_not_used(cast):
    row = ask(cast)
    confirm(row, cast.second_banner_officer)
    assert codes.is_known("main_cause", "20")
    Override.objects.filter(pk=row.pk).update(value={"label": "因病", "label_en": "Illness"})
    renew_stamp()
    assert not codes.is_known("main_cause", "20")


def test_what_another_process_confirmed_is_known_with_the_next_look(cast):
    assert not codes.is_known("main_cause", "20")
    row = ask(cast)
    Override.objects.filter(pk=row.pk).update(state=State.CONFIRMED, decided_by=cast.second_banner_officer.pk)
    assert not codes.is_known("main_cause", "20")
    renew_stamp()
    assert codes.is_known("main_cause", "20")


def test_a_user_sees_the_requests_of_the_own_scope_only(cast):
    row = propose(cast.banner_officer, cast.banner)
    assert list(queries.overrides_for(cast.second_banner_officer)) == [row]
    assert list(queries.waiting_for(cast.second_banner_officer)) == [row]
    assert list(queries.waiting_for(cast.banner_officer)) == []
    assert list(queries.overrides_for(cast.other_banner_officer)) == []
    assert list(queries.overrides_for(cast.township_officer)) == []
    assert list(queries.overrides_for(cast.league_officer)) == [row]


def test_a_second_account_of_the_same_person_does_not_confirm(cast):
    row = propose(cast.banner_officer, cast.banner)
    for user, name in ((cast.banner_officer, "敖·日格乐"), (cast.second_banner_officer, "敖日格乐 ")):
        user.full_name = name
        user.save()
    with pytest.raises(NotAllowed, match="视为同一人"):
        confirm(row, cast.second_banner_officer)
    for user in (cast.banner_officer, cast.second_banner_officer):
        user.full_name = ""  # a name that is not known says nothing
        user.save()
    confirm(row, cast.second_banner_officer)
