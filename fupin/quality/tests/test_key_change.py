"""The index key is changed: what a person decided still holds, what waits is found by the new key, nothing is asked twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fupin.core import index_renewal, jobs, sealing
from fupin.core.refusals import Refused
from fupin.policy.sources import source
from fupin.quality.comparison import folders, operations, renewing
from fupin.quality.comparison.models import Candidate, Exchange, PairDecision
from fupin.quality.models import Ticket
from fupin.quality.tests.departments import DAY, csv_file, hand_in
from fupin.quality.tests.letters import compared, sent, taken
from fupin.quality.tests.test_comparison import HEADER, doubtful, number_of, who
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
FORMER, NEW = "22" * 32, "66" * 32


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def use(settings, monkeypatch):
    """Use these index keys, the first for making tokens."""

    def keys(*given: str) -> None:
        settings.KEYS = {**settings.KEYS, "FUPIN_INDEX_KEY": ",".join(given)}
        sealing.reload()

    monkeypatch.setattr(index_renewal, "SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(index_renewal, "FORGET", [lambda: keys(NEW) or True])
    keys(FORMER)
    yield keys
    sealing.reload()


@pytest.fixture
def household(cast, use):
    return family(cast.village, by=cast.banner_officer)


def renew() -> dict[str, Any]:
    row = jobs.enqueue(kind=index_renewal.KIND, key="renew", again=True)
    jobs.run_pending()
    row.refresh_from_db()
    assert row.state == "done", row.message
    return row.result


def decide(cast: Any, *, is_same: bool) -> None:
    operations.decide(candidates=list(Candidate.objects.filter(verdict="open")), is_same=is_same, reason="入户核实",
                      by=cast.township_officer, on=DAY)  # fmt: skip


def changed(use: Any) -> dict[str, Any]:
    use(NEW, FORMER)
    done = renew()
    assert (done["former"], sealing.former_index_keys()) == ("gone", 0)
    return done


@pytest.mark.parametrize(("is_same", "matched"), [(True, 1), (False, 0)])
def test_what_was_decided_before_is_not_asked_again_after(cast, household, use, is_same, matched):
    doubtful(cast)
    decide(cast, is_same=is_same)
    before = bytes(PairDecision.objects.get().said_token)
    changed(use)
    row = PairDecision.objects.get()
    assert bytes(row.said_token) == sealing.token(sealing.unseal(bytes(row.said_sealed)), "pair") != before
    done = doubtful(cast)
    assert (done.matched_exact, done.undecided) == (matched, 0)
    assert index_renewal.counts()["former"] == 0


def test_decisions_are_carried_over_in_chunks(cast, household, use, monkeypatch):
    doubtful(cast)
    decide(cast, is_same=True)
    row = PairDecision.objects.get()
    digests = [f"{nth:064x}" for nth in range(5)]
    PairDecision.objects.bulk_create([
        PairDecision(person=row.person, is_same=False, reason="同名", decided_name="某", said_sealed=sealing.seal(one),
                     said_token=sealing.token(one, "pair")) for one in digests
    ])  # fmt: skip
    monkeypatch.setattr(index_renewal, "CHUNK", 2)
    chunks, renewed = [], index_renewal._renew_chunk

    def noted(each: Any, chunk: Any) -> int:
        done = renewed(each, chunk)
        if each.model is PairDecision:
            chunks.append(done)
        return done

    monkeypatch.setattr(index_renewal, "_renew_chunk", noted)
    changed(use)
    assert [count for count in chunks if count] == [2, 2, 2]
    tokens = {bytes(one) for one in PairDecision.objects.values_list("said_token", flat=True)}
    assert {sealing.token(one, "pair") for one in digests} <= tokens


def test_a_pair_that_waited_over_the_change_is_decided_and_holds_for_its_own_file_too(cast, household, use):
    first = doubtful(cast)
    assert changed(use)["files"] == 1
    decide(cast, is_same=True)
    again = operations.compare(exchange=first, source=source("deaths"), by=cast.banner_officer)
    assert (again.matched_exact, again.undecided) == (1, 0)
    assert Ticket.objects.get().person_id == who("宝音").pk


def test_a_decision_that_is_said_anew_while_the_key_is_changed_stays_one(cast, household, use):
    doubtful(cast)
    decide(cast, is_same=True)
    Candidate.objects.update(verdict="open")
    use(NEW, FORMER)
    decide(cast, is_same=False)
    row = PairDecision.objects.get()
    assert (row.is_same, bytes(row.said_token)) == (
        False,
        sealing.tokens(sealing.unseal(bytes(row.said_sealed)), "pair")[0],
    )
    assert renew()["former"] == "gone"


def test_nothing_of_what_a_row_says_lies_in_the_open_beside_a_decision(cast, household, use):
    doubtful(cast)
    decide(cast, is_same=True)
    row = PairDecision.objects.get()
    assert "宝因".encode() not in bytes(row.said_sealed)
    digest = sealing.unseal(bytes(row.said_sealed))
    assert ("宝因" in digest, len(digest)) == (False, 64)


def waiting(cast: Any) -> Exchange:
    """A file that was read and not yet compared: one by its number, one by a number with a digit wrong."""
    number = number_of("乌云")
    wrong = number[:16] + str((int(number[16]) + 1) % 10) + number[17]
    rows = [["宝音", number_of("宝音"), "", "", "", "", "死亡"], ["乌云", wrong, "", "", "", "", "死亡"],
            ["谁也不是", "159901198001010015", "", "", "", "", "死亡"]]  # fmt: skip
    return hand_in("deaths", csv_file([HEADER, *rows]), by=cast.banner_officer, division=cast.banner)


def figures(done: Exchange) -> tuple[int, ...]:
    return (done.rows, done.matched_exact, done.matched_scored, done.undecided, done.findings)


def test_a_file_that_was_read_before_comes_to_the_same_after(cast, household, use):
    plain, over = waiting(cast), waiting(cast)
    expected = figures(operations.compare(exchange=plain, source=source("deaths"), by=cast.banner_officer))
    assert expected[1] == 1
    assert expected[2] + expected[3] == 1
    assert changed(use)["files"] == 2
    assert figures(operations.compare(exchange=over, source=source("deaths"), by=cast.banner_officer)) == expected


def test_while_it_lasts_a_file_is_refused_with_a_plain_sentence_and_nothing_is_lost(cast, household, use):
    made = waiting(cast)
    use(NEW, FORMER)
    with pytest.raises(Refused, match="几分钟后"):
        operations.compare(exchange=made, source=source("deaths"), by=cast.banner_officer)
    renew()
    assert operations.compare(exchange=made, source=source("deaths"), by=cast.banner_officer).matched_exact == 1


def test_a_key_put_in_by_hand_makes_a_file_be_asked_for_again_and_closes_no_question(cast, household, use):
    made = waiting(cast)
    operations.compare(exchange=made, source=source("deaths"), by=cast.banner_officer)
    opened = Ticket.objects.exclude(state="closed").count()
    use(NEW)
    with pytest.raises(Refused, match="重新报送"):
        operations.compare(exchange=made, source=source("deaths"), by=cast.banner_officer)
    assert Ticket.objects.exclude(state="closed").count() == opened > 0


def test_the_answer_to_a_letter_that_was_out_counts_line_by_line(cast, household, use):
    letter = sent(cast)
    rows = taken(letter, cast.banner_officer)
    result, event, name = rows[0].index("查询结果"), rows[0].index("户籍状态"), rows[0].index("姓名")
    for row in rows[1:]:
        row[result], row[event] = ("查有", "死亡") if row[name] == "宝音" else ("查无", "")
    assert changed(use)["files"] == 1
    done = compared(letter, rows, cast.banner_officer)
    counts = done.preview["returned"]["counts"]
    assert (counts["hit"], counts["changed"], done.findings) == (1, 0, 1)


def test_done_again_no_file_is_written_anew_and_one_that_was_deleted_stays_deleted(cast, household, use, monkeypatch):
    made, gone = waiting(cast), waiting(cast)
    use(NEW, FORMER)
    sealed, opened = folders.seal, folders.open_up

    def deleted_meanwhile(exchange: int, name: str, target: Path) -> None:
        opened(exchange, name, target)
        if exchange == gone.pk:
            folders.remove(gone.pk)

    monkeypatch.setattr(folders, "open_up", deleted_meanwhile)
    assert renewing.carry_over() == 1
    assert not (folders.root() / str(gone.pk)).exists()
    monkeypatch.setattr(folders, "seal", lambda *given: pytest.fail("written twice") or sealed(*given))
    assert renewing.carry_over() == 0
    assert folders.is_there(made.pk, folders.ROWS)
