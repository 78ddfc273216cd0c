"""The export of the month arrives: what differs is known, and what must be keyed in there is a list."""

import re

from playwright.sync_api import expect

from fupin.synthetic import national as made
from fupin.synthetic.make import Order

VILLAGE = "150522100201"
HOUSEHOLDS = 12


def figure(page, name):
    card = page.locator("#national-figures .figure", has_text=name)
    return int(re.sub(r"\D", "", card.locator(".value").inner_text()))


def bring_in(page, path):
    page.goto("/national/")
    page.set_input_files("#id_file", str(path))
    page.fill("#id_as_of", "2018-12-31")
    page.click("main form button.btn-primary")
    page.wait_for_selector("#national-figures", timeout=60_000)


def test_an_export_as_it_is_shows_what_is_only_there_and_gives_the_list_to_key_in(page_of, tmp_path):
    made.write(Order(HOUSEHOLDS, VILLAGE, seed=3), tmp_path, "csv")
    page = page_of("banner_officer")
    bring_in(page, tmp_path / "national_household.csv")
    new_there = figure(page, "那边新增")
    assert new_there == figure(page, "读取") > 0, "nobody of that village is in the register yet"
    page.locator("#national-figures a", has_text=re.compile("那边新增")).first.click()
    expect(page.locator("main")).to_contain_text("国家系统")
    assert page.locator("table tbody tr").count() == new_there
    page.goto("/national/")
    expect(page.locator("table")).to_contain_text("national_household.csv")
    page.goto("/national/keying/")
    expect(page.locator("h1")).to_contain_text("回录清单")
