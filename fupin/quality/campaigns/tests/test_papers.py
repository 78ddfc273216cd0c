"""Paper forms filled in with what is held, and the village's sheet that comes back by the staged import."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from fupin.core import clock
from fupin.core.imports import runs
from fupin.core.models import AuditEntry
from fupin.core.sealing import unseal
from fupin.quality.campaigns import operations, queries
from fupin.quality.campaigns.tests.rounds import line_of, opened, registered, visit
from fupin.registry.models import PersonIdentity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return registered(cast.village, by=cast.banner_officer, house_area_m2=65, is_herder=True, house_grade="")


@pytest.fixture
def row(cast, household):
    return opened(cast)


def forms_of(row):
    return reverse("campaigns:forms", args=[row.pk])


def test_the_form_shows_what_is_held_boxes_for_codes_and_room_for_what_is_missing(cast, client_of, row, household):
    page = client_of(cast.village_officer).get(forms_of(row), {"division": "150522100200"}).content.decode()
    assert household.number in page
    assert "65" in page
    assert "☑ 是" in page
    assert "☐ 结构安全" in page
    assert "受访人签字" in page
    assert "第 1 户，共 1 户" in page
    assert "<svg" in page


def test_numbers_are_masked_unless_somebody_who_may_says_what_for(cast, client_of, row):
    number = unseal(PersonIdentity.objects.order_by("pk").first().number_sealed)
    query = {"division": "150522100200"}
    assert number not in client_of(cast.township_officer).get(forms_of(row), query).content.decode()
    refused = client_of(cast.village_officer).post(forms_of(row), query | {"purpose": "入户核对证件"})
    assert refused.status_code == 422
    assert number not in refused.content.decode()
    assert client_of(cast.township_officer).post(forms_of(row), query | {"purpose": ""}).status_code == 422
    whole = client_of(cast.township_officer).post(forms_of(row), query | {"purpose": "入户核对证件"})
    assert number in whole.content.decode()
    assert AuditEntry.objects.get(act="collection.print_whole").detail == {"purpose": "入户核对证件"}


def test_whoever_works_in_one_village_prints_it_and_takes_its_sheet_without_naming_it(cast, client_of, row, household):
    client = client_of(cast.village_officer)
    page = client.get(reverse("campaigns:households", args=[row.pk])).content.decode()
    assert "打印采集表" in page
    assert "户底表" in page
    assert "改好后交旗县导入" in page
    assert household.number in client.get(forms_of(row)).content.decode()
    sheet = client.get(reverse("campaigns:sheet", args=[row.pk]), {"ledger": "households"})
    assert sheet.status_code == 200
    assert client_of(cast.township_officer).get(forms_of(row)).status_code == 404


def test_whole_numbers_are_printed_for_the_households_that_were_listed_and_no_others(cast, client_of, row, household):
    visit(line_of(household), cast.village_officer)
    other = registered(cast.village, by=cast.banner_officer)
    operations.refresh(pk=row.pk, by=None, on=clock.today())
    page = client_of(cast.township_officer).get(forms_of(row), {"division": "150522100200", "day": str(clock.today())})
    assert other.number not in page.content.decode()
    assert f'name="day" value="{clock.today()}"' in page.content.decode()


def test_each_page_of_a_form_says_whose_it_is(cast, client_of, row, household):
    page = client_of(cast.village_officer).get(forms_of(row)).content.decode()
    assert page.index("<thead>") < page.index(household.number) < page.index("</thead>")


def test_one_household_is_printed_by_itself_and_a_banner_is_not(cast, client_of, row, household):
    client = client_of(cast.village_officer)
    assert client.get(forms_of(row), {"line": line_of(household).pk}).status_code == 200
    assert client_of(cast.banner_officer).get(forms_of(row), {"division": "150522"}).status_code == 404
    assert client_of(cast.other_village_officer).get(forms_of(row), {"line": line_of(household).pk}).status_code == 404


def test_many_forms_cost_as_many_questions_as_one(cast, client_of, row):
    client = client_of(cast.village_officer)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(forms_of(row), {"division": "150522100200"}).status_code == 200
        return len(asked)

    cost()
    one = cost()
    for _n in range(5):
        registered(cast.village, by=cast.banner_officer)
    operations.refresh(pk=row.pk, by=None, on=clock.today())
    assert cost() == one


@pytest.mark.parametrize(("ledger", "header"), [("households", "住房面积"), ("persons", "健康状况")])
def test_the_sheet_of_a_village_has_what_is_held_and_the_stamp_of_the_import(
    cast, client_of, row, household, ledger, header
):
    registered(cast.other_village, by=cast.banner_officer)
    query = {"division": "150522100200", "ledger": ledger}
    answer = client_of(cast.village_officer).get(reverse("campaigns:sheet", args=[row.pk]), query)
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert header in rows[0]
    assert {line[rows[0].index("户编号")] for line in rows[1:]} == {household.number}
    assert "fupin" in book.sheetnames


def test_a_sheet_of_everything_is_not_given(cast, client_of, row):
    answer = client_of(cast.banner_officer).get(reverse("campaigns:sheet", args=[row.pk]), {"ledger": "households"})
    assert answer.status_code != 200


@pytest.mark.parametrize(
    ("ledger", "header", "value"), [("households", "住房面积", 80), ("persons", "健康状况", "长期慢性病")]
)
def test_what_is_changed_in_the_sheet_comes_back_by_the_import_and_counts_in_the_round(
    cast, client_of, row, household, tmp_path, ledger, header, value
):
    answer = client_of(cast.village_officer).get(reverse("campaigns:sheet", args=[row.pk]), {"ledger": ledger})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    page = book.worksheets[0]
    column = [cell.value for cell in page[1]].index(header) + 1
    page.cell(2, column).value = value
    path = tmp_path / f"{ledger}.xlsx"
    book.save(path)
    line = line_of(household)
    assert queries.changes_in([line]) == {line.pk: 0}
    run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=cast.banner_officer, on=clock.today())
    run = runs.stage(run=run, by=cast.banner_officer)
    run = runs.merge(run=runs.accept(run=run, by=cast.banner_officer), by=cast.banner_officer)
    assert (run.updated, run.rejected) == (1, 0)
    assert queries.changes_in([line]) == {line.pk: 1}
    visit(line, cast.village_officer, changed=True)
