"""Tokens, browsers and handovers over the API; accounts that are helped back in; how often somebody may ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from fupin.accounts import operations, scopes
from fupin.accounts.models import ApiToken, Posting, SignIn
from fupin.accounts.tests.posts import post_officers
from fupin.api import rates
from fupin.api.models import RateCount
from fupin.api.tests.calls import Program

pytestmark = pytest.mark.django_db
PASSWORD = "Caoyuan-2018-hao"


@pytest.fixture(autouse=True)
def _no_requests_so_far():
    cache.clear()


def test_a_token_is_made_told_once_and_never_listed(cast):
    program = Program(cast.banner_officer)
    made = program.post("/me/tokens", {"name": "报表", "scopes": ["statistics.view"], "days": 30})
    assert made.status_code == 201
    text = made.json()["token"]
    listed = program.get("/me/tokens").content.decode()
    assert made.json()["id"] in listed
    assert text not in listed
    assert ApiToken.objects.get(pk=made.json()["id"]).scopes == "statistics.view"
    asked = program.client.get("/api/v1/me", headers={"Authorization": f"Bearer {text}"}).json()
    assert list(asked["permissions"]) == ["statistics.view"]


def test_a_token_makes_none_that_does_more_or_lives_longer(cast):
    narrow = Program(cast.banner_officer, "statistics.view")
    assert narrow.post("/me/tokens", {"name": "x", "scopes": ["registry.reveal"]}).status_code == 403
    ends = timezone.now() + timedelta(days=2)
    ApiToken.objects.filter(user=cast.banner_officer).update(expires_at=ends)
    made = narrow.post("/me/tokens", {"name": "x", "days": 90}).json()
    row = ApiToken.objects.get(pk=made["id"])
    assert (row.scopes, row.expires_at) == ("statistics.view", ends)
    assert narrow.post("/me/tokens", {"name": "x", "scopes": ["no.such"]}).status_code == 422
    assert narrow.post("/me/tokens", {"name": "x", "days": 100_000}).status_code == 422


def test_a_signed_in_browser_proves_who_asks_before_it_gets_a_token(cast, client_of):
    user = cast.banner_officer
    user.set_password(PASSWORD)
    user.password_set_at = timezone.now()
    user.save()
    browser = client_of(user)
    asked = {"name": "x", "scopes": ["statistics.view"]}
    for secret, status in (("", 422), ("wrong", 422), (PASSWORD, 201)):
        answer = browser.post("/api/v1/me/tokens", asked | {"secret": secret}, content_type="application/json")
        assert answer.status_code == status
    assert ApiToken.objects.filter(user=user).count() == 1


def test_one_signs_the_own_browsers_out_and_no_others(cast, client_of):
    client_of(cast.helper)
    client_of(cast.leader)
    for user, key in ((cast.helper, "a" * 32), (cast.leader, "b" * 32)):
        SignIn.objects.create(user=user, session_key=key, method="password")
    program = Program(cast.helper)
    (own,) = program.get("/me/sessions").json()["items"]
    other = SignIn.objects.get(user=cast.leader)
    assert program.post(f"/me/sessions/{other.pk}/end").status_code == 404
    assert program.post(f"/me/sessions/{own['id']}/end").status_code == 204
    assert program.get("/me/sessions").json()["items"] == []


def test_a_handover_is_drawn_up_signed_by_both_and_ends_the_posting(cast):
    leaver, successor = cast.village_officer, cast.nobody
    for user in (leaver, successor):
        user.set_password(PASSWORD)
        user.save()
    operations.add_posting(user=successor, role="village_officer", division=cast.village, by=scopes.SYSTEM)
    posting = Posting.objects.get(user=leaver)
    admin = Program(cast.security_admin)
    assert admin.get(f"/postings/{posting.pk}/handover-contents").json()[0]["count"] >= 1
    made = admin.post(f"/postings/{posting.pk}/handovers", {"successor": successor.pk, "remark": "公章一枚"})
    assert made.status_code == 201, made.content
    at = made["Location"].removeprefix("/api/v1")
    giver, taker = Program(leaver), Program(successor)
    assert giver.get("/me/handovers").json()["items"][0]["acts"] == ["give"]
    assert giver.post(f"{at}/sign", {"act": "give", "secret": "wrong"}).status_code == 422
    assert taker.post(f"{at}/sign", {"act": "take", "secret": PASSWORD}).status_code == 403
    assert giver.post(f"{at}/sign", {"act": "give", "secret": PASSWORD}).json()["state"] == "given"
    done = taker.post(f"{at}/sign", {"act": "take", "secret": PASSWORD}).json()
    assert (done["state"], [one["act"] for one in done["signatures"]]) == ("taken", ["give", "take"])
    posting.refresh_from_db()
    assert posting.valid_to is not None
    assert Program(cast.other_banner_officer).get(at).status_code == 404


def test_a_handover_is_given_up_with_the_reason_and_the_password(cast):
    operations.add_posting(user=cast.nobody, role="village_officer", division=cast.village, by=scopes.SYSTEM)
    cast.security_admin.set_password(PASSWORD)
    cast.security_admin.save()
    posting = Posting.objects.get(user=cast.village_officer)
    admin = Program(cast.security_admin)
    at = admin.post(f"/postings/{posting.pk}/handovers", {"successor": cast.nobody.pk})["Location"][7:]
    assert admin.post(f"{at}/drop", {"secret": "wrong", "note": "造错了"}).status_code == 422
    assert admin.post(f"{at}/drop", {"secret": PASSWORD, "note": "造错了"}).json()["state"] == "dropped"


def test_an_account_is_helped_back_in_by_its_own_administrator_only(cast):
    admin, address = Program(cast.security_admin), f"/users/{cast.helper.pk}"
    password = admin.post(f"{address}/reset-password").json()["password"]
    cast.helper.refresh_from_db()
    assert cast.helper.check_password(password)
    assert admin.post(f"{address}/unlock").status_code == 200
    assert admin.post(f"{address}/unbind-second-factor").status_code == 200
    assert Program(cast.banner_officer).post(f"{address}/reset-password").status_code == 403
    assert admin.post(f"/users/{cast.security_admin.pk}/reset-password").status_code == 403


def test_information_officers_and_openings_are_listed(cast):
    Posting.objects.filter(user=cast.township_officer).update(duty="information")
    levels = Program(cast.banner_officer).get("/officer-levels").json()
    assert {one["level"]: one["officers"] for one in levels}["township"] == 1
    (township,) = Program(cast.banner_officer).get("/information-officers?level=township").json()["items"]
    assert (township["username"], township["workload"]["households"]) == ("township_officer", 0)
    banners = Program(cast.league_officer).get("/openings").json()
    assert {"150522000000", "150521000000"} <= {one["division"] for one in banners}
    assert [one["division"] for one in Program(cast.banner_officer).get("/openings").json()] == ["150522000000"]


def test_grid_officers_are_issued_and_counted_by_a_program(cast):
    admin = Program(cast.security_admin)
    line = {"username": "wulan", "full_name": "乌兰", "division": "150522100200", "duty": "grid", "area": "东浩特"}
    (made,) = admin.post("/information-officers", {"officers": [line]}).json()
    assert (made["duty"], made["area"], bool(made["password"])) == ("grid", "东浩特", True)
    assert admin.post("/information-officers", {"officers": [line]}).json() == []
    (grid,) = admin.get("/information-officers?level=grid").json()["items"]
    assert (grid["username"], grid["area"]) == ("wulan", "东浩特")
    (level,) = [one for one in admin.get("/officer-levels").json() if one["level"] == "grid"]
    assert (level["officers"], level["covered"]) == (1, 1)
    (village,) = admin.get("/officer-villages?division=150522100200").json()["items"]
    assert (village["information"], village["grid"]) == (0, 1)
    assert admin.get("/officer-villages?lacking=grid&division=150522100200").json()["items"] == []
    assert Program(cast.banner_officer).post("/information-officers", {"officers": [line]}).status_code == 403


def test_officers_come_in_pages_that_follow_each_other(cast):
    post_officers(cast)
    program, seen, following = Program(cast.security_admin), [], ""
    while following is not None:
        found = program.get(f"/information-officers?limit=2&cursor={following}").json()
        assert len(found["items"]) <= 2
        seen += [one["username"] for one in found["items"]]
        following = found["next"]
    assert sorted(seen) == ["banner_officer", "grid_all", "grid_east", "other_village_officer", "village_officer"]
    first = program.get("/information-officers?limit=2").json()["next"]
    assert program.get(f"/information-officers?level=grid&cursor={first}").status_code == 422


def test_villages_of_officers_come_in_pages_that_follow_each_other(cast):
    program, seen, following = Program(cast.township_officer), [], ""
    while following is not None:
        found = program.get(f"/officer-villages?limit=20&cursor={following}").json()
        seen += [one["code"] for one in found["items"]]
        following = found["next"]
    assert seen == sorted(set(seen))
    assert len(seen) == len(program.get("/officer-villages?limit=200").json()["items"]) > 20


NOW = 1_800_000_000.0


def another_process() -> None:
    """What this process counted is forgotten; the database is not."""
    cache.clear()


def test_requests_are_counted_over_all_processes():
    assert not any(rates.is_too_often("user:1", 40, now=NOW) for _each in range(30))
    another_process()
    told = [rates.is_too_often("user:1", 40, now=NOW) for _each in range(30)]
    assert told.index(True) == 10
    assert all(told[10:])
    assert not rates.is_too_often("user:2", 40, now=NOW)
    assert not rates.is_too_often("user:1", 40, now=NOW + 60)


def test_counting_writes_a_row_each_twentieth_of_the_limit_and_nothing_once_it_is_full(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not any(rates.is_too_often("user:1", 600, now=NOW) for _each in range(29))
    with django_assert_num_queries(1):
        rates.is_too_often("user:1", 600, now=NOW)
    for _each in range(600):
        rates.is_too_often("user:1", 600, now=NOW)
    with django_assert_num_queries(0):
        assert rates.is_too_often("user:1", 600, now=NOW)


def test_counts_of_minutes_that_are_over_are_forgotten():
    for minute in (0, 120):
        for _each in range(2):
            rates.is_too_often("user:1", 40, now=NOW + minute)
    rates.forget(now=NOW + 130)
    assert [row.minute for row in RateCount.objects.all()] == [int(NOW + 120) // 60]
