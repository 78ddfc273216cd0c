"""The story that the register stands for: an officer of the banner, from the map to a person, and back from Excel."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import books
from tests.browser.instance import PASSWORD

SECONDS = 1000


def figure(page, name):
    """The number on the card of this name."""
    card = page.locator(".figure", has=page.locator(".name", has_text=re.compile(f"^{name}$")))
    return int(re.sub(r"\D", "", card.locator(".value").first.inner_text()))


def standing(page):
    """Every figure that speaks of registered households, from all the screens that show one."""
    page.goto("/")
    page.wait_for_selector("text=建档立卡且未脱贫")
    desk = {"desk": figure(page, "建档立卡且未脱贫"), "all": figure(page, "登记的农牧户")}
    page.goto("/divisions/150522000000/")
    found = {**desk, "banner": figure(page, "建档立卡在册户数")}
    page.goto("/divisions/150522100000/")
    found["township"] = figure(page, "建档立卡在册户数")
    page.goto("/statistics/")
    found["statistics"] = figure(page, "建档立卡在册户数")
    page.goto("/households/?state=registered")
    page.wait_for_selector("text=/共 [0-9 ]+ 户/")
    found["list"] = int(re.search(r"共 ([\d\u202f]+) 户", page.inner_text("main")).group(1).replace("\u202f", ""))
    return found


def standing_is(page, wanted, *, within=60):
    """Wait until every figure is as wanted: what is accepted is on screen within seconds."""
    for _attempt in range(within // 3):
        found = standing(page)
        if found == wanted:
            return
        page.wait_for_timeout(3 * SECONDS)
    assert found == wanted


def upload(page, path):
    """Give a workbook of households to the wizard and wait until it has been checked."""
    page.goto("/imports/")
    page.select_option("#id_ledger", "households")
    page.set_input_files("#id_files", str(path))
    page.click("text=上传并校验")
    page.wait_for_selector("button[value=accept]", timeout=60 * SECONDS)


def accept(page):
    """Confirm, and wait until everything is written."""
    page.click("button[value=accept]")
    page.wait_for_selector("h1 .badge:has-text('已完成')", timeout=60 * SECONDS)


@pytest.mark.parametrize("width", [1440, 390])
def test_an_officer_of_the_banner_gets_from_the_map_to_a_person(page_of, width):
    page = page_of("banner_officer", width=width)
    page.goto("/map/")
    expect(page.locator("h1")).to_contain_text("科尔沁左翼后旗")
    page.click("nav.tabs a[href='?measure=registered_households']")
    tile = page.locator("a.tile", has_text="甘旗卡镇")
    assert int(tile.locator(".num").inner_text()) > 0
    tile.click()
    page.locator("a.tile", has_text="甘旗卡村委会").click()
    expect(page.locator("h1")).to_contain_text("甘旗卡村委会")
    assert figure(page, "建档立卡在册户数") > 0
    page.click("text=户名单")
    page.locator("td.lead-cell a").first.click()
    expect(page.locator("h1")).to_contain_text("户")
    name = page.locator("a[href^='/persons/']").first
    person = name.inner_text()
    name.click()
    expect(page.locator("h1")).to_contain_text(person)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_new_households_come_in_bad_rows_go_back_and_every_figure_moves_by_exactly_those(page_of, tmp_path):
    page = page_of("banner_officer")
    before = standing(page)
    rows = [books.row(name) for name in ("白云", "吴青山", "韩梅")]
    rows += [books.row("赵大地", cause="因为穷"), books.row("李长河", number="15050019600101123")]
    upload(page, books.households(tmp_path / "新识别户.xlsx", rows))
    assert "确认写入 3 行" in page.inner_text("main")
    assert standing(page_of("banner_officer")) == before, "nothing is written before somebody says so"
    accept(page)
    assert (figure(page, "新增"), figure(page, "退回")) == (3, 2)
    with page.expect_download() as download:
        page.click("text=下载退回的行")
    back = tmp_path / download.value.suggested_filename
    download.value.save_as(back)
    found = books.rejected(back)
    assert [(name, header) for name, header, _reason in found] == [("赵大地", "主要致贫原因"), ("李长河", "户主证件号")]
    assert all(reason for _name, _header, reason in found)
    standing_is(page, {name: count + 3 for name, count in before.items()})
    mended = {("赵大地", "主要致贫原因"): "缺资金", ("李长河", "户主证件号"): books.free_number()}
    upload(page, books.correct(back, mended))
    assert "确认写入 2 行" in page.inner_text("main")
    accept(page)
    assert figure(page, "退回") == 0
    standing_is(page, {name: count + 5 for name, count in before.items()})
    page.goto("/search/?q=lichanghe")
    expect(page.locator("main")).to_contain_text("李长河")


def test_a_figure_opens_the_households_it_was_counted_from(page_of):
    page = page_of("banner_officer")
    page.goto("/statistics/")
    count = figure(page, "建档立卡在册户数")
    page.locator(".figure", has_text="建档立卡在册户数").locator("a").click()
    expect(page.locator("h1")).to_contain_text(str(count))
    assert page.locator("table tbody tr").count() == min(count, 50)
    page.go_back()
    page.locator("table a", has_text="甘旗卡镇").first.click()
    expect(page.locator("h1")).to_contain_text("甘旗卡镇")


def tab_to(page, selector, *, most=120):
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _step in range(most):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab")


def test_signing_in_finding_somebody_and_recording_a_change_needs_no_mouse(site, chromium):
    context = chromium.new_context(base_url=site, locale="zh-CN")
    page = context.new_page()
    page.goto("/sign-in/")
    tab_to(page, "input[name=username]")
    page.keyboard.type("township_officer")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('工作台')")
    page.keyboard.press("/")
    page.keyboard.type("nashun")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    tab_to(page, "main a[href^='/persons/'], main a[href^='/households/1']")
    page.keyboard.press("Enter")
    page.wait_for_selector("main a:has-text('登记变化')")
    tab_to(page, "main a[href$='/change/']")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('登记')")
    tab_to(page, "main form button.btn-primary", most=200)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已保存")
    context.close()


def test_a_table_is_imported_without_a_mouse_and_the_page_says_how_far_it_is(page_of, tmp_path):
    page = page_of("banner_officer")
    before = standing(page)
    page.goto("/")
    tab_to(page, "nav a[href='/imports/']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_ledger")
    tab_to(page, "#id_ledger")
    page.keyboard.type("户")
    tab_to(page, "#id_files")
    page.set_input_files("#id_files", str(books.households(tmp_path / "户.xlsx", [books.row("额尔敦")])))
    tab_to(page, "main form button.btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("button[value=accept]", timeout=60 * SECONDS)
    assert "待确认" in page.title(), "a page that was loaded anew is read out by its title"
    tab_to(page, "button[value=accept]")
    page.keyboard.press("Space")
    page.wait_for_selector("h1 .badge:has-text('已完成')", timeout=60 * SECONDS)
    assert "已完成" in page.title()
    standing_is(page, {name: count + 1 for name, count in before.items()})


def test_a_code_is_chosen_in_a_long_list_by_typing(page_of):
    page = page_of("township_officer")
    page.goto("/households/register/")
    tab_to(page, "#id_head_ethnicity-search", most=60)
    page.keyboard.type("蒙古")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#id_head_ethnicity").evaluate("one => one.selectedOptions[0].text") == "蒙古族"
