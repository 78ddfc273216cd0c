"""Whatever is taken out of a demonstration says that it is made up; nothing else does."""

from __future__ import annotations

import csv
import io
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from fupin.api.tests.calls import Program
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
MARK = "演示数据，全部由程序合成"


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.village_officer)


def taken(browser: Client, address: str) -> tuple[str, bytes]:
    answer = browser.get(address)
    assert answer.status_code == 200
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return unquote(answer.headers["Content-Disposition"]), data


ROADS = ("/households/export/?format=csv", "/audit/export/", "/ledgers/guarantee_findings/export/",
         "/national/keying/file/", "/imports/template/households/")  # fmt: skip


@pytest.mark.parametrize("address", ROADS)
def test_the_name_of_a_file_says_so(cast, client_of, household, settings, address):
    browser = client_of(cast.banner_officer)
    plain, _data = taken(browser, address)
    settings.DEMONSTRATION = True
    marked, _data = taken(browser, address)
    assert "合成" not in plain
    assert "合成数据-" in marked
    assert marked.rpartition("合成数据-")[2].strip('"') in plain


def test_every_row_of_a_list_says_so(cast, client_of, household, settings):
    browser = client_of(cast.banner_officer)
    _name, plain = taken(browser, "/households/export/?format=csv")
    settings.DEMONSTRATION = True
    _name, marked = taken(browser, "/households/export/?format=csv")
    (row,) = csv.DictReader(io.StringIO(marked.decode("utf-8-sig")))
    assert row["合成数据"] == MARK
    assert MARK not in plain.decode()


def test_the_keying_list_says_so_in_its_title(cast, client_of, settings):
    settings.DEMONSTRATION = True
    _name, data = taken(client_of(cast.banner_officer), "/national/keying/file/")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert MARK in [cell.value for cell in sheet[1]]


def test_a_file_that_a_program_takes_says_so_too(cast, household, settings):
    settings.DEMONSTRATION = True
    answer = Program(cast.banner_officer).get("/households/export")
    assert "合成数据-households" in unquote(answer.headers["Content-Disposition"])


def test_a_made_up_household_is_printed_as_such_anywhere(cast, client_of, household):
    browser, page = client_of(cast.banner_officer), reverse("registry:print", args=[household.number])
    for is_synthetic in (True, False):
        household.is_synthetic = is_synthetic
        household.save()
        assert ("全部由程序合成" in browser.get(page).content.decode()) is is_synthetic
