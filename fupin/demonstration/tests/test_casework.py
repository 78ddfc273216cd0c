"""In the first villages nobody exits but by procedure: four rounds, each with lists, votes, two visits, notices, two persons."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from fupin.accounts.scopes import SYSTEM
from fupin.core import clock
from fupin.core.models import Case, StepTaken
from fupin.demonstration import casework, loading, people, places
from fupin.demonstration.story import FIRST_YEAR, LAST_YEAR, tell, worked_villages
from fupin.notices.models import Notice, Objection
from fupin.procedures.models import CaseFile, MeetingItem, Round, Verification
from fupin.procedures.rounds import queries as rounds
from fupin.registry import openings
from fupin.registry.models import IncomeAccount, Membership, RegisterStatus

YEARS = range(FIRST_YEAR + 1, LAST_YEAR + 1)
LAST_DAY = date(LAST_YEAR, 12, 31)


@pytest.fixture(scope="module")
def story():
    return tell(places.banner_order("150522", 900))


@pytest.fixture
def lived(story, settings, tmp_path, db):
    """The story as the demonstration loads it: with the cast, and with cases in the worked villages."""
    settings.DATA_FOLDER, settings.DEMONSTRATION = tmp_path, True
    with clock.living(LAST_DAY):
        openings.open_region()
        people.enlist("150522", on=date(FIRST_YEAR, 1, 1))
        loading.load_opening(story.opening, by=SYSTEM, tell=lambda phase: None)
        worked = casework.prepare("150522", worked_villages(story.run.places))
        assert worked is not None
        loading.load_years(story, by=SYSTEM, tell=lambda phase: None, casework=worked)
        yield worked


def by_procedure():
    return RegisterStatus.objects.filter(source__startswith="case:", entered_by="procedure")


def test_the_years_exits_of_the_worked_villages_arise_by_procedure_and_the_stocks_are_those_of_the_texts(story, lived):
    left = Counter(Case.objects.filter(procedure="exit", state="left").values_list("ended_on__year", flat=True))
    assert left == {year: len(heads) for year, heads in lived.left.items()}
    assert set(left) == set(YEARS)
    assert Counter(by_procedure().values_list("exit_year", flat=True)) == left
    now = Counter(RegisterStatus.objects.open().filter(status="05").values_list("exit_year", flat=True))
    assert set(now) == {LAST_YEAR}, "who exited in an earlier year is said to have"
    plan = story.run.plan
    counted = RegisterStatus.objects.on(LAST_DAY).filter(status__in=("01", "02", "04")).values("household")
    assert counted.count() == int(plan.is_registered(LAST_YEAR).sum())
    members = Membership.objects.on(LAST_DAY).filter(household__in=counted).count()
    assert members == int(plan.size[plan.is_registered(LAST_YEAR)].sum())
    assert IncomeAccount.objects.count() == story.income.height


def test_no_exit_lacks_a_step_somebody_is_kept_in_each_year_and_an_objection_is_looked_into(lived):
    voted = set(MeetingItem.objects.filter(votes_for__gt=18).values_list("case", flat=True))
    for one in Case.objects.filter(procedure="exit", state="left"):
        assert one.pk in voted
        found = Counter(Verification.objects.filter(case=one).values_list("kind", flat=True))
        assert (found["home"], found["neighbours"], found["records"], found["again_leaver"]) == (2, 1, 1, 1)
        acts = dict(StepTaken.objects.filter(case=one).exclude(act="verify").values_list("act", "actor_id"))
        assert len({acts[act] for act in ("conclude", "check", "decide", "leave")}) == 4
        assert CaseFile.objects.get(pk=one.pk).kept["held"] == []
        hung = Notice.objects.filter(lines__subject=f"case:{one.pk}")
        assert set(hung.values_list("place", flat=True)) == {"village", "banner"}
    assert not StepTaken.objects.filter(days_late__gt=0).exists()
    assert not Notice.objects.filter(place="village", state="posted").exists()
    kept = Case.objects.filter(procedure="exit", state="rejected")
    assert Counter(kept.values_list("ended_on__year", flat=True)) == dict.fromkeys(YEARS, 1)
    assert not by_procedure().filter(source__in=[f"case:{one.pk}" for one in kept]).exists()
    assert list(Objection.objects.values_list("outcome", flat=True)) == ["rejected"] * len(YEARS)
    assert Verification.objects.filter(kind="again_objected").count() == len(YEARS)


def test_four_rounds_follow_each_other_are_closed_by_another_person_and_add_up(lived):
    found = list(Round.objects.order_by("year"))
    assert [one.year for one in found] == list(YEARS), "four large adjustments, as the text of 2018 says"
    assert {one.stage for one in found} == {"closed"}
    assert [one.ended_on for one in found[:-1]] == [one.begins_on for one in found[1:]]
    for one in found:
        table = rounds.table_of(one, on=LAST_DAY)
        assert table.of(lived.banner).residual == (0, 0)
        acts = dict(StepTaken.objects.filter(case__subject=one.subject).values_list("act", "actor_id"))
        assert acts["compare"] != acts["close"]
        assert Case.objects.filter(parent=one.subject, procedure="exit").count() == len(lived.left[one.year]) + 1
    stays = RegisterStatus.objects.on(LAST_DAY).filter(status="04").values_list("household", flat=True)[0]
    assert lived.able({stays: "somebody"}, LAST_YEAR) == [], "its house is not safe, or its income too low"


def test_nobody_lives_through_another_day_in_an_office_that_is_no_demonstration(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(RuntimeError), clock.living(LAST_DAY):
        pass


def test_where_the_cast_is_not_posted_nothing_is_worked(db):
    openings.open_region()
    assert casework.prepare("150522", ("150522100200",)) is None
