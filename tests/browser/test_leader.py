"""A leader asks why the rate is higher here, and arrives at named villages and causes in three clicks."""

import re

from playwright.sync_api import expect


def rate(row):
    """The poverty incidence in a row of the table of divisions."""
    header = row.page.locator("table", has=row.page.locator("th", has_text="贫困发生率")).first.locator("thead th")
    header.first.wait_for()  # the texts of a page that is still on its way are none
    at = next(at for at, text in enumerate(header.all_inner_texts()) if "贫困发生率" in text)
    return float(re.sub(r"[^\d.]", "", row.locator("td, th").nth(at).inner_text()) or 0)


def test_a_leader_gets_from_the_rate_to_villages_and_causes_in_three_clicks(page_of):
    page = page_of("leader")
    page.goto("/")
    page.locator("nav.duties a", has_text="统计").click()  # one
    rows = page.locator("table tbody tr", has=page.locator("a"))
    here, there = (rows.filter(has_text=name).first for name in ("甘旗卡镇", "吉尔嘎朗镇"))
    assert rate(there) > rate(here) > 0
    there.locator("a", has_text="吉尔嘎朗镇").click()  # two
    expect(page.locator("h1")).to_contain_text("吉尔嘎朗镇")
    villages = page.locator("table tbody tr", has_text="吉尔嘎朗嘎查").first
    assert rate(villages) > 0
    causes = page.locator("section, .card", has=page.locator("h2", has_text="按主要致贫原因")).last
    causes.locator("summary").click()  # three
    expect(causes.locator("table")).to_contain_text("因病")
    count = int(causes.locator("tr", has_text="因病").locator("td").last.inner_text())
    causes.locator("tr", has_text="因病").locator("a").first.click()
    assert page.locator("table tbody tr").count() == count


def test_what_is_copied_for_the_groups_chat_says_as_of_when_that_it_is_made_up_and_keeps_numbers(page_of):
    page = page_of("leader", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/statistics/")
    page.locator("button[data-take=text]").first.click()
    page.wait_for_timeout(300)
    text = page.evaluate("navigator.clipboard.readText()")
    assert "截至" in text
    assert "演示数据" in text
    assert "\u202f" not in text
