"""The screens of the register: acts, conflicts, drafts, what may be taken along, what is revealed."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from fupin.core import audit, clock
from fupin.core.models import Attachment, AuditEntry, Preference
from fupin.core.sealing import check_character
from fupin.registry import operations
from fupin.registry.models import Household, HouseholdCard, HouseholdFact, IncomeAccount, Membership, Person
from fupin.registry.operations import HouseholdChange, change_household
from fupin.registry.tests.households import family, id_number, member
from fupin.registry.views import lists

DAY = "2018-09-01"
NUMBER = "15052219600101123" + check_character("15052219600101123")


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.village_officer, phone="13800138000", fuel="01", main_cause="01")


def screen(name, household, *args):
    return reverse(f"registry:{name}", args=[household.number, *args])


def opened(browser, address):
    """The hidden fields and values of an opened form, as a browser would send them back."""
    form = browser.get(address).context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, list):
            data[bound.html_name] = value
        elif value not in (None, ""):
            data[bound.html_name] = str(value)
    return data


def test_a_household_is_registered_on_screen_once_however_often_it_is_sent(client_of, cast):
    browser = client_of(cast.village_officer)
    data = opened(browser, reverse("registry:register"))
    data |= {
        "happened_on": DAY, "village": "150522100200", "head_name": "那顺", "head_id_number": NUMBER,
        "head_document_kind": "01", "fuel": "02",
    }  # fmt: skip
    first = browser.post(reverse("registry:register"), data)
    assert first.status_code == 302, first.context["form"].errors
    second = browser.post(reverse("registry:register"), data)
    assert second.headers["Location"] == first.headers["Location"]
    assert HouseholdCard.objects.get().head_name == "那顺"


def test_a_number_that_is_wrong_is_refused_with_its_sentence_and_nothing_is_lost(client_of, cast):
    browser = client_of(cast.village_officer)
    data = {"happened_on": DAY, "village": "150522100200", "head_name": "那顺", "head_id_number": "150522196001011230"}
    answer = browser.post(reverse("registry:register"), data)
    assert answer.status_code == 422
    assert "校验码不符" in answer.content.decode()
    assert "那顺" in answer.content.decode()
    assert not Household.objects.exists()


def test_checks_while_typing_say_the_sentence_of_the_rule_and_not_what_is_still_empty(client_of, cast, household):
    answer = client_of(cast.village_officer).post(
        screen("change", household) + "?check=1", {"main_cause": "01", "other_causes": ["01"]}
    )
    said = answer.content.decode()
    assert "其他致贫原因不能与主要致贫原因相同" in said
    assert "请填写" not in said


def test_only_what_was_changed_is_written_and_the_mask_keeps_the_number(client_of, cast, household):
    browser = client_of(cast.village_officer)
    data = opened(browser, screen("change", household))
    assert "****" in data["phone"]
    answer = browser.post(screen("change", household), {**data, "happened_on": DAY, "fuel": "03"})
    assert answer.status_code == 302, answer.context["form"].errors
    assert AuditEntry.objects.get(act="registry.household.change").detail == {"fuel": ["01", "03"]}


def test_the_latest_acts_of_a_household_and_a_person_are_said_in_words(client_of, cast, household):
    person = Membership.objects.filter(household=household).first().person
    for act, subject in (("households.import", f"household:{household.pk}"), ("persons.import", f"person:{person.pk}")):
        audit.record(by=cast.banner_officer, act=act, subject=subject, on=date.fromisoformat(DAY))
    browser = client_of(cast.village_officer)
    pages = [browser.get(address).content.decode() for address in (screen("household", household),
             reverse("registry:person", args=[person.number]))]  # fmt: skip
    assert "导入户资料" in pages[0]
    assert "导入人口资料" in pages[1]
    assert not any(".import" in page for page in pages)


def test_different_fields_of_two_editors_both_hold(client_of, cast, household):
    browser = client_of(cast.village_officer)
    data = opened(browser, screen("change", household))
    change_household(
        changes=[HouseholdChange(household.pk, {"fuel": "03"})], by=cast.township_officer, on=clock.today()
    )
    answer = browser.post(screen("change", household), {**data, "road_km": "2.5"})
    assert answer.status_code == 302, answer.context["form"].errors
    fact = HouseholdFact.objects.open().get(household=household)
    assert (fact.fuel, str(fact.road_km)) == ("03", "2.50")


def test_the_same_field_of_two_editors_is_shown_side_by_side(client_of, cast, household):
    browser = client_of(cast.village_officer)
    data = opened(browser, screen("change", household))
    change_household(
        changes=[HouseholdChange(household.pk, {"fuel": "03"})], by=cast.township_officer, on=clock.today()
    )
    answer = browser.post(screen("change", household), {**data, "fuel": "02"})
    assert answer.status_code == 409
    (conflict,) = answer.context["conflicts"]
    assert (conflict.before, conflict.theirs, conflict.mine) == ("01", "03", "02")
    again = {**opened_again(answer), "fuel": "02", "take_theirs": ["fuel"]}
    assert browser.post(screen("change", household), again).status_code == 302
    assert HouseholdFact.objects.open().get(household=household).fuel == "03"


def opened_again(answer):
    form = answer.context["form"]
    return {name: form.data[name] for name in ("version", "base", "happened_on", "mode") if form.data.get(name)}


def test_a_draft_is_kept_sealed_and_found_again(client_of, cast, household):
    browser = client_of(cast.village_officer)
    address = screen("add_member", household)
    browser.post(address, {"name": "其其格", "id_number": "150522201801011234", "draft": "1"})
    kept = Preference.objects.get(user_id=cast.village_officer.pk)
    assert "150522201801011234" not in json.dumps(kept.value)
    assert "草稿" in browser.get(address).content.decode()
    assert "其其格" in browser.get(address + "?draft=1").content.decode()
    browser.post(address, {"drop_draft": "1"})
    assert not Preference.objects.exists()


def test_members_come_and_leave_on_screen(client_of, cast, household):
    browser = client_of(cast.village_officer)
    answer = browser.post(screen("add_member", household), {
        "happened_on": DAY, "joined_by": "06", "relation": "08", "name": "其其格", "document_kind": "03",
        "id_number": "P1234567",
    })  # fmt: skip
    assert answer.status_code == 302, answer.context["form"].errors
    head = Membership.objects.open().get(household=household, relation="01").person_id
    wife = Membership.objects.open().get(household=household, relation="02").person_id
    leave = {"happened_on": "2018-10-01", "person": head, "left_by": "01"}
    refused = browser.post(screen("remove_member", household), leave)
    assert "请选定新户主" in refused.content.decode()
    assert browser.post(screen("remove_member", household), {**leave, "new_head": wife}).status_code == 302
    assert HouseholdCard.objects.get(household=household).persons == 3


def test_a_household_splits_and_merges_again_on_screen(client_of, cast, household):
    browser = client_of(cast.village_officer)
    son = Membership.objects.open().get(household=household, relation="03").person_id
    split = browser.post(screen("split", household), {"happened_on": DAY, "going": [son], "new_head": son})
    assert split.status_code == 302, split.context["form"].errors
    made = Household.objects.get(number=split.headers["Location"].strip("/").split("/")[-1])
    merge = {"happened_on": "2018-10-01", "into": household.number, f"relation_{son}": "03"}
    assert browser.post(screen("merge", made), merge).status_code == 302
    assert HouseholdCard.objects.get(household=household).persons == 3
    assert "已整户减少" in browser.get(screen("household", made)).content.decode()


def test_households_leave_one_after_the_other_without_a_way_back(client_of, cast, household):
    browser = client_of(cast.village_officer)
    wife, son = (Membership.objects.open().get(household=household, relation=one).person_id for one in ("02", "03"))
    assert "提交并再分一户" in browser.get(screen("split", household)).content.decode()
    first = {"happened_on": DAY, "going": [son], "new_head": son, "again": "1"}
    answer = browser.post(screen("split", household), first)
    assert answer.headers["Location"] == screen("split", household)
    page = browser.get(screen("split", household)).content.decode()
    assert "请继续分出下一户" in page
    assert "提交并再分一户" not in page
    last = {"happened_on": DAY, "going": [wife], "new_head": wife, "again": "1"}
    answer = browser.post(screen("split", household), last)
    assert answer.headers["Location"].startswith("/households/")
    assert HouseholdCard.objects.get(household=household).persons == 1


def test_acts_that_are_not_possible_say_why(client_of, cast, household):
    page = client_of(cast.village_officer).get(screen("household", household)).content.decode()
    assert "身份由识别、退出、监测程序产生" in page
    alone = family(cast.village, by=cast.village_officer, members=[member("那顺", "01")])
    assert "只有一名成员，不能分户" in client_of(cast.village_officer).get(screen("household", alone)).content.decode()
    assert client_of(cast.village_officer).get(screen("split", alone)).status_code == 403


def test_nothing_changes_while_an_earlier_day_is_looked_at(client_of, cast, household):
    browser = client_of(cast.village_officer)
    browser.post("/as-of/", {"day": DAY})
    answer = browser.get(screen("change", household))
    assert answer.status_code == 403
    assert "请先回到今天" in answer.content.decode()


def test_an_account_is_entered_shown_in_words_and_signed(client_of, cast, household):
    browser = client_of(cast.village_officer)
    answer = browser.post(screen("income_new", household), {
        "year": "2018", "window_from": "2017-10-01", "window_to": "2018-09-30", "counted_persons": "3",
        "a1": "10000", "b2": "5000.50", "e2": "1,000",
    })  # fmt: skip
    assert answer.status_code == 302, answer.context["form"].errors
    account = IncomeAccount.objects.get()
    assert (account.net_fen, account.window_to) == (1_400_050, date(2018, 10, 1))
    sheet = browser.get(screen("income", household, 2018)).content.decode()
    assert "＝ 人均纯收入 4\u202f666.83 元" in sheet
    refused = browser.post(screen("income_sign", household, 2018), {"signed_on": "昨天", "version": "1"})
    assert "不是日期" in refused.content.decode()
    for seen in ("", "abc", "9" * 40, "7"):
        stale = browser.post(screen("income_sign", household, 2018), {"signed_on": DAY, "version": seen})
        assert stale.status_code == 409
    assert IncomeAccount.objects.get().signed_on is None
    browser.post(screen("income_sign", household, 2018), {"signed_on": DAY, "version": "1"})
    assert IncomeAccount.objects.get().signed_on == date(2018, 9, 1)


def test_an_account_that_is_changed_keeps_the_entries_that_nobody_touched(client_of, cast, household):
    received = [
        operations.Line("a4", 60_000, "received", date(2018, 3, 5), "护林员工资一季度"),
        operations.Line("a4", 60_000, "received", date(2018, 6, 5), "护林员工资二季度"),
        operations.Line("x1", 900_000, note="贷款"),
    ]
    sheet = operations.AccountSheet(household.pk, 2018, date(2017, 10, 1), date(2018, 10, 1), 3, [
        *received, operations.Line("b2", 500_000)])  # fmt: skip
    operations.enter_accounts(sheets=[sheet], by=cast.village_officer, on=clock.today())
    browser = client_of(cast.village_officer)
    change = screen("income_change", household, 2018)
    data = opened(browser, change)
    assert data["a4"] == "1200.00"
    assert browser.post(change, {**data, "b2": "4000"}).status_code == 302
    account = IncomeAccount.objects.get()
    kept = [(e.item, e.amount_fen, e.origin, e.received_on, e.note) for e in account.entries.order_by("item", "pk")]
    assert kept[:2] == [(r.item, r.amount_fen, r.origin, r.received_on, r.note) for r in received[:2]]
    assert kept[2:] == [("b2", 400_000, "asked", None, ""), ("x1", 900_000, "asked", None, "贷款")]
    assert account.net_fen == 520_000
    shown = browser.get(screen("income", household, 2018)).content.decode()
    assert "护林员工资一季度" in shown
    assert "不计入收入" in shown


def test_what_an_account_said_before_can_be_read_in_the_trail(cast, household):
    first = operations.AccountSheet(household.pk, 2018, date(2017, 10, 1), date(2018, 10, 1), 3, [
        operations.Line("a1", 100_000), operations.Line("a1", 50_000), operations.Line("b2", 70_000)])  # fmt: skip
    operations.enter_accounts(sheets=[first], by=cast.village_officer, on=clock.today())
    operations.sign_account(household=household.pk, year=2018, by=cast.village_officer, on=date(2018, 10, 8))
    second = replace(first, counted_persons=4, claims_fen=2_000, lines=[operations.Line("a1", 150_000)])
    operations.enter_accounts(sheets=[second], by=cast.village_officer, on=clock.today())
    entries = AuditEntry.objects.filter(act="registry.income").order_by("pk")
    assert "changed" not in entries[0].detail
    assert entries[1].detail["changed"] == {
        "b2": [70_000, ""], "claims": [0, 2_000], "counted_persons": ["3", "4"], "signed_on": ["2018-10-08", ""],
    }  # fmt: skip


def test_a_revealed_number_is_never_cached_and_the_page_shows_only_the_mask(client_of, cast, household):
    browser = client_of(cast.township_officer)
    assert "13800138000" not in browser.get(screen("household", household)).content.decode()
    address = screen("household_reveal", household, "phone")
    assert browser.post(address, {"purpose": ""}).status_code == 422
    answer = browser.post(address, {"purpose": "电话通知入户核查"})
    assert "13800138000" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_photo_that_belongs_elsewhere_is_removed_on_screen(client_of, cast, household, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    browser = client_of(cast.village_officer)
    browser.post(screen("attach", household), {"kind": "house", "file": SimpleUploadedFile("h.jpg", out.getvalue())})
    photo = Attachment.objects.get()
    shown = browser.get(screen("attachment", household, photo.pk))
    assert shown.headers["Cache-Control"] == "private, no-store"
    remove = screen("detach", household, photo.pk)
    assert remove in browser.get(screen("household", household)).content.decode()
    assert remove not in client_of(cast.helper).get(screen("household", household)).content.decode()
    refused = browser.post(remove, {"reason": ""})
    assert refused.status_code == 422
    assert Attachment.objects.exists()
    assert browser.post(remove, {"reason": "照片是邻居家的"}).headers["Location"] == screen("household", household)
    assert browser.get(screen("attachment", household, photo.pk)).status_code == 404
    assert AuditEntry.objects.get(act="core.detach").detail["reason"] == "照片是邻居家的"


def test_what_is_taken_along_names_nobody(client_of, cast, household):
    page = client_of(cast.township_officer).get(reverse("registry:households"))
    take = json.dumps(page.context["take"], ensure_ascii=False)
    assert "宝音" not in take
    assert household.number not in take
    assert "截至" in take


def test_what_was_searched_for_does_not_stand_in_the_trail_of_an_export(client_of, cast, household):
    client_of(cast.banner_officer).get(reverse("registry:households_export"), {"q": "13800138000", "main_cause": "01"})
    assert AuditEntry.objects.get(act="registry.export").detail["filters"] == "main_cause=01"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_exported_as_it_is_seen_and_the_trail_knows(client_of, cast, household, kind):
    browser = client_of(cast.township_officer)
    browser.post(reverse("registry:households_columns_keep"), {"column": ["village", "phone"]})
    answer = browser.get(reverse("registry:households_export"), {"format": kind, "main_cause": "01"})
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        text = content.decode("utf-8-sig")
        assert text.splitlines()[1].startswith(f"宝音,{household.number},")
        assert "138****8000" in text
    else:
        assert content.startswith(b"PK")
    assert AuditEntry.objects.get(act="registry.export").detail["columns"] == [
        "head_name",
        "number",
        "village",
        "phone",
    ]
    assert client_of(cast.village_team).get(reverse("registry:households_export")).status_code == 403


def test_columns_are_chosen_and_remembered(client_of, cast, household):
    browser = client_of(cast.village_officer)
    browser.post(reverse("registry:households_columns_keep"), {"column": ["fuel", "password"]})
    labels = [column.name for column in browser.get(reverse("registry:households")).context["columns"]]
    assert labels == ["head_name", "number", "fuel"]
    browser.post(reverse("registry:households_columns_keep"), {})
    labels = [column.name for column in browser.get(reverse("registry:households")).context["columns"]]
    assert labels[:3] == ["head_name", "number", "village"]


def test_filters_stand_as_sentences_and_make_no_sense_with_a_reason(client_of, cast, household):
    browser = client_of(cast.village_officer)
    page = browser.get(reverse("registry:households"), {"main_cause": "01", "persons_from": "3", "m.health": "02"})
    assert [one.text for one in page.context["sentences"]] == ["3 人以上", "因病", "有成员长期慢性病"]
    assert browser.get(reverse("registry:households"), {"persons_from": "x"}).status_code == 422
    assert "共 1 户" in browser.get(reverse("registry:households_total")).content.decode()


def test_a_list_that_is_not_yet_looked_through_goes_on_by_itself(client_of, cast, household, monkeypatch):
    monkeypatch.setattr(lists, "AT_FIRST", 1)
    family(cast.village, by=cast.village_officer, members=[member("乙", "01", health="04")])
    first = client_of(cast.banner_officer).get("/households/?m.health=04").content.decode()
    assert "正在继续查找" in first
    assert "没有符合条件的户" not in first
    assert 'hx-get="?m.health=04&amp;whole=1"' in first
    whole = client_of(cast.banner_officer).get("/households/?m.health=04&whole=1").content.decode()
    assert "乙" in whole
    assert "正在继续查找" not in whole


def test_a_name_cannot_break_out_of_its_cell(client_of, cast):
    family(cast.village, by=cast.village_officer, members=[member("<b>“{x}&'", "01")], natural_village="{0}<i>")
    page = client_of(cast.banner_officer).get("/households/").content.decode()
    assert "&lt;b&gt;“{x}&amp;&#x27;" in page
    assert "<b>" not in page


def test_several_households_get_the_same_finding(client_of, cast, household):
    other = family(cast.village, by=cast.village_officer, members=[member("那顺", "01")])
    browser = client_of(cast.village_officer)
    data = {
        "chosen": [household.number, other.number],
        "happened_on": DAY,
        "water": "met",
        "evidence_water": "自来水入户",
    }
    assert browser.post(reverse("registry:findings_many"), data).status_code == 302
    assert household.guarantee_findings.count() == other.guarantee_findings.count() == 1
    assert browser.get(reverse("registry:findings_many")).status_code == 422


def test_the_print_view_leads_back_to_the_record_and_masks_numbers(client_of, cast, household):
    browser = client_of(cast.village_officer)
    page = browser.get(screen("print", household)).content.decode()
    assert screen("qr_code", household) in page
    assert "138****8000" in page
    assert browser.get(screen("qr_code", household)).content.startswith(b"<svg")


def test_a_person_is_changed_on_screen(client_of, cast, household):
    browser = client_of(cast.village_officer)
    person = Person.objects.get(memberships__relation="03")
    address = reverse("registry:person_change", args=[person.number])
    data = opened(browser, address)
    answer = browser.post(address, {**data, "happened_on": DAY, "labour": "02"})
    assert answer.status_code == 302, answer.context["form"].errors
    page = browser.get(reverse("registry:person", args=[person.number])).content.decode()
    assert "技能劳动力" in page
    assert id_number()[:14] not in page


def test_the_register_never_says_poor_household_today(client_of, cast, household, settings):
    page = client_of(cast.village_officer).get(screen("household", household)).content.decode()
    assert "贫困户" not in page


def test_a_pdf_is_taken_along_and_opens_in_no_page_of_ours(client_of, cast, household, settings, tmp_path):
    settings.DATA_FOLDER, browser = tmp_path, client_of(cast.village_officer)
    paper = SimpleUploadedFile("p.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF")
    browser.post(screen("attach", household), {"kind": "other", "file": paper})
    answer = browser.get(screen("attachment", household, Attachment.objects.get().pk))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
