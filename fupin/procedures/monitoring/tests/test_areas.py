"""Areas at risk and relief that comes first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.core.models import AuditEntry, Case
from fupin.core.refusals import NotAllowed, Refused
from fupin.procedures.monitoring import areas, queries, warnings
from fupin.procedures.monitoring.areas import Declared, Given
from fupin.procedures.monitoring.tables import AreaEvent, Relief, Signal
from fupin.procedures.monitoring.tests.warned import visited
from fupin.procedures.tests.cases import SUDDEN, ago, poor
from fupin.registry.models import HouseholdFact


def declared(cast, **more):
    given = {
        "kind": "01",
        "name": "2026 年白灾",
        "document": "旗政办发〔2026〕1号",
        "divisions": [cast.township.pk],
    } | more
    return Declared(**given)


def reasons_of(refused, **more):
    with pytest.raises(Refused) as refusal:
        refused(**more)
    return "；".join(refusal.value.reasons)


def test_every_household_of_the_area_is_to_be_visited(cast, household):
    elsewhere = poor(cast.other_village, by=cast.banner_officer)
    event = areas.declare(declared=declared(cast), by=cast.banner_officer, on=ago(0))
    made = Signal.objects.get(household=household)
    assert (made.event_id, made.risks, made.due_on, event.households) == (event.pk, "04", ago(-7), 1)
    assert not Signal.objects.filter(household=elsewhere).exists()


def test_herders_alone_where_the_document_says_so(cast, household):
    herder = poor(cast.village, by=cast.village_officer)
    HouseholdFact.objects.filter(household=herder).update(is_herder=True)
    areas.declare(declared=declared(cast, herders_only=True), by=cast.banner_officer, on=ago(0))
    assert [one.household_id for one in Signal.objects.all()] == [herder.pk]


def test_the_visits_of_ten_homes_are_handed_out_as_those_of_two(cast):
    def handed_out(village):
        with CaptureQueriesContext(connection) as found:
            areas.declare(declared=declared(cast, divisions=[village.pk]), by=cast.banner_officer, on=ago(0))
        return len(found)

    for village, count in ((cast.village, 2), (cast.other_village, 10)):
        for _ in range(count):
            poor(village, by=cast.banner_officer)
    few = handed_out(cast.village)
    assert handed_out(cast.other_village) <= few


def test_an_area_is_declared_by_the_banner_with_a_document(cast):
    with pytest.raises(NotAllowed):
        areas.declare(declared=declared(cast), by=cast.township_officer, on=ago(0))
    with pytest.raises(NotAllowed):
        areas.declare(declared=declared(cast), by=cast.other_banner_officer, on=ago(0))
    reasons = reasons_of(areas.declare, declared=declared(cast, kind="99", document=" ", divisions=[]), by=cast.banner_officer,
                         on=ago(0))  # fmt: skip
    for part in ("类别", "依据文件", "苏木乡镇"):
        assert part in reasons
    assert "1 到 7 天" in reasons_of(areas.declare, declared=declared(cast, days=8), by=cast.banner_officer, on=ago(0))
    assert not AreaEvent.objects.exists()


def test_an_area_risk_ends_when_every_home_was_visited(cast, household):
    event = areas.declare(declared=declared(cast), by=cast.banner_officer, on=ago(0))
    with pytest.raises(NotAllowed, match="1 户没有走访"):
        areas.end_event(event=event, by=cast.banner_officer, on=ago(0))
    warnings.answer(signals=[Signal.objects.get().pk], answered=visited(), by=cast.village_officer)
    (one,) = queries.progress_of(cast.banner_officer, event)
    assert (one.homes, one.visited, one.at_risk) == (1, 1, 0)
    areas.end_event(event=event, by=cast.banner_officer, on=ago(0))
    with pytest.raises(NotAllowed, match="已结束"):
        areas.end_event(event=event, by=cast.banner_officer, on=ago(0))


def relief(household, **more):
    given = {
        "kind": "03",
        "what": "饲草 2 吨",
        "reason": "大雪封山，牲畜断草",
        "amount_fen": 300_000,
        "risks": "04",
    } | more
    return Given(household.pk, **given)


def test_relief_comes_first_and_the_case_after(cast, household):
    made = areas.relieve(given=relief(household), by=cast.village_officer, on=ago(0))
    case = Case.objects.get(pk=made.case_id)
    assert (case.state, case.subject) == ("lead", f"household:{household.pk}")
    assert case.file.kind == SUDDEN
    assert made.due_on == ago(-30)
    assert AuditEntry.objects.filter(act="monitoring.relieve", subject=f"household:{household.pk}").count() == 1
    again = areas.relieve(given=relief(household, what="煤 1 吨", kind="04"), by=cast.village_officer, on=ago(0))
    assert again.case_id == case.pk


def test_relief_whose_case_is_not_completed_is_listed_on_the_day_after(cast, household):
    made = areas.relieve(given=relief(household), by=cast.village_officer, on=ago(0))
    assert not queries.incomplete(cast.banner_officer, made.due_on).exists()
    after = made.due_on + timedelta(days=1)
    assert [one.pk for one in queries.incomplete(cast.banner_officer, after)] == [made.pk]
    assert not queries.incomplete(cast.other_village_officer, after).exists()
    Case.objects.filter(pk=made.case_id).update(ended_on=ago(0))
    assert not queries.incomplete(cast.banner_officer, after).exists()


def test_relief_says_what_and_why(cast, household):
    reasons = reasons_of(areas.relieve, given=relief(household, kind="x", what="", reason="急", amount_fen=0, risks=""),
                         by=cast.village_officer, on=ago(0))  # fmt: skip
    for part in ("救助类别", "救助内容", "理由", "大于 0", "风险"):
        assert part in reasons
    assert not Relief.objects.exists()
    assert not Case.objects.filter(subject=f"household:{household.pk}").exists()
