"""What everybody sees: nothing unless the office has said so, gone the second it is taken down, never in a search engine."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from fupin.notices.models import Notice, Objection
from fupin.notices.operations import answer, end_over, take_down
from fupin.notices.tests.hung import DAY, hung, own_value

pytestmark = pytest.mark.django_db
LAST = date(2018, 3, 12)


@pytest.fixture
def notice(cast, it_is) -> Notice:
    it_is(DAY)
    return hung(cast)


def at(notice: Notice) -> str:
    return f"/public/notices/{notice.code}/"


def allow(cast, form: str = "masked_name") -> None:
    own_value(cast, "publicity.internet_form", form)


def asked(address: str, **headers: str):
    return Client().get(address, headers=headers)


def test_unless_an_office_says_otherwise_nothing_is_on_the_internet(notice):
    assert asked(at(notice)).status_code == 404
    assert Client().post(f"{at(notice)}object/", {"what": "户主有轿车"}).status_code == 404
    assert not Objection.objects.exists()


def test_with_half_hidden_names_the_list_is_read_without_signing_in(cast, notice):
    allow(cast)
    page = asked(at(notice)).content.decode()
    assert "宝〇" in page
    assert "宝音" not in page
    assert "2018年3月12日" in page


def test_where_only_counts_are_public_nobody_is_named(cast, notice):
    allow(cast, "count_only")
    page = asked(at(notice)).content.decode()
    assert "共 1 户 3 人" in page
    assert "宝" not in page.replace("宝音", "宝音") or "宝〇" not in page
    assert "宝音" not in page


def test_taken_down_it_is_gone_at_once(cast, notice):
    allow(cast)
    before = asked(at(notice))
    take_down(notices=[notice], reason="名单有误", by=cast.village_officer, on=DAY)
    after = asked(at(notice), If_None_Match=before["ETag"])
    assert (before.status_code, after.status_code) == (200, 410)
    assert after["Cache-Control"] == "no-store"
    assert "宝" not in after.content.decode()


def test_over_it_is_gone_although_no_worker_has_ended_it(cast, notice, it_is):
    allow(cast)
    it_is(LAST)
    assert asked(at(notice)).status_code == 200
    it_is(LAST + timedelta(days=1))
    assert asked(at(notice)).status_code == 410
    end_over(on=LAST + timedelta(days=1))
    assert asked(at(notice)).status_code == 410


def test_withdrawing_the_permission_hides_it_at_the_next_request(cast, notice, it_is):
    allow(cast)
    assert asked(at(notice)).status_code == 200
    it_is(DAY + timedelta(days=1))
    own_value(cast, "publicity.internet_form", "none", since=DAY + timedelta(days=1))
    assert asked(at(notice)).status_code == 404


def test_a_copy_is_asked_about_before_each_use_and_kept_by_nobody_between(cast, notice):
    allow(cast)
    first = asked(at(notice))
    assert first["Cache-Control"] == "private, no-cache, max-age=0, must-revalidate"
    again = asked(at(notice), If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == first["Cache-Control"]
    assert "Set-Cookie" not in first


def test_a_copy_of_yesterday_is_not_told_to_be_the_same(cast, notice, it_is):
    allow(cast)
    first = asked(at(notice))
    it_is(DAY + timedelta(days=1))
    assert asked(at(notice), If_None_Match=first["ETag"]).status_code == 200


def test_no_search_engine_is_let_keep_anything(cast, notice):
    hidden = asked(at(notice))
    allow(cast)
    for answer_ in (hidden, asked(at(notice)), asked("/public/notices/"), asked("/public/notices/NOTHERE/")):
        assert "noindex" in answer_["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex' in answer_.content.decode()
    assert asked("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_a_notice_is_two_questions_at_each_request_the_row_and_the_parameter(cast, notice, django_assert_num_queries):
    allow(cast)
    asked(at(notice))
    with django_assert_num_queries(2):
        asked(at(notice))


def test_a_page_that_lies_written_is_asked_about_at_each_request_and_says_until_when_anew(cast, notice):
    allow(cast)
    before = asked(at(notice)).content.decode()
    Notice.objects.filter(pk=notice.pk).update(until=LAST + timedelta(days=3))
    longer = asked(at(notice)).content.decode()
    Notice.objects.filter(pk=notice.pk).update(state="taken_down")
    assert ("2018-03-12" in before, "2018-03-15" in before) == (True, False)
    assert "2018-03-15" in longer
    assert asked(at(notice)).status_code == 410


def test_somebody_objects_online_and_reads_the_answer_by_the_receipt(cast, notice):
    allow(cast)
    page = asked(f"{at(notice)}object/").content.decode()
    assert "1. 宝〇" in page
    sent = Client().post(
        f"{at(notice)}object/", {"line": "1", "what": "户主名下有轿车", "who": "那顺", "contact": "13847512345"}
    )
    receipt = asked(sent["Location"])
    assert "调查中" in receipt.content.decode()
    assert "那顺" not in receipt.content.decode()
    made = Objection.objects.get()
    answer(objections=[made.pk], outcome="rejected", reason="车辆已于去年报废", by=cast.township_officer, on=DAY)
    page = asked(sent["Location"]).content.decode()
    assert "车辆已于去年报废" in page
    assert asked(f"/public/notices/?code={made.receipt.lower()}")["Location"] == sent["Location"]


def test_online_one_address_objects_a_few_times_an_hour(cast, notice):
    allow(cast)
    told = [Client().post(f"{at(notice)}object/", {"what": f"第 {each} 次反映"}).status_code for each in range(6)]
    assert told == [302] * 5 + [429]
    other = Client(REMOTE_ADDR="10.0.0.9").post(f"{at(notice)}object/", {"what": "户主有轿车"})
    assert other.status_code == 302


def test_an_objection_online_without_words_is_told_so_and_loses_nothing(cast, notice):
    allow(cast)
    answer_ = Client().post(f"{at(notice)}object/", {"what": "", "who": "那顺"})
    assert answer_.status_code == 422
    assert 'value="那顺"' in answer_.content.decode()


def test_a_form_from_a_foreign_page_is_not_taken(cast, notice):
    allow(cast)
    assert Client(enforce_csrf_checks=True).post(f"{at(notice)}object/", {"what": "户主有轿车"}).status_code == 403


def test_the_page_speaks_english_to_who_reads_english(cast, notice):
    allow(cast)
    assert "Do you object?" in asked(at(notice), Accept_Language="en").content.decode()
    assert "Do you object?" in asked(f"{at(notice)}?lang=en").content.decode()


def test_who_is_signed_in_sees_the_same_page_as_everybody(cast, notice, client_of):
    allow(cast)
    assert "宝音" not in client_of(cast.banner_officer).get(at(notice)).content.decode()
