from datetime import timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from fupin.accounts import browsers, operations, passwords, signing_in, tokens
from fupin.accounts.models import ApiToken, Posting, SignIn, User
from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused

OLD, NEW = "Caoyuan-2018-hao", "Jinqiu-2019-hao"


@pytest.fixture
def officer(cast):
    user = cast.township_officer
    user.set_password(OLD)
    user.password_set_at = timezone.now()
    user.save()
    return user


def browser(password=OLD):
    client = Client()
    assert client.post("/sign-in/", {"username": "township_officer", "password": password}).status_code == 302
    return client


@pytest.mark.parametrize(("new", "why"), [
    ("Short-1a", "10"), ("alllowercaseletters", "3 类"), ("township_officer1A", "用户名"), (OLD, "最近"),
    ("1234567890", "常见"),
])  # fmt: skip
def test_a_weak_or_former_password_is_refused_with_its_rule(officer, new, why):
    with pytest.raises(Refused) as fault:
        operations.change_password(user=officer, present=OLD, new=new)
    assert why in str(fault.value)


@pytest.mark.parametrize(("password", "good"), [
    ("Kerqin-201", True), ("Kerqin-20", False), ("kerqin-2018", True), ("kerqinbanner", False), ("kerqin20182019", False),
])  # fmt: skip
def test_a_password_of_the_least_length_and_kinds_is_taken_and_one_below_is_not(officer, password, good):
    if good:
        validate_password(password, officer)
    else:
        with pytest.raises(ValidationError):
            validate_password(password, officer)


def test_the_last_five_passwords_are_not_taken_again(officer):
    words = [OLD, *(f"Caoyuan-{n}-hao" for n in range(2000, 2006))]
    for present, new in pairwise(words):
        operations.change_password(user=officer, present=present, new=new)
    with pytest.raises(Refused):
        operations.change_password(user=officer, present=words[-1], new=words[2])
    operations.change_password(user=officer, present=words[-1], new=words[1])


def test_a_new_password_signs_the_other_browsers_out(officer):
    here, there = browser(), browser()
    answer = here.post("/account/password/", {"present": OLD, "new": NEW, "again": NEW})
    assert answer["Location"] == "/account/"
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert SignIn.objects.count() == 1


def test_a_wrong_present_password_changes_nothing(officer):
    client = browser()
    answer = client.post("/account/password/", {"present": "x", "new": NEW, "again": NEW})
    assert answer.status_code == 422
    assert "现用密码不对" in answer.content.decode()
    assert User.objects.get(pk=officer.pk).check_password(OLD)


def test_the_present_password_is_not_guessed_in_a_browser_left_open(officer):
    client = browser()
    for _n in range(5):
        client.post("/account/password/", {"present": "x", "new": NEW, "again": NEW})
    answer = client.post("/account/password/", {"present": OLD, "new": NEW, "again": NEW})
    assert answer.status_code in (422, 429)
    assert User.objects.get(pk=officer.pk).check_password(OLD)


def test_an_account_is_not_taken_over_before_a_posting_elsewhere_begins(officer, cast):
    Posting.objects.create(user=officer, division=cast.region, role="region_officer",
                           valid_from=clock.today() + timedelta(days=1))  # fmt: skip
    with pytest.raises(NotAllowed):
        operations.reset_passwords(users=[officer], by=cast.security_admin)
    assert operations.reset_passwords(users=[officer], by=cast.region_security_admin)


def test_a_one_time_password_is_changed_before_anything_else(officer):
    User.objects.filter(pk=officer.pk).update(must_change_password=True)
    client = browser()
    assert client.get("/account/")["Location"] == "/account/password/"
    assert client.get("/account/password/").status_code == 200
    client.post("/account/password/", {"present": OLD, "new": NEW, "again": NEW})
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(("days", "due"), [(179, False), (180, True)])
def test_a_password_grows_old(officer, days, due):
    User.objects.filter(pk=officer.pk).update(password_set_at=timezone.now() - timedelta(days=days))
    assert (browser().get("/account/").status_code == 302) is due


def test_a_password_is_old_on_the_day_its_days_are_over(officer):
    last = officer.password_set_at + timedelta(days=180)
    assert passwords.must_change(officer, last)
    assert not passwords.must_change(officer, last - timedelta(seconds=1))


def test_one_sees_and_ends_ones_other_browsers_and_nobody_elses(officer, cast, client_of):
    here, there = browser(), browser()
    ids = dict(SignIn.objects.values_list("session_key", "id"))
    mine, other = ids[here.session.session_key], ids[there.session.session_key]
    stranger = client_of(cast.other_township_officer)
    assert stranger.post(f"/account/sessions/{other}/end/").status_code == 404
    assert here.post(f"/account/sessions/{mine}/end/").status_code == 404
    assert here.post(f"/account/sessions/{other}/end/").status_code == 302
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert AuditEntry.objects.filter(act="accounts.end_session").count() == 1


def test_a_reset_gives_a_one_time_password_and_ends_everything(officer, cast):
    client = browser()
    (password,) = operations.reset_passwords(users=[officer], by=cast.security_admin)
    assert client.get("/account/").status_code == 302
    assert browser(password).get("/account/")["Location"] == "/account/password/"


def test_a_reset_revokes_the_tokens_that_whoever_had_the_account_made(officer, cast):
    _row, text = tokens.add_token(user=officer, name="报表", by=officer)
    _row, other = tokens.add_token(user=cast.village_officer, name="报表", by=cast.village_officer)
    (password,) = operations.reset_passwords(users=[officer], by=cast.security_admin)
    officer.refresh_from_db()
    operations.change_password(user=officer, present=password, new=NEW)
    assert tokens.user_of(text) is None
    assert tokens.user_of(other) == cast.village_officer
    entry = AuditEntry.objects.get(act="accounts.revoke_token")
    assert (entry.actor, entry.subject) == ("security_admin", f"user:{officer.pk}")


def test_tokens_outlive_a_new_password_unless_their_owner_gives_them_up(officer):
    _row, text = tokens.add_token(user=officer, name="报表", by=officer)
    client = browser()
    client.post("/account/password/", {"present": OLD, "new": NEW, "again": NEW})
    assert tokens.user_of(text) == officer
    client.post("/account/password/", {"present": NEW, "new": f"{NEW}-2", "again": f"{NEW}-2", "and_tokens": "on"})
    assert User.objects.get(pk=officer.pk).check_password(f"{NEW}-2")
    assert tokens.user_of(text) is None


def test_a_disabled_person_is_out_at_once(officer, cast):
    client = browser()
    operations.disable_users(users=[officer], by=cast.security_admin)
    assert client.get("/account/").status_code == 302
    operations.enable_users(users=[officer], by=cast.security_admin)
    assert browser().get("/account/").status_code == 200


def test_the_posting_acted_for_is_chosen_from_ones_own(cast, client_of):
    user = cast.township_officer
    second = Posting.objects.create(user=user, division=cast.other_township, role="helper", valid_from=clock.today())
    foreign = Posting.objects.get(user=cast.other_township_officer)
    client = client_of(user)
    assert client.get("/account/").wsgi_request.posting.division == cast.township.pk
    client.post("/act-for/", {"posting": foreign.pk})
    assert client.get("/account/").wsgi_request.posting.division == cast.township.pk
    client.post("/act-for/", {"posting": second.pk, "next": "/account/"})
    assert client.get("/account/").wsgi_request.user.acted_for == second.pk
    operations.end_posting(posting=second, by=cast.security_admin)
    assert client.get("/account/").wsgi_request.posting.division == cast.township.pk


def test_what_one_does_stands_in_the_trail_under_the_posting_acted_for(officer):
    client = browser()
    client.cookies["django_language"] = "en"  # the trail is in one language, whoever acts
    client.post("/account/password/", {"present": OLD, "new": NEW, "again": NEW}, REMOTE_ADDR="10.1.2.3")
    entry = AuditEntry.objects.get(act="accounts.change_password")
    assert entry.posting == "甘旗卡镇 · 苏木乡镇干部"
    assert (entry.channel, entry.address) == ("screen", "10.1.2.3")
    assert entry.request_id


def test_a_token_is_made_on_the_screen_and_shown_once(officer, cast, client_of):
    client = browser()
    asked = {"name": "报表", "days": "30", "allowed": ["statistics.view"]}
    for wrong in ({}, {"secret": "wrong"}):
        assert client.post("/account/tokens/add/", asked | wrong).status_code == 422
    assert not ApiToken.objects.exists()
    answer = client.post("/account/tokens/add/", asked | {"secret": OLD})
    text = answer.context["text"]
    assert text in answer.content.decode()
    assert text not in client.get("/account/").content.decode()
    token = ApiToken.objects.get()
    assert client_of(cast.helper).post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    client.post(f"/account/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at


def test_a_token_form_offers_only_what_one_may(officer):
    answer = browser().post("/account/tokens/add/", {"name": "x", "days": "30", "allowed": ["accounts.change"],
                                                             "secret": OLD})  # fmt: skip
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["allowed"]


def test_sessions_that_ran_out_are_not_shown(officer):
    client = browser()
    SignIn.objects.create(user=officer, session_key="gone", method="password")
    assert [one.session_key for one in client.get("/account/").context["sign_ins"]] == [client.session.session_key]


def test_my_account_costs_a_constant_number_of_queries(officer, django_assert_max_num_queries):
    client = browser()
    for n in range(5):
        signing_in.SignIn.objects.create(user=officer, session_key=f"k{n}", method="password")
    with django_assert_max_num_queries(14):
        client.get("/account/")


@pytest.mark.parametrize(("agent", "shown"), [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1", "Safari · iPhone"),
    ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0 Safari/537.36", "Chrome · Linux"),
    ("curl/8.5.0", "curl/8.5.0"),
    ("", ""),
])  # fmt: skip
def test_a_signed_in_browser_is_named_as_people_call_it(agent, shown):
    assert browsers.name_of(agent) == shown
