"""Exit of a household: every step with its people and papers, judged from the register, explained, kept, and only then left."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from fupin.core.models import Case, StepTaken
from fupin.core.refusals import NotAllowed, Refused
from fupin.procedures import operations
from fupin.procedures.models import CaseFile
from fupin.procedures.tests import exits
from fupin.procedures.tests.cases import card_of, passed, put, state_of, taken
from fupin.procedures.tests.exits import BEGAN, later
from fupin.quality.models import Ticket
from fupin.registry import cards
from fupin.registry.models import HouseholdFact, IncomeAccount, RegisterStatus
from fupin.registry.operations import standing
from fupin.registry.operations.standing import Change


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast, it_is):
    it_is(BEGAN)
    return exits.registered(cast)


@pytest.fixture
def case(cast, household):
    return exits.proposed(cast, household)[0]


def told(refused, *given, **more):
    with pytest.raises(Refused) as refusal:
        refused(*given, **more)
    return "；".join(refusal.value.reasons)


def test_the_whole_way_ends_with_a_household_that_has_exited_in_the_year_of_its_list(
    cast, household, case, it_is, board
):
    exits.announced(cast, case, it_is)
    taken(case, "leave", cast.second_banner_officer, later(8))
    assert state_of(case) == "left"
    status = RegisterStatus.objects.get(household=household, valid_to=None)
    assert (status.status, status.exit_year, status.source) == ("05", 2018, f"case:{case}")
    assert status.identified_on == date(2014, 1, 1)
    assert card_of(household).status == "05"
    assert {place for place, _subject in board.hung} == {"village", "banner"}
    assert not StepTaken.objects.filter(case=case, days_late__gt=0).exists()


def test_a_list_of_one_year_that_ends_in_the_next_is_an_exit_of_its_own_year(cast, household, case, it_is):
    exits.checked(cast, case, it_is)
    january = date(2019, 1, 8)
    it_is(january)
    for act, by in (
        ("decide", cast.banner_officer),
        ("announce", cast.banner_officer),
        ("leave", cast.second_banner_officer),
    ):
        taken(case, act, by, january)
    status = RegisterStatus.objects.get(household=household, valid_to=None)
    assert (status.exit_year, status.valid_from) == (2018, january)
    assert CaseFile.objects.get(pk=case).line_fen == 353_500
    assert CaseFile.objects.get(pk=case).kept["judged_on"] == "2018-12-31"


def test_what_the_approval_stood_on_stays_with_the_case_word_by_word(cast, household, case, it_is):
    exits.checked(cast, case, it_is)
    taken(case, "decide", cast.banner_officer, later(8))
    IncomeAccount.objects.filter(household=household).update(per_head_fen=1)
    HouseholdFact.objects.filter(household=household).update(house_grade="D")
    kept = CaseFile.objects.get(pk=case)
    assert (kept.per_head_fen, kept.line_fen) == (600_000, 353_500)
    assert {part["name"]: part["outcome"] for part in kept.kept["parts"]} == dict.fromkeys(
        ("income", "food", "clothing", "schooling", "medical", "housing", "water"), "met"
    )
    (housing,) = (part for part in kept.kept["parts"] if part["name"] == "housing")
    assert ["住房安全等级", "结构安全，无危险点"] in [pair for line in housing["lines"] for pair in line["values"]]
    assert kept.kept["held"] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"house_grade": "D"}, "住房安全未达标"),
        ({"is_water_safe": False}, "饮水安全未达标"),
        ({"is_water_difficult": None}, "饮水安全（"),
        ({"not_exit_reason": "05"}, "患大病正在治疗"),
        ({"household_kind": "06"}, "五保（特困）户"),
    ],
)
def test_what_changed_since_the_list_is_seen_by_the_verification_and_again_by_township_and_banner(
    cast, household, case, it_is, change, reason
):
    exits.checked(cast, case, it_is)
    HouseholdFact.objects.filter(household=household).update(**change)
    assert reason in told(taken, case, "decide", cast.banner_officer, later(8))
    Case.objects.filter(pk=case).update(state="cleared")
    assert reason in told(taken, case, "check", cast.township_officer, later(8))
    assert state_of(case) == "cleared"


def test_verification_does_not_conclude_while_a_guarantee_is_unknown(cast, it_is):
    it_is(BEGAN)
    (case,) = exits.proposed(cast, exits.registered(cast, findings=("food",)))
    passed(cast, case, BEGAN)
    exits.visited(cast, case)
    exits.signed(case)
    assert "缺少：不愁穿（入户核查结论）" in told(taken, case, "conclude", cast.village_officer, BEGAN)


def test_income_below_the_line_of_the_year_does_not_exit(cast, it_is):
    it_is(BEGAN)
    (case,) = exits.proposed(cast, exits.registered(cast, yuan=3534))
    passed(cast, case, BEGAN)
    exits.visited(cast, case)
    exits.signed(case)
    assert "收入稳定达标未达标" in told(taken, case, "conclude", cast.village_officer, BEGAN)


@pytest.mark.parametrize("kind", ["committee_signature", "team_signature", "visit_form"])
def test_verification_needs_the_signatures_of_committee_and_team(cast, case, kind):
    passed(cast, case, BEGAN)
    exits.visited(cast, case)
    put(f"case:{case}", *({"visit_form", "committee_signature", "team_signature"} - {kind}))
    assert "须先在案卷中上传" in told(taken, case, "conclude", cast.village_officer, BEGAN)
    put(f"case:{case}", kind)
    taken(case, "conclude", cast.village_officer, BEGAN)
    assert state_of(case) == "verified"


def test_verification_needs_two_people_and_the_careful_check_of_leavers(cast, case):
    passed(cast, case, BEGAN)
    exits.visited(cast, case, agrees=False)
    exits.signed(case)
    assert "退出户认真核" in told(taken, case, "conclude", cast.village_officer, BEGAN)


def test_without_the_signature_of_the_household_nothing_is_posted(cast, case):
    exits.verified(cast, case)
    assert "拟退出户户主签字认可" in told(taken, case, "agree", cast.village_officer, BEGAN)
    assert "不能办理" in told(taken, case, "post", cast.village_officer, BEGAN)


def test_a_household_that_does_not_agree_stays(cast, household, case):
    exits.verified(cast, case)
    assert "写明理由" in told(taken, case, "stay", cast.village_officer, BEGAN)
    taken(case, "stay", cast.village_officer, BEGAN, note="户主认为收入不稳定")
    assert state_of(case) == "rejected"
    assert card_of(household).status == "04"


def test_the_list_hangs_seven_whole_days(cast, case, it_is):
    exits.posted(cast, case)
    it_is(later(7))
    assert "期限未满" in told(taken, case, "close", cast.village_officer, later(7))
    it_is(later(8))
    taken(case, "close", cast.village_officer, later(8))


def test_what_is_sent_back_is_reviewed_and_verified_and_signed_anew(cast, case, it_is):
    exits.posted(cast, case)
    it_is(later(8))
    taken(case, "close", cast.village_officer, later(8))
    taken(case, "send_back", cast.township_officer, later(8), note="核查表不全")
    assert state_of(case) == "listed"
    assert "民主评议" in told(taken, case, "review", cast.village_officer, later(8))
    passed(cast, case, later(8))
    assert "须有 2 名不同的人" in told(taken, case, "conclude", cast.village_officer, later(8))


def test_who_approved_does_not_mark_the_exit_and_who_verified_does_not_check(cast, case, it_is):
    exits.announced(cast, case, it_is)
    assert "另一人" in told(taken, case, "leave", cast.banner_officer, later(8))
    assert card_of(CaseFile.objects.get(pk=case).household).status == "04"


def test_an_open_question_about_the_household_stops_the_township(cast, household, case, it_is):
    exits.posted(cast, case)
    it_is(later(8))
    taken(case, "close", cast.village_officer, later(8))
    Ticket.objects.create(household=household, village=cast.village, rule="INC-001", severity="E",
                          subject_kind="household", subject_id=household.pk, opened_on=BEGAN, due_on=BEGAN, judged_at=timezone.now())  # fmt: skip
    assert "1 个问题没有办结" in told(taken, case, "check", cast.township_officer, later(8))


def test_who_is_not_registered_or_is_not_to_exit_is_not_listed_and_the_sentence_names_both(cast, household):
    exited, kept = exits.registered(cast), exits.registered(cast, household_kind="07")
    RegisterStatus.objects.filter(household=exited).update(status="03")
    cards.refresh([exited.pk])
    reasons = told(exits.proposed, cast, household, exited, kept)
    assert f"{exited.number}：该户已脱贫退出" in reasons
    assert f"{kept.number}：在不宜退出之列（五保（特困）户）" in reasons
    assert household.number not in reasons
    assert not Case.objects.filter(procedure="exit").exists()


def test_from_2021_no_household_exits(cast, it_is):
    it_is(BEGAN)
    made = exits.registered(cast)
    it_is(date(2021, 1, 4))
    assert "没有施行" in told(exits.proposed, cast, made, on=date(2021, 1, 4))


def test_a_household_is_listed_once_at_a_time(cast, household, case):
    assert household.number in told(exits.proposed, cast, household)


def test_the_status_does_not_move_for_a_case_that_has_not_gone_its_way(cast, household, case, it_is):
    exits.checked(cast, case, it_is)
    values = {"status": "05", "exit_year": 2018}
    with pytest.raises(NotAllowed):
        standing.move(changes=[Change(household.pk, case, "left", values)], by=cast.banner_officer, on=later(8))


def test_many_cases_are_judged_one_by_one(cast, it_is):
    it_is(BEGAN)
    good, bad = exits.registered(cast), exits.registered(cast, yuan=3000)
    cases = exits.proposed(cast, good, bad)
    for pk in cases:
        passed(cast, pk, BEGAN)
        exits.visited(cast, pk)
        exits.signed(pk)
    done = operations.act(cases=cases, act="conclude", by=cast.village_officer, on=BEGAN, partly=True)
    assert done.taken == [cases[0]]
    assert "收入稳定达标未达标" in "".join(done.refused[cases[1]])
