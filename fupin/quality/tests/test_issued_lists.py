"""Lists issued from above: found in any layout, matched, answered as tickets, given back in the sender's own file."""

from datetime import date, timedelta

import openpyxl
import pytest

from fupin.core import attachments, clock
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.quality import operations, queries
from fupin.quality.issued import deciding, giving, keeping, opening, taking
from fupin.quality.issued import queries as issued_queries
from fupin.quality.issued.models import IssuedLine, IssuedList
from fupin.quality.models import Ticket, TicketAct
from fupin.quality.tests.findings import found, sweep
from fupin.quality.tests.issued_lists import HEADINGS, issued, opened, saved, taken, workbook
from fupin.quality.tests.test_answering import PDF
from fupin.registry.models import HouseholdCard, Membership
from fupin.registry.operations import Leaving, Moving, move_households, remove_members
from fupin.registry.tests.households import family, id_number, member

pytestmark = pytest.mark.django_db
ASKS = "家庭成员名下有车辆，请核实"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def numbers():
    return {"宝音": id_number(), "乌云": id_number("19620305", "2")}


@pytest.fixture
def household(cast, numbers):
    people = [member("宝音", "01") | {"id_number": numbers["宝音"]},
              member("乌云", "02", "19620305", "2") | {"id_number": numbers["乌云"]}]  # fmt: skip
    return family(cast.village, by=cast.banner_officer, members=people)


def village_of(household):
    return HouseholdCard.objects.get(pk=household.pk).village_id


def line(household="", head="", number="", village="", asks=ASKS, key=1, due=None):
    return (key, household, head, number, village, asks, due, None, None)


def sent(cast, *rows, by=None, **more):
    return issued(workbook(rows), by=by or cast.banner_officer, division=cast.banner, **more)


def fate(one):
    return list(IssuedLine.objects.filter(list=one).order_by("pk").values_list("fate", flat=True))


def answered(cast, kind="true", reason="车辆系其兄所有，已入户核实", on=None):
    pks = list(Ticket.objects.filter(rule="").values_list("pk", flat=True))
    operations.answer(tickets=pks, answer=kind, reason=reason, files=[PDF] if kind == "true" else [],
                      by=cast.village_officer, on=on or clock.today())  # fmt: skip
    operations.review(tickets=pks, accepts=True, by=cast.township_officer, on=on or clock.today())


def given(one, cast):
    given = giving.give_back(one=one, by=cast.banner_officer, on=clock.today())
    return opened(given.data), given


def test_a_line_with_the_household_number_becomes_a_ticket_with_its_own_deadline(cast, household):
    due = clock.today() + timedelta(days=9)
    one = sent(cast, line(household.number, "宝音", due=due))
    ticket = Ticket.objects.get()
    assert (ticket.rule, ticket.household, ticket.village_id, ticket.due_on, ticket.state) == (
        "", household, village_of(household), due, "open")  # fmt: skip
    assert (fate(one), TicketAct.objects.get().act) == (["matched"], "begin")


def test_the_deadline_of_the_list_holds_where_a_line_has_none(cast, household):
    due = clock.today() + timedelta(days=20)
    sent(cast, line(household.number), due_on=due)
    assert Ticket.objects.get().due_on == due


@pytest.mark.parametrize("spelling", [
    lambda number: number, lambda number: f" {number}　", lambda number: "".join(chr(ord(one) + 0xFEE0) for one in number),
    lambda number: f"'{number}",
])  # fmt: skip
def test_an_id_number_finds_its_person_however_it_is_written(cast, household, numbers, spelling):
    sent(cast, line(number=spelling(numbers["乌云"])))
    ticket = Ticket.objects.get()
    assert (ticket.household, ticket.person.facts.get().name) == (household, "乌云")


def test_a_masked_number_tells_two_of_one_name_apart(cast, household, numbers):
    other = id_number("19700202")
    family(cast.village, by=cast.banner_officer, members=[member("宝音", "01", "19700202") | {"id_number": other}])
    village = HouseholdCard.objects.get(pk=household.pk).village.facts.first().name
    one = sent(
        cast,
        line(head="宝音", village=village),
        line(head="宝音", village=village, number=f"{other[:6]}********{other[-4:]}", key=2),
    )
    assert fate(one) == ["several", "matched"]
    assert Ticket.objects.get().household != household


def test_a_number_that_the_spreadsheet_cut_narrows_by_the_digits_it_kept(cast, household, numbers):
    family(cast.village, by=cast.banner_officer, members=[member("宝音", "01", "19700202")])
    one = sent(cast, line(head="宝音", number=float(numbers["宝音"].replace("X", "0"))))
    assert fate(one) == ["matched"]
    assert Ticket.objects.get().household == household
    assert "截去" in "".join(one.remarks)


def test_a_name_in_its_village_is_enough_and_elsewhere_a_person_decides(cast, household):
    village = HouseholdCard.objects.get(pk=household.pk).village.facts.first().name
    elsewhere = cast.other_village.facts.first().name
    one = sent(cast, line(head="宝音", village=village), line(head="宝音", village=elsewhere, key=2), line(head="宝音", key=3),
               line(head="查无此人", village=village, key=4))  # fmt: skip
    assert fate(one) == ["matched", "several", "several", "nobody"]
    reasons = list(IssuedLine.objects.order_by("pk").values_list("reason", flat=True))
    assert elsewhere in reasons[1]
    assert "查无此人" in reasons[3]


def test_a_household_number_under_another_name_is_not_taken_for_sure(cast, household):
    assert fate(sent(cast, line(household.number, "王小明"))) == ["several"]
    assert not Ticket.objects.exists()


def test_a_wrong_number_beside_a_right_name_is_for_a_person_to_decide(cast, household):
    village = HouseholdCard.objects.get(pk=household.pk).village.facts.first().name
    one = sent(cast, line("999", "宝音", village=village))
    assert fate(one) == ["several"]
    assert "户编号" in IssuedLine.objects.get().reason


def test_a_household_of_another_banner_is_as_if_it_were_not_there(cast, household, numbers):
    one = issued(workbook([line(household.number, number=numbers["宝音"])]), by=cast.other_banner_officer,
                 division=cast.other_banner)  # fmt: skip
    assert fate(one) == ["nobody"]
    assert IssuedLine.objects.get().candidates == []


def test_a_household_that_moved_is_asked_where_it_lives_now(cast, household, numbers):
    old = HouseholdCard.objects.get(pk=household.pk).village.facts.first().name
    move_households(movings=[Moving(household.pk, cast.other_village.pk)], by=cast.banner_officer, on=date(2019, 1, 1))
    sent(cast, line(number=numbers["宝音"], village=old))
    assert Ticket.objects.get().village == cast.other_village
    assert old in IssuedLine.objects.get().reason


def test_a_ticket_follows_a_household_that_moves_within_the_area(cast, household):
    sent(cast, line(household.number))
    move_households(movings=[Moving(household.pk, cast.other_village.pk)], by=cast.banner_officer, on=date(2019, 1, 1))
    assert keeping.follow(on=clock.today()) == 1
    ticket = Ticket.objects.get()
    assert (ticket.village, ticket.acts.latest("id").act) == (cast.other_village, "follow")
    assert keeping.follow(on=clock.today()) == 0


def test_somebody_who_died_is_asked_of_the_household_and_it_is_said(cast, household, numbers):
    gone = Membership.objects.get(household=household, relation="02").person
    remove_members(leavings=[Leaving(gone.pk, "01")], by=cast.banner_officer, on=date(2019, 1, 1))
    sent(cast, line(number=numbers["乌云"]))
    assert Ticket.objects.get().household == household
    assert "死亡" in IssuedLine.objects.get().reason


def test_the_same_id_twice_is_two_lines_and_is_said(cast, household):
    one = sent(cast, line(household.number), line(household.number, asks="户主年龄有误", key=1))
    assert fate(one) == ["matched", "matched"]
    assert any("“1”" in remark and "2 次" in remark for remark in one.remarks)


def test_the_same_file_is_one_list(cast, household):
    data = workbook([line(household.number)])
    one = issued(data, by=cast.banner_officer, division=cast.banner)
    again, is_new = taking.take_in(data=data, name="另一个名字.xlsx", division=cast.banner.pk, title="", sender="区局", due_on=None,
                                   replaces=None, by=cast.second_banner_officer, on=clock.today())  # fmt: skip
    assert (again.pk, is_new, IssuedList.objects.count(), Ticket.objects.count()) == (one.pk, False, 1, 1)


def test_matching_that_was_cut_off_goes_on_where_it_was(cast, household, monkeypatch):
    monkeypatch.setattr(opening, "TURN", 1)
    data = workbook([line(household.number, key=at) for at in range(3)])
    one = taken(data, by=cast.banner_officer, division=cast.banner)
    taking.map_columns(
        one=one, columns={"问题数据": one.sheets[0]["columns"]}, answers={}, by=cast.banner_officer, on=clock.today()
    )

    def stop(done, total, phase):
        if done == 2:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        opening.match_lines(one=one, by=cast.banner_officer, on=clock.today(), tell=stop)
    assert Ticket.objects.count() == 2
    opening.match_lines(one=one, by=cast.banner_officer, on=clock.today())
    assert (Ticket.objects.count(), fate(one)) == (3, ["matched"] * 3)


def test_a_newer_version_takes_over_by_the_senders_ids(cast, household):
    old = sent(
        cast,
        line(household.number),
        line(household.number, asks="年龄有误", key=2),
        line(household.number, asks="关系有误", key=3),
    )
    same, changed, dropped = IssuedLine.objects.order_by("pk").values_list("ticket", flat=True)
    answered(cast)
    new = sent(cast, line(household.number, asks="年龄仍有误", key=2), line(household.number, key=1), line(household.number, asks="新问题", key=4),
               replaces=old.pk)  # fmt: skip
    old.refresh_from_db()
    assert (old.state, fate(old), fate(new)) == ("replaced", ["withdrawn"], ["matched"] * 3)
    assert (Ticket.objects.get(pk=same).state, Ticket.objects.get(pk=changed).state) == ("closed", "open")
    assert TicketAct.objects.filter(ticket=changed).latest("id").act == "renew"
    assert (Ticket.objects.get(pk=dropped).closed_why, Ticket.objects.count()) == ("true", 4)


def test_what_a_newer_version_no_longer_asks_is_closed_as_withdrawn(cast, household):
    old = sent(cast, line(household.number), line(household.number, asks="年龄有误", key=2))
    dropped = IssuedLine.objects.order_by("pk").values_list("ticket", flat=True)[1]
    sent(cast, line(household.number, asks=ASKS + "。"), replaces=old.pk)
    ticket = Ticket.objects.get(pk=dropped)
    assert (ticket.state, ticket.closed_why) == ("closed", "withdrawn")


def test_several_are_decided_and_nobody_is_returned_with_the_reason(cast, household):
    one = sent(cast, line(household.number, "王小明"), line("999", "查无此人", key=2))
    doubtful, nobody = IssuedLine.objects.order_by("pk")
    deciding.match_by_hand(
        one=one, line=doubtful.pk, household=household.number, by=cast.banner_officer, on=clock.today()
    )
    assert Ticket.objects.get().household == household
    with pytest.raises(Refused, match="退回理由"):
        deciding.return_lines(one=one, lines=[nobody.pk], reason="无", by=cast.banner_officer, on=clock.today())
    deciding.return_lines(one=one, lines=[nobody.pk], reason="户籍已迁往外省", by=cast.banner_officer, on=clock.today())
    assert fate(one) == ["matched", "returned"]
    with pytest.raises(Refused, match="已下发"):
        deciding.return_lines(
            one=one, lines=[doubtful.pk], reason="户籍已迁往外省", by=cast.banner_officer, on=clock.today()
        )


def test_nobody_decides_for_another_banner_or_with_a_household_of_one(cast, household):
    one = sent(cast, line("999", "查无此人"))
    row = IssuedLine.objects.get()
    stranger = family(DivisionOf(cast.other_banner), by=cast.other_banner_officer)
    with pytest.raises(NotFound):
        deciding.match_by_hand(
            one=one, line=row.pk, household=stranger.number, by=cast.banner_officer, on=clock.today()
        )
    with pytest.raises(NotAllowed):
        deciding.match_by_hand(
            one=one, line=row.pk, household=household.number, by=cast.other_banner_officer, on=clock.today()
        )
    with pytest.raises(NotFound):
        issued_queries.list_of(cast.other_banner_officer, one.pk)
    with pytest.raises(NotAllowed):
        sent(cast, line("1"), by=cast.other_banner_officer)


class DivisionOf:
    """A village of a banner, as `family` wants it."""

    def __init__(self, banner):
        from fupin.divisions.queries import tree

        self.pk = tree().below(banner.pk, "village")[0].id


def test_no_rule_closes_a_line_so_another_person_checks_every_answer(cast, household):
    sent(cast, line(household.number))
    pk = Ticket.objects.get().pk
    done = operations.answer(tickets=[pk], answer="corrected", by=cast.village_officer, on=clock.today())
    assert (done.waiting, done.closed) == ([pk], [])


def test_a_sweep_of_every_rule_leaves_the_tickets_of_lists_alone(cast, household, tmp_path):
    sent(cast, line(household.number))
    sweep(tmp_path, [found(household)], on=clock.today())
    assert Ticket.objects.get(rule="").state == "open"


def test_what_our_own_rules_had_found_before_is_counted(cast, household, tmp_path):
    other = family(cast.village, by=cast.banner_officer)
    sweep(tmp_path, [found(household)], on=clock.today())
    one = sent(cast, line(household.number), line(other.number, key=2))
    assert issued_queries.standing(one).found_before == 1
    assert issued_queries.own_rules(one) == [("REL-008", 1)]


def test_the_list_goes_back_in_its_own_workbook_with_the_answers_alone_new(cast, household):
    book = openpyxl.load_workbook(filename=__import__("io").BytesIO(workbook(
        [line(household.number), line("999", "查无此人", key=2), line(household.number, asks="年龄有误", key=3)],
        titles=["关于下发问题数据的通知", "单位：户"],
    )))  # fmt: skip
    page = book["问题数据"]
    page["K4"] = "=COUNTA(B4:B6)"
    page.column_dimensions["F"].width = 41
    book.create_sheet("填报说明")["A1"] = "请勿改动"
    one = issued(saved(book), by=cast.banner_officer, division=cast.banner)
    first = Ticket.objects.order_by("pk").first()
    operations.answer(
        tickets=[first.pk],
        answer="true",
        reason="=HYPERLINK(1)已核实",
        files=[PDF],
        by=cast.village_officer,
        on=clock.today(),
    )
    operations.review(tickets=[first.pk], accepts=True, by=cast.township_officer, on=clock.today())
    back, done = given(one, cast)
    page = back["问题数据"]
    assert (done.answered, done.unmatched, done.left) == (1, 1, 1)
    assert (back.sheetnames, back["填报说明"]["A1"].value) == (["问题数据", "填报说明"], "请勿改动")
    assert [page.cell(4, at).value for at in (8, 9)] == ["情况属实", "'=HYPERLINK(1)已核实"]
    assert page.cell(4, 9).data_type == "s"
    assert (page["K4"].value, page["K4"].data_type, page.column_dimensions["F"].width) == ("=COUNTA(B4:B6)", "f", 41)
    assert (page.cell(5, 8).value, "户编号" in page.cell(5, 9).value) == ("未对应", True)
    assert page.cell(6, 8).value is None
    assert [page.cell(3, at).value for at in range(1, 10)] == list(HEADINGS)
    assert [page.cell(3, at).value for at in (12, 13)] == ["核实日期", "核实人"]
    assert page.cell(4, 12).value == clock.today().isoformat()
    assert "A1:I1" in {str(area) for area in page.merged_cells.ranges}


def test_a_line_that_somebody_has_still_to_decide_goes_back_empty(cast, household):
    one = sent(cast, line(household.number, "王小明"), line("999", "查无此人", key=2))
    assert fate(one) == ["several", "nobody"]
    back, done = given(one, cast)
    assert [back["问题数据"].cell(row, 8).value for row in (2, 3)] == [None, "未对应"]
    assert (done.answered, done.unmatched, done.left) == (0, 1, 1)


def test_a_formula_of_the_sender_in_the_answers_column_stays(cast, household):
    book = opened(workbook([line(household.number)]))
    book["问题数据"]["H2"] = '=IF(A2>0,"","")'
    one = issued(saved(book), by=cast.banner_officer, division=cast.banner)
    answered(cast)
    given = giving.give_back(one=one, by=cast.banner_officer, on=clock.today())
    assert (opened(given.data)["问题数据"]["H2"].data_type, given.formulas) == ("f", 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_goes_back_as_a_csv_of_its_own_kind(cast, household, encoding):
    text = f"序号,户编号,问题,核实结果\r\n1,{household.number},{ASKS},\r\n2,000,找不到,\r\n"
    one = issued(text.encode(encoding), by=cast.banner_officer, division=cast.banner, name="清单.csv")
    answered(cast)
    given = giving.give_back(one=one, by=cast.banner_officer, on=clock.today())
    first, second = given.data.decode(encoding).split("\r\n")[1:3]
    assert (given.answered, given.unmatched, first.startswith(f"1,{household.number},{ASKS},情况属实,")) == (1, 1, True)
    assert second.startswith("2,000,找不到,未对应,")


def strange(household, number):
    """Three title rows, two rows of headings with merged cells, an empty column, lines under a merged village, a hidden
    row, a sum below."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "车辆比对"
    for at, text in enumerate(("内蒙古自治区防返贫监测问题数据清单", "填报单位：", "日期：2026年"), start=1):
        page.cell(at, 1, text)
        page.merge_cells(start_row=at, end_row=at, start_column=1, end_column=9)
    for at, text in ((1, "序 号"), (2, "嘎查村"), (7, "问题描述"), (8, "完成时限")):
        page.cell(4, at, text)
        page.merge_cells(start_row=4, end_row=5, start_column=at, end_column=at)
    page["D4"], page["D5"], page["E5"], page["F4"], page["F5"] = (
        "户主信息",
        "姓名",
        "身份证号码 ",
        "是否属实",
        "填“是”或“否”",
    )
    page.merge_cells("D4:E4")
    village = HouseholdCard.objects.get(pk=household.pk).village.facts.first().name
    page["A6"], page["B6"], page["D6"], page["E6"], page["G6"], page["H6"] = (
        1.0,
        f" {village} ",
        "宝音　",
        number,
        ASKS,
        "2026年12月1日",
    )
    page["A7"], page["D7"], page["G7"] = 2.0, "宝音", "年龄有误"
    page.merge_cells("B6:B7")
    page.row_dimensions[7].hidden = True
    page["A8"], page["B8"] = "合计", 2
    return saved(book)


def test_a_strange_layout_is_understood_and_filled_where_it_belongs(cast, household, numbers):
    one = taken(strange(household, numbers["宝音"]), by=cast.banner_officer, division=cast.banner)
    (sheet,) = one.sheets
    assert (sheet["top"], sheet["bottom"]) == (3, 4)
    assert sheet["headings"][3:5] == ["户主信息 / 姓名", "户主信息 / 身份证号码"]
    assert sheet["columns"] == {
        "0": "key",
        "1": "village",
        "3": "head",
        "4": "id",
        "5": "answer",
        "6": "question",
        "7": "due",
    }
    assert any("隐藏" in remark for remark in one.remarks)
    taking.map_columns(
        one=one,
        columns={sheet["title"]: sheet["columns"]},
        answers={"true": "是"},
        by=cast.banner_officer,
        on=clock.today(),
    )
    opening.match_lines(one=one, by=cast.banner_officer, on=clock.today())
    assert fate(one) == ["matched", "matched"]
    assert Ticket.objects.order_by("pk").first().due_on == date(2026, 12, 1)
    answered(cast)
    back, done = given(one, cast)
    assert (
        done.answered + done.unmatched,
        back["车辆比对"]["F6"].value,
        back["车辆比对"]["F7"].value,
        back["车辆比对"]["F8"].value,
    ) == (
        2,
        "是",
        "是",
        None,
    )


def test_numbers_of_people_are_masked_in_what_a_ticket_shows(cast, household, numbers):
    sent(cast, line(household.number, number=numbers["宝音"], asks=f"与{numbers['乌云']}重复，电话13800138000"))
    row = IssuedLine.objects.get()
    said = str(issued_queries.said(row))
    assert numbers["宝音"] not in said
    assert numbers["乌云"] not in said
    assert "13800138000" not in said
    assert "存在问题" in said
    assert numbers["宝音"] not in str(bytes(row.content_sealed))


def test_lists_are_deleted_when_their_time_is_over_and_nothing_is_open(cast, household):
    one = sent(cast, line(household.number))
    later = one.keep_until + timedelta(days=1)
    path = attachments.path_of(one.attachment)
    assert keeping.delete_expired(today=later) == 0
    answered(cast)
    assert keeping.delete_expired(today=one.keep_until) == 0
    assert keeping.delete_expired(today=later) == 1
    one.refresh_from_db()
    row = IssuedLine.objects.get()
    assert (one.state, one.attachment, row.content_sealed, Ticket.objects.count()) == ("deleted", None, None, 1)
    assert not path.exists() or one.attachment is None
    assert AuditEntry.objects.filter(act="issued.delete").count() == 1


def test_a_long_list_takes_no_question_per_line(cast, household, django_assert_max_num_queries):
    rows = [line(household.number, key=at, asks=f"问题{at}") for at in range(900)]
    one = taken(workbook(rows), by=cast.banner_officer, division=cast.banner)
    taking.map_columns(
        one=one, columns={"问题数据": one.sheets[0]["columns"]}, answers={}, by=cast.banner_officer, on=clock.today()
    )
    with django_assert_max_num_queries(120):
        opening.match_lines(one=one, by=cast.banner_officer, on=clock.today())
    assert Ticket.objects.count() == 900


def test_tickets_are_narrowed_to_a_list(cast, household):
    one = sent(cast, line(household.number))
    wanted = queries.Wanted(issued=one.pk)
    assert queries.matching(cast.village_officer, wanted).count() == 1
    assert queries.matching(cast.village_officer, queries.Wanted(issued=one.pk + 1)).count() == 0
    assert queries.matching(cast.other_village_officer, wanted).count() == 0
