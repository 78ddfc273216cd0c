"""The evidence of income: files of a household that the items of a year's account rest on."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from PIL import Image

from fupin.core import attachments, clock
from fupin.core.models import Attachment, AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.registry import operations, queries
from fupin.registry.models import Household, IncomeAccount, IncomeEntry, IncomeEvidence
from fupin.registry.operations import AccountSheet, Line
from fupin.registry.tests.households import family

DAY = date(2018, 10, 8)
LINES = (Line("a1", 1_000_000), Line("b2", 500_000), Line("d1", 30_000, "received", date(2018, 3, 5), "一季度"),
         Line("d1", 30_000, "received", date(2018, 6, 5), "二季度"), Line("e2", 100_000))  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    household = family(cast.village, by=cast.village_officer, phone="13800138000")
    write(cast, household, LINES)
    return household


def write(cast: Any, household: Household, lines: Any, year: int = 2018) -> None:
    sheet = AccountSheet(household.pk, year, date(year - 1, 10, 1), date(year, 10, 1), 3, lines)
    operations.enter_accounts(sheets=[sheet], by=cast.village_officer, on=DAY)


def photo(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def upload(colour: str = "red", name: str = "slip.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(colour))


def keep(
    cast: Any, household: Household, name: str = "工资单.jpg", kind: str = "income", colour: str = "red"
) -> Attachment:
    return attachments.store(photo(colour), subject=f"household:{household.pk}", kind=kind, by=cast.village_officer,
                             name=name, on=DAY, division=cast.village.pk)  # fmt: skip


def cite(cast: Any, household: Household, cited: dict[str, list[int]], **more: Any) -> None:
    operations.cite_evidence(**{"household": household.pk, "year": 2018, "cited": cited, "by": cast.village_officer,
                                "on": DAY, **more})  # fmt: skip


def stood(household: Household, year: int = 2018) -> queries.Evidence:
    account = household.income_accounts.get(year=year)
    return queries.evidence_of(account, queries.amounts_of(IncomeEntry.objects.filter(account=account)))


def states(household: Household) -> list[tuple[str, str, str]]:
    return [(one.row.item, one.row.name, one.state.value) for one in stood(household).citations]


def told(act: str) -> list[dict[str, Any]]:
    return [entry.detail for entry in AuditEntry.objects.filter(act=act).order_by("pk")]


def address(household: Household, item: str = "") -> str:
    return reverse(
        f"registry:income{'_evidence' if item else ''}", args=[household.number, 2018, *([item] if item else [])]
    )


def test_a_document_carries_several_items_and_an_item_rests_on_several(cast, household):
    slip, bank = keep(cast, household), keep(cast, household, "银行流水.jpg", "other")
    cite(cast, household, {"a1": [slip.pk, bank.pk], "d1": [bank.pk]})
    found = stood(household)
    assert [(one.number, one.row.item, one.row.attachment_id) for one in found.citations] == [
        (1, "a1", slip.pk), (2, "a1", bank.pk), (2, "d1", bank.pk),
    ]  # fmt: skip
    assert found.rested == {"a1", "d1"}
    assert len(found.amounts) == 4
    assert IncomeAccount.objects.get().version == 2


def test_each_citation_made_and_taken_off_is_an_entry_of_the_trail(cast, household):
    slip, bank = keep(cast, household), keep(cast, household, "银行流水.jpg")
    cite(cast, household, {"a1": [slip.pk], "d1": [slip.pk]})
    cite(cast, household, {"a1": [bank.pk]})
    of_slip, of_bank = ({"attachment": one.pk, "sha256": one.sha256, "year": 2018} for one in (slip, bank))
    assert told("registry.income.cite") == [
        {"item": "a1", "amount_fen": 1_000_000, **of_slip}, {"item": "d1", "amount_fen": 60_000, **of_slip},
        {"item": "a1", "amount_fen": 1_000_000, **of_bank},
    ]  # fmt: skip
    assert told("registry.income.uncite") == [{"item": "a1", **of_slip}]
    assert set(AuditEntry.objects.filter(act="registry.income.cite").values_list("division_id", flat=True)) == {
        cast.village.pk
    }


def test_what_is_cited_already_is_not_cited_twice(cast, household):
    slip = keep(cast, household)
    for _turn in range(2):
        cite(cast, household, {"a1": [slip.pk, slip.pk]})
    assert IncomeAccount.objects.get().version == 2
    assert len(told("registry.income.cite")) == 1


def test_the_signature_stays_as_the_figures_do(cast, household):
    operations.sign_account(household=household.pk, year=2018, by=cast.village_officer, on=DAY)
    cite(cast, household, {"a1": [keep(cast, household).pk]})
    assert IncomeAccount.objects.get().signed_on == DAY


@pytest.mark.parametrize(("more", "refusal", "said"), [
    ({"year": 2017}, NotFound, "没有 2017 年"),
    ({"base_version": 7}, Stale, "已被他人修改"),
    ({"cited": {"a2": []}}, Refused, "没有“行业部门公益岗”"),
    ({"cited": {"zz": []}}, Refused, "不在码表内"),
    ({"cited": {"a1": [1]}}, NotFound, "没有这份材料"),
    ({"cited": {"a1": [2**63]}}, NotFound, "没有这份材料"),
    ({"cited": {"a1": [1] * 21}}, NotFound, "没有这份材料"),
    ({"on": clock.today() + timedelta(days=400)}, Refused, "晚于今天"),
])  # fmt: skip
def test_what_does_not_hold_is_refused_in_words(cast, household, more, refusal, said):
    with pytest.raises(refusal, match=said):
        cite(cast, household, **{"cited": {"a1": []}, **more})
    assert not IncomeEvidence.objects.exists()


def test_a_neighbours_file_and_a_photo_of_the_house_carry_nothing(cast, household):
    neighbour = family(cast.village, by=cast.village_officer)
    theirs = attachments.store(photo(), subject=f"household:{neighbour.pk}", kind="income", by=cast.village_officer)
    with pytest.raises(NotFound, match="没有这份材料"):
        cite(cast, household, {"a1": [theirs.pk]})
    house = keep(cast, household, "房.jpg", "house")
    with pytest.raises(Refused, match=r"“房\.jpg”不能作收入凭证：材料类别应为收入证明、签字页、承诺授权书、其他材料"):
        cite(cast, household, {"a1": [house.pk]})


def test_who_may_not_change_the_account_may_not_cite_for_it(cast, household):
    slip = keep(cast, household)
    for person in (cast.auditor, cast.other_township_officer, cast.helper):
        with pytest.raises(NotAllowed):
            cite(cast, household, {"a1": [slip.pk]}, by=person)
        with pytest.raises(NotAllowed):
            operations.withdraw_file(household=household.pk, file=slip.pk, by=person, reason="传错了户", on=DAY)
    assert Attachment.objects.exists()


def test_one_file_more_than_an_item_can_carry_is_refused_before_it_is_kept(cast, household):
    most = [keep(cast, household, f"{n}.jpg", colour=f"#0000{n:02x}").pk for n in range(20)]
    cite(cast, household, {"a1": most})
    with pytest.raises(Refused, match="最多引用 20 份"):
        cite(cast, household, {"a1": most}, file=upload())
    with pytest.raises(Refused, match="最多引用 20 份"):
        cite(cast, household, {"b2": []}, also=["a1"], file=upload())
    assert Attachment.objects.count() == 20


def test_a_file_shows_the_amount_that_it_was_cited_for_and_no_other(cast, household):
    slip = keep(cast, household)
    cite(cast, household, {"a1": [slip.pk], "b2": [slip.pk]})
    write(cast, household, [Line("a1", 1_200_000), *LINES[1:]])
    assert states(household) == [("a1", "工资单.jpg", "changed"), ("b2", "工资单.jpg", "stands")]
    assert stood(household).rested == {"b2"}
    cite(cast, household, {"a1": [slip.pk]})
    assert stood(household).rested == {"a1", "b2"}
    assert told("registry.income.cite")[-1]["amount_fen"] == 1_200_000


def test_a_file_that_is_added_to_another_item_confirms_nothing_that_was_there(cast, household):
    slip, bank = keep(cast, household), keep(cast, household, "银行流水.jpg")
    cite(cast, household, {"b2": [slip.pk]})
    write(cast, household, [LINES[0], Line("b2", 700_000), *LINES[2:]])
    cite(cast, household, {"a1": [bank.pk]}, also=["b2"])
    assert states(household) == [
        ("a1", "银行流水.jpg", "stands"), ("b2", "工资单.jpg", "changed"), ("b2", "银行流水.jpg", "stands"),
    ]  # fmt: skip
    cite(cast, household, {"a1": [slip.pk]}, also=["b2"])
    assert {(item, state) for item, _name, state in states(household)} == {("a1", "stands"), ("b2", "stands")}
    assert len(states(household)) == 3


def test_an_item_that_leaves_the_account_keeps_its_citation_in_sight(client_of, cast, household):
    cite(cast, household, {"a1": [keep(cast, household).pk]})
    write(cast, household, LINES[1:])
    assert (stood(household).rested, len(stood(household).amounts)) == (frozenset(), 3)
    sheet = client_of(cast.village_officer).get(address(household)).content.decode()
    assert "工资单.jpg" in sheet
    assert "金额已改，引用时为 10\u202f000.00 元" in sheet


def test_a_cited_file_goes_only_with_eyes_open_and_leaves_its_mark(cast, household):
    slip = keep(cast, household)
    cite(cast, household, {"a1": [slip.pk], "d1": [slip.pk]})

    def withdraw(**more: Any) -> None:
        operations.withdraw_file(household=household.pk, file=slip.pk, by=cast.village_officer, reason="传错了户",
                                 on=DAY, **more)  # fmt: skip

    with pytest.raises(Refused, match=r"“工资单\.jpg”是这些收支的凭证：2018 务工收入、2018 "):
        withdraw()
    with translation.override("en"), pytest.raises(Refused, match="2018 Work away from home"):
        withdraw()
    assert stood(household).rested == {"a1", "d1"}
    withdraw(although_cited=True)
    assert states(household) == [("a1", "工资单.jpg", "withdrawn"), ("d1", "工资单.jpg", "withdrawn")]
    assert {one.number for one in stood(household).citations} == {1}
    assert stood(household).rested == frozenset()
    assert IncomeAccount.objects.get().version == 3
    assert [one["reason"] for one in told("registry.income.uncite")] == ["传错了户"] * 2
    assert IncomeEvidence.objects.first().withdrawn_on == DAY
    other = keep(cast, household, "新工资单.jpg")
    cite(cast, household, {"a1": [other.pk]})
    assert states(household)[0] == ("a1", "新工资单.jpg", "stands")
    assert len(states(household)) == 2


def test_a_file_that_nothing_rests_on_goes_as_before(cast, household):
    slip = keep(cast, household)
    operations.withdraw_file(household=household.pk, file=slip.pk, by=cast.village_officer, reason="照片不清", on=DAY)
    assert not Attachment.objects.exists()
    assert IncomeAccount.objects.get().version == 1


def test_the_sheet_shows_what_rests_on_what_and_counts_it(client_of, cast, household):
    slip = keep(cast, household)
    cite(cast, household, {"a1": [slip.pk], "d1": [slip.pk]})
    answer = client_of(cast.village_officer).get(address(household))
    sheet = answer.content.decode()
    assert "4 项收支，2 项有凭证" in sheet
    assert sheet.count("无凭证") == 2
    file = reverse("registry:attachment", args=[household.number, slip.pk])
    assert sheet.count(f'href="{file}"') == 3  # under its two items, and in the list
    assert "凭证清单" in sheet
    assert [(one.number, len(one.items)) for one in answer.context["references"]] == [(1, 2)]
    assert address(household, "a1") in sheet
    assert client_of(cast.village_officer).get(file).status_code == 200
    read_only = client_of(cast.auditor).get(address(household)).content.decode()
    assert "4 项收支，2 项有凭证" in read_only
    assert address(household, "a1") not in read_only


def test_an_account_in_english_counts_its_items(client_of, cast, household):
    cite(cast, household, {"a1": [keep(cast, household).pk]})
    browser = client_of(cast.village_officer)
    sheet = browser.get(address(household), headers={"Accept-Language": "en"}).content.decode()
    assert "1 of 4 items with evidence" in sheet
    assert sheet.count("No evidence") == 3


def test_evidence_is_added_and_ticked_on_screen_for_several_items_at_once(client_of, cast, household):
    bank = keep(cast, household, "银行流水.jpg", "other")
    keep(cast, household, "房.jpg", "house")
    cite(cast, household, {"d1": [bank.pk]})
    browser = client_of(cast.village_officer)
    page = browser.get(address(household, "a1"))
    assert "本项现为 10\u202f000.00 元" in page.content.decode()
    assert [pk for pk, _label in page.context["form"].fields["cited"].choices] == [str(bank.pk)]
    sent = {"version": "2", "cited": [], "others": ["d1"], "file": upload(name="工资单.jpg")}
    assert browser.post(address(household, "a1"), sent).headers["Location"] == address(household)
    assert states(household) == [
        ("a1", "工资单.jpg", "stands"), ("d1", "银行流水.jpg", "stands"), ("d1", "工资单.jpg", "stands"),
    ]  # fmt: skip
    assert set(Attachment.objects.filter(name="工资单.jpg").values_list("kind", flat=True)) == {"income"}


def test_who_was_slower_sees_what_stands_now(client_of, cast, household):
    slip = keep(cast, household)
    cite(cast, household, {"a1": [slip.pk]})
    browser = client_of(cast.village_officer)
    late = browser.post(address(household, "a1"), {"version": "1", "cited": []})
    assert late.status_code == 409
    assert "已被他人修改" in late.content.decode()
    form = late.context["form"]
    assert (form["version"].value(), form["cited"].value()) == (2, [str(slip.pk)])
    assert stood(household).rested == {"a1"}
    damaged = browser.post(address(household, "a1"), {"version": "2", "file": SimpleUploadedFile("x.jpg", b"MZ")})
    assert damaged.status_code == 422
    assert "只接受照片" in damaged.content.decode()
    assert browser.get(address(household, "a2")).status_code == 404


def test_the_screen_that_removes_a_cited_file_says_what_rests_on_it(client_of, cast, household):
    slip = keep(cast, household)
    cite(cast, household, {"a1": [slip.pk]})
    browser = client_of(cast.village_officer)
    remove = reverse("registry:detach", args=[household.number, slip.pk])
    assert "是这些收支的凭证：2018 务工收入" in browser.get(remove).content.decode()
    assert browser.post(remove, {"reason": "传错了户"}).status_code == 422
    assert Attachment.objects.exists()
    assert browser.post(remove, {"reason": "传错了户", "although_cited": "1"}).status_code == 302
    sheet = browser.get(address(household)).content.decode()
    assert "材料已移除" in sheet
    assert sheet.count("无有效凭证") == 1
    assert "4 项收支，0 项有凭证" in sheet


def test_a_sheet_asks_as_many_questions_for_many_citations_as_for_one(client_of, cast, household):
    cite(cast, household, {"a1": [keep(cast, household).pk]})
    browser = client_of(cast.village_officer)

    def asked(where: str) -> int:
        browser.get(where)
        with CaptureQueriesContext(connection) as questions:
            assert browser.get(where).status_code == 200
        return len(questions)

    before = asked(address(household)), asked(address(household, "a1"))
    more = [keep(cast, household, f"{n}.jpg", colour=f"#0000{n:02x}").pk for n in range(6)]
    cite(cast, household, {"a1": more, "b2": more, "d1": more, "e2": more[:2]})
    assert (asked(address(household)), asked(address(household, "a1"))) == before
