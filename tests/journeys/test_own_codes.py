"""A code that an office added for its own area: read, offered, labelled and counted there, and refused elsewhere."""

from __future__ import annotations

import csv
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fupin.api.tests.calls import Program
from fupin.bulk import taking
from fupin.bulk.datasets import declared
from fupin.conditions.parsing import BadCondition, parse
from fupin.core import codes
from fupin.core.imports import runs
from fupin.divisions.queries import tree
from fupin.policy.indicators import tables
from fupin.registry.models import HouseholdFact
from fupin.registry.operations import Moving, move_households
from fupin.registry.tests.households import family, id_number
from fupin.registry.tests.test_screens import NUMBER, opened
from fupin.rulebook.operations import CodeProposal, confirm, propose_codes
from fupin.statistics.figures import Reader
from fupin.statistics.periods import read
from fupin.statistics.tables import make

pytestmark = pytest.mark.django_db
SINCE, DAY = date(2018, 6, 1), date(2018, 12, 30)
ELSEWHERE = "150521100200"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


def add(cast, name="main_cause", code="20", label="因市场", label_en="Market", since=SINCE, division=None):
    proposal = CodeProposal(name, division or cast.banner, code, label, label_en, since, "后旗扶贫〔2018〕2号")
    (row,) = propose_codes(proposals=[proposal], by=cast.banner_officer)
    confirm(overrides=[row], by=cast.second_banner_officer, seen={row.pk: bytes(row.digest)})


def give(tmp_path, village, *causes, on=DAY, column="主要致贫原因"):
    path = tmp_path / f"households-{len(list(tmp_path.iterdir()))}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["行政村", "户主姓名", "户主证件号", "合成数据", column])
        writer.writeheader()
        for cause in causes:
            row = {"行政村": village, "户主姓名": "宝音", "户主证件号": id_number(), "合成数据": "是", column: cause}
            writer.writerow(row)
    run = runs.open_run(ledger="households", files=[runs.Given(path, path.name)], by=None, on=on)
    run = runs.stage(run=run, by=None)
    return runs.merge(run=runs.accept(run=run, by=None), by=None) if run.state == "ready" else run


@pytest.mark.parametrize("said", ["20", "因市场", "20 因市场", "Market"])
def test_a_file_of_the_office_may_use_its_code_or_its_word(cast, tmp_path, said):
    add(cast)
    run = give(tmp_path, "150522100200", said)
    assert (run.created, run.rejected) == (1, 0)
    assert HouseholdFact.objects.get().main_cause == "20"


def test_a_file_of_another_office_may_not(cast, tmp_path):
    add(cast)
    run = give(tmp_path, ELSEWHERE, "20", "01")
    assert (run.created, run.rejected, run.reasons) == (1, 1, {"not_a_code": 1})


def test_rows_of_both_in_one_file_are_told_apart(cast, tmp_path):
    add(cast, "water_source", "20", "集中供水站", "Supply station")
    rows = [("150522100200", "20"), (ELSEWHERE, "20"), ("150522100200", "01"), (ELSEWHERE, "集中供水站")]
    path = tmp_path / "both.csv"
    lines = [f"{village},宝音,{id_number()},是,{water}" for village, water in rows]
    path.write_text("\n".join(["行政村,户主姓名,户主证件号,合成数据,饮水情况", *lines]), encoding="utf-8")
    run = runs.open_run(ledger="households", files=[runs.Given(path, path.name)], by=None, on=DAY)
    run = runs.stage(run=run, by=None)
    assert (run.read, run.rejected, run.reasons) == (4, 2, {"not_a_code": 2})


def test_nobody_may_use_it_before_its_day_or_before_it_was_confirmed(cast, tmp_path):
    assert give(tmp_path, "150522100200", "20").rejected == 1
    add(cast)
    assert give(tmp_path, "150522100200", "20", on=date(2018, 5, 31)).rejected == 1
    assert give(tmp_path, "150522100200", "20", on=SINCE).rejected == 0


def test_a_code_that_went_out_of_use_is_refused_from_that_day_and_keeps_its_word(cast, tmp_path):
    add(cast)
    add(cast, label=None, label_en=None, since=date(2018, 12, 1))
    assert give(tmp_path, "150522100200", "20", on=date(2018, 11, 30)).rejected == 0
    assert give(tmp_path, "150522100200", "20").rejected == 1
    assert codes.label("main_cause", "20") == "因市场"


def test_several_codes_in_one_cell_may_mix_both(cast, tmp_path):
    add(cast)
    run = give(tmp_path, "150522100200", "因病、因市场", column="其他致贫原因")
    assert run.rejected == 0, run.reasons
    assert HouseholdFact.objects.get().other_causes == "01,20"


def test_an_import_asks_for_additions_once_a_column_and_not_once_a_row(cast, tmp_path):
    add(cast)

    def asked(rows):
        with CaptureQueriesContext(connection) as found:
            give(tmp_path, "150522100200", *["20", "01"] * rows)
        return sum("rulebook_override" in query["sql"] for query in found), len(found)

    give(tmp_path, "150522100200", "01")
    assert asked(1)[0] == asked(20)[0]


def test_the_form_of_a_household_offers_it_and_the_page_and_the_list_say_its_word(cast, client_of):
    add(cast)
    household = family(cast.village, by=cast.village_officer, main_cause="01")
    browser = client_of(cast.village_officer)
    address = reverse("registry:change", args=[household.number])
    assert "因市场" in browser.get(address).content.decode()
    data = opened(browser, address) | {"happened_on": "2018-09-01", "main_cause": "20"}
    assert browser.post(address, data).status_code == 302
    assert HouseholdFact.objects.open().get().main_cause == "20"
    page = browser.get(reverse("registry:household", args=[household.number]))
    assert "因市场" in page.content.decode()
    english = browser.get(reverse("registry:household", args=[household.number]), headers={"Accept-Language": "en"})
    assert "Market" in english.content.decode()
    listed = browser.get(reverse("registry:households") + "?main_cause=20").content.decode()
    assert household.number in listed
    assert "因市场" in listed


def test_the_form_of_another_office_neither_offers_nor_takes_it(cast, client_of):
    add(cast)
    other = tree().by_code(ELSEWHERE)
    household = family(type("Village", (), {"pk": other.id}), by=cast.other_banner_officer, main_cause="01")
    browser = client_of(cast.other_banner_officer)
    address = reverse("registry:change", args=[household.number])
    assert "因市场" not in browser.get(address).content.decode()
    data = opened(browser, address) | {"happened_on": "2018-09-01", "main_cause": "20"}
    assert browser.post(address, data).status_code == 422
    assert "因市场" not in browser.get(reverse("registry:households_filters")).content.decode()
    assert "因市场" in client_of(cast.village_officer).get(reverse("registry:households_filters")).content.decode()


def test_a_household_that_moved_away_keeps_it_while_something_else_is_changed(cast, client_of):
    add(cast, division=cast.township)
    household = family(cast.village, by=cast.banner_officer, main_cause="20", fuel="01")
    moving = Moving(household=household.pk, village=cast.other_village.pk)
    move_households(movings=[moving], by=cast.banner_officer, on=date(2018, 7, 1))
    browser = client_of(cast.other_village_officer)
    address = reverse("registry:change", args=[household.number])
    data = opened(browser, address)
    assert data["main_cause"] == "20"
    assert browser.post(address, data | {"happened_on": "2018-09-01", "fuel": "02"}).status_code == 302
    fact = HouseholdFact.objects.open().get()
    assert (fact.main_cause, fact.fuel) == ("20", "02")


def test_a_new_household_may_use_it_only_in_a_village_of_the_office(cast, client_of):
    add(cast, division=cast.township)
    browser = client_of(cast.banner_officer)
    address = reverse("registry:register")
    data = opened(browser, address) | {
        "happened_on": "2018-09-01", "village": "150522101200", "head_name": "那顺", "head_id_number": NUMBER,
        "head_document_kind": "01", "main_cause": "20",
    }  # fmt: skip
    refused = browser.post(address, data)
    assert "main_cause" in refused.context["form"].errors
    assert browser.post(address, data | {"village": "150522100200"}).status_code == 302


def test_the_api_takes_it_where_the_office_answers_and_nowhere_else(cast):
    add(cast)
    here = family(cast.village, by=cast.banner_officer)
    there = family(type("Village", (), {"pk": tree().by_code(ELSEWHERE).id}), by=cast.other_banner_officer)
    for user, household, status in ((cast.banner_officer, here, 200), (cast.other_banner_officer, there, 422)):
        program = Program(user)
        tag = program.get(f"/households/{household.number}")["ETag"]
        body = {"values": {"main_cause": "20"}, "on": "2018-09-01"}
        answer = program.ask("PATCH", f"/households/{household.number}", body, If_Match=tag)
        assert answer.status_code == status, answer.content


def test_statistics_count_it_under_its_word(cast):
    add(cast)
    family(cast.village, by=cast.banner_officer, main_cause="20")
    from fupin.registry.models import RegisterStatus

    RegisterStatus.objects.create(household_id=HouseholdFact.objects.get().household_id, status="04", valid_from=SINCE)
    with Reader(taking.current()) as reader:
        made = make(reader, tables()["cause"], tree().by_code("150522"), read("2018"))
    assert [(label, cells[0].value) for label, cells in made.rows] == [("因市场", 1)]


def test_a_condition_may_name_it_and_still_no_code_that_nobody_has(cast):
    households = declared.dataset("households")
    with pytest.raises(BadCondition):
        parse("main_cause = '20'", households)
    add(cast)
    assert parse("main_cause = '20'", households)
    with pytest.raises(BadCondition):
        parse("main_cause = '21'", households)


def test_a_template_lists_it_for_the_officers_of_the_area(cast, client_of, tmp_path):
    add(cast)

    def listed(user):
        answer = client_of(user).get(reverse("registry:import_template", args=["households"]))
        path = tmp_path / f"{user.username}.xlsx"
        path.write_bytes(b"".join(answer.streaming_content))
        return {str(cell.value) for row in openpyxl.load_workbook(path)["代码表"] for cell in row}

    assert "20 因市场" in listed(cast.township_officer)
    assert "20 因市场" not in listed(cast.other_banner_officer)


def test_a_page_with_shipped_codes_only_asks_nothing_of_the_rulebook(cast, client_of):
    household = family(cast.village, by=cast.village_officer, main_cause="01")
    browser, address = client_of(cast.village_officer), reverse("registry:household", args=[household.number])
    browser.get(address)
    with CaptureQueriesContext(connection) as found:
        browser.get(address)
    assert not [query for query in found if "kind" in query["sql"] and "'code'" in query["sql"]]
