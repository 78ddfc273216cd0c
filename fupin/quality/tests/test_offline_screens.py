"""Bringing a workbook back on screen: uploaded, looked at, confirmed, the returned lines taken."""

import io

import openpyxl
import pytest
from django.urls import reverse

from fupin.core import clock, jobs
from fupin.quality.models import Ticket
from fupin.quality.offline.models import AnswerBook
from fupin.quality.tests.findings import found, sweep
from fupin.quality.tests.offline_books import evidence, filled, taken, upload
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
ELSEWHERE = ("不属本辖区", "该户去年已迁往外旗")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def tickets(cast, tmp_path):
    households = [family(cast.village, by=cast.banner_officer) for _each in range(3)]
    sweep(tmp_path, [found(one) for one in households], on=clock.today())
    return list(Ticket.objects.order_by("pk"))


def sent(client, data, **more):
    answer = client.post(reverse("quality:answers"), {"file": upload(data), **more})
    jobs.run_pending()
    return answer


def page_of(client, name, *args, **query):
    return client.get(reverse(f"quality:{name}", args=args), query).content.decode()


def decided(client, book, act):
    answer = client.post(reverse("quality:answers_decide", args=[book.pk]), {"act": act})
    jobs.run_pending()
    book.refresh_from_db()
    return answer


def test_a_workbook_is_uploaded_looked_at_and_confirmed(cast, client_of, tickets):
    client = client_of(cast.village_officer)
    assert reverse("quality:answers") in page_of(client, "tickets")
    said = {tickets[0]: ELSEWHERE, tickets[1]: ("情况属实", "两人均为配偶，已入户核实"), tickets[2]: ("不属本辖区", "")}
    assert sent(client, filled(taken(cast.village_officer), said), evidence=evidence()).status_code == 302
    book = AnswerBook.objects.get()
    page = page_of(client, "answer_book", book.pk)
    assert "确认后提交 2 个答复" in page
    assert "请写明情况" in page
    assert "取回退回的 1 行" in page
    assert decided(client, book, "confirm").status_code == 302
    page = page_of(client, "answer_book", book.pk)
    assert "已提交，待复核" in page
    assert "确认提交" not in page
    # No household of the fixture has two spouses: what was answered "true" is closed by the rule at once.
    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["answered", "closed", "open"]
    answer = client.get(reverse("quality:answers_returned", args=[book.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert "退回的行（1 行）" in str(sheet["A1"].value)
    assert book.file_name in page_of(client, "answers")


def test_what_is_no_workbook_is_told_beside_the_form(cast, client_of, tickets):
    client = client_of(cast.village_officer)
    answer = sent(client, b"%PDF-1.4 nothing")
    assert answer.status_code == 422
    assert "不是表格文件" in answer.content.decode()
    assert sent(client, b"").status_code == 422


def test_a_workbook_that_cannot_be_read_says_why_on_its_page(cast, client_of, tickets):
    client = client_of(cast.village_officer)
    sent(client, taken(cast.village_officer))
    assert "没有填写任何答复" in page_of(client, "answer_book", AnswerBook.objects.get().pk)


def test_a_workbook_is_dropped_and_nothing_is_handed_in(cast, client_of, tickets):
    client = client_of(cast.village_officer)
    sent(client, filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE}))
    book = AnswerBook.objects.get()
    assert decided(client, book, "drop").status_code == 302
    assert book.state == "dropped"
    decided(client, book, "confirm")
    assert set(Ticket.objects.values_list("state", flat=True)) == {"open"}


def test_the_lines_are_narrowed_to_what_becomes_of_them(cast, client_of, tickets):
    client = client_of(cast.village_officer)
    sent(client, filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE, tickets[1]: ("不属本辖区", "")}))
    book = AnswerBook.objects.get()
    assert "请写明情况" not in page_of(client, "answer_book", book.pk, fate="good")
    assert "请写明情况" in page_of(client, "answer_book", book.pk, fate="refused")


def test_nobody_opens_the_workbook_of_another(cast, client_of, tickets):
    sent(client_of(cast.village_officer), filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE}))
    book, client = AnswerBook.objects.get(), client_of(cast.township_officer)
    for name in ("answer_book", "answers_returned", "answers_state"):
        assert client.get(reverse(f"quality:{name}", args=[book.pk])).status_code == 404
    assert client.post(reverse("quality:answers_decide", args=[book.pk]), {"act": "confirm"}).status_code == 404


def test_the_workbook_and_its_page_speak_english_to_who_reads_english(cast, client_of, tickets):
    client = client_of(cast.village_officer, headers={"Accept-Language": "en"})
    data = client.get(reverse("quality:workbook")).content
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    top = next(row for row in sheet.iter_rows() if any(cell.value == "Check mark" for cell in row))
    at = {cell.value: cell.column for cell in top}
    sheet.cell(top[0].row + 1, at["Answer"]).value = "Not in our area"
    sheet.cell(top[0].row + 1, at["What was found out"]).value = "Moved away last year"
    out = io.BytesIO()
    sheet.parent.save(out)
    sent(client, out.getvalue())
    assert "Hand in" in page_of(client, "answer_book", AnswerBook.objects.get().pk)
