"""Warnings: raised of findings and reports, visited in their days, answered; they move no status."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.core import working_days
from fupin.core.models import AuditEntry, Case
from fupin.core.refusals import NotAllowed, NotFound, Refused, Stale
from fupin.policy.catalogue import code_list
from fupin.procedures.monitoring import queries, rules, warnings
from fupin.procedures.monitoring.rules import Visited
from fupin.procedures.monitoring.tables import Signal
from fupin.procedures.monitoring.tests.warned import question, told, visited
from fupin.procedures.tests.cases import MARGINAL, ago, card_of, led, poor
from fupin.quality.catalogue import rules as quality_rules
from fupin.registry.models import RegisterStatus


def reasons_of(refused, *given, **more):
    with pytest.raises(Refused) as refusal:
        refused(*given, **more)
    return "；".join(refusal.value.reasons)


def test_every_rule_that_warns_is_a_rule_with_a_known_risk_and_origin():
    risks, origins = code_list("risk_cause").codes, code_list("signal_origin").codes
    for one in code_list("signal_rule").items:
        assert one.code in quality_rules(), one.code
        assert one.extra["risks"] in risks
        assert one.extra["from"] in origins


def test_findings_become_warnings_once(cast, household):
    question(household, cast.village)
    question(household, cast.village, rule="REL-008")
    assert warnings.raise_from_findings(on=ago(0)) == 1
    assert warnings.raise_from_findings(on=ago(0)) == 0
    made = Signal.objects.get()
    assert (made.origin, made.key, made.risks, made.state) == ("compared", "rule:CMP-013", "01", "open")
    assert made.due_on == working_days.calendar().add(ago(0), 2)
    assert AuditEntry.objects.filter(act="monitoring.warn", subject=f"household:{household.pk}").count() == 1


def test_an_answer_stands_until_the_finding_changes(cast, household):
    asked = question(household, cast.village)
    warnings.raise_from_findings(on=ago(0))
    warnings.answer(signals=[Signal.objects.get().pk], answered=visited(), by=cast.village_officer)
    assert warnings.raise_from_findings(on=ago(0)) == 0
    asked.fingerprint = "2" * 64
    asked.save()
    assert warnings.raise_from_findings(on=ago(0)) == 1


def test_ten_findings_ask_as_often_as_two(cast):
    def raised(count):
        for _ in range(count):
            question(poor(cast.village, by=cast.village_officer), cast.village)
        with CaptureQueriesContext(connection) as found:
            assert warnings.raise_from_findings(on=ago(0)) == count
        return len(found)

    few = raised(2)
    assert raised(10) <= few


def test_a_report_says_what_and_by_whom(cast, household):
    from fupin.procedures.monitoring.warnings import Told

    reasons = reasons_of(warnings.report, told=Told(household.pk, "civil", " ", "", "99"), by=cast.helper, on=ago(0))
    for part in ("预警来源", "反映的情况", "反映人", "风险"):
        assert part in reasons


def test_helpers_report_and_do_not_answer(cast, household):
    from fupin.procedures.monitoring.warnings import Told

    made = warnings.report(told=Told(household.pk, "helper", "男主人失业在家", "帮扶干部"), by=cast.helper, on=ago(0))
    with pytest.raises((NotAllowed, NotFound)):
        warnings.answer(signals=[made.pk], answered=visited(), by=cast.helper)
    with pytest.raises((NotAllowed, NotFound)):
        warnings.answer(signals=[made.pk], answered=visited(), by=cast.township_officer)
    with pytest.raises((NotAllowed, NotFound)):
        warnings.answer(signals=[made.pk], answered=visited(), by=cast.other_village_officer)


def test_no_risk_closes_the_warning_with_its_reason_and_moves_nothing(cast, household):
    made = told(cast, household)
    assert "情况和理由" in reasons_of(
        warnings.answer, signals=[made.pk], answered=visited(finding="无"), by=cast.village_officer
    )
    warnings.answer(signals=[made.pk], answered=visited(), by=cast.village_officer)
    made.refresh_from_db()
    assert (made.state, made.answer, made.case_id) == ("answered", "no_risk", None)
    assert not RegisterStatus.objects.filter(household=household, entered_by="procedure").exists()
    assert card_of(household).monitor_kind == ""


def test_at_risk_one_case_is_opened_for_all_warnings_of_the_household(cast, household):
    question(household, cast.village)
    warnings.raise_from_findings(on=ago(0))
    made = told(cast, household)
    pks = list(Signal.objects.values_list("pk", flat=True))
    warnings.answer(signals=pks, answered=visited("lead"), by=cast.village_officer)
    case = Case.objects.get(procedure="identification")
    assert {one.case_id for one in Signal.objects.all()} == {case.pk}
    assert (case.state, case.subject) == ("lead", f"household:{made.household_id}")


def test_a_lead_needs_its_kind_and_nothing_is_answered_without(cast, household):
    made = told(cast, household)
    assert "类别" in reasons_of(
        warnings.answer, signals=[made.pk], answered=visited("lead", kind=""), by=cast.village_officer
    )
    made.refresh_from_db()
    assert made.state == "open"


def test_known_asks_that_the_household_is_in_hand(cast, household):
    made = told(cast, household)
    assert "既不是监测对象" in reasons_of(
        warnings.answer, signals=[made.pk], answered=visited("known"), by=cast.village_officer
    )
    case = led(cast, household, kind=MARGINAL, on=ago(1))
    assert "已在监测或办理中" in reasons_of(
        warnings.answer, signals=[made.pk], answered=visited("lead"), by=cast.village_officer
    )
    warnings.answer(signals=[made.pk], answered=visited("known"), by=cast.village_officer)
    made.refresh_from_db()
    assert made.case_id == case


@pytest.mark.parametrize(("days", "late_reason", "passes"), [(0, "", True), (1, "", False), (1, "大雪封路", True)])
def test_a_visit_after_its_day_is_taken_with_the_reason(days, late_reason, passes):
    day = date(2026, 3, 5)
    verdict = rules.may_answer(
        Visited("no_risk", day - timedelta(days=3), day, day + timedelta(days=days), "家里一切正常", late_reason)
    )
    assert bool(verdict) is passes


def test_a_visit_before_the_warning_is_no_visit():
    day = date(2026, 3, 5)
    assert not rules.may_answer(Visited("no_risk", day, day, day - timedelta(days=1), "家里一切正常"))
    assert rules.may_answer(Visited("no_risk", day, day, day, "家里一切正常"))


def test_the_days_late_stay_with_the_answer(cast, household):
    made = told(cast, household)
    Signal.objects.filter(pk=made.pk).update(raised_on=ago(9), due_on=ago(5))
    warnings.answer(signals=[made.pk], answered=visited(late_reason="大雪封路"), by=cast.village_officer)
    made.refresh_from_db()
    assert (made.days_late, made.late_reason) == (5, "大雪封路")


def test_two_officers_at_once_answer_once(cast, household):
    made = told(cast, household)
    warnings.answer(signals=[made.pk], answered=visited(), by=cast.village_officer)
    with pytest.raises(Stale):
        warnings.answer(signals=[made.pk], answered=visited(), by=cast.village_team)


def test_the_morning_says_who_needs_a_visit_by_village(cast, household):
    told(cast, household)
    other = poor(cast.village, by=cast.village_officer)
    late = told(cast, other)
    Signal.objects.filter(pk=late.pk).update(due_on=ago(1))
    (village,) = queries.villages_to_visit(cast.township_officer, ago(0))
    assert (village.village, village.homes, village.today, village.late) == (cast.village.pk, 2, 1, 1)
    homes = queries.homes_to_visit(cast.village_officer, cast.village.pk)
    assert [home.card.pk for home in homes] == [other.pk, household.pk]
    assert queries.villages_to_visit(cast.other_village_officer, ago(0)) == []
