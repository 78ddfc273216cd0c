"""A risk is cleared by procedure: of who is monitored, not before its months, the income stable, the guarantees met."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.core.models import Case
from fupin.core.refusals import Refused
from fupin.procedures import operations
from fupin.procedures.models import CaseFile
from fupin.procedures.monitoring import rules, warnings
from fupin.procedures.monitoring.reads import standings
from fupin.procedures.monitoring.rules import Account, Standing
from fupin.procedures.monitoring.tests.standings import announced, concluded, listed, proposed, put_on_list, sound
from fupin.procedures.monitoring.tests.warned import told
from fupin.procedures.tests.cases import ago, reviewed, state_of, step
from fupin.quality.guarantees.lights import lights_of, outcomes_of
from fupin.registry.models import RegisterStatus


def reasons_of(refused, *given, **more):
    with pytest.raises(Refused) as refusal:
        refused(*given, **more)
    return "；".join(refusal.value.reasons)


def test_the_whole_way_ends_with_the_risk_cleared_and_the_household_still_on_the_list(cast):
    household = listed(cast)
    case = proposed(cast, household)
    announced(cast, case)
    step(case, "clear", cast.second_banner_officer, 4)
    status = RegisterStatus.objects.get(household=household, valid_to=None)
    assert (status.is_risk_cleared, status.risk_cleared_on, status.risk_clear_mode) == (True, ago(4), "01")
    assert (status.monitor_kind, status.source) == ("100A03002", f"case:{case}")
    kept = CaseFile.objects.get(pk=case).kept
    assert set(kept["lights"].values()) == {"met"}
    assert [one["per_head_fen"] for one in kept["accounts"]] == [2_000_000, 2_000_000]
    assert warnings.monitored([household.pk]) == set()
    assert "风险未消除的监测对象" in reasons_of(proposed, cast, household, on=ago(3))


def test_who_decided_does_not_enter_it(cast):
    case = proposed(cast, listed(cast))
    announced(cast, case)
    assert "另一人" in reasons_of(step, case, "clear", cast.banner_officer, 4)


def test_only_who_is_monitored_is_proposed(cast, household):
    assert "监测对象" in reasons_of(proposed, cast, household)
    cleared = put_on_list(sound(cast), since=date(2024, 1, 1), is_risk_cleared=True, risk_cleared_on=date(2025, 1, 1))
    assert "监测对象" in reasons_of(proposed, cast, cleared)


def test_before_2021_there_is_no_such_procedure(cast):
    assert "没有施行" in reasons_of(proposed, cast, listed(cast), on=date(2020, 12, 31))


def test_the_decision_waits_for_the_months(cast):
    case = proposed(cast, listed(cast, months=5))
    concluded(cast, case)
    Case.objects.filter(pk=case).update(state="checked", since=ago(4))
    assert "识别未满 6 个月" in reasons_of(step, case, "decide", cast.banner_officer, 4)


@pytest.mark.parametrize(("on", "passes"), [(date(2026, 2, 27), False), (date(2026, 2, 28), True)])
def test_the_months_end_on_the_same_day_of_the_month_or_its_last(on, passes):
    one = Standing(identified_on=date(2025, 8, 31), months=6)
    assert bool(rules.is_due(one, on)) is passes


@pytest.mark.parametrize(
    ("accounts", "outcome"),
    [
        ([(2025, 9000, 8800), (2024, 8200, 8100)], "yes"),
        ([(2025, 8800, 8800), (2024, 8200, 8100)], "no"),
        ([(2025, 9000, 8800), (2024, 8100, 8100)], "no"),
        ([(2025, 9000, 8800)], "unknown"),
        ([(2025, 9000, 8800), (2023, 9000, 7400)], "unknown"),
        ([(2024, 9000, 8100), (2023, 9000, 7400)], "unknown"),
        ([], "unknown"),
    ],
)
def test_stably_above_is_each_year_above_and_no_year_missing(accounts, outcome):
    told_of = [Account(year, income, line) for year, income, line in accounts]
    assert rules.is_stably_above(told_of, 2, 2025).outcome == outcome


@pytest.mark.parametrize(
    ("light", "outcome"), [("met", "yes"), ("unmet", "no"), ("conflict", "no"), ("unknown", "unknown")]
)
def test_every_light_is_green_and_what_nobody_knows_does_not_pass(light, outcome):
    lights = dict.fromkeys(rules.GUARANTEES, "met") | {"water": light}
    assert rules.are_guarantees_met(lights).outcome == outcome
    assert rules.are_guarantees_met({}).outcome == "unknown"


@pytest.mark.parametrize(("paid", "passes"), [(None, True), (99, True), (100, False)])
def test_an_expense_beyond_control_is_no_stable_income(paid, passes):
    accounts = (Account(2025, 2, 1), Account(2024, 2, 1))
    one = Standing(accounts=accounts, newest=2025, self_paid_fen=paid, expense_limit_fen=100)
    assert bool(rules.is_income_stable(one)) is passes


def test_where_nobody_can_work_the_risk_is_followed_and_not_cleared(cast):
    case = proposed(cast, listed(cast, has_no_labour=True))
    assert "整户无劳动能力" in reasons_of(concluded, cast, case)


def test_a_low_income_an_unmet_guarantee_and_an_open_warning_stand_against_it(cast):
    poor_one = proposed(cast, listed(cast, yuan=5_000))
    assert "收入不稳定" in reasons_of(concluded, cast, poor_one)
    dangerous = proposed(cast, listed(cast, house_grade="D", is_house_dangerous=True))
    assert "住房安全未达标" in reasons_of(concluded, cast, dangerous)
    household = listed(cast)
    told(cast, household)
    assert "1 条预警没有核实" in reasons_of(concluded, cast, proposed(cast, household))


def test_what_is_not_known_is_not_cleared(cast):
    untold = proposed(cast, listed(cast, is_water_safe=None))
    assert "饮水安全" in reasons_of(concluded, cast, untold)
    one_year = proposed(cast, listed(cast, years=(1,)))
    assert "连续 2 年" in reasons_of(concluded, cast, one_year)


def test_voted_down_the_monitoring_goes_on(cast):
    household = listed(cast)
    case = proposed(cast, household)
    concluded(cast, case)
    reviewed(cast, case, votes=(10, 19, 1))
    step(case, "vote_down", cast.village_officer, 11)
    assert state_of(case) == "rejected"
    assert warnings.monitored([household.pk]) == {household.pk}


def test_the_lights_of_many_are_those_of_each(cast):
    made = [sound(cast), sound(cast, house_grade="D", is_house_dangerous=True), sound(cast, is_water_safe=None)]
    found = outcomes_of([one.pk for one in made], ago(0))
    for one in made:
        assert found[one.pk] == {light.guarantee.name: light.outcome for light in lights_of(one.pk, ago(0))}


def test_ten_cases_are_read_as_often_as_two(cast):
    read = standings("lines.monitoring_line")

    def asked(count):
        cases = [proposed(cast, listed(cast)) for _ in range(count)]
        rows = list(Case.objects.filter(pk__in=cases))
        about = {row.pk: row.file for row in Case.objects.filter(pk__in=cases).select_related("file")}
        with CaptureQueriesContext(connection) as found:
            assert len(read("decide", rows, about, cast.banner_officer, ago(0))) == count
        return len(found)

    asked(1)
    few = asked(2)
    assert asked(10) <= few


def test_many_are_proposed_at_once_or_none(cast, household):
    from fupin.procedures.works import Lead

    good = listed(cast)
    leads = [Lead(pk, "01", statement="收入稳定", applicant="包村干部") for pk in (good.pk, household.pk)]
    reasons_of(operations.open_leads, leads=leads, by=cast.village_officer, on=ago(1), work="risk_clearing")
    assert not Case.objects.filter(procedure="risk_clearing").exists()
