"""Letters that ask by a source which a banner added itself: listed, sent, answered, by the version of their day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fupin.core import clock, jobs
from fupin.core.refusals import NotFound
from fupin.divisions.queries import tree
from fupin.quality.comparison import operations as comparing
from fupin.quality.comparison import queries
from fupin.quality.comparison.letters import answers, operations
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.models import Exchange
from fupin.quality.models import Ticket
from fupin.quality.tests.letters import authorise, drafted, later, sent, taken, workbook
from fupin.quality.tests.own_sources import COLUMNS, NAME, RULE, confirm, end, own_source, propose
from fupin.quality.tests.test_comparison import number_of, who
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def own(cast: Any, **changed: Any) -> Any:
    own_source(cast, **changed)
    return queries.source_of(NAME, on=clock.today(), division=cast.banner.pk)


def said(rows: list[list[Any]], found: dict[str, dict[str, Any]]) -> list[list[Any]]:
    """The list with what the office wrote of each name; 查无 of the rest."""
    header, name = rows[0], rows[0].index("姓名")
    for row in rows[1:]:
        written = found.get(row[name])
        row[header.index("查询结果")] = "查有" if written is not None else "查无"
        for column, value in (written or {}).items():
            row[header.index(column)] = value
    return rows


def brought_back(letter: Letter, rows: list[list[Any]], by: Any) -> Exchange:
    made = answers.take_in(letter=letter, pieces=[workbook(rows)], name="回函.xlsx", by=by, on=clock.today())
    source = queries.source_by(made)
    done = comparing.compare(exchange=comparing.read(exchange=made, source=source), source=source, by=by)
    answers.counted(exchange=done, by=by)
    return done


def test_the_list_asks_by_number_and_name_and_leaves_room_for_the_columns_that_are_kept(cast, household):
    letter = sent(cast, source=own(cast))
    rows = taken(letter, cast.banner_officer)
    assert rows[0] == ["行标识", "证件号码", "姓名", "查询结果", "月发放额", "发放状态"]
    assert {row[1] for row in rows[1:]} == {number_of(name) for name in ("宝音", "乌云", "巴特尔")}


def test_a_line_counts_where_the_sources_own_tests_hold(cast, household):
    letter = sent(cast, source=own(cast))
    rows = said(taken(letter, cast.banner_officer), {
        "宝音": {"月发放额": 100, "发放状态": "在发"}, "乌云": {"月发放额": 99.99, "发放状态": "在发"},
        "巴特尔": {"月发放额": 200, "发放状态": "停发"},
    })  # fmt: skip
    done = brought_back(letter, rows, cast.banner_officer)
    assert (done.matched_exact, done.findings, done.preview["returned"]["counts"]["hit"]) == (3, 1, 3)
    ticket = Ticket.objects.get()
    assert (ticket.rule, ticket.person_id) == (RULE, who("宝音").pk)
    letter.refresh_from_db()
    assert letter.state == "returned"


def test_who_ought_to_be_known_there_and_is_not_is_asked_about_line_by_line(cast, household):
    source = own(cast, columns=[], hits=False, absents=True, absent_when="sex = '1'")
    letter = sent(cast, source=source)
    rows = said(taken(letter, cast.banner_officer), {"宝音": {}, "乌云": {}})
    brought_back(letter, rows, cast.banner_officer)
    assert [(one.rule, one.person_id) for one in Ticket.objects.all()] == [(RULE, who("巴特尔").pk)]


def test_an_answer_is_read_by_the_version_that_asked_though_another_holds_by_then(cast, household):
    letter = sent(cast, source=own(cast))
    rows = said(taken(letter, cast.banner_officer), {"宝音": {"月发放额": 150, "发放状态": "在发"}})
    dearer = [{**COLUMNS[0], "bound": "200"}, *COLUMNS[1:]]
    row = propose(cast.banner_officer, cast.banner, valid_from=clock.today(), columns=dearer)
    confirm(row, cast.second_banner_officer)
    assert brought_back(letter, rows, cast.banner_officer).findings == 1
    newer = sent(cast, source=own(cast))
    assert newer.definition == row.pk
    rows = said(taken(newer, cast.banner_officer), {"宝音": {"月发放额": 150, "发放状态": "在发"}})
    assert brought_back(newer, rows, cast.banner_officer).findings == 0


def test_after_its_end_no_letter_is_drafted_and_the_answer_still_comes_in(cast, household):
    source = own(cast)
    letter = sent(cast, source=source)
    rows = said(taken(letter, cast.banner_officer), {"宝音": {"月发放额": 150, "发放状态": "在发"}})
    confirm(end(cast.banner_officer, cast.banner, valid_from=clock.today()), cast.second_banner_officer)
    with pytest.raises(NotFound):
        drafted(cast, source=source)
    assert brought_back(letter, rows, cast.banner_officer).findings == 1


def test_where_it_takes_an_authorisation_only_households_that_gave_it_are_asked_about(cast, household):
    source, willing = own(cast, authorised=True, sensitive=True), family(cast.village, by=cast.banner_officer)
    authorise(willing, cast.village_officer, sources=NAME)
    letter = drafted(cast, source=source)
    assert (letter.households, letter.left_out) == (1, {"none": 1})


def test_another_banner_drafts_no_letter_by_it(cast, household):
    source = own(cast)
    with pytest.raises(NotFound):
        drafted(cast, source=source, division=cast.other_banner.pk, by=cast.other_banner_officer)
    assert not Letter.objects.exists()


def test_it_goes_from_draft_to_answer_on_screen_in_the_offices_own_words(cast, client_of, household):
    own(cast)
    first, second = client_of(cast.banner_officer), client_of(cast.second_banner_officer)
    data = {"source": NAME, "division": cast.banner.pk, "whom": "all", "way": "file", "number": "函1", "purpose": "年度核查",
            "holds_on": str(clock.today()), "due_on": str(later(20))}  # fmt: skip
    assert first.post(reverse("comparison:letter_new"), data).status_code == 302
    jobs.run_pending()
    letter = Letter.objects.get()
    for client, act in ((first, "submit"), (second, "confirm"), (first, "send")):
        client.post(reverse("comparison:letter_act", args=[letter.pk]), {"act": act})
    assert (letter.addressee, letter.basis[:4]) == (f"{tree().name(cast.banner.pk)}民政局", "高龄津贴")
    printed = first.get(reverse("comparison:letter_print", args=[letter.pk])).content.decode()
    for text in ("高龄津贴", "月发放额", "发放状态"):
        assert text in printed, text
    assert "开户行" not in printed, "what is not kept is not asked for"
    letter.refresh_from_db()
    rows = said(taken(letter, cast.banner_officer), {"宝音": {"月发放额": 150, "发放状态": "在发"}})
    file = SimpleUploadedFile("回函.xlsx", workbook(rows))
    first.post(reverse("comparison:letter_answer", args=[letter.pk]), {"file": file})
    jobs.run_pending()
    made = Exchange.objects.get()
    first.post(reverse("comparison:compare", args=[made.pk]))
    jobs.run_pending()
    assert Ticket.objects.get().rule == RULE
    assert "高龄津贴" in first.get(reverse("comparison:letters")).content.decode()


def test_a_list_of_tokens_by_it_says_no_number(cast, household):
    letter = sent(cast, source=own(cast), way="tokens")
    rows = taken(letter, cast.banner_officer)
    assert rows[0] == ["行标识", "证件号码令牌", "查询结果", "月发放额", "发放状态"]
    assert number_of("宝音") not in str(rows)
    assert operations.key_of(letter=letter, purpose="交给民政局", by=cast.banner_officer)
