"""Findings become tickets: opened once, reopened by other values, closed by the rule, untouched where nothing was judged."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.accounts.models import Posting
from fupin.accounts.tests.posts import post_officers
from fupin.core.models import AuditEntry
from fupin.divisions.models import Division
from fupin.quality.models import Sweep, Ticket, TicketAct
from fupin.quality.operations import settling
from fupin.quality.tests.findings import DAY, RULE, found, found_person, print_of, sweep
from fupin.quality.words import State, Why
from fupin.registry.models import Membership
from fupin.registry.operations import Moving, move_households
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def only():
    return Ticket.objects.get()


def confirm(fingerprint):
    """As after an answer "true" that a second person accepted."""
    Ticket.objects.update(state=State.CLOSED, closed_on=DAY, closed_why=Why.TRUE, confirmed=fingerprint)


def test_a_finding_without_a_ticket_opens_one_with_its_deadline_and_its_trail(cast, household, tmp_path):
    done = sweep(tmp_path, [found(household)], by=cast.banner_officer)
    one = only()
    assert (done.opened, one.state, one.village_id, one.household_id) == (1, "open", cast.village.pk, household.pk)
    assert (one.opened_on, one.due_on) == (DAY, date(2020, 5, 21))
    act = TicketAct.objects.get()
    assert (act.act, act.by, act.on, act.fingerprint) == ("begin", cast.banner_officer, DAY, one.fingerprint)
    entry = AuditEntry.objects.get(subject=f"ticket:{one.pk}")
    assert (entry.act, entry.division_id, entry.detail["rule"]) == ("ticket.begin", cast.village.pk, RULE)
    assert Sweep.objects.get().opened == 1


def test_a_finding_about_a_person_names_the_person_too(household, tmp_path):
    person = Membership.objects.filter(household=household).first().person_id
    sweep(tmp_path, [found_person(person, household)], rules=["ID-007"])
    assert (only().person_id, only().household_id, only().subject_kind) == (person, household.pk, "person")


def test_the_same_sweep_twice_changes_nothing(household, tmp_path):
    sweep(tmp_path, [found(household)])
    done = sweep(tmp_path, [found(household)])
    assert (done.opened, done.reopened, done.closed, done.kept, TicketAct.objects.count()) == (0, 0, 0, 1, 1)


def test_what_is_no_longer_found_is_closed_by_the_rule(household, tmp_path):
    sweep(tmp_path, [found(household)])
    done = sweep(tmp_path, [], on=date(2020, 5, 9))
    assert (done.closed, only().state, only().closed_why, only().closed_on) == (1, "closed", "passed", date(2020, 5, 9))


def test_found_again_reopens_the_same_ticket_with_a_new_deadline(household, tmp_path):
    sweep(tmp_path, [found(household)])
    sweep(tmp_path, [])
    done = sweep(tmp_path, [found(household)], on=date(2020, 6, 1))
    one = only()
    assert (done.reopened, one.state, one.reopened, one.due_on) == (1, "open", 1, date(2020, 6, 16))
    assert one.closed_on is None


def test_confirmed_values_stay_closed_and_other_values_reopen(household, tmp_path):
    sweep(tmp_path, [found(household, "A")])
    confirm(print_of("A"))
    assert sweep(tmp_path, [found(household, "A")]).kept == 1
    assert only().state == "closed"
    assert sweep(tmp_path, [found(household, "B")]).reopened == 1
    assert (only().state, only().confirmed, only().fingerprint) == ("open", "", print_of("B"))


def test_an_answer_that_waits_falls_when_the_record_has_changed_since(cast, household, tmp_path):
    sweep(tmp_path, [found(household, "A")])
    Ticket.objects.update(state=State.ANSWERED, answer="true", answered_on=DAY, answered_by=cast.village_officer)
    assert sweep(tmp_path, [found(household, "A")]).kept == 1
    sweep(tmp_path, [found(household, "B")])
    assert (only().state, only().answer, only().answered_by) == ("open", "", None)


def test_a_rule_that_was_not_judged_leaves_its_tickets_alone(household, tmp_path):
    sweep(tmp_path, [found(household)])
    sweep(tmp_path, [], rules=["REL-001"])
    sweep(tmp_path, [], rules=[])
    assert only().state == "open"


def test_a_ticket_judged_on_newer_records_is_left_alone(household, tmp_path):
    sweep(tmp_path, [found(household)], as_of=datetime(2020, 5, 5, 9, tzinfo=UTC))
    Ticket.objects.update(judged_at=datetime(2020, 5, 6, 9, tzinfo=UTC), state=State.CLOSED, closed_on=DAY,
                          closed_why=Why.CORRECTED)  # fmt: skip
    sweep(tmp_path, [found(household)], as_of=datetime(2020, 5, 6, 9, tzinfo=UTC))
    assert only().state == "closed"
    sweep(tmp_path, [found(household)], as_of=datetime(2020, 5, 6, 9, 1, tzinfo=UTC))
    assert only().state == "open"


def test_a_sweep_of_one_place_leaves_other_places_alone(cast, household, tmp_path):
    other = family(cast.other_village, by=cast.banner_officer)
    sweep(tmp_path, [found(household), found(other)])
    assert sweep(tmp_path, [], division=cast.township).closed == 1
    assert Ticket.objects.get(household=other).state == "open"


def move(cast, household):
    move_households(movings=[Moving(household.pk, cast.other_village.pk)], by=cast.banner_officer, on=DAY)
    household.refresh_from_db()


def test_a_household_that_left_the_area_is_not_passed_by_the_area_s_sweep(cast, household, tmp_path):
    sweep(tmp_path, [found(household)])
    move(cast, household)
    assert sweep(tmp_path, [], division=cast.township).closed == 0


def test_a_ticket_goes_along_with_a_household_that_came_from_elsewhere(cast, household, tmp_path):
    sweep(tmp_path, [found(household)])
    move(cast, household)
    done = sweep(tmp_path, [found(household, village=cast.other_village.pk)], division=cast.other_township)
    assert (done.kept, only().village_id) == (1, cast.other_village.pk)


def test_a_household_that_is_gone_since_the_extract_gets_no_ticket(household, tmp_path):
    gone = found(household)._replace(household_id=7, subject_id=7)
    assert sweep(tmp_path, [gone]).opened == 0
    assert not Ticket.objects.exists()


def test_tickets_go_to_the_village_s_officer_else_to_the_township_s(cast, tmp_path):
    post_officers(cast)
    Posting.objects.filter(user=cast.other_township_officer).update(duty="information")
    Posting.objects.filter(user=cast.other_village_officer).update(duty="")
    east = family(cast.village, by=cast.banner_officer, natural_village="东浩特")
    west = family(cast.village, by=cast.banner_officer, natural_village="西浩特")
    far = family(cast.other_village, by=cast.banner_officer)
    sweep(tmp_path, [found(one, rule=rule) for one in (east, west, far) for rule in ("REL-008", "REL-001")],
          rules=["REL-008", "REL-001"])  # fmt: skip
    who = {(row.household_id, row.assigned_to.username) for row in Ticket.objects.all()}
    assert who - {(west.pk, "grid_all"), (west.pk, "village_officer")} == {
        (east.pk, "grid_east"), (far.pk, "other_township_officer")}  # fmt: skip
    assert len(who) == 3


def test_officers_of_one_village_share_its_households(cast, tmp_path):
    post_officers(cast)
    Posting.objects.filter(user__username="grid_east").delete()
    homes = [family(cast.village, by=cast.banner_officer) for _n in range(4)]
    sweep(tmp_path, [found(one) for one in homes])
    rows = Ticket.objects.values_list("assigned_to__username", flat=True)
    assert sorted(rows) == ["grid_all", "grid_all", "village_officer", "village_officer"]


def test_the_questions_do_not_grow_with_the_findings(cast, tmp_path):
    homes = [family(cast.village, by=cast.banner_officer) for _n in range(12)]

    findings = [found(one) for one in homes]

    def questions(some):
        Ticket.objects.all().delete()
        with CaptureQueriesContext(connection) as seen:
            sweep(tmp_path, some)
        return len(seen)

    assert questions(findings[:2]) == questions(findings)


@pytest.mark.parametrize("turn", [1, 2, 3, 5, 6, 7])
def test_however_short_the_turns_all_findings_and_tickets_meet(cast, tmp_path, monkeypatch, turn):
    monkeypatch.setattr(settling, "TURN", turn)
    homes = [family(cast.village, by=cast.banner_officer) for _n in range(6)]
    assert sweep(tmp_path, [found(one) for one in homes]).opened == 6
    done = sweep(tmp_path, [found(one) for one in homes[1::2]])
    assert (done.kept, done.closed) == (3, 3)
    done = sweep(tmp_path, [found(one) for one in homes[:5]])
    assert (done.kept, done.reopened, done.closed, done.opened) == (2, 3, 1, 0)
    assert Division.objects.get(pk=cast.village.pk) == Ticket.objects.first().village
