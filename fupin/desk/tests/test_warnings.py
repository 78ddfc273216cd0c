"""The desk says how many homes to visit today, and which relief waits for its case."""

from datetime import timedelta

from fupin.desk import queries
from fupin.procedures.monitoring import areas
from fupin.procedures.monitoring.areas import Given
from fupin.procedures.monitoring.tables import Signal
from fupin.procedures.monitoring.tests.warned import told
from fupin.procedures.tests.cases import ago, poor


def test_the_desk_says_how_many_homes_to_visit_today(cast):
    made = told(cast, poor(cast.village, by=cast.village_officer))
    assert not [one for one in queries.due(cast.village_officer, ago(0)) if "入户核实" in one.label]
    Signal.objects.filter(pk=made.pk).update(due_on=ago(1))
    (due,) = [one for one in queries.due(cast.village_officer, ago(0)) if "入户核实" in one.label]
    assert (due.label, due.note, due.kind) == ("今天要入户核实 1 户", "1 户已超期", "wrong")
    assert not [one for one in queries.due(cast.other_village_officer, ago(0)) if "入户核实" in one.label]


def test_the_desk_says_which_relief_waits_for_its_case(cast):
    household = poor(cast.village, by=cast.village_officer)
    given = Given(household.pk, "03", "饲草 2 吨", "大雪封山，牲畜断草", risks="04")
    made = areas.relieve(given=given, by=cast.village_officer, on=ago(0))
    labels = [one.label for one in queries.due(cast.township_officer, made.due_on + timedelta(days=1))]
    assert "1 户先行救助后没有按期补办" in labels
