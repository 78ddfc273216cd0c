"""A workbook of tickets comes back: what would become of each line, what is handed in, what is given back and why."""

import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from fupin.core import clock
from fupin.core.models import Attachment, AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.quality import operations
from fupin.quality.models import Ticket, TicketAct, TicketEvidence
from fupin.quality.offline import applying, bringing, keeping, queries
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.offline.words import Stage
from fupin.quality.tests.findings import found, sweep
from fupin.quality.tests.offline_books import (
    brought,
    fates,
    filled,
    handed_in,
    judging,
    returned,
    saved,
    taken,
    top_of,
    upload,
    whys,
)
from fupin.quality.tests.test_answering import PDF
from fupin.registry.models import HouseholdCard
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
TRUE = ("情况属实", "两人均为配偶，已入户核实")
ELSEWHERE = ("不属本辖区", "该户去年已迁往外旗")
CORRECTED = ("已更正", "")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def households(cast):
    return [family(cast.village, by=cast.banner_officer) for _each in range(4)]


@pytest.fixture
def tickets(cast, households, tmp_path):
    sweep(tmp_path, [found(one) for one in households], on=clock.today())
    by_household = {one.household_id: one for one in Ticket.objects.all()}
    return [by_household[one.pk] for one in households]


def test_the_whole_way_out_and_back(cast, tickets, households):
    one, two, three, four = tickets
    data = filled(taken(cast.village_officer), {one: TRUE, two: ELSEWHERE, three: CORRECTED})
    book = brought(data, cast.village_officer, proof=True)
    assert queries.counts(book) == {"good": 3, "empty": 1}
    assert queries.answers(book, ["good"]) == {"true": 1, "elsewhere": 1, "corrected": 1}
    assert set(Ticket.objects.values_list("state", flat=True)) == {"open"}
    applying.confirm(book=book, by=cast.village_officer, on=clock.today())
    book.refresh_from_db()
    applying.apply(book=book, by=cast.village_officer, on=clock.today(), recheck=judging(households[0]))
    assert fates(book) == {one.pk: "waiting", two.pk: "waiting", three.pk: "closed", four.pk: "empty"}
    rows = {row.pk: row for row in Ticket.objects.all()}
    assert (rows[one.pk].state, rows[one.pk].answer, rows[one.pk].reason) == ("answered", "true", TRUE[1])
    assert (rows[three.pk].state, rows[three.pk].closed_why) == ("closed", "corrected")
    assert rows[four.pk].state == "open"
    assert {row.answered_by_id for row in rows.values()} == {cast.village_officer.pk, None}
    operations.review(tickets=[one.pk], accepts=True, by=cast.township_officer, on=clock.today())


def test_the_evidence_holds_for_the_lines_that_say_true_and_for_no_other(cast, tickets, households):
    one, two, *_rest = tickets
    handed_in(filled(taken(cast.village_officer), {one: TRUE, two: ELSEWHERE}), cast.village_officer, proof=True,
              still=households)  # fmt: skip
    assert [row.act.ticket_id for row in TicketEvidence.objects.all()] == [one.pk]
    assert Attachment.objects.get(kind="ticket_evidence").subject == f"ticket:{one.pk}"


def test_true_without_evidence_or_words_is_returned_with_the_mend(cast, tickets):
    one, two, three, _four = tickets
    data = filled(taken(cast.village_officer), {one: TRUE, two: ("不属本辖区", ""), three: ("", "已联系")})
    book = brought(data, cast.village_officer)
    assert list(fates(book).values()).count("refused") == 3
    said = whys(book)
    assert "上传工作簿时请一并选上" in said
    assert "请写明情况" in said
    assert "没有选答复" in said


def test_the_same_workbook_twice_does_nothing_twice(cast, tickets, households):
    one, two, *_rest = tickets
    data = filled(taken(cast.village_officer), {one: ELSEWHERE, two: CORRECTED})
    handed_in(data, cast.village_officer, still=households[:1])
    acts = TicketAct.objects.count()
    book = brought(data, cast.village_officer)
    assert {fates(book)[one.pk], fates(book)[two.pk]} == {"same"}
    with pytest.raises(Refused, match="没有可提交的行"):
        applying.confirm(book=book, by=cast.village_officer, on=clock.today())
    assert TicketAct.objects.count() == acts


def test_the_same_files_that_wait_already_are_not_taken_twice(cast, tickets):
    data = filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE})
    first = brought(data, cast.village_officer)
    again, is_new = bringing.take_in(file=upload(data), by=cast.village_officer, on=clock.today())
    assert (again, is_new) == (first, False)


def test_what_somebody_else_has_answered_meanwhile_is_left_as_it_is(cast, tickets):
    one, *_rest = tickets
    data = filled(taken(cast.village_officer), {one: ELSEWHERE})
    operations.answer(tickets=[one.pk], answer="true", reason="同事已经核实", files=[PDF], by=cast.township_officer,
                      on=clock.today(), recheck=judging(one.household))  # fmt: skip
    book = brought(data, cast.village_officer)
    assert fates(book)[one.pk] == "settled"
    one.refresh_from_db()
    assert (one.answer, one.answered_by) == ("true", cast.township_officer)


def test_what_changes_between_the_preview_and_the_confirmation_is_left_as_it_is(cast, tickets):
    one, two, *_rest = tickets
    book = brought(filled(taken(cast.village_officer), {one: ELSEWHERE, two: ELSEWHERE}), cast.village_officer)
    operations.answer(
        tickets=[one.pk], answer="elsewhere", reason="同事已经答复", by=cast.township_officer, on=clock.today()
    )
    applying.confirm(book=book, by=cast.village_officer, on=clock.today())
    book.refresh_from_db()
    applying.apply(book=book, by=cast.village_officer, on=clock.today())
    assert (fates(book)[one.pk], fates(book)[two.pk]) == ("settled", "waiting")
    one.refresh_from_db()
    assert one.answered_by == cast.township_officer


def test_a_stale_copy_is_known_by_its_values_and_by_what_was_done_since(cast, tickets, households, tmp_path):
    one, two, three, _four = tickets
    data = filled(taken(cast.village_officer), {one: ELSEWHERE, two: CORRECTED, three: ELSEWHERE})
    later = timezone.now() + timedelta(minutes=1)
    sweep(tmp_path, [found(households[0], "other"), found(households[1], "other"), *map(found, households[2:])],
          on=clock.today(), as_of=later)  # fmt: skip
    operations.answer(
        tickets=[three.pk], answer="elsewhere", reason="先答复一次", by=cast.township_officer, on=clock.today()
    )
    operations.review(tickets=[three.pk], accepts=False, reason="请再核实", by=cast.banner_officer, on=clock.today())
    book = brought(data, cast.village_officer)
    # "Corrected" is judged by the rule itself, whatever the values were.
    assert fates(book) | {tickets[3].pk: ""} == {
        one.pk: "changed",
        two.pk: "good",
        three.pk: "changed",
        tickets[3].pk: "",
    }


def test_a_ticket_that_another_officer_was_given_is_answered_all_the_same(cast, tickets):
    one, *_rest = tickets
    data = filled(taken(cast.village_officer), {one: ELSEWHERE})
    operations.assign(
        tickets=[one.pk], to=cast.village_officer.pk, reason="", by=cast.township_officer, on=clock.today()
    )
    assert fates(brought(data, cast.village_officer))[one.pk] == "good"


def test_a_workbook_of_another_area_is_refused_line_by_line(cast, tickets):
    data = filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE})
    book = brought(data, cast.other_banner_officer)
    assert set(fates(book)) == {None}
    assert "不在您的工作范围内" in whys(book)


def test_a_line_that_was_made_by_hand_or_moved_beside_another_ticket_is_refused(cast, tickets):
    one, two, three, _four = tickets

    def meddle(sheet, at):
        top = top_of(sheet)
        rows = {str(sheet.cell(row, at["问题编号"]).value): row for row in range(top + 1, sheet.max_row + 1)}
        mark, number = at["校验码"], at["问题编号"]
        sheet.cell(rows[str(one.pk)], mark).value = sheet.cell(rows[str(one.pk)], mark).value.replace("-1-", "-2-")
        sheet.cell(rows[str(two.pk)], number).value = str(three.pk)
        for column in range(1, sheet.max_column + 1):
            sheet.cell(sheet.max_row + (column == 1), column).value = sheet.cell(rows[str(three.pk)], column).value

    said = dict.fromkeys(tickets[:3], ELSEWHERE)
    book = brought(filled(taken(cast.village_officer), said, meddle), cast.village_officer)
    said = whys(book)
    assert "校验码被改动" in said
    assert "只排序了部分列" in said
    assert "相同，只提交一次" in said
    assert queries.counts(book)["good"] == 1


def test_two_lines_that_answer_one_ticket_differently_are_both_returned(cast, tickets):
    """From two workbooks, so that their marks differ."""
    one, two, *_rest = tickets
    other = filled(taken(cast.village_officer), {one: CORRECTED})

    def paste(sheet, at):
        line = next(row for row in openpyxl.load_workbook(io.BytesIO(other)).worksheets[0].iter_rows(values_only=True)
                    if row[0] == str(one.pk))  # fmt: skip
        sheet.append(line)

    book = brought(filled(taken(cast.village_officer), {one: ELSEWHERE, two: ELSEWHERE}, paste), cast.village_officer)
    assert queries.counts(book) == {"good": 1, "refused": 2, "empty": 2}
    assert whys(book).count("两处答复不同") == 2
    assert AnswerLine.objects.get(book=book, fate="good").ticket == two


def test_a_ticket_number_that_became_a_number_of_the_spreadsheet_is_read(cast, tickets):
    def as_number(sheet, at):
        for row in range(top_of(sheet) + 1, sheet.max_row + 1):
            sheet.cell(row, at["问题编号"]).value = float(sheet.cell(row, at["问题编号"]).value)

    data = filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE}, as_number)
    assert fates(brought(data, cast.village_officer))[tickets[0].pk] == "good"


def test_columns_in_another_order_and_answers_as_people_write_them_are_read(cast, tickets):
    one, two, *_rest = tickets

    def turn_round(sheet, at):
        for row in range(top_of(sheet), sheet.max_row + 1):
            cells = [cell.value for cell in sheet[row]]
            for column, value in enumerate(reversed(cells), start=1):
                sheet.cell(row, column).value = value

    said = {one: (" 不属于本辖区。", ELSEWHERE[1]), two: ("已更正 ", "")}
    book = brought(filled(taken(cast.village_officer), said, turn_round), cast.village_officer)
    assert (fates(book)[one.pk], fates(book)[two.pk]) == ("good", "good")


def test_a_column_that_was_removed_is_named(cast, tickets):
    data = filled(
        taken(cast.village_officer), {tickets[0]: ELSEWHERE}, lambda sheet, at: sheet.delete_cols(at["校验码"])
    )
    book = brought(data, cast.village_officer)
    assert book.state == Stage.REFUSED
    assert "校验码" in book.refusal


def test_a_hidden_sheet_is_passed_over_and_said(cast, tickets):
    opened = openpyxl.load_workbook(io.BytesIO(filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE})))
    opened.create_sheet("旧的").sheet_state = "hidden"
    book = brought(saved(opened), cast.village_officer)
    assert book.state == Stage.READY
    assert any("隐藏的工作表未读" in each for each in book.remarks)


def test_rows_down_to_the_end_of_the_sheet_that_hold_nothing_are_nothing(cast, tickets):
    def far(sheet, at):
        sheet.cell(1_048_000, 3).number_format = "@"

    book = brought(filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE}, far), cast.village_officer)
    assert sum(queries.counts(book).values()) == 4


@pytest.mark.parametrize(("data", "words"), [
    (b"", "空的"), (b"%PDF-1.4 nothing", "不是表格文件"), (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "另存为 .xlsx"),
    (b"PK\x03\x04 nothing", "已损坏"),
])  # fmt: skip
def test_what_is_no_workbook_is_refused_in_a_sentence(cast, data, words):
    with pytest.raises(Refused, match=words):
        bringing.take_in(file=upload(data), by=cast.village_officer, on=clock.today())
    assert not AnswerBook.objects.exists()


def test_an_archive_that_unpacks_without_end_is_not_opened(cast):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (210 << 20))
    with pytest.raises(Refused, match="过大"):
        bringing.take_in(file=upload(packed.getvalue()), by=cast.village_officer, on=clock.today())


def test_another_list_and_an_empty_one_are_refused_in_a_sentence(cast, tickets):
    other = openpyxl.Workbook()
    other.active.append(["姓名", "电话"])
    book = brought(saved(other), cast.village_officer)
    assert (book.state, "没有找到表头" in book.refusal) == (Stage.REFUSED, True)
    book = brought(taken(cast.village_officer), cast.village_officer)
    assert (book.state, "没有填写任何答复" in book.refusal) == (Stage.REFUSED, True)


def test_evidence_that_is_none_stops_the_upload_and_nothing_is_kept(cast, tickets):
    data = filled(taken(cast.village_officer), {tickets[0]: TRUE})
    with pytest.raises(Refused, match="只接受照片"):
        bringing.take_in(
            file=upload(data), evidence=[upload(b"MZ program", "x.jpg")], by=cast.village_officer, on=clock.today()
        )
    assert not Attachment.objects.exists()


def test_returned_lines_come_as_a_workbook_with_the_wrong_cell_marked_and_are_taken_once_corrected(cast, tickets):
    one, two, *_rest = tickets
    data = filled(taken(cast.village_officer), {one: ("不属本辖区", "迁"), two: ("不是我的", "已迁往外旗")})
    book = brought(data, cast.village_officer)
    sheet = openpyxl.load_workbook(io.BytesIO(returned(book, cast.village_officer))).worksheets[0]
    top = top_of(sheet)
    at = {cell.value: cell.column for cell in sheet[top]}
    assert sheet.max_row - top == 2
    for row in (top + 1, top + 2):
        column = at["情况说明"] if str(sheet.cell(row, at["问题编号"]).value) == str(one.pk) else at["答复"]
        assert sheet.cell(row, column).fill.start_color.rgb.endswith("FFC7CE")
        assert sheet.cell(row, column).comment.text == sheet.cell(row, at["退回原因"]).value
    back = filled(saved(sheet.parent), {one: ELSEWHERE, two: ELSEWHERE})
    handed_in(back, cast.village_officer)
    assert Ticket.objects.filter(state="answered", answer="elsewhere").count() == 2
    assert AuditEntry.objects.filter(act="answers.return").count() == 1


def test_what_begins_like_a_formula_is_a_text_when_it_comes_back(cast, tickets):
    book = brought(
        filled(taken(cast.village_officer), {tickets[0]: ("情况属实", "@SUM(1) 已核实")}), cast.village_officer
    )
    sheet = openpyxl.load_workbook(io.BytesIO(returned(book, cast.village_officer))).worksheets[0]
    at = {cell.value: cell.column for cell in sheet[top_of(sheet)]}
    assert sheet.cell(top_of(sheet) + 1, at["情况说明"]).value == "'@SUM(1) 已核实"


def test_a_formula_in_place_of_words_is_told_and_no_answer(cast, tickets):
    book = brought(
        filled(taken(cast.village_officer), {tickets[0]: ("情况属实", "=A1&B1")}), cast.village_officer, proof=True
    )
    assert fates(book)[tickets[0].pk] == "refused"
    assert any("公式" in each for each in book.remarks)


def test_what_the_rule_still_finds_comes_back_with_a_mark_of_now(cast, tickets, households):
    data = filled(taken(cast.village_officer), {tickets[0]: CORRECTED})
    book = handed_in(data, cast.village_officer, still=households)
    assert fates(book)[tickets[0].pk] == "still"
    again = returned(book, cast.village_officer)
    # The first workbook is of before the attempt; the one that came back is of now.
    assert fates(brought(data, cast.village_officer))[tickets[0].pk] == "changed"
    assert fates(brought(again, cast.village_officer))[tickets[0].pk] == "good"


def test_a_ticket_corrected_in_the_register_is_closed_by_its_own_rule(cast, households, tickets):
    """With the rule itself: no household of the fixture has two spouses."""
    book = brought(filled(taken(cast.village_officer), {tickets[0]: CORRECTED}), cast.village_officer)
    applying.confirm(book=book, by=cast.village_officer, on=clock.today())
    book.refresh_from_db()
    applying.apply(book=book, by=cast.village_officer, on=clock.today())
    tickets[0].refresh_from_db()
    assert (tickets[0].state, tickets[0].closed_why) == ("closed", "corrected")


def test_several_portions_are_one_act_and_a_killed_one_goes_on(cast, tickets, monkeypatch):
    monkeypatch.setattr(operations, "MOST_AT_ONCE", 1)
    book = brought(filled(taken(cast.village_officer), dict.fromkeys(tickets, ELSEWHERE)), cast.village_officer)
    applying.confirm(book=book, by=cast.village_officer, on=clock.today())
    book.refresh_from_db()

    def die(done, total, phase):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        applying.apply(book=book, by=cast.village_officer, on=clock.today(), tell=die)
    assert queries.counts(book) == {"waiting": 2, "good": 2}
    book = applying.apply(book=book, by=cast.village_officer, on=clock.today())
    assert (book.state, queries.counts(book)) == (Stage.DONE, {"waiting": 4})
    assert AuditEntry.objects.get(act="answers.done").detail == {"waiting": 4}
    assert TicketAct.objects.filter(act="pass_on").count() == 4


def test_the_number_of_questions_does_not_grow_with_the_lines(cast, tickets, django_assert_max_num_queries):
    book = brought(filled(taken(cast.village_officer), dict.fromkeys(tickets, ELSEWHERE)), cast.village_officer)
    applying.confirm(book=book, by=cast.village_officer, on=clock.today())
    book.refresh_from_db()
    with django_assert_max_num_queries(45):
        applying.apply(book=book, by=cast.village_officer, on=clock.today())


def test_nobody_sees_or_hands_in_the_workbook_of_another(cast, tickets):
    book = brought(filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE}), cast.village_officer)
    with pytest.raises(NotFound):
        queries.book_of(cast.township_officer, book.pk)
    with pytest.raises(NotAllowed):
        bringing.take_in(file=upload(b"x"), by=cast.auditor, on=clock.today())


def test_a_late_answer_is_marked_late_by_the_day_it_is_handed_in(cast, tickets):
    Ticket.objects.update(due_on=clock.today() - timedelta(days=3))
    handed_in(filled(taken(cast.village_officer), {tickets[0]: ELSEWHERE}), cast.village_officer)
    tickets[0].refresh_from_db()
    assert tickets[0].days_late == 3


def test_what_was_dropped_leaves_neither_file_nor_line(cast, tickets):
    book = brought(filled(taken(cast.village_officer), {tickets[0]: TRUE}), cast.village_officer, proof=True)
    bringing.drop(book=book, by=cast.village_officer, on=clock.today())
    book.refresh_from_db()
    assert (book.state, Attachment.objects.count(), AnswerLine.objects.count()) == (Stage.DROPPED, 0, 0)
    with pytest.raises(Refused):
        bringing.drop(book=book, by=cast.village_officer, on=clock.today())


def test_when_its_time_is_over_the_workbook_goes_and_the_evidence_of_answers_stays(cast, tickets, households):
    book = handed_in(filled(taken(cast.village_officer), {tickets[0]: TRUE}), cast.village_officer, proof=True,
                     still=households)  # fmt: skip
    assert keeping.delete_expired(today=book.keep_until) == 0
    assert keeping.delete_expired(today=book.keep_until + timedelta(days=1)) == 1
    book.refresh_from_db()
    assert (book.state, book.attachment, AnswerLine.objects.count()) == (Stage.DONE, None, 0)
    assert Attachment.objects.get().kind == "ticket_evidence"


def test_a_name_in_the_register_does_not_become_a_formula_in_what_comes_back(cast, tickets):
    HouseholdCard.objects.update(head_name="=HYPERLINK(1)")
    sheet = openpyxl.load_workbook(io.BytesIO(taken(cast.village_officer))).worksheets[0]
    assert "'=HYPERLINK(1)" in [cell.value for cell in sheet[5]]
