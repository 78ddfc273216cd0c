"""A visit pack: all that a visit settles, each question once, for a household and for a village as one print."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.procedures import packs
from fupin.procedures.screening.tables import ScreeningHousehold
from fupin.procedures.screening.tests import made
from fupin.procedures.tests.cases import led, poor
from fupin.quality.campaigns.tests import rounds
from fupin.registry import cards
from fupin.registry.models import RegisterStatus
from fupin.registry.tests.households import DAY

VILLAGE = "150522100200"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


def pack_of(user, household):
    (found,) = packs.packs(user, [household.pk], on=clock.today(), address=lambda number: f"https://x/{number}")
    return found


@pytest.fixture
def busy(cast, household, case):
    """A household with a case, a question, a screening and a collection round."""
    RegisterStatus.objects.create(household=household, status="01", valid_from=DAY)
    cards.refresh([household.pk])
    made.hit(household, cast.village)
    made.opened(cast)
    rounds.opened(cast, form="2021")
    return household


def test_a_pack_holds_all_that_a_visit_settles(cast, busy):
    found = pack_of(cast.village_officer, busy)
    assert "受理申请" in found.cases[0].asks
    assert [one.title for one in found.tickets] == ["高额医疗自付预警"]
    assert len(found.rounds) == 2
    assert "新增大病" in found.rounds[0].asks


def test_a_field_that_two_rounds_ask_for_stands_once_and_what_is_held_not_at_all(cast, busy):
    found = pack_of(cast.village_officer, busy)
    labels = [one.label for one in found.blanks]
    assert labels
    assert len(labels) == len(set(labels))
    assert not [one for one in found.blanks if one.text or any(box.is_ticked for box in one.boxes)]


def test_what_is_finished_is_in_no_pack(cast, busy):
    ScreeningHousehold.objects.filter(household=busy).update(
        state="visited", happened_on=clock.today(), entered_at="2026-01-01T00:00Z", spoke_to="乌云"
    )
    assert len(pack_of(cast.village_officer, busy).rounds) == 1


def test_the_packs_of_a_village_are_one_print_and_ask_as_often_for_three_as_for_one(cast, client_of, busy):
    others = [poor(cast.village, by=cast.village_officer) for _ in range(2)]
    for one in others:
        led(cast, one)
    due = packs.due_in(cast.village_officer, cast.village.pk)
    assert set(due) == {busy.pk, *(one.pk for one in others)}

    def asked(some):
        with CaptureQueriesContext(connection) as found:
            packs.packs(cast.village_officer, some, on=clock.today(), address=str)
        return len(found)

    asked(due)
    assert asked([others[0].pk, others[1].pk]) == asked([others[0].pk])
    page = client_of(cast.village_officer).get(reverse("procedures:packs"), {"division": VILLAGE}).content.decode()
    assert page.count('class="paper collection-form pack"') == 3
    assert page.count("受访人签字") == 3
    assert AuditEntry.objects.filter(act="procedures.pack").count() == 1


def test_the_page_of_a_household_leads_to_its_pack(cast, client_of, busy):
    card = client_of(cast.village_officer).get(reverse("procedures:of_household", args=[busy.number])).content.decode()
    assert reverse("procedures:pack", args=[busy.number]) in card


def test_no_id_number_or_phone_is_printed(cast, client_of, busy):
    page = client_of(cast.village_officer).get(reverse("procedures:pack", args=[busy.number])).content.decode()
    assert busy.number in page
    assert "1599" not in page


def test_the_next_village_prints_nothing_of_it(cast, client_of, busy):
    other = client_of(cast.other_village_officer)
    assert other.get(reverse("procedures:pack", args=[busy.number])).status_code == 404
    assert other.get(reverse("procedures:packs"), {"division": VILLAGE}).status_code == 404
    assert packs.due_in(cast.other_village_officer, cast.village.pk) == []


def test_a_township_chooses_the_village_and_a_banner_is_told_to(cast, client_of):
    township = client_of(cast.township_officer).get(reverse("procedures:packs"))
    assert f"?division={VILLAGE}" in township.content.decode()
    banner = client_of(cast.banner_officer).get(reverse("procedures:packs"))
    assert banner.status_code == 422
