"""Every screen, in a real browser: usable by everybody, at every width, in both languages."""

import re

import pytest

from tests.browser.conftest import serious
from tests.browser.screens import SCREENS

_known: dict[str, str] = {}


def address(page, path):
    """The address of a screen, with the first household and person of the list filled in."""
    if "{" in path and not _known:
        page.goto("/households/")
        household = page.get_attribute("table tbody a[href^='/households/']", "href")
        page.goto(household)
        person = page.get_attribute("table tbody a[href^='/persons/']", "href")
        _known.update(household=household.strip("/").split("/")[1], person=person.strip("/").split("/")[1])
    return path.format(**_known)


@pytest.mark.parametrize(("user", "path"), SCREENS)
def test_axe_finds_nothing_serious_on_the_screen(page_of, user, path):
    page = page_of(user)
    page.goto(address(page, path))
    page.wait_for_load_state("networkidle")
    assert serious(page) == []


@pytest.mark.parametrize("path", ["/", "/households/", "/households/{household}/", "/households/{household}/change/"])
def test_axe_finds_nothing_serious_in_the_dark_and_on_a_phone(page_of, path):
    page = page_of("township_officer", width=390, height=844, color_scheme="dark")
    page.goto(address(page, path))
    page.wait_for_load_state("networkidle")
    assert serious(page) == []


@pytest.mark.parametrize(("user", "path"), SCREENS)
def test_the_screen_reflows_at_400_percent(page_of, user, path):
    """1280 × 1024 at 400 % is 320 × 256: nothing may need scrolling in two directions (WCAG 1.4.10)."""
    page = page_of(user, width=320, height=256)
    page.goto(address(page, path))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("user", "path"), SCREENS)
def test_the_english_screen_says_nothing_in_chinese_but_names(page_of, user, path):
    """Headings, buttons and menu: names of people, places and codes of the register stay what they are."""
    page = page_of(user, language="en")
    page.goto(address(page, path))
    shown = page.eval_on_selector_all(
        "nav.duties a, nav.quick a, main button, label, th, .page-top .btn", "found => found.map(one => one.innerText)"
    )
    chinese = [text for text in shown if re.search("[\u4e00-\u9fff]", text)]
    names = re.compile("宝音|巴特尔|那顺|王建国|包青格乐图|陈斯日古楞|乌云|其其格|简体中文|甘旗卡|吉尔嘎朗|科尔沁|通辽")
    assert [text for text in chinese if not names.search(text)] == []


def test_the_list_can_be_used_by_keyboard_alone(page_of):
    page = page_of("township_officer")
    page.goto("/households/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    page.keyboard.type("nashun")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=nashun")
    assert "那顺" in page.inner_text("main")


def test_two_browsers_that_change_different_fields_both_win(page_of):
    first, second = page_of("township_officer"), page_of("village_officer")
    path = address(first, "/households/{household}/change/")
    for page in (first, second):
        page.goto(path)
    first.fill("#id_cultivated_mu", "21")
    first.click("text=提交")
    first.wait_for_url("**/households/*/")
    second.fill("#id_road_km", "2.5")
    second.click("text=提交")
    second.wait_for_url("**/households/*/")
    shown = second.inner_text("main")
    assert "21 亩" in shown
    assert "2.5 公里" in shown


def test_two_browsers_that_change_the_same_field_see_it_side_by_side(page_of):
    first, second = page_of("township_officer"), page_of("village_officer")
    path = address(first, "/households/{household}/change/")
    for page in (first, second):
        page.goto(path)
    first.fill("#id_house_area_m2", "91")
    first.click("text=提交")
    first.wait_for_url("**/households/*/")
    second.fill("#id_house_area_m2", "92")
    second.click("text=提交")
    row = second.locator("tr", has_text="住房面积").inner_text()
    assert "91" in row
    assert "92" in row
    second.click("text=提交")
    second.wait_for_url("**/households/*/")
    assert "92 平方米" in second.inner_text("main")
