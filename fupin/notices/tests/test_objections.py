"""Objections: to the last minute of the last day, against a line or the list, sealed, answered by another person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.notices import queries
from fupin.notices.models import Notice, Objection
from fupin.notices.operations import Said, Wanted, answer, end_over, post, raise_objection, read_objection
from fupin.notices.tests.hung import DAY, hung, line_of, own_value
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
LAST = date(2018, 3, 12)
AFTER = LAST + timedelta(days=1)
CAR = Said("户主名下有轿车", 1, "那顺", "0475-5210000")


@pytest.fixture
def notice(cast, it_is) -> Notice:
    it_is(DAY)
    return hung(cast)


def objected(cast, notice, on: date = DAY, said: Said = CAR) -> Objection:
    return raise_objection(notice=notice, said=said, channel="paper", by=cast.village_officer, on=on)


def settle(cast, objection, on: date, outcome: str = "rejected"):
    return answer(
        objections=[objection.pk], outcome=outcome, reason="入户核实，车辆已报废", by=cast.township_officer, on=on
    )


def test_an_objection_gets_a_receipt_and_a_day_by_which_it_is_answered(cast, notice):
    made = objected(cast, notice)
    assert len(made.receipt) == 11
    assert made.due_on == DAY + timedelta(days=5)


def test_an_objection_of_the_last_day_counts_although_it_is_entered_after_the_end(cast, notice, it_is):
    it_is(AFTER)
    end_over(on=AFTER)
    notice.refresh_from_db()
    made = objected(cast, notice, on=LAST)
    notice.refresh_from_db()
    assert (notice.state, notice.objections_open) == ("posted", 1)
    assert not queries.verdicts(["x"], on=AFTER)["x"]
    settle(cast, made, AFTER)
    notice.refresh_from_db()
    assert notice.until == AFTER


def test_an_objection_of_the_day_after_is_too_late(cast, notice, it_is):
    it_is(AFTER)
    with pytest.raises(Refused, match="已于 2018-03-12 期满"):
        objected(cast, notice, on=AFTER)


def test_the_days_that_it_lay_open_are_given_back(cast, notice, it_is):
    made = objected(cast, notice, on=DAY)
    it_is(DAY + timedelta(days=3))
    settle(cast, made, DAY + timedelta(days=3))
    notice.refresh_from_db()
    assert (notice.until, notice.planned_until) == (LAST + timedelta(days=2), LAST)


def test_where_the_banner_says_so_the_days_run_on(cast, it_is):
    it_is(DAY)
    own_value(cast, "publicity.objection_pauses", False)
    notice = hung(cast)
    made = objected(cast, notice)
    it_is(DAY + timedelta(days=3))
    settle(cast, made, DAY + timedelta(days=3))
    notice.refresh_from_db()
    assert notice.until == LAST


def test_the_terms_of_a_notice_that_hangs_do_not_change_with_the_parameter(cast, notice, it_is):
    own_value(cast, "publicity.objection_pauses", False)
    made = objected(cast, notice)
    it_is(DAY + timedelta(days=3))
    settle(cast, made, DAY + timedelta(days=3))
    notice.refresh_from_db()
    assert notice.until > LAST


def test_who_objects_and_what_is_said_lies_sealed_and_reading_it_stands_in_the_trail(cast, notice):
    made = objected(cast, notice)
    stored = Objection.objects.get(pk=made.pk)
    assert all(
        "那顺".encode() not in bytes(one) for one in (stored.who_sealed, stored.what_sealed, stored.contact_sealed)
    )
    found = read_objection(objection=stored, by=cast.township_officer, on=DAY)
    assert (found.who, found.what) == ("那顺", "户主名下有轿车")
    assert AuditEntry.objects.filter(act="notices.read_objection", actor_id=cast.township_officer.pk).exists()
    trail = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert "那顺" not in trail
    assert "轿车" not in trail


def test_the_village_that_posts_the_list_does_not_read_who_objects(cast, notice):
    made = objected(cast, notice)
    with pytest.raises(NotAllowed):
        read_objection(objection=made, by=cast.village_officer, on=DAY)


def test_who_posted_the_list_does_not_answer_for_it(cast, it_is):
    it_is(DAY)
    notice = hung(cast, by=cast.township_officer)
    made = objected(cast, notice)
    with pytest.raises(NotAllowed, match="须由另一人"):
        settle(cast, made, DAY)
    answer(objections=[made.pk], outcome="rejected", reason="入户核实", by=cast.banner_officer, on=DAY)


def test_an_objection_is_answered_once(cast, notice):
    made = objected(cast, notice)
    settle(cast, made, DAY)
    with pytest.raises(Stale):
        settle(cast, made, DAY, "upheld")


def test_an_objection_from_elsewhere_cannot_be_answered(cast, notice):
    made = objected(cast, notice)
    with pytest.raises(NotAllowed):
        answer(objections=[made.pk], outcome="rejected", reason="入户核实", by=cast.other_township_officer, on=DAY)
    with pytest.raises(NotFound):
        answer(objections=[made.pk, 5], outcome="rejected", reason="入户核实", by=cast.township_officer, on=DAY)


def test_an_answer_before_the_objection_is_refused(cast, notice, it_is):
    it_is(DAY + timedelta(days=2))
    made = objected(cast, notice, on=DAY + timedelta(days=2))
    with pytest.raises(Refused, match="早于提出日期"):
        settle(cast, made, DAY)


def test_paper_has_a_name_and_says_something(cast, notice):
    with pytest.raises(Refused) as refused:
        objected(cast, notice, said=Said("不", None))
    assert len(refused.value.reasons) == 2
    with pytest.raises(Refused, match="没有第 9 行"):
        objected(cast, notice, said=Said("户主名下有轿车", 9, "那顺"))


def two_hung(cast) -> Notice:
    homes = [family(cast.village, by=cast.banner_officer, on=date(2018, 1, 1)) for _each in range(2)]
    lines = [line_of(one, f"case:{at}") for at, one in enumerate(homes, 1)]
    (made,) = post(notices=[Wanted("identified", cast.village.pk, "village", lines)], by=cast.village_officer, on=DAY)
    Notice.objects.filter(pk=made.pk).update(photographs=1)
    return made


def test_an_objection_to_one_line_does_not_hold_up_the_others(cast, it_is):
    it_is(DAY)
    notice = two_hung(cast)
    objected(cast, notice)
    found = queries.verdicts(["case:1", "case:2", "case:3"], on=AFTER)
    assert [bool(found[one]) for one in found] == [False, True, False]
    assert found["case:3"].missing


def test_an_objection_to_the_list_holds_up_all_of_it(cast, it_is):
    it_is(DAY)
    notice = two_hung(cast)
    objected(cast, notice, said=Said("评议会没有开过", None, "那顺"))
    assert not any(queries.verdicts(["case:1", "case:2"], on=AFTER).values())


def test_what_was_upheld_has_to_be_posted_anew(cast, it_is):
    it_is(DAY)
    notice = two_hung(cast)
    settle(cast, objected(cast, notice), DAY, "upheld")
    standing = queries.standing_of(["case:1", "case:2"], on=AFTER)
    assert "重新公示" in str(standing["case:1"].verdict.reasons)
    assert standing["case:1"].objections[0].outcome == "upheld"
    assert standing["case:2"].verdict


def test_three_hundred_subjects_are_asked_in_a_few_questions(cast, it_is, django_assert_max_num_queries):
    it_is(DAY)
    two_hung(cast)
    with django_assert_max_num_queries(8):
        queries.verdicts([f"case:{at}" for at in range(300)], on=AFTER)


def test_those_above_are_told_of_the_line_that_it_concerns(cast, it_is, monkeypatch):
    it_is(DAY)
    notice, told = two_hung(cast), []
    monkeypatch.setattr("fupin.notices.operations.news.FOLLOWS", [told.extend])
    settle(cast, objected(cast, notice), DAY)
    end_over(on=AFTER)
    assert [(one.act, one.subjects) for one in told] == [
        ("objected", ("case:1",)), ("answered", ("case:1",)), ("ended", ("case:1", "case:2"))
    ]  # fmt: skip
