"""A department's file against the register: numbers, names, findings, decisions that stick, deletion with proof."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fupin.core import sealing
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.policy.sources import source
from fupin.quality.comparison import folders, operations, queries
from fupin.quality.comparison.models import Candidate, Exchange, PairDecision
from fupin.quality.comparison.tokens import new_key
from fupin.quality.models import Ticket
from fupin.quality.tests.departments import DAY, compared, csv_file, hand_in, xlsx_file
from fupin.registry.models import Membership, PersonFact, PersonIdentity, RegisterStatus
from fupin.registry.tests.households import family, member

pytestmark = pytest.mark.django_db
HEADER = ["姓名", "身份证号", "性别", "出生日期", "所在村", "户主姓名", "户籍状态"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def who(name: str) -> Any:
    return PersonFact.objects.get(name=name).person


def number_of(name: str) -> str:
    return sealing.unseal(bytes(PersonIdentity.objects.get(person=who(name)).number_sealed))


def dead(*rows: list[Any], by: Any, division: Any, **more: Any) -> Exchange:
    return compared("deaths", csv_file([HEADER, *rows]), by=by, division=division, **more)


def test_a_hit_by_number_asks_about_the_person_and_changes_no_status(cast, household):
    before = list(RegisterStatus.objects.values())
    done = dead(
        ["宝音", number_of("宝音").lower(), "", "", "", "", "死亡注销"], by=cast.banner_officer, division=cast.banner
    )
    assert (done.rows, done.matched_exact, done.matched_scored, done.undecided, done.findings) == (1, 1, 0, 0, 1)
    ticket = Ticket.objects.get()
    assert (ticket.rule, ticket.subject_kind, ticket.subject_id) == ("CMP-006", "person", who("宝音").pk)
    assert (ticket.household_id, ticket.village_id) == (household.pk, cast.village.pk)
    assert list(RegisterStatus.objects.values()) == before
    assert Membership.objects.get(person=who("宝音")).valid_to is None


def test_a_number_in_old_form_or_with_blanks_is_the_same_number(cast):
    family(cast.village, by=cast.banner_officer, members=[member("海山", "01", born="19550101")])
    number = number_of("海山")
    old = number[:6] + number[8:17]
    for written in (f" {number[:6]} {number[6:]} ", old):
        done = dead(["海山", written, "", "", "", "", "死亡"], by=cast.banner_officer, division=cast.banner)
        assert done.matched_exact == 1, written
    assert Ticket.objects.count() == 1


def test_a_hit_without_what_the_rule_asks_for_finds_nothing(cast, household):
    done = dead(["宝音", number_of("宝音"), "", "", "", "", "正常"], by=cast.banner_officer, division=cast.banner)
    assert (done.matched_exact, done.findings) == (1, 0)


def test_a_wrong_digit_is_seen_through_with_the_rest_of_the_row(cast, household):
    number = number_of("乌云")
    wrong = number[:12] + str((int(number[12]) + 1) % 10) + number[13:]
    row = ["乌云", wrong, "女", "1962-03-05", cast_name(cast.village), "宝音", "死亡"]
    done = dead(row, by=cast.banner_officer, division=cast.banner)
    assert (done.matched_exact, done.matched_scored, done.findings) == (0, 1, 1)
    assert Ticket.objects.get().person_id == who("乌云").pk


def cast_name(division: Any) -> str:
    from fupin.divisions.queries import tree

    return tree().full_name(division.pk, since="banner")


def doubtful(cast: Any) -> Exchange:
    """A row that says too little to be sure: a name of the right sound, and the village."""
    return dead(
        ["宝因", "", "男", "", cast_name(cast.village), "", "死亡"], by=cast.banner_officer, division=cast.banner
    )


def test_what_is_not_sure_waits_for_a_person_with_its_weights(cast, household):
    done = doubtful(cast)
    assert (done.matched_scored, done.undecided, done.findings) == (0, 1, 0)
    pair = queries.open_candidates(cast.township_officer).get()
    assert pair.person_id == who("宝音").pk
    words = {name: (said, weight) for name, said, weight in queries.reasons(pair, english=False)}
    assert words["姓名"][0] == "读音相同"
    assert words["出生日期"] == ("未填", 0)
    assert words["姓名"][1] > 0
    assert queries.said(pair)["name"] == "宝因"


def test_a_pair_that_was_decided_the_same_is_a_match_from_then_on(cast, household):
    first = doubtful(cast)
    operations.decide(
        candidates=list(Candidate.objects.all()),
        is_same=True,
        reason="入户核实为同一人",
        by=cast.township_officer,
        on=DAY,
    )
    again = operations.compare(exchange=first, source=source("deaths"), by=cast.banner_officer)
    assert (again.matched_exact, again.undecided, again.findings) == (1, 0, 1)
    assert Ticket.objects.get().person_id == who("宝音").pk
    assert doubtful(cast).matched_exact == 1


def test_a_pair_that_was_told_apart_is_not_raised_by_the_next_file(cast, household):
    doubtful(cast)
    operations.decide(
        candidates=list(Candidate.objects.all()), is_same=False, reason="同名的另一人", by=cast.township_officer, on=DAY
    )
    assert doubtful(cast).undecided == 0
    assert Candidate.objects.filter(verdict="open").count() == 0
    assert AuditEntry.objects.filter(act="comparison.decide").count() == 1


def test_a_decision_wants_its_reason_and_the_own_area(cast, household):
    doubtful(cast)
    pairs = list(Candidate.objects.all())
    with pytest.raises(Refused, match="判定依据"):
        operations.decide(candidates=pairs, is_same=True, reason=" ", by=cast.township_officer, on=DAY)
    with pytest.raises(NotFound):
        operations.decide(candidates=pairs, is_same=True, reason="入户核实", by=cast.other_township_officer, on=DAY)
    assert not PairDecision.objects.exists()


def test_the_same_file_again_opens_nothing_new(cast, household):
    row = ["宝音", number_of("宝音"), "", "", "", "", "死亡"]
    dead(row, by=cast.banner_officer, division=cast.banner)
    again = dead(row, by=cast.banner_officer, division=cast.banner)
    assert (again.findings, again.opened, again.reopened, again.closed) == (1, 0, 0, 0)


def test_a_file_about_others_leaves_a_question_open_and_a_whole_list_closes_it(cast, household):
    dead(["宝音", number_of("宝音"), "", "", "", "", "死亡"], by=cast.banner_officer, division=cast.banner)
    other = ["乌云", number_of("乌云"), "", "", "", "", "正常"]
    assert dead(other, by=cast.banner_officer, division=cast.banner).closed == 0
    assert dead(other, by=cast.banner_officer, division=cast.banner, is_complete=True).closed == 1


def test_persons_of_another_area_are_not_compared(cast, household):
    row = ["宝音", number_of("宝音"), "", "", "", "", "死亡"]
    assert dead(row, by=cast.region_officer, division=cast.other_banner).matched_exact == 0


def test_nobody_hands_in_for_an_area_that_is_not_theirs(cast):
    with pytest.raises(NotAllowed):
        hand_in("deaths", csv_file([HEADER]), by=cast.department, division=cast.other_banner)
    with pytest.raises(NotAllowed):
        hand_in("deaths", csv_file([HEADER]), by=cast.township_officer, division=cast.township)


def test_a_department_sees_its_own_files_alone(cast, household):
    theirs = hand_in(
        "deaths", csv_file([HEADER, ["某", "", "", "", "", "", "死亡"]]), by=cast.department, division=cast.banner
    )
    ours = hand_in(
        "deaths", csv_file([HEADER, ["某", "", "", "", "", "", "死亡"]]), by=cast.banner_officer, division=cast.banner
    )
    assert list(queries.exchanges_for(cast.department)) == [theirs]
    assert set(queries.exchanges_for(cast.banner_officer)) == {theirs, ours}
    assert not queries.exchanges_for(cast.other_banner_officer).exists()


def everything_under(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_number_and_no_name_lies_in_the_clear(cast, household, tmp_path):
    row = ["宝音", number_of("宝音"), "", "", "", "", "死亡"]
    made = dead(
        row, ["没有这个人", "159901197001010038", "", "", "", "", "死亡"], by=cast.banner_officer, division=cast.banner
    )
    lying = everything_under(tmp_path / "comparison")
    assert lying
    for secret in (number_of("宝音"), "159901197001010038", "没有这个人"):
        assert secret.encode() not in lying
    assert not folders.is_there(made.pk, folders.GIVEN)


def test_rows_are_deleted_when_their_time_is_over_and_the_trail_proves_it(cast, household):
    made = doubtful(cast)
    Exchange.objects.filter(pk=made.pk).update(keep_until=DAY)
    assert operations.delete_expired(today=DAY) == 0
    assert operations.delete_expired(today=DAY + timedelta(days=1)) == 1
    made.refresh_from_db()
    assert (made.state, made.deleted_at is not None) == ("deleted", True)
    assert not folders.is_there(made.pk, folders.ROWS)
    assert not Candidate.objects.exists()
    proof = AuditEntry.objects.get(act="comparison.delete")
    assert (proof.detail["sha256"], proof.detail["rows"]) == (made.sha256, 1)
    with pytest.raises(Refused, match="到期删除"):
        operations.compare(exchange=made, source=source("deaths"), by=cast.banner_officer)
    assert operations.delete_expired(today=DAY + timedelta(days=1)) == 0


def test_sensitive_rows_are_kept_for_a_shorter_time(cast):
    data = csv_file([["姓名", "身份证号", "余额"], ["某", "", "1"]])
    short = hand_in("deposits", data, by=cast.banner_officer, division=cast.banner)
    long = hand_in(
        "deaths", csv_file([HEADER, ["某", "", "", "", "", "", "死亡"]]), by=cast.banner_officer, division=cast.banner
    )
    assert short.keep_until < long.keep_until


def test_money_above_the_line_is_asked_about_and_below_it_is_not(cast, household):
    def deposits(amount: str) -> Exchange:
        data = xlsx_file([["姓名", "身份证号", "余额"], ["宝音", number_of("宝音"), amount]])
        return compared("deposits", data, by=cast.banner_officer, division=cast.banner, file="存款.xlsx")

    assert deposits("49999.99").findings == 0
    assert deposits("50000").findings == 1


def test_tokens_of_an_exchange_are_matched_without_a_number_on_either_side(cast, household, tmp_path):
    from fupin.quality.comparison import making

    key = new_key()
    given, made = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_bytes(
        csv_file([HEADER, ["宝音", number_of("宝音"), "", "", "", "", "死亡"], ["乌云", "1", "", "", "", "", "死亡"]])
    )
    assert making.make(source("deaths"), given, made, key=key) == 2
    text = made.read_text(encoding="utf-8")
    assert "宝音" not in text
    assert number_of("宝音") not in text
    done = compared("deaths", made.read_bytes(), by=cast.banner_officer, division=cast.banner, key=key)
    assert (done.way, done.matched_exact, done.findings) == ("tokens", 1, 1)
    other = compared("deaths", made.read_bytes(), by=cast.banner_officer, division=cast.banner, key=new_key())
    assert other.matched_exact == 0
    assert hand_in("deaths", made.read_bytes(), by=cast.banner_officer, division=cast.banner).state == "refused"


def test_a_day_to_come_is_refused(cast):
    with pytest.raises(Refused, match="晚于今天"):
        hand_in("deaths", b"x", by=cast.banner_officer, division=cast.banner, on=date(2999, 1, 1))
