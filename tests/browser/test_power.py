"""The power fails in the middle of the work: what was saved is there, what was not is finished, nothing is there twice."""

import re

from fupin.synthetic import write as made
from fupin.synthetic.make import Order
from tests.browser.test_story import upload

SECONDS = 1000
ROWS = 3_000
VILLAGE = "150522102200"


def total(page):
    """How many households of the village the list counts."""
    page.goto(f"/households/?division={VILLAGE}")
    page.wait_for_selector(r"text=/共 [0-9\s]+ 户/")
    return int(re.sub(r"\D", "", re.search(r"共 ([\d\u202f]+) 户", page.inner_text("main")).group(1)))


def written(page, address):
    """How many rows the import says it has written so far."""
    found = re.search(r"([\d\u202f]+) / [\d\u202f]+", page.request.get(f"{address}state/").text())
    return int(re.sub(r"\D", "", found.group(1))) if found else 0


def test_an_import_that_lost_its_power_goes_on_and_writes_every_household_once(page_of, server, tmp_path):
    page = page_of("banner_officer")
    made.write(Order(ROWS, VILLAGE, seed=9), tmp_path, "csv")
    upload(page, tmp_path / "households.csv")
    address = page.url
    page.click("button[value=accept]")
    for _attempt in range(600):
        if written(page, address):
            break
        page.wait_for_timeout(50)
    server.lose_power()
    server.start()
    page.goto(address)
    page.wait_for_selector("h1 .badge:has-text('已完成')", timeout=120 * SECONDS)
    assert total(page) == ROWS
