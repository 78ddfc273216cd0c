"""The export of the month arrives: what differs is known, and what must be keyed in there is a list."""

import csv
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


def take_over_the_first(page_of, export):
    """One officer asks for the first household that is new there, the other confirms; the number there."""
    page = page_of("banner_officer")
    page.goto(export)
    page.locator("#national-figures a", has_text="那边新增").first.click()
    box = page.locator("input[name=number]").first
    number = box.get_attribute("value")
    box.check()
    page.fill("#id_document", "后旗扶办〔2018〕9号")
    page.fill("#id_on", "2018-12-01")
    page.click("main form button.btn-primary")
    second = page_of("second_banner_officer")
    second.goto("/national/taking-over/")
    second.click("button[value=confirm]")
    expect(second.locator("button[value=confirm]")).to_have_count(0)
    return number


def keyed_in_there(path, target, number, header, text):
    """The next export, after somebody has keyed a value in there."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        if line["户编号"] == number:
            line[header] = text
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return target


def test_what_was_keyed_in_there_is_ticked_off_by_the_next_export(page_of, tmp_path):
    village = "150522100203"
    made.write(Order(HOUSEHOLDS, village, seed=5), tmp_path, "csv")
    page = page_of("banner_officer")
    bring_in(page, tmp_path / "national_household.csv")
    export = page.url
    bring_in(page, tmp_path / "national_person.csv")
    number = take_over_the_first(page_of, export)
    page.goto(f"/households/?division={village}")
    page.locator("td.lead-cell a").first.click()
    page.click("main a[href$='/change/']")
    page.fill("#id_house_area_m2", "77")
    page.click("text=提交")
    page.wait_for_url("**/households/*/")
    bring_in(page, tmp_path / "national_household.csv")
    assert figure(page, "不一致") == 1
    page.goto("/national/keying/")
    expect(page.locator("#keying-list")).to_contain_text("住房面积")
    expect(page.locator("#keying-list")).to_contain_text("77")
    bring_in(page, keyed_in_there(tmp_path / "national_household.csv", tmp_path / "next.csv", number, "住房面积", "77"))
    assert figure(page, "本次销号") == 1
    page.goto("/national/keying/")
    expect(page.locator("main")).not_to_contain_text("住房面积")
    page.goto("/national/keying/?state=done")
    expect(page.locator("#keying-list")).to_contain_text("住房面积")
