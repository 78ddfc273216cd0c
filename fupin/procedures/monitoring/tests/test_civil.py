"""Between monitoring and civil affairs: one visit, one income account, two decisions."""

import pytest

from fupin.core.refusals import NotAllowed, Refused, Stale
from fupin.procedures.monitoring import civil, queries, warnings
from fupin.procedures.monitoring.civil import Aid, Handed
from fupin.procedures.monitoring.tables import Referral, Signal
from fupin.procedures.monitoring.tests.warned import told, visited
from fupin.procedures.tests.cases import ago
from fupin.registry.tests.households import family


def reasons_of(refused, **more):
    with pytest.raises(Refused) as refusal:
        refused(**more)
    return "；".join(refusal.value.reasons)


def handed(household, **more):
    return Handed(**({"household": household.pk, "kind": "01", "reason": "收入低于低保标准"} | more))


@pytest.fixture
def visited_home(cast, household):
    made = told(cast, household)
    warnings.answer(signals=[made.pk], answered=visited(), by=cast.village_officer)
    return household


def test_a_hand_over_stands_on_the_visit_and_the_account(cast, visited_home):
    made = civil.refer(handed=handed(visited_home), by=cast.township_officer, on=ago(0))
    assert (made.way, made.per_head_fen, made.decision) == ("to", 300_000, "")
    assert made.signal == Signal.objects.get()
    assert [one.pk for one in queries.undecided(cast.banner_officer)] == [made.pk]


def test_without_a_visit_or_an_account_nothing_is_handed_over(cast, household):
    assert "入户核查" in reasons_of(civil.refer, handed=handed(household), by=cast.township_officer, on=ago(0))
    bare = family(cast.village, by=cast.village_officer)
    assert "收入核算" in reasons_of(civil.refer, handed=handed(bare), by=cast.township_officer, on=ago(0))
    assert not Referral.objects.exists()


def test_the_decision_of_civil_affairs_is_entered_once(cast, visited_home):
    made = civil.refer(handed=handed(visited_home), by=cast.township_officer, on=ago(0))
    assert "尚未登记" in reasons_of(civil.refer, handed=handed(visited_home), by=cast.township_officer, on=ago(0))
    with pytest.raises(NotAllowed):
        civil.enter_decision(referral=made.pk, aid=Aid("granted", ago(0)), by=cast.township_officer)
    assert "理由" in reasons_of(
        civil.enter_decision, referral=made.pk, aid=Aid("refused", ago(0)), by=cast.banner_officer
    )
    civil.enter_decision(referral=made.pk, aid=Aid("granted", ago(0), "低保 A 类"), by=cast.banner_officer)
    made.refresh_from_db()
    assert (made.decision, made.decision_note) == ("granted", "低保 A 类")
    with pytest.raises(Stale):
        civil.enter_decision(referral=made.pk, aid=Aid("granted", ago(0)), by=cast.banner_officer)


def test_a_decision_before_the_hand_over_is_none(cast, visited_home):
    made = civil.refer(handed=handed(visited_home), by=cast.township_officer, on=ago(0))
    assert "早于转办日期" in reasons_of(
        civil.enter_decision, referral=made.pk, aid=Aid("granted", ago(1)), by=cast.banner_officer
    )


def test_who_is_handed_to_us_is_visited_and_decided_by_us(cast, household):
    row = civil.take_over(handed=handed(household, document="民函〔2026〕3号"), aid=Aid("granted", ago(2)), by=cast.banner_officer,
                          on=ago(0))  # fmt: skip
    made = Signal.objects.get()
    assert (made.origin, row.signal_id, row.decision, made.state) == ("civil", made.pk, "granted", "open")
    warnings.answer(signals=[made.pk], answered=visited("lead"), by=cast.village_officer)
    made.refresh_from_db()
    assert made.case.state == "lead"
