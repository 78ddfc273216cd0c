"""A form that is sent after the session is over: it is there again, or its loss is told."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from django.test import Client

from fupin.accounts import unfinished
from fupin.accounts.models import Posting
from fupin.core import clock
from fupin.registry.tests.households import family

PASSWORD = "Caoyuan-2018-hao"
pytestmark = pytest.mark.django_db


@pytest.fixture
def household(cast):
    for user in (cast.township_officer, cast.other_township_officer):
        user.set_password(PASSWORD)
        user.save()
    return family(cast.village, by=cast.township_officer)


def timed_out(client: Client) -> Client:
    """The browser of somebody who went away for a day."""
    session = client.session
    session["signed_in_at"] = session["seen_at"] = int(time.time()) - 86_400
    session.save()
    return client


def sign_in(client: Client, user, follow: str):
    return client.post("/sign-in/", {"username": user.username, "password": PASSWORD, "next": follow})


class Fields(HTMLParser):
    """What the form of a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.select = ""

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "select":
            self.select = told["name"]
        elif tag == "option" and "selected" in told:
            self.sent[self.select] = told["value"]
        elif tag == "input" and told.get("type") != "checkbox" and told.get("name"):
            self.sent[told["name"]] = told.get("value", "")


def form_of(client: Client, address: str) -> dict[str, str]:
    fields = Fields()
    page = client.get(address).content.decode()
    fields.feed(page[page.index('<main id="content"') :])
    return fields.sent


def test_what_was_typed_is_there_after_signing_in_and_is_sent(cast, household, client_of):
    client = client_of(cast.township_officer)
    address = f"/households/{household.number}/change/"
    typed = form_of(client, address) | {"natural_village": "东浩特"}
    answer = timed_out(client).post(address, typed)
    assert answer["Location"] == "/sign-in/?next=%2Fsign-in%2Funfinished%2F"
    assert "没有丢" in client.get(answer["Location"]).content.decode()
    assert sign_in(client, cast.township_officer, "/sign-in/unfinished/")["Location"] == "/sign-in/unfinished/"
    page = client.get("/sign-in/unfinished/").content.decode()
    assert f'action="{address}"' in page
    assert '<input type="hidden" name="natural_village" value="东浩特">' in page
    assert client.post(address, form_of(client, "/sign-in/unfinished/")).status_code == 302
    assert client.get("/sign-in/unfinished/")["Location"] == "/", "what was sent is not offered a second time"
    assert "东浩特" in client.get(f"/households/{household.number}/").content.decode()


def test_another_person_at_the_same_browser_sees_nothing_of_it(cast, household, client_of):
    client = timed_out(client_of(cast.township_officer))
    client.post(f"/households/{household.number}/change/", {"natural_village": "东浩特"})
    sign_in(client, cast.other_township_officer, "/")
    assert client.get("/sign-in/unfinished/")["Location"] == "/"
    client.post("/sign-out/")
    sign_in(client, cast.township_officer, "/")
    assert client.get("/sign-in/unfinished/")["Location"] == "/"


def test_it_lies_sealed_and_not_for_long(cast, household, client_of, monkeypatch):
    client = timed_out(client_of(cast.township_officer))
    client.post(f"/households/{household.number}/change/", {"natural_village": "dong-haote"})
    assert "dong-haote" not in str(dict(client.session))
    sign_in(client, cast.township_officer, "/")
    monkeypatch.setattr(unfinished, "KEPT_SECONDS", -1)
    assert client.get("/sign-in/unfinished/")["Location"] == "/"


def test_it_is_sent_for_the_posting_it_was_typed_for(cast, household, client_of):
    second = Posting.objects.create(
        user=cast.township_officer, division=cast.other_township, role="helper", valid_from=clock.today()
    )
    client = client_of(cast.township_officer)
    client.post("/act-for/", {"posting": second.pk})
    timed_out(client).post(f"/households/{household.number}/change/", {"natural_village": "东浩特"})
    sign_in(client, cast.township_officer, "/")
    client.get("/sign-in/unfinished/")
    assert client.get("/").wsgi_request.posting.pk == second.pk


OWN, TOKEN = "http://testserver", "a" * 32


def strict(client: Client, **headers: str) -> Client:
    """The same browser at a server that checks tokens, as ours does; its token is another than that of the form."""
    checked = Client(enforce_csrf_checks=True, headers=headers)
    checked.cookies = client.cookies
    checked.cookies["csrftoken"] = TOKEN
    return checked


def test_a_form_of_ours_whose_token_is_of_an_earlier_signing_in_is_offered_and_done_when_confirmed(
    cast, household, client_of
):
    client = client_of(cast.township_officer)
    address = f"/households/{household.number}/change/"
    typed = form_of(client, address) | {"natural_village": "东浩特", "csrfmiddlewaretoken": "b" * 32}
    browser = strict(client, Origin=OWN)
    assert browser.post(address, typed)["Location"] == "/sign-in/unfinished/"
    assert "东浩特" not in browser.get(f"/households/{household.number}/").content.decode()
    page = browser.get("/sign-in/unfinished/").content.decode()
    assert "东浩特" in page
    assert "提交人：" in page
    assert "甘旗卡镇" in page
    assert browser.post(address, form_of(browser, "/sign-in/unfinished/")).status_code == 302
    assert "东浩特" in browser.get(f"/households/{household.number}/").content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://friend.example"},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": OWN, "Sec-Fetch-Site": "same-site"},
        {"Referer": "http://testserver/households/"},
    ],
)
def test_a_form_from_elsewhere_is_neither_done_nor_kept(cast, household, client_of, headers, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["http://friend.example"]
    browser = strict(client_of(cast.township_officer), **headers)
    answer = browser.post(f"/households/{household.number}/change/", {"natural_village": "东浩特"})
    assert answer.status_code == 403
    assert "没有提交" in answer.content.decode()
    assert unfinished.HELD not in browser.session


def test_a_piece_of_a_page_whose_token_does_not_fit_is_told_in_its_place(cast, household, client_of):
    browser = strict(client_of(cast.township_officer), Origin=OWN)
    answer = browser.post("/duplicates/search/", {"x": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "<html" not in answer.content.decode()
    assert "页面已过期" in answer.content.decode()
    assert unfinished.HELD not in browser.session


def test_a_request_of_the_api_without_its_token_is_not_kept(cast, household, client_of):
    browser = strict(client_of(cast.township_officer), Origin=OWN)
    assert browser.post("/api/v1/households", {"natural_village": "x"}).status_code in (403, 415, 422)
    assert unfinished.HELD not in browser.session


@pytest.mark.parametrize(
    ("address", "typed"),
    [("/account/password/", {"present": PASSWORD, "new": "x"}), ("/households/1/change/", {"note": "长" * 200_000})],
)
def test_secrets_and_what_is_too_much_are_not_kept_and_that_is_told(cast, household, client_of, address, typed):
    client = timed_out(client_of(cast.township_officer))
    answer = client.post(address, typed)
    assert unfinished.HELD not in client.session
    assert "没有提交" in client.get(answer["Location"]).content.decode()
