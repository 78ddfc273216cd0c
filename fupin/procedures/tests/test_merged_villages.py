"""A case while its village is merged into another: it goes on there, by the officers of the village that took it over."""

from types import SimpleNamespace

import pytest

from fupin.accounts.models import Posting, User
from fupin.core import clock
from fupin.divisions import operations as divisions
from fupin.divisions.queries import tree
from fupin.procedures import queries
from fupin.procedures.tests.cases import led, poor, reviewed, state_of, step, verified
from tests.cast import SINCE_EVER

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(cast):
    """A case that waits for its meeting, and the officer of the village that its own is merged into."""
    case = led(cast, poor(cast.village, by=cast.village_officer))
    verified(cast, case)
    step(case, "compare", cast.banner_officer)
    other = next(one for one in tree().below(cast.township.pk, "village") if one.id != cast.village.pk)
    officer = User.objects.create(username="next", password="!", full_name="苏和")
    Posting.objects.create(user=officer, division_id=other.id, role="village_officer", valid_from=SINCE_EVER)
    divisions.merge(predecessors=[cast.village.pk], into=other.id, by=cast.banner_officer, on=clock.today())
    return SimpleNamespace(case=case, village=other, officer=officer)


def test_the_officer_of_the_village_that_took_it_over_sees_the_case(merged):
    assert queries.case_for(merged.officer, merged.case).pk == merged.case
    assert merged.case in {one.pk for one in queries.tasks_of(merged.officer)}


def test_the_meeting_of_the_village_that_took_it_over_votes_and_the_case_goes_on(cast, merged, board):
    there = SimpleNamespace(village=SimpleNamespace(pk=merged.village.id), village_officer=merged.officer)
    reviewed(there, merged.case, days=0)
    step(merged.case, "review", merged.officer, 0)
    step(merged.case, "post", merged.officer, 0)
    assert state_of(merged.case) == "posted"
    assert ("village", f"case:{merged.case}") in board.hung
