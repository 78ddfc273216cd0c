"""The frame that every screen stands in."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, reverse

from fupin.core import people
from fupin.core.models import AuditEntry
from fupin.core.templatetags import fupin as tags

THIN = "\u202f"


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (1234567, None, f"1{THIN}234{THIN}567"),
        (999, None, "999"),
        (Decimal("1234.5"), None, f"1{THIN}234.5"),
        (Decimal("2.345"), 2, "2.35"),
        (Decimal("2.5"), 0, "3"),
        (None, None, "—"),
        ("甲", None, "甲"),
    ],
)
def test_numbers_are_shown_with_thin_spaces(value, decimals, shown):
    assert tags.number(value, decimals) == shown


def test_money_is_shown_in_yuan():
    assert tags.yuan(123456789) == f"1{THIN}234{THIN}567.89"
    assert tags.yuan(150, 0) == "2"
    assert tags.yuan(None) == "—"


def test_a_ratio_is_shown_as_a_percentage():
    assert tags.share("0.0123") == "1.23%"


def test_someone_who_is_not_signed_in_is_sent_to_the_sign_in_page(client, db):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


def test_the_menu_offers_only_what_the_posting_may_do(client_of, cast):
    from fupin.config.frame import address
    from fupin.config.navigation import DUTIES

    page = client_of(cast.village_officer).get("/").content.decode()
    for _, duties in DUTIES:
        for duty in duties:
            if duty.permission in ("accounts.view", "audit.view", "rulebook.change") and address(duty.name):
                assert f'href="{address(duty.name)}"' not in page, duty.name


def test_the_bar_names_each_reader_and_the_duties_mark_where_each_stands(client_of, cast):
    banner, village = client_of(cast.banner_officer), client_of(cast.village_officer)
    for browser, own, other in (
        (banner, "banner_officer", "village_officer"),
        (village, "village_officer", "banner_officer"),
    ):
        home, households = (browser.get(path).content.decode() for path in ("/", "/households/?q=%22x"))
        for page in (home, households):
            assert f">{own}<" in page
            assert f">{other}<" not in page
        assert '<a href="/" aria-current="page">' in home
        assert '<a href="/households/" aria-current="page">' in households
        assert 'name="next" value="/households/?q=%22x"' in households
        assert 'name="q" value="&quot;x"' in households


def test_a_reader_stands_at_one_duty_at_a_time(client_of, cast):
    page = client_of(cast.banner_officer).get("/comparison/pairs/").content.decode()
    duties = page.split('class="duties')[1].split("</nav>")[0]
    assert duties.count('aria-current="page"') == 1
    assert '<a href="/comparison/pairs/" aria-current="page">' in duties


def test_looking_back_is_said_on_every_page_and_today_ends_it(client_of, cast):
    browser = client_of(cast.banner_officer)
    browser.post("/as-of/", {"day": "2016-12-31", "next": "/"})
    assert "正在查看 2016-12-31 的登记情况" in browser.get("/").content.decode()
    browser.post("/as-of/", {"day": "", "next": "/"})
    assert "正在查看" not in browser.get("/").content.decode()


def test_a_day_to_come_is_today(client_of, cast):
    browser = client_of(cast.banner_officer)
    browser.post("/as-of/", {"day": date(2999, 1, 1).isoformat()})
    assert "正在查看" not in browser.get("/").content.decode()


def test_what_is_no_day_is_refused_with_its_reason(client_of, cast):
    answer = client_of(cast.banner_officer).post("/as-of/", {"day": "昨天"})
    assert answer.status_code == 422
    assert "不是日期" in answer.content.decode()


def test_the_page_to_return_to_is_never_another_site(client_of, cast):
    answer = client_of(cast.banner_officer).post("/as-of/", {"day": "", "next": "https://example.org/"})
    assert answer.headers["Location"] == "/"


def test_a_missing_page_says_what_to_do(client_of, cast):
    answer = client_of(cast.banner_officer).get("/nothing-here/")
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()


def test_a_demonstration_is_marked_as_synthetic(client_of, cast, settings):
    settings.DEMONSTRATION = True
    assert "演示数据" in client_of(cast.banner_officer).get("/").content.decode()
    settings.DEMONSTRATION = False
    assert "演示数据" not in client_of(cast.banner_officer).get("/").content.decode()


def test_the_language_can_be_switched():
    try:
        assert reverse("set_language") == "/language/"
    except NoReverseMatch:
        pytest.fail("no address for the language switch")


@pytest.mark.django_db
def test_the_program_itself_is_named_in_words_and_a_user_of_that_name_by_the_name():
    entries = [
        AuditEntry(actor="system", actor_id=None),
        AuditEntry(actor="system", actor_id=7),
        AuditEntry(actor="banner", actor_id=8),
    ]
    assert people.named(entries) == ["系统", "system", "banner"]


def test_a_notice_says_only_what_it_is_given():
    """A page has its own `line` and `lines`: a notice that saw them said those in place of the reason."""
    loose = [
        str(path)
        for path in (Path(__file__).parent.parent / "fupin").rglob("*.html")
        for tag in re.findall(r'{% include "core/parts/notice.html"[^%]*%}', path.read_text(encoding="utf-8"))
        if not tag.endswith(" only %}")
    ]
    assert loose == []


def test_every_button_that_takes_something_along_has_what_it_takes():
    """The button looks for a script of that id: without it a click does nothing at all."""
    found = []
    for path in (Path(__file__).parent.parent / "fupin").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for source in re.findall(r'{% take_along "([^"]*)" %}|data-picture="([^"]*)"', text):
            name = "".join(source)
            found.append(name)
            assert f'json_script:"{name}"' in text, (path.name, name)
    assert len(found) >= 5
