"""Guarantee findings as a ledger."""

from datetime import date

import pytest

from fupin.core.refusals import NotAllowed, NotFound
from fupin.registry.ledgers import FindingActs, guarantee_findings
from fupin.registry.tests.households import DAY, family


def values(number, **more):
    return {"household_number": number, "guarantee": "water", "outcome": "met", "evidence": "自来水入户", **more}


def test_findings_are_added_and_seen_within_the_own_area(cast):
    household = family(cast.village, by=cast.village_officer)
    ledger = guarantee_findings()
    rows = [values(household.number, valid_from=DAY), values(household.number, valid_from=date(2018, 9, 1))]
    made = FindingActs().create(ledger, rows, by=cast.village_officer, on=DAY)
    assert len(made) == 2
    assert ledger.rows(cast.village_officer).count() == 2
    assert ledger.rows(cast.other_village_officer).count() == 0
    assert ledger.value(ledger.rows(cast.village_officer).first(), ledger.columns[0]) == household.number


def test_a_household_of_another_area_is_not_there(cast):
    household = family(cast.village, by=cast.village_officer)
    with pytest.raises(NotFound):
        FindingActs().create(guarantee_findings(), [values(household.number)], by=cast.other_village_officer, on=DAY)


def test_a_finding_is_followed_and_never_changed_or_removed(cast):
    acts = FindingActs()
    with pytest.raises(NotAllowed):
        acts.update(guarantee_findings(), [], by=cast.village_officer, on=DAY)
    with pytest.raises(NotAllowed):
        acts.remove(guarantee_findings(), [], by=cast.village_officer, on=DAY)
