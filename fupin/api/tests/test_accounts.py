"""Users, postings, the trail and jobs over the API."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.accounts.models import ApiToken, User
from fupin.api.models import KeptAnswer
from fupin.api.tests.calls import Program
from fupin.core import audit
from fupin.core.models import Job

pytestmark = pytest.mark.django_db
NEW = {"username": "new.helper", "full_name": "新人", "division": "150522100200", "role": "helper"}


@pytest.fixture(autouse=True)
def _no_requests_so_far():
    cache.clear()


def test_a_token_learns_who_it_is_and_what_it_may(cast):
    me = Program(cast.banner_officer, "registry.view", "statistics.view").get("/me").json()
    assert me["permissions"] == {"registry.view": ["150522000000"], "statistics.view": ["150522000000"]}
    assert Program(cast.region_officer).get("/me").json()["permissions"]["registry.view"] == []


def test_a_user_is_added_once_and_the_password_is_told_once(cast):
    program = Program(cast.security_admin)
    first = program.post("/users", NEW, Idempotency_Key="add-1")
    assert first.status_code == 201
    assert User.objects.get(username="new.helper").check_password(first.json()["password"])
    again = program.post("/users", NEW, Idempotency_Key="add-1")
    assert (again.status_code, again.json()["code"], again["Idempotency-Replayed"]) == (409, "told_once", "true")
    assert User.objects.filter(username="new.helper").count() == 1
    assert program.post("/users", NEW).status_code == 422


def test_no_answer_with_a_secret_is_kept_not_even_sealed(cast):
    program = Program(cast.security_admin)
    line = {"username": "wulan", "full_name": "乌兰", "division": "150522100200", "duty": "grid"}
    asked = {
        "/users": NEW, f"/users/{cast.helper.pk}/reset-password": {}, "/me/tokens": {"name": "报表"},
        "/information-officers": {"officers": [line]},
    }  # fmt: skip
    for address, body in asked.items():
        assert program.post(address, body, Idempotency_Key=address).status_code in (200, 201)
        assert program.post(address, body, Idempotency_Key=address).status_code == 409
    assert set(KeptAnswer.objects.values_list("body_sealed", flat=True)) == {None}
    # A refusal carries no secret: it is told again as it was.
    for _time in range(2):
        assert program.post("/users", NEW, Idempotency_Key="taken").status_code == 422
    assert KeptAnswer.objects.exclude(body_sealed=None).count() == 1


def test_a_user_is_posted_elsewhere_and_the_posting_ends(cast):
    program = Program(cast.security_admin)
    posted = program.post("/postings", {"user": cast.helper.pk, "division": "150522101200", "role": "helper"})
    assert posted.status_code == 201
    ended = program.post(f"/postings/{posted.json()['id']}/end", {"reason": "调离"})
    assert ended.json()["valid_to"]
    assert program.post(f"/postings/{posted.json()['id']}/end", {}).status_code == 422


def test_a_disabled_user_has_no_token_any_more(cast):
    helper = Program(cast.helper)
    assert helper.get("/me").status_code == 200
    assert Program(cast.security_admin).post(f"/users/{cast.helper.pk}/disable").status_code == 200
    assert helper.get("/me").status_code == 401
    assert Program(cast.security_admin).post(f"/users/{cast.helper.pk}/enable").status_code == 200
    assert helper.get("/me").status_code == 401
    assert Program(cast.helper).get("/me").status_code == 200


def test_another_banners_people_are_not_known(cast):
    program = Program(cast.other_banner_officer)
    names = {user["username"] for user in program.get("/users?limit=500").json()["items"]}
    assert "other_banner_officer" in names
    assert "banner_officer" not in names
    assert program.get(f"/users/{cast.banner_officer.pk}").status_code == 404


@pytest.mark.parametrize("address", ["/users", "/postings", "/audit-entries"])
def test_a_page_costs_the_same_however_long(cast, address):
    audit.record_many(by=None, entries=[audit.Entry("test.act", f"user:{n}", cast.banner.pk) for n in range(30)])
    program = Program(cast.league_officer)
    program.get(f"{address}?limit=1")
    with CaptureQueriesContext(connection) as few:
        program.get(f"{address}?limit=2")
    with CaptureQueriesContext(connection) as many:
        assert len(program.get(f"{address}?limit=500").json()["items"]) > 10
    assert len(many) == len(few)


def test_one_revokes_the_own_token_only(cast):
    program = Program(cast.helper)
    own = program.get("/me/tokens").json()["items"][0]
    other = ApiToken.objects.get(user=Program(cast.leader) and cast.leader)
    assert program.post(f"/me/tokens/{other.pk}/revoke").status_code == 404
    assert program.post(f"/me/tokens/{own['id']}/revoke").status_code == 204
    assert program.get("/me").status_code == 401


def test_the_trail_is_read_within_the_area_and_pages(cast):
    audit.record_many(by=None, entries=[audit.Entry("test.act", f"user:{n}", cast.banner.pk) for n in range(5)])
    audit.record(by=None, act="test.act", subject="user:99", division=cast.other_banner.pk)
    program = Program(cast.auditor)
    first = program.get("/audit-entries?act=test.act&limit=3").json()
    rest = program.get(f"/audit-entries?act=test.act&limit=3&cursor={first['next']}").json()
    subjects = [row["subject"] for row in first["items"] + rest["items"]]
    assert subjects == [f"user:{n}" for n in (4, 3, 2, 1, 0)]
    assert rest["next"] is None


def test_jobs_are_seen_by_who_started_them_and_who_operates(cast):
    own = Job.objects.create(kind="import", key="a", user_id=cast.township_officer.pk, division_id=cast.township.pk)
    Job.objects.create(kind="import", key="b", user_id=cast.other_banner_officer.pk, division_id=cast.other_banner.pk)
    assert [row["id"] for row in Program(cast.township_officer).get("/jobs").json()["items"]] == [str(own.pk)]
    assert [row["id"] for row in Program(cast.system_admin).get("/jobs").json()["items"]] == [str(own.pk)]
    assert Program(cast.helper).get(f"/jobs/{own.pk}").status_code == 404
