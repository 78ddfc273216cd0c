"""`fupin letters` as scripts call it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from fupin.cli.letters import letters
from fupin.core.models import AuditEntry
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.models import Exchange
from fupin.quality.models import Ticket
from fupin.quality.tests.letters import drafted, later, sent, workbook
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path / "data"


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def run(*words: Any) -> Result:
    return CliRunner().invoke(letters, [str(word) for word in words], catch_exceptions=False)


def numbers(done: Result) -> list[str]:
    return [one["number"] for one in json.loads(done.stdout)["letters"]]


def test_letters_are_listed_the_newest_first_and_those_that_are_late_end_with_one(cast, household):
    first, second = sent(cast), sent(cast)
    assert numbers(run("list", "--json")) == [second.number, first.number]
    assert numbers(run("list", "--division", "150522", "--json")) == [second.number, first.number]
    assert numbers(run("list", "--division", "150521", "--json")) == []
    nobody = run("list", "--late", "--json")
    assert (numbers(nobody), nobody.exit_code) == ([], 0)
    Letter.objects.filter(pk=first.pk).update(due_on=later(-1))
    late = run("list", "--late", "--json")
    assert (numbers(late), late.exit_code) == ([first.number], 1)
    assert "逾期未回" in run("list").stdout


def test_a_list_is_taken_for_a_purpose_that_stands_in_the_trail(cast, household, tmp_path):
    letter, file = sent(cast), tmp_path / "名单.xlsx"
    done = run("take", letter.number, "-o", file, "--purpose", "发函给公安局", "--json")
    assert (done.exit_code, json.loads(done.stdout)["persons"]) == (0, 3)
    assert load_workbook(file).active.max_row == 4
    entry = AuditEntry.objects.get(act="letter.take")
    assert (entry.detail["purpose"], entry.channel) == ("发函给公安局", "command")


@pytest.mark.parametrize(
    ("which", "name", "purpose"),
    [("sent", "x.xlsx", "查"), ("drafted", "x.xlsx", "发函给公安局"), ("sent", "x.csv", "发函给公安局"), ("nobody", "x.xlsx", "发函给公安局")],
    ids=["purpose", "unconfirmed", "file", "letter"],
)  # fmt: skip
def test_a_list_that_may_not_be_taken_leaves_no_file_and_ends_with_two(cast, household, tmp_path, which, name, purpose):
    known = {"sent": sent, "drafted": drafted}.get(which)
    number = known(cast).number if known else "没有这个文号"
    done = run("take", number, "-o", tmp_path / name, "--purpose", purpose)
    assert (done.exit_code, list(tmp_path.glob("x.*"))) == (2, [])
    assert not AuditEntry.objects.filter(act="letter.take").exists()


def taken(letter: Letter, folder: Any) -> list[list[Any]]:
    run("take", letter.pk, "-o", folder / "out.xlsx", "--purpose", "发函给公安局")
    rows = load_workbook(folder / "out.xlsx").active.iter_rows(values_only=True)
    return [["" if cell is None else cell for cell in row] for row in rows]


def answered(rows: list[list[Any]], header: str = "查询结果") -> bytes:
    result, event, name = rows[0].index("查询结果"), rows[0].index("户籍状态"), rows[0].index("姓名")
    for row in rows[1:]:
        row[result], row[event] = ("查有", "死亡") if row[name] == "宝音" else ("查无", "")
    rows[0][result] = header
    return workbook(rows)


def test_an_answer_is_brought_back_compared_and_counts_once(cast, household, tmp_path):
    letter, file = sent(cast), tmp_path / "回函.xlsx"
    file.write_bytes(answered(taken(letter, tmp_path)))
    done = run("answer", letter.pk, file, "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["rows"], said["findings"], said["opened"]) == (1, 3, 1, 1)
    assert (said["returned"]["hit"], said["returned"]["nothing"]) == (1, 2)
    letter.refresh_from_db()
    assert letter.state == "returned"
    again = json.loads(run("answer", letter.pk, file, "--json").stdout)
    assert (again["comparison"], again["opened"], Ticket.objects.count()) == (said["comparison"], 0, 1)


def test_an_answer_that_nobody_can_read_yet_is_kept_and_says_what_is_missing(cast, household, tmp_path):
    letter, file = sent(cast), tmp_path / "回函.xlsx"
    file.write_bytes(answered(taken(letter, tmp_path), header="我局意见"))
    done = run("answer", letter.number, file)
    assert done.exit_code == 1
    assert "查询结果" in done.stdout
    assert Exchange.objects.get().state == "arranging"


def test_an_answer_to_a_letter_that_did_not_go_out_changes_nothing_and_ends_with_two(cast, household, tmp_path):
    file = tmp_path / "回函.xlsx"
    file.write_bytes(workbook([["行标识"]]))
    assert run("answer", drafted(cast).number, file).exit_code == 2
    assert not Exchange.objects.exists()


def test_a_number_that_two_offices_used_is_asked_for_by_its_id(cast, household, tmp_path):
    mine = sent(cast, number="函1")
    Letter.objects.filter(pk=sent(cast, number="函2").pk).update(number="函1", division=cast.other_banner)
    done = run("take", "函1", "-o", tmp_path / "x.xlsx", "--purpose", "发函给公安局")
    assert (done.exit_code, "请改用编号" in done.output) == (2, True)
    assert run("take", mine.pk, "-o", tmp_path / "x.xlsx", "--purpose", "发函给公安局").exit_code == 0
