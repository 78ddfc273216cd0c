"""A long list of households as a file: made in the background, sealed, for who asked for it."""

import io

import openpyxl
import pytest
from django.urls import reverse

from fupin.accounts.models import Posting
from fupin.core import clock, jobs, results
from fupin.core.models import AuditEntry, Job
from fupin.registry import exports
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db
ADDRESS = "registry:households_export"


@pytest.fixture(autouse=True)
def _small(monkeypatch, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(exports, "AT_ONCE", 1)


@pytest.fixture
def households(cast):
    own = [family(cast.village, by=cast.village_officer, phone="13800138000") for _ in range(2)]
    family(cast.other_village, by=cast.other_village_officer)
    return own


def asked_for(client, **query):
    address = f"{reverse(ADDRESS)}?{'&'.join(f'{name}={text}' for name, text in query.items())}"
    return client.get(address), client.post(address)


def made():
    jobs.run_pending()
    return Job.objects.get(kind=exports.KIND)


def content(answer):
    return b"".join(answer.streaming_content)


def test_a_long_list_is_offered_to_the_background_and_made_there_once_it_is_confirmed(client_of, cast, households):
    client = client_of(cast.township_officer)
    client.post(reverse("registry:households_columns_keep"), {"column": ["village", "phone"]})
    offer, confirmed = asked_for(client, format="xlsx")
    assert "超过 1 户" in offer.content.decode()
    assert confirmed["Location"] == reverse("desk:jobs")
    job = made()
    assert (job.state, job.result["rows"], job.done, job.total) == ("done", 2, 2, 2)
    answer = client.get(reverse("desk:job_result", args=[job.pk]))
    assert f"households-{clock.today():%Y%m%d}.xlsx" in answer["Content-Disposition"]
    data = content(answer)
    assert answer["Content-Length"] == str(len(data))
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))
    assert {row[1] for row in rows[1:]} == {household.number for household in households}
    assert {row[3] for row in rows[1:]} == {"138****8000"}


def test_a_short_list_is_a_file_at_once_and_no_job(client_of, cast, households, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    answer = client_of(cast.township_officer).get(reverse(ADDRESS), {"format": "csv"})
    assert len(content(answer).splitlines()) == 3
    assert not Job.objects.filter(kind=exports.KIND).exists()


def test_making_and_taking_stand_in_the_trail_without_what_was_searched_for(client_of, cast, households):
    client = client_of(cast.township_officer)
    asked_for(client, format="csv", main_cause="")
    job = made()
    entry = AuditEntry.objects.get(act="registry.export")
    assert (entry.subject, entry.division_id) == (f"job:{job.pk}", cast.township.pk)
    assert entry.detail["columns"][:2] == ["head_name", "number"]
    content(client.get(reverse("desk:job_result", args=[job.pk])))
    taken = AuditEntry.objects.get(act="core.take_job_result")
    assert taken.detail == {"file": f"households-{clock.today():%Y%m%d}.csv", "rows": 2}


def test_asked_twice_while_it_is_made_it_is_made_once_and_afterwards_anew(client_of, cast, households):
    client = client_of(cast.township_officer)
    for _ in range(2):
        asked_for(client, format="csv")
    assert Job.objects.filter(kind=exports.KIND).count() == 1
    jobs.run_pending()
    asked_for(client, format="csv")
    assert Job.objects.filter(kind=exports.KIND).count() == 2


def test_one_person_has_three_lists_made_at_a_time(client_of, cast, households):
    client = client_of(cast.township_officer)
    family(cast.village, by=cast.village_officer)
    states = [asked_for(client, format="csv", persons_from=most)[1].status_code for most in (0, 1)]
    states += [asked_for(client, format="xlsx", persons_from=most)[1].status_code for most in (0, 1)]
    assert states == [302, 302, 302, 422]


@pytest.mark.parametrize("end", ["moved", "ended", "disabled"])
def test_whose_posting_has_changed_gets_nothing_made(client_of, cast, households, end):
    asked_for(client_of(cast.township_officer), format="csv")
    posting = Posting.objects.filter(user=cast.township_officer)
    if end == "moved":
        posting.update(division=cast.other_township)
    elif end == "ended":
        posting.delete()
    else:
        type(cast.township_officer).objects.filter(pk=cast.township_officer.pk).update(is_active=False)
    job = made()
    assert (job.state, job.result_file) == ("failed", "")
    assert job.message


def test_whose_posting_has_changed_since_takes_nothing(client_of, cast, households):
    client = client_of(cast.township_officer)
    asked_for(client, format="csv")
    job = made()
    Posting.objects.filter(user=cast.township_officer).update(division=cast.village)
    assert client.get(reverse("desk:job_result", args=[job.pk])).status_code == 403
    Posting.objects.filter(user=cast.township_officer).update(division=cast.banner)
    assert client.get(reverse("desk:job_result", args=[job.pk])).status_code == 200


def test_who_may_not_export_is_neither_offered_nor_given_it(client_of, cast, households):
    for answer in asked_for(client_of(cast.village_team), format="csv"):
        assert answer.status_code == 403
    assert not Job.objects.filter(kind=exports.KIND).exists()


def test_a_killed_export_begins_anew_and_is_whole(client_of, cast, households, monkeypatch):
    client = client_of(cast.township_officer)
    asked_for(client, format="csv")
    job = Job.objects.get(kind=exports.KIND)
    results.folder_of(job).mkdir(parents=True)
    (results.folder_of(job) / "sealed").write_bytes(b"half")
    Job.objects.update(state="interrupted", attempts=1)
    made()
    assert len(content(client.get(reverse("desk:job_result", args=[job.pk]))).splitlines()) == 3


def test_a_demonstration_says_in_every_row_that_it_is_made_up(client_of, cast, households, settings):
    settings.DEMONSTRATION = True
    client = client_of(cast.township_officer)
    asked_for(client, format="csv")
    answer = client.get(reverse("desk:job_result", args=[made().pk]))
    lines = content(answer).decode("utf-8-sig").splitlines()
    assert all("合成" in line for line in lines)
    assert "%E5%90%88%E6%88%90" in answer["Content-Disposition"]
