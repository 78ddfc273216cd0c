"""The decisions of publicity: days to the last one, objections to the last minute, what may stand on a sheet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fupin.core.verdicts import Outcome as Verdicts
from fupin.notices import rules
from fupin.notices.rules import Hung, Objected, Terms

MONDAY = date(2018, 3, 5)
SEVEN = Terms(7)


def is_working(day: date) -> bool:
    return day.weekday() < 5


def day(number: int) -> date:
    """So many days after the posting."""
    return MONDAY + timedelta(days=number)


def until(terms: Terms, *objections: Objected, on: date = MONDAY) -> date:
    return rules.last_day(MONDAY, terms, objections, on=on, is_working=is_working)


def hung(*objections: Objected, state: str = "posted", photographs: int = 1) -> Hung:
    return Hung(SEVEN, MONDAY, state, photographs, objections, 1, day(2) if state == "taken_down" else None)


def closes(one: Hung, on: date) -> bool:
    return bool(rules.may_close(one, on=on, is_working=is_working))


def test_seven_days_end_a_week_later_where_the_first_day_does_not_count():
    assert until(SEVEN) == day(7)


def test_seven_days_end_a_day_earlier_where_the_first_day_counts():
    assert until(Terms(7, first_day_counts=True)) == day(6)


def test_seven_working_days_leave_the_weekend_out():
    assert until(Terms(7, counts_holidays=False)) == date(2018, 3, 14)
    assert until(Terms(7, counts_holidays=False, first_day_counts=True)) == date(2018, 3, 13)


def test_the_last_day_belongs_to_publicity_and_the_day_after_closes_it():
    assert not closes(hung(), day(7))
    assert closes(hung(), day(8))


def test_days_on_whose_end_an_objection_lay_open_do_not_count():
    assert until(SEVEN, Objected(day(3), day(5), "rejected"), on=day(6)) == day(9)


def test_an_objection_answered_on_its_own_day_stops_nothing():
    assert until(SEVEN, Objected(day(3), day(3), "rejected"), on=day(6)) == day(7)


def test_two_objections_at_once_stop_each_day_once():
    both = (Objected(day(2), day(4), "rejected"), Objected(day(3), day(5), "rejected"))
    assert until(SEVEN, *both, on=day(6)) == day(10)


def test_where_objections_do_not_stop_the_days_they_run_on():
    assert until(Terms(7, pauses=False), Objected(day(3), day(5), "rejected"), on=day(6)) == day(7)


def test_an_objection_of_the_last_day_gives_that_day_back():
    assert until(SEVEN, Objected(day(7), day(9), "rejected"), on=day(9)) == day(9)
    assert not closes(hung(Objected(day(7), day(9), "rejected")), day(9))
    assert closes(hung(Objected(day(7), day(9), "rejected")), day(10))


def test_an_open_objection_keeps_a_notice_up_for_as_long_as_it_lies_there():
    assert not closes(hung(Objected(day(7))), day(300))


def test_a_notice_without_a_photograph_does_not_close():
    verdict = rules.may_close(hung(photographs=0), on=day(8), is_working=is_working)
    assert verdict.outcome is Verdicts.NO
    assert "张贴照片" in verdict.reasons[0]


def test_an_objection_that_was_upheld_keeps_the_list_from_going_on():
    assert not closes(hung(Objected(day(2), day(3), "upheld")), day(30))
    assert closes(hung(Objected(day(2), day(3), "withdrawn")), day(30))


def test_a_notice_that_was_taken_down_never_closes():
    assert not closes(hung(state="taken_down"), day(30))


def test_a_clock_before_the_posting_closes_nothing():
    assert not closes(Hung(Terms(1, first_day_counts=True), MONDAY, "posted", 1), day(-1))


def test_every_reason_is_told_at_once():
    verdict = rules.may_close(hung(Objected(day(2)), photographs=0), on=day(3), is_working=is_working)
    assert len(verdict.reasons) == 3


def in_time(on: date, *, today: date | None = None, state: str = "posted", **more: object) -> bool:
    given = {"state": state, "posted_on": MONDAY, "until": day(7), "has_open": False, "pauses": True,
             "taken_down_on": None, "raised_on": on, "today": today or on} | more  # fmt: skip
    return bool(rules.may_object(**given))  # type: ignore[arg-type]


def test_an_objection_is_in_time_from_the_first_to_the_last_day():
    assert [in_time(day(number)) for number in (-1, 0, 7, 8)] == [False, True, True, False]


def test_an_objection_of_the_last_day_that_is_entered_later_is_in_time():
    assert in_time(day(7), today=day(12), state="ended")


def test_an_objection_of_tomorrow_is_refused():
    assert not in_time(day(4), today=day(3))


def test_while_an_objection_stops_the_days_another_may_come():
    assert in_time(day(12), has_open=True)
    assert not in_time(day(12), has_open=True, pauses=False)


def test_nobody_objects_to_what_was_taken_down_before():
    assert in_time(day(2), state="taken_down", taken_down_on=day(2))
    assert not in_time(day(3), state="taken_down", taken_down_on=day(2))


def answered(on: date, reason: str = "已入户核实", outcome: str = "rejected") -> bool:
    return bool(
        rules.may_answer(raised_on=day(3), answered_on=on, today=day(9), reason=reason, least=4, outcome=outcome)
    )


def test_an_answer_lies_between_the_objection_and_today():
    assert [answered(day(number)) for number in (2, 3, 9, 10)] == [False, True, True, False]


def test_an_answer_says_what_and_why():
    assert not answered(day(4), reason="不 ")
    assert not answered(day(4), outcome="")


@pytest.mark.parametrize(
    ("back", "confirmed", "may"),
    [(0, False, True), (3, False, True), (4, False, False), (4, True, True), (-1, True, False)],
)
def test_a_posting_is_entered_late_by_a_few_days_only(back, confirmed, may):
    verdict = rules.may_post(on=day(-back), today=MONDAY, back_dating=3, is_confirmed=confirmed)
    assert bool(verdict) is may


@pytest.mark.parametrize("text", [
    "三组13847512345", "152301196001011234", "15230119600101123X", "6228 4801 2345 6789 012", "138-4751-2345", "１３８４７５１２３４５",
])  # fmt: skip
def test_what_could_be_a_number_of_somebody_is_found(text):
    assert rules.looks_like_a_number(text)


@pytest.mark.parametrize(
    "text", ["三组", "2018年3月5日", "第 12 独贵龙", "14022.50", "2018-12-31", "国开办发〔2014〕24号"]
)
def test_ordinary_words_are_no_numbers(text):
    assert not rules.looks_like_a_number(text)


@pytest.mark.parametrize(("form", "state", "on", "waiting", "fate"), [
    ("none", "posted", day(1), False, "hidden"), ("none", "taken_down", day(1), False, "hidden"),
    ("masked_name", "posted", day(7), False, "served"), ("masked_name", "posted", day(8), False, "gone"),
    ("masked_name", "posted", day(8), True, "served"), ("count_only", "taken_down", day(1), False, "gone"),
    ("count_only", "ended", day(1), True, "gone"),
])  # fmt: skip
def test_the_internet_is_told_only_what_holds_at_that_moment(form, state, on, waiting, fate):
    told = rules.shown_on_internet(form=form, state=state, until=day(7), has_open=waiting, pauses=True, on=on)
    assert told == fate


@pytest.mark.parametrize(
    ("name", "masked"),
    [("宝音", "宝〇"), ("巴特尔", "巴〇〇"), ("陈斯日古楞·包", "陈〇〇〇"), ("宝", "宝〇"), (" ", "")],
)
def test_of_a_name_the_first_sign_stays(name, masked):
    assert rules.masked_name(name) == masked


def test_only_fields_that_the_list_knows_stand_on_a_sheet():
    assert rules.only_allowed(("head_name", "id_number", "persons"), ("persons", "head_name")) == (
        "head_name",
        "persons",
    )
