"""Tickets of a rule that an office has switched off: closed with a reason of their own, in its area alone."""

import pytest

from fupin.accounts.scopes import SYSTEM
from fupin.core import clock
from fupin.core.models import AuditEntry
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.quality import operations, queries
from fupin.quality.models import Ticket
from fupin.quality.operations import switching
from fupin.quality.queries import Wanted
from fupin.quality.rules import Standing, Turn, turn
from fupin.quality.tests.findings import RULE, found, sweep
from fupin.registry.tests.households import family
from fupin.rulebook.tests.test_own_rules import confirm, switch
from tests.cast import OTHER_BANNER

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(cast, tmp_path):
    return family(cast.village, by=cast.banner_officer)


@pytest.fixture
def elsewhere(cast):
    """A household of the neighbouring banner."""
    return family(_village_of_another_banner(), by=cast.region_officer)


@pytest.fixture
def tickets(here, elsewhere, tmp_path):
    """REL-008 has found something in both."""
    sweep(tmp_path, [found(here), found(elsewhere)], on=clock.today())


def _village_of_another_banner():
    nodes = tree()
    return Division.objects.get(pk=nodes.below(nodes.by_code(OTHER_BANNER).id, "village")[0].id)


def off(cast, **more):
    return confirm(switch(cast.banner_officer, cast.banner, **more), cast.second_banner_officer)


def states():
    return {one.household_id: (one.state, one.closed_why) for one in Ticket.objects.all()}


def test_tickets_close_where_the_rule_is_off_and_stay_elsewhere(cast, here, elsewhere, tickets):
    off(cast)
    assert operations.close_switched_off(on=clock.today(), by=SYSTEM) == 1
    assert states() == {here.pk: ("closed", "switched"), elsewhere.pk: ("open", "")}
    one = Ticket.objects.get(household=here)
    assert one.acts.order_by("-id")[0].act == "switch_off"
    assert AuditEntry.objects.filter(act="ticket.switch_off", subject=f"ticket:{one.pk}").exists()
    assert operations.close_switched_off(on=clock.today(), by=SYSTEM) == 0


def test_nothing_closes_before_a_second_person_has_confirmed(cast, tickets):
    switch(cast.banner_officer, cast.banner)
    assert operations.close_switched_off(on=clock.today(), by=SYSTEM) == 0


def test_a_village_that_switched_it_on_again_keeps_its_tickets(cast, here, tickets):
    off(cast)
    confirm(switch(cast.banner_officer, cast.village, is_on=True), cast.second_banner_officer)
    assert operations.close_switched_off(on=clock.today(), by=SYSTEM) == 0


def test_more_tickets_than_one_turn_are_all_closed(cast, here, tickets, tmp_path, monkeypatch):
    monkeypatch.setattr(switching, "TURN", 1)
    other = family(cast.other_village, by=cast.banner_officer)
    sweep(tmp_path, [found(here), found(other)], on=clock.today(), division=cast.banner)
    off(cast)
    assert operations.close_switched_off(on=clock.today(), by=SYSTEM) == 2


def test_a_sweep_says_switched_off_and_not_passed(cast, here, elsewhere, tickets, tmp_path):
    off(cast)
    done = sweep(tmp_path, [found(elsewhere)], on=clock.today())
    assert states() == {here.pk: ("closed", "switched"), elsewhere.pk: ("open", "")}
    assert done.closed == 1


def test_switched_on_again_the_next_sweep_opens_what_it_finds(cast, here, tickets, tmp_path):
    off(cast)
    operations.close_switched_off(on=clock.today(), by=SYSTEM)
    sweep(tmp_path, [found(here)], on=clock.today(), division=cast.banner)
    one = Ticket.objects.get(household=here)
    assert (one.state, one.closed_why, one.reopened) == ("open", "", 1)


def test_what_nobody_asks_any_more_counts_as_no_answer(cast, here, tickets):
    off(cast)
    operations.close_switched_off(on=clock.today(), by=SYSTEM)
    (line,) = queries.counts(cast.region_officer, Wanted(rule=RULE), "rule", clock.today())
    assert (line.sent, line.answered, line.closed, line.rate) == (2, 0, 1, 0)
    assert not queries.matching(cast.region_officer, Wanted(state="replied")).exists()


@pytest.mark.parametrize("state", ["open", "answered"])
def test_only_what_is_not_found_closes_for_the_switch(state):
    standing = Standing(state, 1, "x", "", "corrected" if state == "answered" else "")
    assert turn(standing, None, is_off=True) is Turn.SWITCH_OFF
    assert turn(standing, None) is Turn.PASS
    assert turn(Standing("closed", 1, "x", "", ""), None, is_off=True) is Turn.KEEP
