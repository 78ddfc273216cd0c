"""Guarantee findings of many households at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.registry.models import GuaranteeFinding
from fupin.registry.operations import Finding, record_findings
from fupin.registry.tests.households import DAY, family

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=30)


def test_of_two_findings_of_one_day_the_later_one_stands(cast):
    household = family(cast.village, by=cast.village_officer)
    said = [Finding(household.pk, "water", "met", "自来水"), Finding(household.pk, "water", "unmet", "停水一月")]
    record_findings(findings=said, by=cast.village_officer, on=DAY)
    (row,) = GuaranteeFinding.objects.filter(household=household)
    assert (row.outcome, row.evidence) == ("unmet", "停水一月")
    record_findings(findings=said[:1], by=cast.village_officer, on=DAY)
    (row,) = GuaranteeFinding.objects.filter(household=household)
    assert (row.outcome, row.evidence) == ("met", "自来水")


def test_the_findings_of_many_households_take_no_more_statements_than_those_of_a_few(cast):
    homes = [family(cast.village, by=cast.village_officer) for _turn in range(6)]

    def statements(some, on) -> int:
        findings = [Finding(one.pk, name, "met", "已看") for one in some for name in ("food", "water")]
        with CaptureQueriesContext(connection) as asked:
            record_findings(findings=findings, by=cast.village_officer, on=on)
        return len(asked)

    assert statements(homes[:2], DAY) == statements(homes[2:], DAY)
    assert statements(homes[:2], LATER) == statements(homes[2:], LATER)
    assert GuaranteeFinding.objects.open().count() == 12
