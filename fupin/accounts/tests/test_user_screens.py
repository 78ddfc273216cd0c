import pytest
from axes.models import AccessAttempt

from fupin.accounts import operations, scopes
from fupin.accounts.models import Posting, User
from fupin.core import clock


def names(client, query=""):
    return {row.user.username for row in client.get(f"/users/{query}").context["rows"]}


def test_a_township_officer_sees_who_serves_in_the_township_only(cast, client_of):
    seen = names(client_of(cast.township_officer))
    assert seen == {"township_officer", "village_officer", "village_team", "helper"}


def test_a_person_elsewhere_does_not_exist_for_one(cast, client_of):
    client = client_of(cast.township_officer)
    assert client.get(f"/users/{cast.village_officer.pk}/").status_code == 200
    assert client.get(f"/users/{cast.other_village_officer.pk}/").status_code == 404
    assert client.get("/users/1/").status_code == 404


def test_a_place_elsewhere_cannot_be_filtered_by(cast, client_of):
    client = client_of(cast.township_officer)
    assert client.get("/users/?place=150522101").status_code == 404
    assert names(client, "?place=150522100200") == {"village_officer", "village_team", "helper"}


@pytest.mark.parametrize(("query", "found"), [
    ("?q=village_t", {"village_team"}), ("?role=helper", {"helper"}), ("?state=ended", set()),
    ("?duty=information", set()), ("?q=VILLAGE_TEAM", {"village_team"}),
])  # fmt: skip
def test_the_list_is_narrowed(cast, client_of, query, found):
    assert names(client_of(cast.security_admin), query) == found


def test_the_list_pages_by_key_and_asks_the_same_number_of_questions(cast, client_of, django_assert_max_num_queries):
    operations.add_users(
        news=[operations.NewUser(f"h{n:03}", "helper", cast.village, password="x") for n in range(120)],
        by=scopes.SYSTEM,
    )
    client = client_of(cast.security_admin)
    seen, address = [], "/users/?role=helper"
    while address:
        with django_assert_max_num_queries(9):
            page = client.get(address).context
        seen += [row.pk for row in page["rows"]]
        address = page["following"] and f"/users/?role=helper&before={page['following']}"
    assert len(seen) == len(set(seen)) == 121
    assert seen == sorted(seen, reverse=True)


def test_a_new_user_is_added_and_the_password_told_once(cast, client_of):
    client = client_of(cast.security_admin)
    answer = client.post("/users/add/", {
        "username": "bater", "full_name": "巴特尔", "place": "150522100", "role": "township_officer", "duty": "information",
    })  # fmt: skip
    password = answer.context["password"]
    assert password in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    user = User.objects.get(username="bater")
    assert user.check_password(password)
    assert password not in client.get(f"/users/{user.pk}/").content.decode()


@pytest.mark.parametrize(("changes", "why"), [
    ({"place": "150521"}, "管辖范围内没有"), ({"place": "没有这里"}, "管辖范围内没有"), ({"username": "helper"}, "不能用"),
    ({"role": "village_officer"}, "不能任职于这一级区划"), ({"place": "图古日格嘎查"}, "不止一个"),
])  # fmt: skip
def test_a_wrong_entry_comes_back_with_its_reason(cast, client_of, changes, why):
    entry = {"username": "bater", "full_name": "巴特尔", "place": "150522100", "role": "township_officer", **changes}
    answer = client_of(cast.security_admin).post("/users/add/", entry)
    assert answer.status_code == 422
    assert why in answer.content.decode()


def test_a_posting_is_added_and_ended_on_the_screens(cast, client_of):
    client = client_of(cast.security_admin)
    person = cast.village_team
    entry = {"place": "150522101200", "role": "village_team", "duty": "grid"}
    assert client.post(f"/users/{person.pk}/postings/add/", entry).status_code == 302
    posting = Posting.objects.get(user=person, division=cast.other_village)
    assert posting.valid_from == clock.today()
    assert client.post(f"/users/postings/{posting.pk}/end/", {"reason": "轮换"}).status_code == 302
    assert not scopes.may(person, "registry.view", cast.other_village)
    assert scopes.may(person, "registry.view", cast.village)


def test_a_banner_cannot_take_over_who_also_serves_elsewhere(cast, client_of):
    operations.add_posting(user=cast.helper, role="helper", division=Posting.objects.get(
        user=cast.other_village_officer).division, by=scopes.SYSTEM)  # fmt: skip
    client = client_of(cast.security_admin)
    assert client.post(f"/users/{cast.helper.pk}/password/").status_code == 200
    operations.add_posting(user=cast.evaluator, role="evaluator", division=cast.banner, by=scopes.SYSTEM)
    assert client.get(f"/users/{cast.evaluator.pk}/").status_code == 200
    for act in ("password", "active", "second-factor", "unlock"):
        assert client.post(f"/users/{cast.evaluator.pk}/{act}/").status_code == 403


def test_nobody_acts_on_their_own_account(cast, client_of):
    client = client_of(cast.security_admin)
    for act in ("password", "active", "second-factor", "unlock"):
        assert client.post(f"/users/{cast.security_admin.pk}/{act}/").status_code == 403


def test_somebody_locked_out_is_let_in_again(cast, client_of):
    from django.utils import timezone

    AccessAttempt.objects.create(username="helper", ip_address="10.0.0.1", failures_since_start=5,
                                 attempt_time=timezone.now(), get_data="", post_data="")  # fmt: skip
    client = client_of(cast.security_admin)
    assert client.get(f"/users/{cast.helper.pk}/").context["is_locked"]
    client.post(f"/users/{cast.helper.pk}/unlock/")
    assert not AccessAttempt.objects.exists()
