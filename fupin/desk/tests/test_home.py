"""The desk: work in the words of the screen, and what files brought."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from fupin.core import clock, jobs
from fupin.core.imports.models import ImportRun
from fupin.core.models import Job
from fupin.desk.jobs import KINDS

pytestmark = pytest.mark.django_db


def brought(cast, **more):
    made = {"ledger": "households", "state": "done", "holds_on": clock.today(), "created": 6_000, "read": 6_000,
            "finished_at": timezone.now(), "user_id": cast.banner_officer.pk, "division_id": cast.banner.pk}  # fmt: skip
    options = {"divisions": [cast.banner.pk]}
    return ImportRun.objects.create(**{"options": options} | made | more)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_work_of_every_kind_stands_on_the_desk_in_words_and_opens(cast, client_of, monkeypatch, kind):
    monkeypatch.setattr(jobs, "_functions", {kind: lambda run: None})
    run = brought(cast, state="merging", finished_at=None)
    row = jobs.enqueue(kind=kind, by=cast.banner_officer, arguments={"run": run.pk})
    Job.objects.filter(pk=row.pk).update(state="interrupted", done=30, total=100)
    page = client_of(cast.banner_officer).get("/").content.decode()
    text = re.sub("<[^>]*>", " ", page)
    assert kind not in text
    assert str(KINDS[kind]) in text
    assert "已中断" in text
    assert (f"/imports/{run.pk}/" in page) is kind.startswith("import.")


def test_every_kind_of_work_has_a_name_in_words():
    assert set(jobs._functions) <= set(KINDS)


def test_what_a_file_brought_is_told_where_it_lies_and_opens_for_who_gave_it(cast, client_of):
    run = brought(cast)
    brought(cast, created=7, finished_at=timezone.now() - timedelta(days=3))
    brought(cast, created=8, state="ready", finished_at=None)
    told = "导入户：新增 6\u202f000，更新 0"
    giver = client_of(cast.banner_officer).get("/").content.decode()
    assert told in giver
    assert f'href="/imports/{run.pk}/"' in giver
    colleague = client_of(cast.second_banner_officer).get("/").content.decode()
    assert told in colleague
    assert f"/imports/{run.pk}/" not in colleague
    assert told not in client_of(cast.other_banner_officer).get("/").content.decode()
    for page in (giver, colleague):
        assert "新增 7" not in page
        assert "新增 8" not in page


def test_an_interrupted_import_is_asked_for_until_it_goes_on(cast, client_of):
    run = brought(cast, state="merging", finished_at=None, done=30, total=100)
    ImportRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    client, address = client_of(cast.banner_officer), f"/imports/{run.pk}/"
    assert "state/?interrupted" in client.get(address).content.decode()
    assert "HX-Refresh" in client.get(f"{address}state/").headers
    assert "HX-Refresh" not in client.get(f"{address}state/?interrupted").headers
    ImportRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now())
    assert "HX-Refresh" in client.get(f"{address}state/?interrupted").headers
    assert "HX-Refresh" not in client.get(f"{address}state/").headers
