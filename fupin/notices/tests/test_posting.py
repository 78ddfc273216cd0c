"""Posting: days by regime and place, rendered once, all or none, as of the day on which it is posted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fupin.core import audit
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused
from fupin.notices import queries
from fupin.notices.models import Notice, NoticeBody, NoticeLine
from fupin.notices.operations import FOLLOWS, Line, Wanted, post, preview
from fupin.notices.tests.hung import DAY, hung, line_of, own_value
from fupin.registry.models import Household, HouseholdFact
from fupin.registry.operations import HouseholdChange, change_household
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
EARLY = date(2018, 1, 1)


@pytest.fixture
def household(cast) -> Household:
    return family(cast.village, by=cast.banner_officer, on=EARLY, village_group="三组")


def test_a_village_of_2018_hangs_its_list_for_seven_days_and_one_of_2022_for_five(cast, household):
    first = hung(cast, household)
    later = hung(cast, household, on=date(2022, 3, 7), kind="monitored")
    assert (first.days, first.until) == (7, date(2018, 3, 12))
    assert (later.days, later.until) == (5, date(2022, 3, 12))


def test_the_banners_own_days_hold_in_its_villages(cast, household):
    own_value(cast, "publicity.village_days", 10)
    assert hung(cast, household).until == date(2018, 3, 15)


def test_from_2021_nothing_of_a_village_hangs_in_the_township(cast, household):
    hung(cast, household, place="township", by=cast.township_officer)
    with pytest.raises(Refused, match="不在“苏木乡镇公示栏”作这类公示"):
        hung(cast, household, place="township", on=date(2022, 3, 7), by=cast.township_officer)


@pytest.mark.parametrize("kind", ["identified", "exited", "returned", "cleared"])
def test_what_the_banner_decided_is_announced_for_the_days_it_has_set(cast, household, kind):
    assert hung(cast, household, kind=kind, place="banner", by=cast.banner_officer).until == date(2018, 3, 12)
    own_value(cast, "publicity.banner_days", 10)
    other = hung(cast, kind=kind, place="banner", by=cast.banner_officer)
    assert other.until == date(2018, 3, 15)


def test_who_is_to_be_monitored_is_not_announced(cast, household):
    with pytest.raises(Refused, match="不在“旗县公告”作这类公示"):
        hung(cast, household, kind="monitored", place="banner", on=date(2022, 3, 7), by=cast.banner_officer)


def test_a_banners_exit_hangs_seven_working_days(cast):
    wanted = Wanted(
        "banner_exit",
        cast.banner.pk,
        "banner",
        [Line("division:1", division=cast.banner.pk, shown={"note": "发生率 1.2%"})],
    )
    (made,) = post(notices=[wanted], by=cast.banner_officer, on=date(2019, 3, 4), is_confirmed=True)
    assert (made.counts_holidays, made.until) == (False, date(2019, 3, 13))
    assert "发生率 1.2%" in queries.sheet_of(made)


def test_the_sheet_shows_name_persons_group_and_category(cast, household):
    sheet = queries.sheet_of(hung(cast, household))
    assert all(word in sheet for word in ("宝音", "三组", "3", "共 1 户 3 人", "2018年3月5日", "2018年3月12日"))
    assert "乌云" not in sheet


def test_the_words_of_the_caller_go_before_those_of_the_register(cast, household):
    wanted = Wanted(
        "monitored", cast.village.pk, "village", [line_of(household, category="边缘易致贫户", illness="尿毒症")]
    )
    (made,) = post(notices=[wanted], by=cast.village_officer, on=DAY, is_confirmed=True)
    assert "边缘易致贫户" in queries.sheet_of(made)
    assert "尿毒症" not in queries.sheet_of(made)


def test_what_hangs_is_rendered_once_whatever_the_register_says_later(cast, household):
    made = hung(cast, household)
    before = queries.sheet_of(made)
    HouseholdFact.objects.filter(household=household).update(village_group="九组")
    made.refresh_from_db()
    assert queries.sheet_of(made) == before


def test_a_body_that_somebody_changed_behind_is_not_shown(cast, household):
    made = hung(cast, household)
    NoticeBody.objects.filter(notice=made).update(sheet="<p>别的名单</p>")
    with pytest.raises(Refused, match="与张贴时不一致"):
        queries.sheet_of(Notice.objects.get(pk=made.pk))


def test_nothing_is_posted_when_one_line_cannot_be(cast, household):
    elsewhere = family(cast.other_village, by=cast.banner_officer, on=EARLY)
    with pytest.raises(Refused, match="第 2 行：不属于公示的区划"):
        hung(cast, household, elsewhere)
    assert not Notice.objects.exists()


def test_a_phone_typed_behind_a_group_is_refused_with_its_line(cast, household):
    HouseholdFact.objects.filter(household=household).update(village_group="三组13847512345")
    with pytest.raises(Refused, match="第 1 行：“村组”中有像证件号码"):
        hung(cast, household)


def test_a_note_with_a_number_of_somebody_is_refused(cast, household):
    with pytest.raises(Refused, match="标题、说明中有像证件号码"):
        hung(cast, household, note="户主证件152301196001011234")


def test_a_household_hangs_once_in_a_place_for_a_matter(cast, household):
    made = hung(cast, household)
    with pytest.raises(Refused, match=f"“宝音”已在公示 {made.code} 中"):
        hung(cast, household)
    hung(cast, household, kind="register")


def test_who_is_not_posted_there_posts_nothing(cast, household):
    with pytest.raises(NotAllowed):
        hung(cast, household, by=cast.other_village_officer)
    with pytest.raises(NotAllowed):
        hung(cast, household, by=cast.leader)


def test_a_posting_is_not_entered_weeks_later_by_hand(cast, household, it_is):
    it_is(date(2018, 3, 20))
    wanted = Wanted("identified", cast.village.pk, "village", [line_of(household)])
    with pytest.raises(Refused, match="不能补登"):
        post(notices=[wanted], by=cast.village_officer, on=DAY)
    post(notices=[wanted], by=cast.village_officer, on=date(2018, 3, 17))


def test_with_a_clock_that_was_put_back_nothing_is_posted(cast, household):
    audit.record(by=None, act="notices.end", subject="notice:1")
    AuditEntry.objects.update(at=timezone.now() + timedelta(days=3))
    with pytest.raises(Refused, match="系统时间早于已有记录"):
        hung(cast, household)


def test_a_preview_writes_nothing(cast, household, it_is):
    it_is(DAY)
    wanted = Wanted("identified", cast.village.pk, "village", [line_of(household)])
    assert "宝音" in preview(wanted=wanted, by=cast.village_officer, on=DAY).sheet
    assert not Notice.objects.exists()


def test_many_notices_of_one_act_take_as_many_questions_as_few(cast, django_assert_max_num_queries):
    homes = [family(cast.village, by=cast.banner_officer, on=EARLY) for _each in range(12)]
    wanted = [
        Wanted("identified", cast.village.pk, "village", [line_of(one, f"case:{at}")]) for at, one in enumerate(homes)
    ]
    with django_assert_max_num_queries(45):
        made = post(notices=wanted, by=cast.village_officer, on=DAY, is_confirmed=True)
    assert len(made) == 12
    assert NoticeLine.objects.count() == 12
    assert AuditEntry.objects.filter(act="notices.post").count() == 12


def test_those_above_are_told_whom_it_concerns(cast, household, monkeypatch):
    told: list = []
    monkeypatch.setattr("fupin.notices.operations.news.FOLLOWS", [told.extend])
    wanted = Wanted("identified", cast.village.pk, "village", [line_of(household, "case:7")])
    post(notices=[wanted], by=cast.village_officer, on=DAY, is_confirmed=True)
    assert [(one.act, one.subjects) for one in told] == [("posted", ("case:7",))]
    assert FOLLOWS is not None


def test_the_standing_as_of_an_earlier_day_is_what_the_sheet_shows(cast, household):
    change_household(
        changes=[HouseholdChange(household.pk, {"village_group": "九组"})], by=cast.banner_officer, on=date(2018, 6, 1)
    )
    assert "三组" in queries.sheet_of(hung(cast, household))
    assert "九组" in queries.sheet_of(hung(cast, household, on=date(2018, 7, 2), kind="register"))
