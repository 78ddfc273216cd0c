"""Sweeps asked for by hand and by night, listed, and their findings taken as a file."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from fupin.accounts.models import Posting
from fupin.core import clock, jobs, results
from fupin.core.models import Job
from fupin.core.refusals import NotAllowed, NotFound
from fupin.quality import jobs as sweeps
from fupin.quality import kept
from fupin.quality.models import Sweep, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]


def made(cast, division=None, **more):
    return Sweep.objects.create(on=clock.today(), as_of=timezone.now(), engine="duckdb", state="done", division=division,
                                households=77_123, **more)  # fmt: skip


def test_a_sweep_by_hand_opens_tickets_and_leaves_its_list(cast, client_of, household):
    client = client_of(cast.banner_officer)
    data = {"division": cast.banner.pk, "names": "REL-008", "form": "csv"}
    assert client.post(reverse("quality:sweeps"), data).status_code == 302
    assert "正在检查" in client.get(reverse("quality:sweeps")).content.decode()
    jobs.run_pending()
    job = Job.objects.get(kind=sweeps.KIND)
    assert (job.state, job.result["findings"], job.result["opened"]) == ("done", 1, 1), job.message
    assert Ticket.objects.get().household_id == household.pk
    one = Sweep.objects.get()
    assert (one.by_rule, one.is_partial, one.made_by, len(one.findings_sha256)) == (
        {"REL-008": 1}, True, cast.banner_officer.pk, 64,
    )  # fmt: skip
    assert kept.path_of(one) is not None
    text = b"".join(results.take(job, by=cast.banner_officer).pieces).decode("utf-8-sig")
    assert household.number in text
    assert "多配偶" in text
    page = client.get(reverse("quality:sweep", args=[one.pk])).content.decode()
    assert "多配偶" in page
    assert one.findings_sha256 in page


def test_asked_twice_while_it_is_made_it_is_made_once(cast):
    first = sweeps.ask(division=cast.banner.pk, by=cast.banner_officer)
    assert sweeps.ask(division=cast.banner.pk, by=cast.second_banner_officer) == first


def test_nobody_sweeps_beyond_the_own_area_or_by_a_rule_that_is_not_there(cast, client_of):
    with pytest.raises(NotAllowed):
        sweeps.ask(division=cast.banner.pk, by=cast.other_banner_officer)
    with pytest.raises(NotAllowed):
        sweeps.ask(division=cast.village.pk, by=cast.village_officer)
    with pytest.raises(NotFound):
        sweeps.ask(division=cast.banner.pk, names=["REL-999"], by=cast.banner_officer)
    client = client_of(cast.banner_officer)
    answer = client.post(reverse("quality:sweeps"), {"division": cast.banner.pk, "names": "REL-999", "form": "csv"})
    assert answer.status_code == 422
    assert "REL-999" in answer.content.decode()
    assert not Job.objects.filter(kind=sweeps.KIND).exists()


def test_a_right_that_went_meanwhile_ends_the_job(cast):
    job = sweeps.ask(division=cast.banner.pk, by=cast.banner_officer)
    Posting.objects.filter(user=cast.banner_officer).delete()
    jobs.run_pending()
    job.refresh_from_db()
    assert job.state == "failed"
    assert not Sweep.objects.exists()


def test_a_sweep_of_another_banner_is_not_there(cast, client_of):
    one = made(cast, cast.other_banner)
    client = client_of(cast.banner_officer)
    assert client.get(reverse("quality:sweep", args=[one.pk])).status_code == 404
    assert not client.get(reverse("quality:sweeps")).context["lines"]


def test_totals_of_more_than_the_own_area_are_not_told(cast, client_of):
    made(cast)
    for officer, told in ((cast.region_officer, True), (cast.village_officer, False)):
        page = client_of(officer).get(reverse("quality:sweeps")).content.decode()
        assert ("77\u202f123" in page) is told


@pytest.mark.parametrize(("hour", "is_made"), [(0, False), (1, True), (5, True), (6, False), (14, False)])
def test_the_nightly_sweep_is_asked_for_once_in_its_hours(cast, monkeypatch, hour, is_made):
    monkeypatch.setattr(sweeps, "_hour", lambda: hour)
    sweeps.ask_nightly()
    sweeps.ask_nightly()
    assert Job.objects.filter(kind=sweeps.KIND).count() == int(is_made)


def test_a_night_that_was_missed_is_made_up_by_day(cast, monkeypatch):
    monkeypatch.setattr(sweeps, "_hour", lambda: 14)
    one = made(cast)
    assert sweeps.ask_nightly() is None
    Sweep.objects.filter(pk=one.pk).update(made_at=datetime.now(UTC) - timedelta(hours=37))
    assert sweeps.ask_nightly() is not None


def test_the_nightly_job_sweeps_everywhere_and_is_the_systems(cast, household):
    jobs.enqueue(kind=sweeps.KIND, key="night", arguments={"names": [], "form": "", "language": ""})
    jobs.run_pending()
    job = Job.objects.get(key="night")
    assert job.state == "done", job.message
    one = Sweep.objects.get()
    assert (one.division_id, one.is_partial, one.made_by, job.result_file) == (None, False, None, "")
    assert Ticket.objects.filter(rule="REL-008", household=household).exists()
