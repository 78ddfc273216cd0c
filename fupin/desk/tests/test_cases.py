"""The desk says which cases of procedures wait for a step of this person."""

from fupin.core import clock
from fupin.desk import queries
from fupin.procedures.tests.cases import led, poor


def test_the_desk_says_how_many_cases_wait(cast):
    led(cast, poor(cast.village, by=cast.village_officer))
    told = [one.label for one in queries.due(cast.village_officer, clock.today())]
    assert "1 份案卷等您办理" in told
    assert not [one for one in queries.due(cast.other_village_officer, clock.today()) if "案卷" in one.label]
