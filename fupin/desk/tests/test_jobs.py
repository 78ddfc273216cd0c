import pytest

from fupin.core import jobs, results
from fupin.core.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kinds(monkeypatch, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(jobs, "_functions", {})

    @jobs.job("import.merge")
    def merge(run):
        with results.writing(run, "rejects.csv") as file:
            file.write(b"a,b")


def test_one_sees_the_own_work_and_operators_that_of_their_divisions(cast, client_of):
    mine = jobs.enqueue(kind="import.merge", by=cast.township_officer, division=cast.township.pk)
    Job.objects.create(kind="every", key="every:x", state="periodic")
    assert "导入：写入" in client_of(cast.township_officer).get("/jobs/").content.decode()
    assert "导入：写入" in client_of(cast.system_admin).get("/jobs/").content.decode()
    for stranger in (cast.other_township_officer, cast.village_officer, cast.auditor):
        assert "没有后台作业" in client_of(stranger).get("/jobs/").content.decode()
        assert client_of(stranger).post(f"/jobs/{mine.pk}/resume/").status_code == 404
        assert client_of(stranger).get(f"/jobs/{mine.pk}/result/").status_code == 404


def test_an_interrupted_job_shows_how_far_it_came_and_goes_on(cast, client_of):
    row = jobs.enqueue(kind="import.merge", by=cast.township_officer)
    Job.objects.filter(pk=row.pk).update(state="interrupted", done=30, total=100, message="已完成 30 / 100 时中断")
    client = client_of(cast.township_officer)
    page = client.get("/jobs/").content.decode()
    assert "已中断" in page
    assert "已完成 30 / 100 时中断" in page
    client.post(f"/jobs/{row.pk}/resume/")
    jobs.run_pending()
    assert "结果文件" in client.get("/jobs/").content.decode()
    assert b"".join(client.get(f"/jobs/{row.pk}/result/").streaming_content) == b"a,b"


def test_operators_see_that_a_file_is_there_for_somebody_and_cannot_take_it(cast, client_of):
    row = jobs.enqueue(kind="import.merge", by=cast.township_officer, division=cast.township.pk)
    jobs.run_pending()
    client = client_of(cast.system_admin)
    page = client.get("/jobs/").content.decode()
    assert "已完成" in page
    assert "结果文件" not in page
    assert client.get(f"/jobs/{row.pk}/result/").status_code == 404
    assert client_of(cast.township_officer).get(f"/jobs/{row.pk}/result/")["Content-Length"] == "3"


def test_the_list_renews_itself_only_while_something_runs(cast, client_of):
    row = jobs.enqueue(kind="import.merge", by=cast.township_officer)
    client = client_of(cast.township_officer)
    assert "every 2s" in client.get("/jobs/").content.decode()
    jobs.run(jobs.claim_next(), heartbeat=False)
    assert "every 2s" not in client.get("/jobs/", headers={"HX-Request": "true"}).content.decode()
    row.refresh_from_db()
    assert row.state == "done"


def test_the_list_is_paged(cast, client_of, monkeypatch):
    from fupin.desk import jobs as screen

    monkeypatch.setattr(screen, "PAGE", 2)
    rows = [jobs.enqueue(kind="import.merge", by=cast.helper) for _ in range(3)]
    client = client_of(cast.helper)
    assert f"before={rows[1].pk}" in client.get("/jobs/").content.decode()
    assert client.get(f"/jobs/?before={rows[1].pk}").content.decode().count("导入：写入") == 1
