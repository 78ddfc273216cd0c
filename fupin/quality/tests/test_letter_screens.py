"""Letters on screen: drawn up, confirmed by another, taken with a purpose, printed, answered, arranged."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fupin.core import clock, jobs
from fupin.core.models import AuditEntry
from fupin.quality.comparison.letters import views
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.models import Exchange
from fupin.quality.models import Ticket
from fupin.quality.tests.letters import drafted, later, sent, taken, workbook
from fupin.quality.tests.test_comparison import number_of
from fupin.registry.tests.households import family

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
