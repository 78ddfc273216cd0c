import time
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from fupin.accounts import limits, second_factor, signing_in
from fupin.accounts.models import SignIn, User
from fupin.core.models import AuditEntry

PASSWORD = "Caoyuan-2018-hao"


@pytest.fixture
def bater(cast):
    """A township officer with a password: no second factor is asked of the role."""
    user = cast.township_officer
    user.set_password(PASSWORD)
    user.password_set_at = timezone.now()
    user.save()
    return user


def sign_in(client, username="township_officer", password=PASSWORD, **more):
    return client.post("/sign-in/", {"username": username, "password": password, **more.pop("data", {})}, **more)


def acts():
    return list(AuditEntry.objects.order_by("id").values_list("act", flat=True))


def test_the_right_password_opens_the_desk(bater, client):
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/account/").status_code == 200
    assert acts() == ["accounts.sign_in"]
    assert SignIn.objects.get().user == bater


@pytest.mark.parametrize(("username", "password"), [
    ("township_officer", "wrong"), ("nobody-here", PASSWORD), ("township_officer", PASSWORD + " "), ("", ""),
])  # fmt: skip
def test_a_wrong_one_opens_nothing_and_does_not_say_which(bater, client, username, password):
    answer = sign_in(client, username, password)
    assert answer.status_code == 422
    if username:
        assert "用户名或密码不对，或账户已停用。" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_name_typed_wide_is_the_same_name(bater, client):
    assert sign_in(client, "ｔｏｗｎｓｈｉｐ_officer").status_code == 302


def test_a_disabled_account_opens_nothing(bater, client):
    User.objects.filter(pk=bater.pk).update(is_active=False)
    assert sign_in(client).status_code == 422


def test_an_unknown_name_does_not_stand_in_the_trail(bater, client):
    sign_in(client, "MyPassword123!", "x")
    entry = AuditEntry.objects.get()
    assert entry.subject == "user:?"
    assert "MyPassword" not in str(entry.detail)


def test_the_fifth_failure_locks_the_person_out_here_and_time_lets_in_again(bater, client):
    assert [sign_in(client, password="x").status_code for _ in range(5)] == [422, 422, 422, 422, 429]
    assert sign_in(client).status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(client).status_code == 302


def test_four_failures_and_a_success_start_the_count_anew(bater, client):
    for _ in range(4):
        sign_in(client, password="x")
    assert sign_in(client).status_code == 302
    client.post("/sign-out/")
    assert [sign_in(client, password="x").status_code for _ in range(4)] == [422] * 4


def test_a_person_is_slowed_down_from_all_addresses_together(bater, client):
    codes = [sign_in(client, password="x", REMOTE_ADDR=f"10.0.{n}.1").status_code for n in range(20)]
    assert set(codes) == {422}
    assert sign_in(client, REMOTE_ADDR="10.0.99.1").status_code == 429


def test_an_address_is_slowed_down_for_all_persons_together(bater, client):
    for n in range(60):
        assert sign_in(client, f"guess{n}", "x").status_code == 422
    assert sign_in(client).status_code == 429
    assert sign_in(client, REMOTE_ADDR="10.9.9.9").status_code == 302


def test_letter_case_does_not_start_a_new_count(bater, client):
    codes = [sign_in(client, name, "x").status_code for name in ("Township_officer", "TOWNSHIP_OFFICER") * 3]
    assert codes[-1] == 429


def test_forwarded_addresses_are_believed_only_behind_our_own_proxies(bater, client, settings):
    sign_in(client, password="x", HTTP_X_FORWARDED_FOR="1.1.1.1, 2.2.2.2")
    settings.PROXIES = 1
    sign_in(client, password="x", HTTP_X_FORWARDED_FOR="1.1.1.1, 2.2.2.2")
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"127.0.0.1", "2.2.2.2"}


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(bater, client, target):
    assert sign_in(client, data={"next": target})["Location"] == "/"
    assert client.post("/act-for/", {"posting": "1", "next": target})["Location"] == "/"


def test_one_is_led_back_to_the_page_that_was_asked_for(bater, client):
    answer = client.get("/account/?x=1")
    assert answer["Location"] == "/sign-in/?next=%2Faccount%2F%3Fx%3D1"
    assert sign_in(client, data={"next": "/account/?x=1"})["Location"] == "/account/?x=1"


def test_the_session_key_changes_with_the_sign_in(bater, client):
    client.get("/sign-in/")
    session = client.session
    session["planted"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key
    sign_in(client)
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_session_key_changes_for_somebody_who_was_signed_in_already_too(bater, client):
    sign_in(client)
    before = client.cookies["sessionid"].value
    sign_in(client)
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_form_without_its_token_is_refused(bater):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client).status_code == 403
    client.get("/sign-in/")
    token = client.cookies["csrftoken"].value
    assert sign_in(client, data={"csrfmiddlewaretoken": token}).status_code == 302
    assert client.post("/sign-out/").status_code == 403


def test_signing_out_takes_a_post_and_ends_the_session(bater, client):
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert client.get("/account/").status_code == 302
    assert not SignIn.objects.exists()
    assert acts() == ["accounts.sign_in", "accounts.sign_out"]


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 302)])
def test_half_an_hour_without_a_movement_ends_the_session(bater, client, minutes, status):
    sign_in(client)
    session = client.session
    session["seen_at"] = int(time.time()) - minutes * 60
    session.save()
    assert client.get("/account/").status_code == status


@pytest.mark.parametrize(("hours", "status"), [(11.99, 200), (12, 302)])
def test_twelve_hours_end_the_session_whatever_moves(bater, client, hours, status):
    sign_in(client)
    session = client.session
    session["signed_in_at"] = int(time.time()) - int(hours * 3600)
    session.save()
    assert client.get("/account/").status_code == status


def test_a_piece_of_a_page_leads_the_whole_page_to_the_sign_in(client, db):
    answer = client.get("/account/", HTTP_HX_REQUEST="true")
    assert answer["HX-Redirect"].startswith("/sign-in/?next=")


def test_who_signs_in_again_gets_back_to_the_page_and_not_to_a_piece_of_it(client, db):
    around = "http://testserver/households/?state=registered"
    answer = client.get("/households/total/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=around)
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fhouseholds%2F%3Fstate%3Dregistered"


def code_of(secret, offset=0):
    step = int(time.time()) // 30 + offset
    return second_factor.format_hotp_value(second_factor.hotp_value(secret, step))


@pytest.fixture
def bound(bater):
    """The officer with an authenticator app, bound a minute ago, and the recovery codes."""
    secret = second_factor.new_secret()
    codes = second_factor.bind(user=bater, secret=secret, code=code_of(secret), by=bater)
    row = second_factor.Authenticator.objects.get(user=bater, type="totp")
    row.data["last_step"] -= 2
    row.save()
    AuditEntry.objects.all().delete()
    return secret, codes


def test_with_a_second_factor_the_password_alone_opens_nothing(bound, client):
    assert sign_in(client)["Location"] == "/sign-in/code/"
    assert client.get("/account/").status_code == 302
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    assert client.post("/sign-in/code/", {"code": code_of(bound[0])})["Location"] == "/"
    assert client.get("/account/").status_code == 200


def test_a_code_is_good_once(bound, client, bater):
    code = code_of(bound[0])
    assert second_factor.check(user=bater, code=code)
    assert not second_factor.check(user=bater, code=code)
    assert not second_factor.check(user=bater, code=code_of(bound[0], -1))


def test_the_code_that_bound_the_app_opens_nothing_any_more(bater):
    secret = second_factor.new_secret()
    assert second_factor.bind(user=bater, secret=secret, code=code_of(secret), by=bater)
    assert not second_factor.check(user=bater, code=code_of(secret))


@pytest.mark.parametrize(("offset", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(bound, bater, offset, good):
    assert second_factor.check(user=bater, code=code_of(bound[0], offset)) is good


def test_a_recovery_code_that_looks_like_a_code_that_was_used_opens_nothing(bound, client, bater, monkeypatch):
    code = code_of(bound[0])
    assert second_factor.check(user=bater, code=code)
    monkeypatch.setattr(second_factor.RecoveryCodes, "validate_code", lambda self, typed: True)
    assert not second_factor.check(user=bater, code=code)


def test_half_a_sign_in_begins_under_a_session_key_of_its_own(bound, client):
    client.get("/sign-in/")
    session = client.session
    session["begun_before"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_recovery_code_opens_once(bound, bater, client):
    sign_in(client)
    assert client.post("/sign-in/code/", {"code": bound[1][3]})["Location"] == "/"
    assert not second_factor.check(user=bater, code=bound[1][3])
    assert second_factor.recovery_codes_left(bater) == 9
    assert "accounts.use_recovery_code" in acts()


def test_guessing_codes_is_locked_out_too(bound, client):
    sign_in(client)
    statuses = [client.post("/sign-in/code/", {"code": f"00000{n}"}).status_code for n in range(6)]
    assert statuses[-1] == 429
    assert client.post("/sign-in/code/", {"code": code_of(bound[0])}).status_code == 429


def test_half_a_sign_in_ends_after_five_minutes(bound, client):
    sign_in(client)
    session = client.session
    session[signing_in.PENDING] = {**session[signing_in.PENDING], "at": int(time.time()) - 301}
    session.save()
    assert client.post("/sign-in/code/", {"code": code_of(bound[0])})["Location"] == "/sign-in/"


def test_the_secret_is_sealed_at_rest(bound):
    row = second_factor.Authenticator.objects.get(type="totp")
    assert bound[0] not in str(row.data)


def test_a_role_that_needs_it_sets_up_the_second_factor_before_anything_else(cast, client):
    client.force_login(cast.banner_officer)
    assert client.get("/account/")["Location"] == "/account/second-factor/"
    page = client.get("/account/second-factor/")
    assert page.status_code == 200
    secret = client.session["second_factor_secret"]
    cast.banner_officer.set_password(PASSWORD)
    cast.banner_officer.save()
    client.force_login(cast.banner_officer)
    assert client.get("/account/second-factor/").status_code == 200
    secret = client.session["second_factor_secret"]
    assert client.post("/account/second-factor/", {"code": "12", "secret": PASSWORD}).status_code == 422
    done = client.post("/account/second-factor/", {"code": code_of(secret), "secret": PASSWORD})
    assert done.status_code == 200
    assert len(done.context["codes"]) == 10
    assert client.get("/account/").status_code == 200


def test_a_demonstration_asks_for_no_second_factor(cast, client, settings):
    settings.DEMONSTRATION = True
    client.force_login(cast.banner_officer)
    assert client.get("/account/").status_code == 200


def test_a_stolen_session_without_the_code_cannot_bind_another_app(bound, bater, client):
    client.force_login(bater)
    assert client.get("/account/second-factor/")["Location"] == "/account/"


@pytest.mark.parametrize("wrong", ["", "wrong", "000000"])
def test_an_app_is_not_replaced_from_a_browser_left_open(bound, bater, client, wrong):
    sign_in(client)
    client.post("/sign-in/code/", {"code": bound[1][0]})
    client.get("/account/second-factor/")
    fresh = client.session["second_factor_secret"]
    answer = client.post("/account/second-factor/", {"code": code_of(fresh), "secret": wrong})
    assert answer.status_code == 422
    assert "accounts.bind_second_factor" not in acts()
    assert second_factor.check(user=bater, code=code_of(bound[0]))


@pytest.mark.parametrize("by_code", [True, False])
def test_an_app_is_replaced_by_who_proves_to_be_the_owner(bound, bater, client, by_code):
    sign_in(client)
    client.post("/sign-in/code/", {"code": bound[1][0]})
    client.get("/account/second-factor/")
    fresh = client.session["second_factor_secret"]
    proof = code_of(bound[0]) if by_code else PASSWORD
    assert client.post("/account/second-factor/", {"code": code_of(fresh), "secret": proof}).status_code == 200
    assert not second_factor.check(user=bater, code=code_of(bound[0], 1))
    assert second_factor.check(user=bater, code=code_of(fresh, 1))


def test_guessing_the_proof_is_locked_out_as_a_sign_in_is(bound, client):
    sign_in(client)
    client.post("/sign-in/code/", {"code": bound[1][0]})
    client.get("/account/second-factor/")
    fresh = client.session["second_factor_secret"]
    for _time in range(6):
        client.post("/account/second-factor/", {"code": code_of(fresh), "secret": "wrong"})
    answer = client.post("/account/second-factor/", {"code": code_of(fresh), "secret": PASSWORD})
    assert "失败次数过多" in answer.content.decode()


def test_the_language_is_switched_and_stays(bater, client):
    sign_in(client)
    client.post("/language/", {"language": "en", "next": "/account/"})
    page = client.get("/account/").content.decode()
    assert '<html lang="en"' in page


def test_a_measure_that_the_region_sets_holds(bater, client, monkeypatch):
    monkeypatch.setattr(limits, "_source", lambda name: {"accounts.lockout_failures": 3}.get(name, 15))
    limits.forget()
    assert [sign_in(client, password="x").status_code for _ in range(3)] == [422, 422, 429]
    monkeypatch.undo()
    limits.forget()


def test_a_fourth_browser_signs_the_longest_idle_one_out(bater):
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        sign_in(browser)
    assert [browser.get("/account/").status_code for browser in browsers] == [302, 200, 200, 200]
