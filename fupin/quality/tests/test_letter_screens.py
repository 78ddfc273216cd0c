"""Letters on screen: drawn up, confirmed by another, taken with a purpose, printed, answered, arranged."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from fupin.core import clock, jobs
from fupin.core.models import AuditEntry
from fupin.quality.comparison.letters import views
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.models import Exchange
from fupin.quality.models import Ticket
from fupin.quality.tests.letters import compared, drafted, later, sent, taken, workbook
from fupin.quality.tests.test_comparison import number_of
from fupin.registry.tests.households import family, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def at(name: str, letter: Letter) -> str:
    return reverse(f"comparison:{name}", args=[letter.pk])


def test_a_letter_goes_from_draft_to_answer(client_of, cast, household):
    first, second = client_of(cast.banner_officer), client_of(cast.second_banner_officer)
    data = {
        "source": "deaths", "division": cast.banner.pk, "whom": "all", "way": "file", "number": "左中比函1号",
        "purpose": "年度核查", "holds_on": str(clock.today()), "due_on": str(later(20)),
    }  # fmt: skip
    assert first.post(reverse("comparison:letter_new"), data).status_code == 302
    letter = Letter.objects.get()
    assert 'hx-trigger="every 2s"' in first.get(at("letter", letter)).content.decode()
    jobs.run_pending()
    letter.refresh_from_db()
    page = first.get(at("letter", letter)).content.decode()
    assert "送复核" in page
    assert "未经复核，不得用印" in first.get(at("letter_print", letter)).content.decode()
    assert number_of("宝音") not in page
    first.post(at("letter_act", letter), {"act": "submit"})
    assert "等待另一人复核" in first.get(at("letter", letter)).content.decode()
    second.post(at("letter_act", letter), {"act": "confirm"})
    first.post(at("letter_list", letter), {"purpose": ""})
    assert not AuditEntry.objects.filter(act="letter.take").exists()
    answer = first.post(at("letter_list", letter), {"purpose": "发函给公安局"})
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert unquote(answer["Content-Disposition"]).endswith("比对名单 左中比函1号.xlsx")
    first.post(at("letter_act", letter), {"act": "send"})
    printed = first.get(at("letter_print", letter)).content.decode()
    assert "关于商请协助核查" in printed
    assert "不得用印" not in printed
    assert "户口登记条例" in printed
    letter.refresh_from_db()
    rows = taken(letter, cast.banner_officer)
    result, event = rows[0].index("查询结果"), rows[0].index("户籍状态")
    for row in rows[1:]:
        row[result], row[event] = ("查有", "死亡") if row[2] == "宝音" else ("查无", "")
    file = SimpleUploadedFile("回函.xlsx", workbook(rows[:3]))
    first.post(at("letter_answer", letter), {"file": file})
    jobs.run_pending()
    made = Exchange.objects.get()
    first.post(reverse("comparison:compare", args=[made.pk]))
    jobs.run_pending()
    letter.refresh_from_db()
    assert letter.state == "returned"
    assert "发出后没有返回" in first.get(reverse("comparison:exchange", args=[made.pk])).content.decode()
    assert Ticket.objects.count() <= 1


def test_another_banner_and_a_department_find_no_letter(client_of, cast, household):
    letter = sent(cast)
    other = client_of(cast.other_banner_officer)
    assert other.get(at("letter", letter)).status_code == 404
    assert other.post(at("letter_list", letter), {"purpose": "想看一看"}).status_code == 404
    assert letter.number not in other.get(reverse("comparison:letters")).content.decode()
    department = client_of(cast.department)
    assert department.get(reverse("comparison:letters")).status_code == 403
    assert department.get(at("letter", letter)).status_code == 404


def test_an_overdue_letter_is_marked(client_of, cast, household):
    letter = sent(cast)
    Letter.objects.filter(pk=letter.pk).update(due_on=later(-1))
    assert "逾期未回" in client_of(cast.banner_officer).get(reverse("comparison:letters")).content.decode()


def test_a_strange_column_is_named_on_screen_and_read_again(client_of, cast, household):
    letter, officer = sent(cast), client_of(cast.banner_officer)
    rows = taken(letter, cast.banner_officer)
    rows[0][rows[0].index("查询结果")] = "我局意见"
    officer.post(at("letter_answer", letter), {"file": SimpleUploadedFile("回函.xlsx", workbook(rows))})
    jobs.run_pending()
    made = Exchange.objects.get()
    page = reverse("comparison:arrange", args=[made.pk])
    assert "我局意见" in officer.get(page).content.decode()
    headers = made.preview["headers"]
    mine = str(headers.index("我局意见"))
    refused = officer.post(page, {"result": mine, "line_id": mine, "only_hits": "on"})
    assert refused.status_code == 422
    said = refused.content.decode()
    assert "一列只能是一个栏目" in said
    assert said.count(f'<option value="{mine}" selected>') == 2
    assert 'name="only_hits" checked' in said
    officer.post(page, {"result": str(headers.index("我局意见")), "line_id": str(headers.index("行标识"))})
    jobs.run_pending()
    made.refresh_from_db()
    assert made.state == "ready"


def test_letters_beyond_the_first_page_are_found(client_of, cast, household, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 1)
    older, newer, officer = drafted(cast), drafted(cast), client_of(cast.banner_officer)
    first = officer.get(reverse("comparison:letters")).content.decode()
    assert (newer.number in first, older.number in first) == (True, False)
    second = officer.get(reverse("comparison:letters"), {"after": newer.pk}).content.decode()
    assert (newer.number in second, older.number in second, 'rel="next"' in second) == (False, True, False)


def test_a_letter_that_was_sent_back_is_said_anew_with_another_list(client_of, cast, household):
    letter = drafted(cast, whom="registered")
    first, second = client_of(cast.banner_officer), client_of(cast.second_banner_officer)
    assert letter.persons == 0
    assert at("letter_change", letter) in first.get(at("letter", letter)).content.decode()
    shown = first.get(at("letter_change", letter)).content.decode()
    assert letter.purpose in shown
    assert 'name="source"' not in shown
    data = {"whom": "all", "way": "file", "number": letter.number, "purpose": "专项核查", "holds_on": str(clock.today()),
            "due_on": str(later(20))}  # fmt: skip
    assert first.post(at("letter_change", letter), data).status_code == 302
    letter.refresh_from_db()
    assert (letter.whom, letter.purpose, letter.persons, letter.prepared_at) == ("all", "专项核查", 0, None)
    jobs.run_pending()
    letter.refresh_from_db()
    assert letter.persons > 0
    first.post(at("letter_act", letter), {"act": "submit"})
    refused = first.post(at("letter_change", letter), data | {"purpose": "另一用途"})
    assert "须先退回才能修改" in refused.content.decode()
    second.post(at("letter_act", letter), {"act": "send_back", "note": "用途不对"})
    assert first.post(at("letter_change", letter), data | {"purpose": "另一用途"}).status_code == 302
    assert AuditEntry.objects.filter(act="letter.change").count() == 2


def test_what_is_wrong_in_a_changed_letter_stands_in_the_form_and_nothing_changes(client_of, cast, household):
    letter, other = drafted(cast), drafted(cast)
    data = {"whom": "all", "way": "file", "number": other.number, "purpose": "专项核查", "holds_on": str(clock.today()),
            "due_on": str(later(20))}  # fmt: skip
    answer = client_of(cast.banner_officer).post(at("letter_change", letter), data)
    assert answer.status_code == 400
    assert "该文号已用于另一份比对函" in answer.content.decode()
    assert Letter.objects.get(pk=letter.pk).prepared_at is not None
    assert client_of(cast.other_banner_officer).get(at("letter_change", letter)).status_code == 404


def test_of_many_lines_a_few_are_named_and_all_of_them_are_taken_as_a_file(client_of, cast):
    names = ("宝音", *(f"海山{mark}" for mark in "甲乙丙丁戊己庚"))
    family(cast.village, by=cast.banner_officer,
           members=[member(name, "99" if nth else "01", born=f"19{60 + nth}0101") for nth, name in enumerate(names)])  # fmt: skip
    letter = sent(cast)
    header, *lines = taken(letter, cast.banner_officer)
    first = next(line for line in lines if line[2] == "宝音")
    first[header.index("查询结果")] = "查无"
    made = compared(letter, [header, first], cast.banner_officer)
    client = client_of(cast.banner_officer)
    page = client.get(reverse("comparison:exchange", args=[made.pk])).content.decode()
    assert "等 7 行" in page
    assert "再看 2 行" in page
    address = reverse("comparison:returned_lines", args=[made.pk])
    assert address in page
    answer = client.get(address)
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))
    assert rows[0][:2] == ("情况", "文件中的行")
    assert {row[3] for row in rows[1:]} == set(names) - {"宝音"}
    assert number_of("海山甲") not in str(rows)
    assert AuditEntry.objects.get(act="letter.take_wrong").detail["counts"]["missing"] == 7
    assert client_of(cast.other_banner_officer).get(address).status_code == 404
    assert client_of(cast.department).get(address).status_code == 403


def test_an_answer_without_anything_to_look_at_has_no_file_of_it(client_of, cast, household):
    letter = sent(cast)
    header, *lines = taken(letter, cast.banner_officer)
    for line in lines:
        line[header.index("查询结果")] = "查无"
    made = compared(letter, [header, *lines], cast.banner_officer)
    client, address = client_of(cast.banner_officer), reverse("comparison:returned_lines", args=[made.pk])
    assert address not in client.get(reverse("comparison:exchange", args=[made.pk])).content.decode()
    assert client.get(address).status_code == 404


def test_why_a_list_cannot_be_drawn_up_is_said_in_the_language_of_who_asked(client_of, cast, household):
    client = client_of(cast.banner_officer)
    client.cookies["django_language"] = "en"
    client.post(reverse("comparison:letter_new"), {
        "source": "deaths", "division": cast.banner.pk, "whom": "all", "way": "file", "number": "函9",
        "purpose": "年度核查", "holds_on": str(clock.today()), "due_on": str(later(20)),
    })  # fmt: skip
    Letter.objects.update(state="waiting")
    jobs.run_pending()
    assert jobs.Job.objects.get(kind="comparison.prepare").message == "The list is drawn up while the letter is a draft"
