"""Publicity on screen: posted after a look at the sheet, proved, objected to on paper, answered, printed, listed."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from fupin.notices.models import Notice, Objection
from fupin.notices.tests.hung import DAY, hung, photograph
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


def at(name: str, *args: object) -> str:
    return reverse(f"notices:{name}", args=args)


def page(client, name: str, *args: object) -> str:
    return client.get(at(name, *args)).content.decode()


@pytest.fixture
def village(cast, client_of, it_is):
    it_is(DAY)
    return client_of(cast.village_officer)


def test_a_list_is_looked_at_and_then_posted(cast, village):
    household = family(cast.village, by=cast.banner_officer, on=date(2018, 1, 1))
    data = {"kind": "register", "place": "village", "division": "150522100200", "whom": "named", "named": household.number,
            "posted_on": str(DAY)}  # fmt: skip
    looked = village.post(at("new"), data | {"act": "preview"})
    assert "预览（尚未张贴）" in looked.content.decode()
    assert "宝音" in looked.content.decode()
    assert not Notice.objects.exists()
    sent = village.post(at("new"), data | {"act": "post"})
    assert sent["Location"] == at("notice", Notice.objects.get().pk)


def test_what_cannot_be_posted_says_why_and_keeps_what_was_typed(cast, village):
    data = {"kind": "register", "place": "village", "division": "150522100200", "whom": "named", "named": "9999",
            "posted_on": str(DAY), "note": "经评议会通过", "act": "post"}  # fmt: skip
    answer = village.post(at("new"), data)
    assert answer.status_code == 422
    assert "没有这些户编号：9999" in answer.content.decode()
    assert "经评议会通过" in answer.content.decode()


def test_the_page_says_what_stands_against_closing_and_takes_the_photograph(cast, village):
    notice = hung(cast)
    before = page(village, "notice", notice.pk)
    assert "公示期未满，应公示至 2018-03-12" in before
    assert "缺少张贴照片" in before
    village.post(at("prove", notice.pk), {"files": photograph(), "on": str(DAY)})
    after = page(village, "notice", notice.pk)
    assert "缺少张贴照片" not in after
    shown = village.get(at("photograph", notice.pk, notice.proofs.get().pk))
    assert shown["Content-Type"] == "image/jpeg"


def test_an_objection_on_paper_gets_a_receipt_and_the_township_answers_it(cast, village, client_of):
    notice = hung(cast)
    data = {"channel": "paper", "raised_on": str(DAY), "line": "1", "who": "那顺", "what": "户主名下有轿车"}
    sent = village.post(at("object", notice.pk), data)
    made = Objection.objects.get()
    receipt = village.get(sent["Location"]).content.decode()
    assert receipt.count(made.receipt) >= 2
    assert "那顺" not in receipt
    assert village.get(at("objection", made.pk)).status_code == 404
    township = client_of(cast.township_officer)
    assert "户主名下有轿车" in page(township, "objection", made.pk)
    township.post(at("objection", made.pk), {"outcome": "rejected", "reason": "入户核实，车辆已报废", "on": str(DAY)})
    assert "异议不成立" in page(village, "notice", notice.pk)


def test_the_print_has_the_sheet_its_code_and_room_for_the_seal(cast, village):
    notice = hung(cast)
    text = page(village, "print", notice.pk)
    assert all(
        part in text for part in ("<svg", notice.code, "（盖章）", "扫码打开公示记录（须登录）", notice.sha256[:16])
    )


def test_taken_down_nothing_more_is_offered(cast, village):
    notice = hung(cast)
    village.post(at("take_down", notice.pk), {"reason": "名单有误"})
    text = page(village, "notice", notice.pk)
    assert "公示已撤下" in text
    assert at("take_down", notice.pk) not in text


def test_the_list_is_narrowed_and_taken_along_without_names(cast, village):
    notice = hung(cast)
    assert at("notice", notice.pk) in page(village, "list")
    assert at("notice", notice.pk) not in village.get(at("list") + "?show=objections").content.decode()
    assert at("notice", notice.pk) in village.get(at("list") + "?show=unproved&state=posted").content.decode()
    book = load_workbook(io.BytesIO(village.get(at("workbook")).content))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert notice.code in cells
    assert "宝音" not in cells


def test_a_title_that_begins_like_a_formula_is_harmless_in_the_workbook(cast, village):
    hung(cast, title='=HYPERLINK("http://x")')
    book = load_workbook(io.BytesIO(village.get(at("workbook")).content))
    assert '\'=HYPERLINK("http://x")' in [cell.value for row in book.active.iter_rows() for cell in row]


def test_a_household_typed_with_markup_is_shown_as_text(cast, village):
    household = family(cast.village, by=cast.banner_officer, on=date(2018, 1, 1), village_group="<b>三组")
    assert "&lt;b&gt;三组" in page(village, "notice", hung(cast, household).pk)


def test_the_next_village_sees_nothing_of_it(cast, village, client_of):
    notice = hung(cast)
    other = client_of(cast.other_village_officer)
    assert other.get(at("notice", notice.pk)).status_code == 404
    assert at("notice", notice.pk) not in page(other, "list")
