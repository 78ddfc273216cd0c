from datetime import date, timedelta

import pytest

from fupin.core import clock
from fupin.core.models import AuditEntry, Case
from fupin.core.refusals import NotAllowed, NotFound
from fupin.registry import openings
from fupin.registry.models import Opening

pytestmark = pytest.mark.django_db
DAY = date(2018, 12, 3)


@pytest.fixture(autouse=True)
def _opened(cast):
    openings.open_region()


def test_the_region_is_opened_once():
    assert openings.open_region() == {"openings": 1}
    assert Opening.objects.count() == 1


def test_an_opening_is_closed_by_two_people_of_the_banner(cast):
    banner, village = cast.banner.pk, cast.village.pk
    assert openings.in_opening([banner, village]) == {banner, village}
    openings.ask_close(division=banner, by=cast.banner_officer, on=DAY)
    assert openings.in_opening([village]) == {village}
    with pytest.raises(NotAllowed, match="另一人"):
        openings.confirm_close(division=banner, by=cast.banner_officer, on=DAY)
    row = openings.confirm_close(division=banner, by=cast.second_banner_officer, on=DAY)
    assert (row.closing_asked_by, row.closed_by) == (cast.banner_officer.pk, cast.second_banner_officer.pk)
    assert openings.in_opening([banner, village, cast.other_banner.pk]) == {cast.other_banner.pk}
    assert AuditEntry.objects.filter(act__startswith="close_opening.").count() == 3


def test_nobody_closes_what_was_not_asked_for(cast):
    with pytest.raises(NotAllowed, match="申请关闭期初"):
        openings.confirm_close(division=cast.banner.pk, by=cast.banner_officer, on=DAY)


def test_a_closed_opening_stays_closed(cast):
    openings.ask_close(division=cast.banner.pk, by=cast.banner_officer, on=DAY)
    openings.confirm_close(division=cast.banner.pk, by=cast.second_banner_officer, on=DAY)
    with pytest.raises(NotAllowed, match="已关闭"):
        openings.ask_close(division=cast.banner.pk, by=cast.banner_officer, on=DAY)


@pytest.mark.parametrize("who", ["other_banner_officer", "township_officer", "helper", "auditor", "nobody"])
def test_whoever_does_not_answer_for_the_banner_learns_nothing_of_it(cast, who):
    with pytest.raises(NotFound):
        openings.ask_close(division=cast.banner.pk, by=getattr(cast, who), on=DAY)


def test_a_request_can_be_withdrawn_and_asked_again_by_another(cast):
    openings.ask_close(division=cast.banner.pk, by=cast.banner_officer, on=DAY)
    openings.withdraw(division=cast.banner.pk, by=cast.banner_officer, on=DAY)
    openings.ask_close(division=cast.banner.pk, by=cast.second_banner_officer, on=DAY)
    row = openings.confirm_close(division=cast.banner.pk, by=cast.banner_officer, on=DAY)
    assert row.closed_at is not None


def test_a_request_that_nobody_confirms_lapses(cast):
    row = openings.ask_close(division=cast.banner.pk, by=cast.banner_officer, on=DAY)
    assert openings.lapse(on=DAY + timedelta(days=60)) == 0
    assert openings.lapse(on=DAY + timedelta(days=61)) == 1
    row.refresh_from_db()
    assert row.closing_asked_by is None
    assert clock.today() >= DAY


def test_two_people_close_an_opening_on_screen(cast, client_of):
    first, second = client_of(cast.banner_officer), client_of(cast.second_banner_officer)
    page = first.get("/openings/").content.decode()
    assert "申请关闭" in page
    assert "奈曼" not in page
    first.post(f"/openings/{cast.banner.pk}/ask/")
    assert "须由另一人确认" in first.get("/openings/").content.decode()
    assert "须由另一人办理" in first.post(f"/openings/{cast.banner.pk}/confirm/", follow=True).content.decode()
    assert "已关闭" not in first.get("/openings/").content.decode()
    second.post(f"/openings/{cast.banner.pk}/confirm/")
    assert "已关闭" in first.get("/openings/").content.decode()
    assert first.post(f"/openings/{cast.other_banner.pk}/ask/").status_code == 404


def test_a_deadline_through_a_year_without_its_days_off_is_said_to_be_provisional(cast, client_of):
    openings.ask_close(division=cast.banner.pk, by=cast.banner_officer, on=DAY)
    second = client_of(cast.second_banner_officer)
    page = second.get("/openings/").content.decode()
    assert "应于 2018-12-17 前确认" in page
    assert "暂定" not in page
    Case.objects.update(since=date(2026, 12, 21), due_on=date(2027, 1, 4))
    assert "2027 年放假安排还没有录入" in second.get("/openings/").content.decode()


def test_a_number_that_is_no_division_has_no_opening(cast, client_of):
    for number in (1, 10**24):
        assert client_of(cast.region_officer).post(f"/openings/{number}/ask/").status_code == 404


def test_the_list_of_a_whole_region_takes_a_constant_number_of_queries(cast, client_of, django_assert_max_num_queries):
    client = client_of(cast.region_officer)
    client.get("/openings/")
    with django_assert_max_num_queries(14):
        assert client.get("/openings/").status_code == 200


def test_two_accounts_of_one_name_are_one_person(cast):
    cast.banner_officer.full_name, cast.second_banner_officer.full_name = "包 晓明", "包晓明"
    for user in (cast.banner_officer, cast.second_banner_officer):
        user.save()
    openings.ask_close(division=cast.banner.pk, by=cast.banner_officer, on=DAY)
    with pytest.raises(NotAllowed, match="视为同一人"):
        openings.confirm_close(division=cast.banner.pk, by=cast.second_banner_officer, on=DAY)
    openings.confirm_close(division=cast.banner.pk, by=cast.league_officer, on=DAY)
