"""Lists of procedures as notices: hung and taken down by the same act, objections reach the clocks of their cases."""

from datetime import date, timedelta

import pytest

from fupin.accounts.models import Posting, User
from fupin.core import clock
from fupin.core.models import Case, CasePause
from fupin.core.refusals import Refused
from fupin.divisions import operations as divisions
from fupin.divisions.queries import tree
from fupin.notices.models import Notice, NoticeLine
from fupin.notices.operations import Said, answer, prove, raise_objection, take_down
from fupin.notices.tests.hung import photograph
from fupin.procedures import operations
from fupin.procedures.tests.cases import at_home, led, passed, poor, put, state_of, taken
from tests.cast import SINCE_EVER

pytestmark = pytest.mark.django_db
BEGAN = date(2025, 3, 3)


def later(days):
    return BEGAN + timedelta(days=days)


def told(refused, *given, **more):
    with pytest.raises(Refused) as refusal:
        refused(*given, **more)
    return "；".join(refusal.value.reasons)


@pytest.fixture
def it_is(monkeypatch, tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    return lambda day: monkeypatch.setattr(clock, "today", lambda: day)


def reviewed_case(cast):
    case = led(cast, poor(cast.village, by=cast.village_officer), on=BEGAN)
    at_home(cast, case, BEGAN, "authorisation")
    taken(case, "compare", cast.banner_officer, BEGAN, note="未发现疑点")
    passed(cast, case, BEGAN)
    return case


@pytest.fixture
def case(cast, it_is):
    it_is(BEGAN)
    return reviewed_case(cast)


@pytest.fixture
def notice(cast, case):
    taken(case, "post", cast.village_officer, BEGAN)
    return Notice.objects.get()


def objected(cast, notice, on):
    said = Said("户主名下有轿车", 1, "那顺", "0475-5210000")
    return raise_objection(notice=notice, said=said, channel="paper", by=cast.village_officer, on=on)


def settle(cast, objection, on, outcome="rejected"):
    answer(objections=[objection.pk], outcome=outcome, reason="入户核实，车辆已报废", by=cast.township_officer, on=on)


def test_posting_a_case_hangs_its_list_for_the_days_of_the_year(case, notice):
    assert (notice.kind, notice.place, notice.posted_on) == ("monitored", "village", BEGAN)
    assert [line.subject for line in NoticeLine.objects.all()] == [f"case:{case}"]
    assert state_of(case) == "posted"


def test_the_list_of_a_village_that_was_merged_hangs_in_the_one_that_took_it_over(cast, it_is):
    it_is(BEGAN)
    case = reviewed_case(cast)
    other = next(one for one in tree().below(cast.township.pk, "village") if one.id != cast.village.pk)
    officer = User.objects.create(username="next", password="!", full_name="苏和")
    Posting.objects.create(user=officer, division_id=other.id, role="village_officer", valid_from=SINCE_EVER)
    divisions.merge(predecessors=[cast.village.pk], into=other.id, by=cast.banner_officer, on=BEGAN)
    taken(case, "post", officer, BEGAN)
    assert Notice.objects.get().division_id == other.id


def test_cases_posted_together_hang_on_one_list(cast, it_is):
    it_is(BEGAN)
    cases = [reviewed_case(cast) for _ in range(2)]
    operations.act(cases=cases, act="post", by=cast.village_officer, on=BEGAN)
    assert Notice.objects.get().households == 2


def test_the_list_ends_after_its_days_with_its_photograph(cast, case, notice, it_is):
    over = notice.until + timedelta(days=1)
    it_is(notice.until)
    assert "期限未满" in told(taken, case, "close", cast.village_officer, notice.until)
    it_is(over)
    assert "缺少张贴照片" in told(taken, case, "close", cast.village_officer, over)
    prove(notices=[notice], files=[photograph()], by=cast.village_officer, on=BEGAN)
    taken(case, "close", cast.village_officer, over)
    assert state_of(case) == "cleared"


def test_what_was_refused_hangs_nothing(cast, case):
    told(taken, case, "post", cast.township_officer, BEGAN)
    assert not Notice.objects.exists()


def test_an_objection_stops_the_clock_of_its_case_until_it_is_answered(cast, case, notice, it_is):
    due = Case.objects.get(pk=case).due_on
    it_is(later(2))
    objection = objected(cast, notice, later(2))
    assert CasePause.objects.get(case=case).ended_on is None
    it_is(later(9))
    assert "异议" in told(taken, case, "close", cast.village_officer, later(9))
    settle(cast, objection, later(9))
    assert CasePause.objects.get(case=case).ended_on == later(9)
    assert Case.objects.get(pk=case).due_on > due


def test_where_an_objection_holds_the_list_comes_down_and_is_corrected(cast, case, notice, it_is):
    it_is(later(2))
    settle(cast, objected(cast, notice, later(2)), later(2), "upheld")
    assert "撤下原公示" in told(taken, case, "take_back", cast.township_officer, later(2), note="异议成立")
    take_down(notices=[notice], reason="异议成立，更正名单", by=cast.village_officer, on=later(2))
    taken(case, "take_back", cast.township_officer, later(2), note="异议成立")
    assert state_of(case) == "compared"


def test_the_others_of_a_list_that_came_down_are_posted_again_for_whole_days(cast, case, notice, it_is):
    it_is(later(4))
    take_down(notices=[notice], reason="异议成立，更正名单", by=cast.village_officer, on=later(4))
    taken(case, "post", cast.village_officer, later(4))
    anew = Notice.objects.get(state="posted")
    prove(notices=[anew], files=[photograph()], by=cast.village_officer, on=later(4))
    it_is(anew.until)
    assert "期未满" in told(taken, case, "close", cast.village_officer, anew.until)
    it_is(anew.until + timedelta(days=1))
    taken(case, "close", cast.village_officer, anew.until + timedelta(days=1))


def test_a_posting_entered_late_hangs_once_a_second_person_confirms_it(cast, case, it_is):
    it_is(later(4))
    assert "纸质扫描件" in told(taken, case, "post", cast.village_officer, BEGAN)
    put(f"case:{case}", "back_dated_paper")
    done = taken(case, "post", cast.village_officer, BEGAN)
    assert (done.asked, Notice.objects.count()) == ([case], 0)
    asked = list(Case.objects.get(pk=case).asked.filter(state="waiting"))
    assert "另一人" in told(operations.confirm_late, asked=asked, by=cast.village_officer)
    assert not Notice.objects.exists()
    operations.confirm_late(asked=asked, by=cast.village_team)
    assert Notice.objects.get().posted_on == BEGAN
    assert state_of(case) == "posted"


def test_within_the_days_for_late_postings_one_person_is_enough(cast, case, it_is):
    it_is(later(3))
    taken(case, "post", cast.village_officer, BEGAN)
    assert Notice.objects.get().posted_on == BEGAN
