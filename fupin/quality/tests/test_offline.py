"""Tickets taken along as a workbook, answered in it without a line, and brought back."""

import io

import openpyxl
import pytest
from django.urls import reverse

from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused
from fupin.core.workbooks.stamps import SHEET
from fupin.quality.models import Ticket
from fupin.quality.offline import marks, taking_out, words
from fupin.quality.tests.findings import found, sweep
from fupin.quality.tests.offline_books import taken
from fupin.quality.words import Answer
from fupin.registry.models import HouseholdCard
from fupin.registry.tests.households import family

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]


@pytest.fixture
def ticket(cast, household, tmp_path):
    sweep(tmp_path, [found(household)], on=clock.today())
    return Ticket.objects.get()


def sheet_of(data):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


def lines_of(data):
    """The lines of a workbook by their headings."""
    rows = [[cell.value for cell in row] for row in sheet_of(data).iter_rows()]
    top = next(at for at, row in enumerate(rows) if "校验码" in row)
    return [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :]]


def test_an_officer_takes_the_open_tickets_along_with_what_is_asked_and_what_is_registered(cast, ticket, household):
    (line,) = lines_of(taken(cast.village_officer))
    assert (line["问题编号"], line["户编号"], line["户主姓名"]) == (str(ticket.pk), household.number, "宝音")
    assert (line["办理期限"], line["办理情况"], line["答复"]) == (ticket.due_on.isoformat(), "待核实", None)
    assert "配偶" in line["核实事项"]
    assert "：2" in line["登记和部门数据"]
    assert marks.read(line["校验码"]).ticket == ticket.pk


def test_the_workbook_says_of_when_it_is_for_where_and_who_took_it_and_which_form_it_has(cast, ticket):
    data = taken(cast.village_officer)
    text = "\n".join(str(row[0].value) for row in sheet_of(data).iter_rows(max_row=4))
    assert cast.village_officer.username in text or cast.village_officer.full_name in text
    assert f"{clock.today():%Y}" in text
    stamp = openpyxl.load_workbook(io.BytesIO(data))[SHEET]
    assert stamp.sheet_state == "hidden"
    assert {row[0].value: row[1].value for row in stamp.iter_rows()}["ledger"] == words.LEDGER


def test_the_answer_is_chosen_from_the_three_that_there_are(cast, ticket):
    sheet = sheet_of(taken(cast.village_officer))
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"已更正,情况属实,不属本辖区"'
    assert sheet[str(rule.sqref).split(":")[0]].row == sheet.max_row


def test_taking_along_stands_in_the_trail_with_the_number_of_lines(cast, ticket):
    taken(cast.village_officer)
    entry = AuditEntry.objects.get(act="ticket.take_out")
    assert (entry.detail["lines"], entry.actor_id) == (1, cast.village_officer.pk)


def test_only_who_may_export_takes_tickets_along_and_only_those_that_are_open_and_the_own(cast, ticket):
    with pytest.raises(NotAllowed):
        taken(cast.helper)
    with pytest.raises(Refused, match="没有可由您答复"):
        taken(cast.other_banner_officer)
    Ticket.objects.update(state="answered", answer=Answer.TRUE, answered_on=clock.today())
    with pytest.raises(Refused, match="没有可由您答复"):
        taken(cast.village_officer)


def test_a_list_that_no_workbook_holds_says_how_to_narrow_it(cast, ticket, monkeypatch):
    monkeypatch.setattr(taking_out, "MOST_LINES", 0)
    with pytest.raises(Refused, match="按嘎查村、规则、承办人或级别筛选"):
        taken(cast.village_officer)


def test_a_name_that_begins_like_a_formula_is_a_text_in_the_workbook(cast, ticket):
    HouseholdCard.objects.update(head_name="=HYPERLINK(1)")
    (line,) = lines_of(taken(cast.village_officer))
    assert line["户主姓名"] == "'=HYPERLINK(1)"


def test_the_number_of_questions_does_not_grow_with_the_tickets(cast, ticket, tmp_path, django_assert_max_num_queries):
    more = [family(cast.village, by=cast.banner_officer) for _each in range(6)]
    sweep(tmp_path, [found(one) for one in [*more, ticket.household]], on=clock.today())
    assert Ticket.objects.filter(state="open").count() == 7
    with django_assert_max_num_queries(60):
        assert len(lines_of(taken(cast.village_officer))) == 7


def test_the_list_offers_its_workbook_with_its_filters(cast, client_of, ticket):
    client = client_of(cast.village_officer)
    page = client.get(reverse("quality:tickets"), {"rule": ticket.rule}).content.decode()
    assert f"{reverse('quality:workbook')}?rule={ticket.rule}" in page
    answer = client.get(reverse("quality:workbook"), {"rule": ticket.rule})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(lines_of(answer.content)) == 1
    assert client.get(reverse("quality:workbook"), {"rule": "ID-001"}).status_code == 422
