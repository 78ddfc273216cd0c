"""Two officers act on the same case or household at once: the second waits, then goes by what the first has left."""

import pytest

from fupin.core.models import Case, StepTaken
from fupin.core.refusals import Refused
from fupin.procedures.tests.cases import led, put, state_of, step
from fupin.registry.tests.test_acts_at_once import after_one_another

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_case_is_taken_on_by_one_of_two_who_press_at_once(cast, case):
    put(f"case:{case}", "application", "authorisation", "withdrawal")
    (met,) = after_one_another(
        lambda: step(case, "apply", cast.village_officer),
        lambda: step(case, "apply", cast.village_team),
    )
    assert isinstance(met, Refused)
    assert StepTaken.objects.filter(case=case).count() == 1


def test_of_two_contrary_acts_at_once_one_holds(cast, case):
    put(f"case:{case}", "application", "authorisation", "withdrawal")
    (met,) = after_one_another(
        lambda: step(case, "withdraw", cast.village_officer, note="户主放弃"),
        lambda: step(case, "apply", cast.village_team),
    )
    assert isinstance(met, Refused)
    assert state_of(case) == "withdrawn"


def test_two_who_take_down_the_same_lead_at_once_open_one_case(cast, household):
    (met,) = after_one_another(lambda: led(cast, household), lambda: led(cast, household))
    assert isinstance(met, Refused)
    assert Case.objects.filter(subject=f"household:{household.pk}", ended_on=None).count() == 1
