"""The first days of a demonstrated office: what whoever opens it finds, and what is left alone."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.utils import timezone

from fupin.accounts.models import User
from fupin.accounts.scopes import SYSTEM
from fupin.core import clock, jobs
from fupin.core.models import Job
from fupin.demonstration import jobs as first_days
from fupin.demonstration import people, places, visits, working
from fupin.demonstration.story import tell
from fupin.demonstration.tests.loaded import load
from fupin.quality import queries
from fupin.quality.models import Sweep, Ticket, TicketAct, TicketEvidence
from fupin.quality.words import State, Why
from fupin.registry import openings

DAY = date(2018, 12, 31)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day_of_the_demonstration(monkeypatch, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(clock, "today", lambda: DAY)
    first_days.wire()


@pytest.fixture
def office(tmp_path):
    """The banner's cast, and its story of 900 households with the list of its mistakes."""
    openings.open_region()
    people.enlist("150522", on=date(2014, 1, 1))
    story = tell(places.banner_order("150522", 900))
    load(story)
    visits.visit(visits.visited("150522", 1), by=SYSTEM, on=DAY)
    (tmp_path / "examples").mkdir()
    story.planted.write_csv(tmp_path / "examples" / "mistakes.csv", include_bom=True)
    return User.objects.get(username="banner")


def worked() -> Job:
    row = first_days.ask()
    jobs.run_pending()
    row.refresh_from_db()
    return row


def test_whoever_opens_a_demonstration_finds_an_office_at_work(office):
    row = worked()
    assert row.state == "done", row.message
    first, second = Sweep.objects.order_by("pk")
    assert (first.on, first.is_partial, second.on, second.is_partial) == (date(2018, 12, 21), True, DAY, False)
    acts = Counter(TicketAct.objects.values_list("act", flat=True))
    assert acts.keys() >= {"begin", "confirm", "send_back", "accept", "correct", "pass_on"}
    assert not Ticket.objects.filter(assigned_to=None).exists(), "each has somebody, in the township where not below"
    assert not TicketAct.objects.filter(act__in=("accept", "send_back")).exclude(by__username="banner2").exists()
    lines = queries.counts(office, queries.Wanted(), "week", DAY)
    assert [one.label for one in lines] == ["2018-12-31", "2018-12-17"]
    assert lines[1].answered
    assert lines[1].closed
    assert lines[1].late
    assert lines[0].sent
    assert set(Ticket.objects.filter(queries.overdue(DAY)).values_list("state", flat=True)) == {
        State.OPEN,
        State.ANSWERED,
    }
    assert not Ticket.objects.filter(queries.overdue(DAY), level=0).exists()


def test_its_answers_say_that_they_are_made_up_and_what_was_put_right_is_right(office):
    worked()
    said = Ticket.objects.exclude(reason="").values_list("reason", flat=True)
    assert said
    assert all(reason.startswith("【演示】") for reason in said)
    assert all("合成" in name for name in TicketEvidence.objects.values_list("name", flat=True))
    mended = Ticket.objects.filter(closed_why=Why.CORRECTED)
    assert mended.exists()
    assert set(mended.values_list("closed_on", "answered_on")) == {(date(2018, 12, 26), date(2018, 12, 26))}
    assert not mended.filter(reopened__gt=0).exists()


def test_an_office_that_has_made_a_check_is_left_alone():
    people.enlist("150522", on=date(2014, 1, 1))
    users = User.objects.count()
    Sweep.objects.create(on=DAY, as_of=timezone.now(), engine="duckdb", state="done")
    assert worked().state == "done"
    assert (Ticket.objects.count(), Sweep.objects.count(), User.objects.count()) == (0, 1, users)


def test_what_was_interrupted_goes_on_with_the_next_step(monkeypatch):
    people.enlist("150522", on=date(2014, 1, 1))
    made: list[str] = []
    steps = {name: (lambda office, running, name=name: made.append(name)) for name in ("one", "two", "three")}
    monkeypatch.setattr(working, "STEPS", steps)
    row = first_days.ask()
    Job.objects.filter(pk=row.pk).update(checkpoint={"done": ["one"]})
    Sweep.objects.create(on=DAY, as_of=timezone.now(), engine="duckdb", state="done")
    assert worked().state == "done"
    assert made == ["two", "three"]


def test_every_township_of_the_banner_has_an_information_officer_and_none_has_two():
    people.enlist("150522", on=date(2014, 1, 1))
    banner = User.objects.get(username="banner").postings.get().division_id
    made = people.enlist_townships(banner, on=date(2014, 1, 1))
    assert made > 10
    assert people.enlist_townships(banner, on=date(2014, 1, 1)) == 0
    names = User.objects.filter(username__startswith="information").values_list("full_name", flat=True)
    assert len(set(names)) == made
