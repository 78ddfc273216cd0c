"""Letters: who stands on the list, who confirms it, what comes back and what of it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fupin.core import clock, steps
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, Refused
from fupin.divisions.queries import tree
from fupin.policy.sources import source
from fupin.quality.comparison import folders, numbers
from fupin.quality.comparison import operations as comparing
from fupin.quality.comparison.letters import answers, operations
from fupin.quality.comparison.letters.layouts import arrange
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.steps import LETTER
from fupin.quality.comparison.sources import addressee_of
from fupin.quality.models import Ticket
from fupin.quality.tests.letters import authorise, compared, drafted, later, returned, sent, taken, workbook
from fupin.quality.tests.test_comparison import everything_under, number_of, who
from fupin.registry.models import RegisterStatus
from fupin.registry.operations import Leaving, remove_members
from fupin.registry.tests.households import family, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def filled(rows: list[list[Any]], said: dict[str, list[Any]], header: str = "查询结果") -> list[list[Any]]:
    """The list with what a department wrote: result and event for each name, the rest 查无."""
    result, event, name = rows[0].index(header), rows[0].index("户籍状态"), rows[0].index("姓名")
    for row in rows[1:]:
        row[result], row[event] = said.get(row[name], ["查无", ""])
    return rows


def test_the_list_names_who_is_asked_about_by_what_the_source_declares_and_no_more(cast, household):
    letter = sent(cast)
    rows = taken(letter, cast.banner_officer)
    assert rows[0][:5] == ["行标识", "证件号码", "姓名", "出生日期", "查询结果"]
    assert {row[2]: row[1] for row in rows[1:]} == {name: number_of(name) for name in ("宝音", "乌云", "巴特尔")}
    assert (letter.persons, letter.households) == (3, 1)
    assert len({row[0] for row in rows[1:]}) == 3


def test_only_households_with_an_authorisation_of_that_day_are_asked_about_where_the_source_needs_one(cast, household):
    today = clock.today()
    until_today, expired, withdrawn, other = (family(cast.village, by=cast.banner_officer) for _each in range(4))
    authorise(until_today, cast.village_officer, last_day=today)
    authorise(expired, cast.village_officer, last_day=today - timedelta(days=1))
    authorise(withdrawn, cast.village_officer, withdrawn_on=today)
    authorise(other, cast.village_officer, sources="vehicles")
    letter = drafted(cast, "deposits")
    assert (letter.households, letter.persons) == (1, 3)
    assert letter.left_out == {"none": 1, "expired": 1, "withdrawn": 1, "other": 1}


def test_who_has_no_number_is_not_asked_about_and_counted(cast):
    nameless = member("海山", "01") | {"id_number": ""}
    family(cast.village, by=cast.banner_officer, members=[nameless, member("其其格", "02", "19700101", "2")])
    letter = drafted(cast)
    assert (letter.persons, letter.left_out) == (1, {"no_number": 1})


def test_a_list_of_nobody_is_not_handed_in(cast, household):
    letter = drafted(cast, "deposits")
    with pytest.raises(Refused, match="名单中没有人"):
        operations.act(letter=letter, act="submit", by=cast.banner_officer, on=clock.today())


def test_the_second_person_is_another_and_only_then_the_list_is_taken(cast, household):
    letter, today = drafted(cast), clock.today()
    operations.act(letter=letter, act="submit", by=cast.banner_officer, on=today)
    with pytest.raises(NotAllowed, match="第二人"):
        operations.act(letter=letter, act="confirm", by=cast.banner_officer, on=today)
    with pytest.raises(NotAllowed, match="第二人复核"):
        operations.take(letter=letter, purpose="发函给公安局", by=cast.banner_officer)
    operations.act(letter=letter, act="confirm", by=cast.second_banner_officer, on=today)
    with pytest.raises(Refused, match="用途"):
        operations.take(letter=letter, purpose="", by=cast.banner_officer)
    with pytest.raises(NotAllowed):
        operations.take(letter=letter, purpose="发函给公安局", by=cast.department)
    assert taken(letter, cast.banner_officer)
    entry = AuditEntry.objects.get(act="letter.take")
    assert (entry.detail["purpose"], entry.detail["persons"]) == ("发函给公安局", 3)


def test_a_letter_is_written_to_the_departments_office_of_its_own_level(cast, household):
    nodes = tree()
    assert drafted(cast, "house_grades").addressee == f"{nodes.name(cast.banner.pk)}住房和城乡建设局"
    league = nodes.by_id(cast.banner.pk).parent_id
    for division, office in ((nodes.root.id, "厅"), (league, "局"), (cast.village.pk, "局")):
        assert addressee_of(source("house_grades"), division).endswith(f"住房和城乡建设{office}")
    assert addressee_of(source("house_grades"), cast.village.pk).startswith(nodes.name(cast.banner.pk))
    assert drafted(cast, addressee="公安局户政大队").addressee == "公安局户政大队"
    strange = replace(source("deaths"), department="某开发区管委会")
    assert addressee_of(strange, cast.banner.pk) == "某开发区管委会"


def test_an_officer_of_another_banner_neither_drafts_nor_acts(cast, household):
    with pytest.raises(NotAllowed):
        drafted(cast, by=cast.other_banner_officer)
    letter = drafted(cast)
    with pytest.raises(NotAllowed):
        operations.act(letter=letter, act="submit", by=cast.other_banner_officer, on=clock.today())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"number": " "}, "文号"),
        ({"purpose": "查"}, "用途"),
        ({"on": later(1)}, "晚于今天"),
        ({"due_on": later(-1)}, "已过"),
    ],
)
def test_a_letter_that_cannot_be_is_refused_in_a_sentence(cast, household, given, said):
    with pytest.raises(Refused, match=said):
        drafted(cast, **given)
    assert not Letter.objects.exists()


def test_a_number_of_a_letter_is_used_once(cast, household):
    drafted(cast, number="函1")
    with pytest.raises(Refused, match="文号"):
        drafted(cast, number="函1")


def test_a_hit_opens_a_question_and_changes_no_status(cast, household):
    letter, before = sent(cast), list(RegisterStatus.objects.values())
    rows = filled(taken(letter, cast.banner_officer), {"宝音": ["查有", "死亡"]})
    done = compared(letter, rows, cast.banner_officer)
    assert (done.rows, done.matched_exact, done.findings) == (3, 1, 1)
    assert (done.preview["unread"], done.preview["unfound"]) == ([], [])
    assert done.preview["returned"]["counts"] == {
        "unknown": 0, "twice": 0, "changed": 0, "renamed": 0, "unanswered": 0, "bare": 0, "left": 0, "missing": 0,
        "hit": 1, "nothing": 2,
    }  # fmt: skip
    assert Ticket.objects.get().person_id == who("宝音").pk
    assert list(RegisterStatus.objects.values()) == before
    letter.refresh_from_db()
    assert letter.state == "returned"


def test_lines_may_come_back_reordered_deleted_added_and_edited(cast, household):
    letter = sent(cast)
    header, *lines = filled(
        taken(letter, cast.banner_officer), {n: ["查有", "死亡"] for n in ("宝音", "乌云", "巴特尔")}
    )
    by_name = {line[2]: line for line in lines}
    by_name["乌云"][1] = number_of("宝音")  # another's number at her mark
    made_up = ["000001-ffffffff", number_of("宝音"), "宝音", "", "查有", "死亡", ""]
    done = compared(letter, [header, made_up, by_name["乌云"], by_name["宝音"]], cast.banner_officer)
    counts = done.preview["returned"]["counts"]
    assert (counts["unknown"], counts["changed"], counts["missing"], counts["hit"]) == (1, 1, 1, 1)
    assert Ticket.objects.get().person_id == who("宝音").pk
    assert [mark for _row, mark in done.preview["returned"]["lines"]["missing"]] == [by_name["巴特尔"][0]]


def test_an_edited_name_counts_with_the_number_and_not_without(cast, household):
    letter = sent(cast)
    header, *lines = filled(taken(letter, cast.banner_officer), {n: ["查有", "死亡"] for n in ("宝音", "乌云")})
    by_name = {line[2]: line for line in lines}
    by_name["宝音"][2], by_name["乌云"][2], by_name["乌云"][1] = "宝 音格", "乌兰", ""
    done = compared(letter, [header, *lines], cast.banner_officer)
    assert done.preview["returned"]["counts"]["renamed"] == 2
    assert Ticket.objects.get().person_id == who("宝音").pk


def cut_by_a_spreadsheet(number):
    """With zeros at its end; one of eleven such numbers is right by chance and somebody else's, here it is not."""
    return next(cut for digit in number[14] + "01" if not numbers.is_right(cut := f"{number[:14]}{digit}000"))


def test_a_number_that_a_spreadsheet_cut_or_somebody_masked_still_has_our_mark(cast, household):
    letter = sent(cast)
    header, *lines = filled(taken(letter, cast.banner_officer), {n: ["查有", "死亡"] for n in ("宝音", "乌云")})
    by_name = {line[2]: line for line in lines}
    by_name["宝音"][1] = cut_by_a_spreadsheet(number_of("宝音"))
    by_name["乌云"][1] = number_of("乌云")[:4] + "**********" + number_of("乌云")[-4:]
    done = compared(letter, [header, *lines], cast.banner_officer)
    assert (done.preview["returned"]["counts"]["changed"], done.findings) == (0, 2)


def test_of_lines_that_contradict_each_other_none_counts(cast, household):
    letter = sent(cast)
    header, *lines = filled(taken(letter, cast.banner_officer), {"宝音": ["查有", "死亡"]})
    hit = next(line for line in lines if line[2] == "宝音")
    denied = [*hit[:4], "查无", *hit[5:]]
    done = compared(letter, [header, *lines, denied], cast.banner_officer)
    assert (done.preview["returned"]["counts"]["twice"], done.findings) == (2, 0)


def test_the_same_answer_twice_is_one_and_a_fuller_one_opens_nothing_twice(cast, household):
    letter = sent(cast)
    header, *lines = filled(taken(letter, cast.banner_officer), {"宝音": ["查有", "死亡"]})
    hit = [line for line in lines if line[2] == "宝音"]
    part = workbook([header, *hit])
    first = compared(letter, part, cast.banner_officer)
    assert first.preview["returned"]["counts"]["missing"] == 2
    again = compared(letter, part, cast.banner_officer)
    assert again.pk == first.pk
    whole = compared(letter, [header, *lines], cast.banner_officer)
    assert (whole.pk != first.pk, whole.opened, Ticket.objects.count()) == (True, 0, 1)


def test_a_hit_on_somebody_who_left_meanwhile_finds_nobody(cast, household):
    letter = sent(cast)
    rows = filled(taken(letter, cast.banner_officer), {"乌云": ["查有", "死亡"]})
    remove_members(leavings=[Leaving(who("乌云").pk, "02")], by=cast.village_officer, on=clock.today())
    done = compared(letter, rows, cast.banner_officer)
    assert (done.findings, done.preview["returned"]["counts"]["left"]) == (0, 1)


def test_a_column_and_a_word_of_the_department_are_explained_once(cast, household):
    letter = sent(cast)
    rows = filled(taken(letter, cast.banner_officer), {"宝音": ["在册可疑", "死亡"]})
    rows[0][rows[0].index("查询结果")] = "我局意见"
    made = returned(letter, rows, cast.banner_officer)
    assert (made.state, "我局意见" in made.preview["headers"]) == ("arranging", True)
    deaths = source("deaths")
    arrange(source=deaths, division=cast.banner.pk, headers={"我局意见": "result"}, words={}, only_hits=False,
            by=cast.banner_officer)  # fmt: skip
    made = comparing.read(exchange=made, source=deaths)
    assert (made.state, made.preview["words"]) == ("arranging", ["在册可疑"])
    arrange(source=deaths, division=cast.banner.pk, headers={}, words={"在册可疑": "hit"}, only_hits=False,
            by=cast.banner_officer)  # fmt: skip
    made = comparing.read(exchange=made, source=deaths)
    assert comparing.compare(exchange=made, source=deaths, by=cast.banner_officer).findings == 1
    assert not folders.is_there(made.pk, folders.GIVEN)
    next_one = sent(cast)
    rows = filled(taken(next_one, cast.banner_officer), {"宝音": ["在册可疑", "死亡"]})
    rows[0][rows[0].index("查询结果")] = "我局意见"
    assert returned(next_one, rows, cast.banner_officer).state == "ready"


def test_without_a_result_column_every_line_is_a_hit_where_that_was_said(cast, household):
    letter = sent(cast)
    rows = [[cell for at, cell in enumerate(row) if at != 4]
            for row in filled(taken(letter, cast.banner_officer), {"宝音": ["", "死亡"]})]  # fmt: skip
    hits = [rows[0], *(row for row in rows[1:] if row[2] == "宝音")]
    assert returned(letter, hits, cast.banner_officer).state == "arranging"
    arrange(
        source=source("deaths"), division=cast.banner.pk, headers={}, words={}, only_hits=True, by=cast.banner_officer
    )
    assert compared(letter, hits, cast.banner_officer).findings == 1


def test_as_tokens_no_number_and_no_name_goes_out(cast, household, tmp_path):
    letter = sent(cast, way="tokens")
    rows = taken(letter, cast.banner_officer)
    assert rows[0][:3] == ["行标识", "证件号码令牌", "查询结果"]
    assert number_of("宝音") not in str(rows)
    assert "宝音" not in str(rows)
    key = operations.key_of(letter=letter, purpose="交给公安局", by=cast.banner_officer)
    from fupin.quality.comparison.tokens import Exchanged, read_key

    token = Exchanged(read_key(key)).token(number_of("宝音"))
    result, event = rows[0].index("查询结果"), rows[0].index("户籍状态")
    for row in rows[1:]:
        row[result], row[event] = ("查有", "死亡") if row[1] == token else ("查无", "")
    assert compared(letter, rows, cast.banner_officer).findings == 1
    assert Ticket.objects.get().person_id == who("宝音").pk


def test_no_number_lies_in_the_clear_and_the_list_is_deleted_with_proof(cast, household, tmp_path):
    letter = sent(cast)
    assert number_of("宝音").encode() not in everything_under(tmp_path / "comparison")
    Letter.objects.filter(pk=letter.pk).update(keep_until=clock.today())
    assert operations.delete_expired(today=clock.today()) == 0
    assert operations.delete_expired(today=later(1)) == 1
    assert not folders.is_there(letter.pk, folders.ASKED)
    proof = AuditEntry.objects.get(act="letter.delete").detail
    assert (proof["sha256"], proof["lines"]) == (letter.sha256, 3)
    with pytest.raises(Refused, match="到期删除"):
        operations.take(letter=letter, purpose="发函给公安局", by=cast.banner_officer)
    with pytest.raises(Refused, match="到期删除"):
        answers.take_in(letter=letter, pieces=[b"x"], name="x.csv", by=cast.banner_officer, on=clock.today())


def test_the_deadline_is_the_day_that_the_letter_names(cast, household):
    letter = sent(cast, due_on=later(5))
    case = steps.case_of(LETTER, f"letter:{letter.pk}")
    assert case is not None
    assert case.due_on == later(5)
    assert list(steps.due(LETTER, on=later(6))) == [case]


def test_an_answer_before_the_letter_went_out_is_not_taken(cast, household):
    with pytest.raises(Refused, match="还没有发出"):
        answers.take_in(letter=drafted(cast), pieces=[b"x"], name="x.csv", by=cast.banner_officer, on=clock.today())
