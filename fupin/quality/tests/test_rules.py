"""What a judgement does to a ticket, and the other decisions about tickets: both sides of each."""

from datetime import date

import pytest

from fupin.quality import rules
from fupin.quality.rules import Found, Officer, Standing, Turn, turn
from fupin.quality.words import Answer, Level, State

A, B = "a" * 64, "b" * 64
DUE = date(2020, 5, 20)


def finding(fingerprint=A, version=1):
    return Found("REL-008", version, "E", "household", 1, 1, 2, fingerprint)


def standing(state, *, fingerprint=A, confirmed="", answer="", version=1):
    return Standing(state, version, fingerprint, confirmed, answer)


@pytest.mark.parametrize(("ticket", "found", "result"), [
    (None, finding(), Turn.OPEN),
    (None, None, Turn.KEEP),
    (standing(State.OPEN), finding(B), Turn.KEEP),
    (standing(State.OPEN), None, Turn.PASS),
    (standing(State.ANSWERED, answer=Answer.TRUE), None, Turn.PASS),
    (standing(State.ANSWERED, answer=Answer.TRUE), finding(A), Turn.KEEP),
    (standing(State.ANSWERED, answer=Answer.TRUE), finding(B), Turn.RETURN),
    (standing(State.ANSWERED, answer=Answer.ELSEWHERE), finding(B), Turn.KEEP),
    (standing(State.CLOSED), None, Turn.KEEP),
    (standing(State.CLOSED), finding(A), Turn.REOPEN),
    (standing(State.CLOSED, confirmed=A), finding(A), Turn.KEEP),
    (standing(State.CLOSED, confirmed=A), finding(B), Turn.REOPEN),
])  # fmt: skip
def test_what_a_judgement_does_to_a_ticket(ticket, found, result):
    assert turn(ticket, found) is result


@pytest.mark.parametrize(("version", "asks_anew", "result"), [
    (1, True, Turn.KEEP), (2, True, Turn.REOPEN), (2, False, Turn.KEEP),
])  # fmt: skip
def test_a_new_version_keeps_answers_unless_its_author_asks_anew(version, asks_anew, result):
    ticket = standing(State.CLOSED, confirmed=A)
    assert turn(ticket, finding(A, version), asks_anew=asks_anew) is result


@pytest.mark.parametrize(("state", "on", "up_to"), [
    (State.OPEN, date(2020, 5, 20), Level.NONE), (State.OPEN, date(2020, 5, 21), Level.TOWNSHIP),
    (State.OPEN, date(2020, 5, 27), Level.TOWNSHIP), (State.OPEN, date(2020, 5, 28), Level.BANNER),
    (State.ANSWERED, date(2020, 5, 20), Level.NONE), (State.ANSWERED, date(2020, 5, 21), Level.BANNER),
    (State.CLOSED, date(2021, 5, 21), Level.NONE),
])  # fmt: skip
def test_what_is_overdue_counts_one_level_up_and_later_two(state, on, up_to):
    assert rules.level(state, DUE, on, days_more=7) is up_to


def test_an_answer_on_the_last_day_is_in_time_and_a_day_later_is_marked():
    assert [rules.days_late(DUE, date(2020, 5, day)) for day in (19, 20, 21)] == [0, 0, 1]


@pytest.mark.parametrize(("answer", "reason", "files", "passes"), [
    (Answer.CORRECTED, "", 0, True), (Answer.TRUE, "已入户", 1, False), (Answer.TRUE, "已入户核", 1, True),
    (Answer.TRUE, "已入户核实", 0, False), (Answer.ELSEWHERE, "", 0, False), (Answer.ELSEWHERE, "已迁往外旗", 0, True),
])  # fmt: skip
def test_true_needs_a_reason_and_evidence_and_not_ours_a_reason(answer, reason, files, passes):
    assert bool(rules.may_answer(State.OPEN, answer, reason, files=files)) is passes


@pytest.mark.parametrize("state", [State.ANSWERED, State.CLOSED])
def test_only_an_open_ticket_is_answered(state):
    assert not rules.may_answer(state, Answer.CORRECTED, "", files=0)


@pytest.mark.parametrize(("by", "accepts", "answer", "reason", "passes"), [
    (2, True, Answer.TRUE, "", True), (1, True, Answer.TRUE, "", False), (2, True, Answer.ELSEWHERE, "", False),
    (2, False, Answer.TRUE, "照片不", False), (2, False, Answer.TRUE, "照片不清", True),
    (1, False, Answer.TRUE, "照片不清", False), (2, False, Answer.ELSEWHERE, "在本辖区", True),
])  # fmt: skip
def test_another_person_checks_an_answer_and_says_why_it_goes_back(by, accepts, answer, reason, passes):
    verdict = rules.may_review(State.ANSWERED, 1, by, reason=reason, accepts=accepts, answer=answer)
    assert bool(verdict) is passes


def test_what_nobody_answered_is_not_reviewed():
    assert not rules.may_review(State.OPEN, None, 2, reason="", accepts=True, answer=Answer.TRUE)


def officers():
    return [Officer(1, frozenset(), 5), Officer(2, frozenset(), 4), Officer(3, frozenset({"东浩特"}), 9)]


@pytest.mark.parametrize(("places", "earlier", "user"), [
    (frozenset(), None, 2), (frozenset({"西浩特"}), None, 2), (frozenset({"东浩特", "第二组"}), None, 3),
    (frozenset(), 1, 1), (frozenset({"东浩特"}), 1, 3), (frozenset(), 8, 2),
])  # fmt: skip
def test_a_ticket_goes_to_the_part_s_officer_else_to_who_visits_anyway_else_to_the_least_burdened(
    places, earlier, user
):
    assert rules.officer_for(officers(), places, earlier).user == user


def test_where_nobody_answers_for_the_village_nobody_is_named():
    assert rules.officer_for([], frozenset(), None) is None
