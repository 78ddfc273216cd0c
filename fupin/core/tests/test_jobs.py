import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from fupin.core import audit, jobs, worker
from fupin.core.models import AuditEntry, Job
from fupin.core.refusals import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds(monkeypatch, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(jobs, "_functions", {})
    monkeypatch.setattr(jobs, "_quick", set())
    monkeypatch.setattr(jobs, "_periodic", {})


def test_a_job_runs_once_and_keeps_its_result():
    @jobs.job("count")
    def count(run):
        run.result = {"counted": run.arguments["most"]}
        run.progress(3, 3, "counting")

    row = jobs.enqueue(kind="count", arguments={"most": 3})
    assert jobs.run_pending() == 1
    row.refresh_from_db()
    assert (row.state, row.done, row.total, row.phase, row.result, row.attempts) == (
        "done",
        3,
        3,
        "counting",
        {"counted": 3},
        1,
    )
    assert jobs.run_pending() == 0


def test_what_a_job_records_names_the_job():
    @jobs.job("acting")
    def acting(run):
        audit.record(by=None, act="x", subject="y:1")

    row = jobs.enqueue(kind="acting")
    jobs.run_pending()
    entry = AuditEntry.objects.get()
    assert (entry.channel, entry.request_id) == ("job", f"job-{row.pk}")


def test_what_was_asked_for_twice_is_done_once():
    times = []
    jobs.job("once")(lambda run: times.append(1))
    one, other = jobs.enqueue(kind="once", key="k"), jobs.enqueue(kind="once", key="k")
    assert one.pk == other.pk
    jobs.run_pending()
    assert jobs.enqueue(kind="once", key="k").state == "done"
    jobs.run_pending()
    assert times == [1]
    assert jobs.enqueue(kind="once", key="k", again=True).state == "waiting"
    jobs.run_pending()
    assert times == [1, 1]


def test_an_unknown_kind_is_refused_when_it_is_asked_for():
    with pytest.raises(Refused, match="nothing"):
        jobs.enqueue(kind="nothing")


def test_a_refusal_ends_a_job_with_its_reasons_and_a_fault_without_its_words():
    @jobs.job("refused")
    def refused(run):
        raise Refused(["第一", "第二"], code="no")

    @jobs.job("fault")
    def fault(run):
        raise ValueError("张三 150522198001010017")

    one, other = jobs.enqueue(kind="refused"), jobs.enqueue(kind="fault")
    jobs.run_pending()
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, one.message, one.result) == ("failed", "第一；第二", {"code": "no"})
    assert other.state == "failed"
    assert "ValueError" in other.message
    assert "张三" not in other.message


def killed(row, **fields):
    """The row as a worker leaves it that was killed outright."""
    fields = {"state": "running", "worker": "elsewhere:1:1", "attempts": 1, "heartbeat_at": timezone.now()} | fields
    Job.objects.filter(pk=row.pk).update(**fields)


def test_a_job_of_a_dead_worker_shows_as_interrupted_and_goes_on_from_its_checkpoint():
    seen = []

    @jobs.job("long")
    def long(run):
        seen.append(run.reached)
        run.checkpoint({"chunk": 7})

    row = jobs.enqueue(kind="long")
    silent = timezone.now() - timedelta(seconds=jobs.SILENT_SECONDS + 1)
    killed(row, done=30, total=100, checkpoint={"chunk": 3}, heartbeat_at=silent)
    assert jobs.reap() == 1
    row.refresh_from_db()
    assert (row.state, row.message) == ("interrupted", "已完成 30 / 100 时中断")
    assert jobs.run_pending() == 1
    row.refresh_from_db()
    assert (row.state, row.attempts, row.checkpoint) == ("done", 2, {"chunk": 7})
    assert seen == [{"chunk": 3}]


def test_a_job_that_is_heard_is_left_to_its_worker():
    jobs.job("long")(lambda run: None)
    row = jobs.enqueue(kind="long")
    killed(row, heartbeat_at=timezone.now() - timedelta(seconds=jobs.SILENT_SECONDS - 5))
    assert jobs.reap() == 0
    assert jobs.run_pending() == 0


def test_a_dead_process_of_this_machine_is_noticed_at_once():
    jobs.job("long")(lambda run: None)
    row = jobs.enqueue(kind="long")
    machine, pid, started = jobs.worker_name().rsplit(":", 2)
    killed(row, worker=f"{machine}:{pid}:{int(started) - 1}")
    assert jobs.reap() == 1
    killed(row, worker=jobs.worker_name())
    assert jobs.reap() == 0


def test_after_the_last_attempt_a_person_must_ask_for_another():
    jobs.job("long")(lambda run: None)
    row = jobs.enqueue(kind="long")
    killed(row, attempts=jobs.MOST_ATTEMPTS, heartbeat_at=None)
    jobs.reap()
    assert jobs.run_pending() == 0
    row.refresh_from_db()
    assert "5" in row.message
    jobs.resume(row=row)
    assert jobs.run_pending() == 1
    with pytest.raises(Refused):
        jobs.resume(row=row)


def test_a_worker_that_was_believed_dead_can_write_nothing_more():
    @jobs.job("slow")
    def slow(run):
        Job.objects.filter(pk=run.job.pk).update(worker="another:1:1", attempts=2)
        run.checkpoint({"chunk": 9})

    row = jobs.enqueue(kind="slow")
    jobs.run(jobs.claim_next(), heartbeat=False)
    row.refresh_from_db()
    assert (row.state, row.worker, row.checkpoint) == ("running", "another:1:1", {})


def test_a_worker_that_is_stopped_puts_the_job_down_without_counting_the_attempt(monkeypatch):
    # The test's own transaction looks like a chunk's, inside which nobody stops.
    monkeypatch.setattr(jobs, "connection", SimpleNamespace(in_atomic_block=False))
    stop = threading.Event()

    @jobs.job("long")
    def long(run):
        stop.set()
        run.progress(1, 2)

    row = jobs.enqueue(kind="long")
    jobs.run(jobs.claim_next(), stop=stop, heartbeat=False)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("interrupted", 0)


def test_two_workers_never_claim_one_job():
    jobs.job("one")(lambda run: None)
    row = jobs.enqueue(kind="one")
    mine, theirs = Job.objects.get(pk=row.pk), Job.objects.get(pk=row.pk)
    assert jobs._claim(mine)
    assert not jobs._claim(theirs)


def test_quick_jobs_do_not_wait_behind_long_ones():
    done = []
    jobs.job("long")(lambda run: done.append("long"))
    jobs.job("short", quick=True)(lambda run: done.append("short"))
    jobs.enqueue(kind="long")
    jobs.enqueue(kind="short")
    assert jobs.run_pending(quick_only=True) == 1
    assert done == ["short"]


def test_periodic_work_is_done_by_one_worker_when_it_is_due():
    times = []

    @jobs.every(60)
    def often():
        times.append(1)

    assert jobs.run_periodic() == 1
    assert jobs.run_periodic() == 0
    Job.objects.filter(kind="every").update(heartbeat_at=timezone.now() - timedelta(seconds=61))
    assert jobs.run_periodic() == 1
    assert times == [1, 1]


def test_one_broken_duty_does_not_keep_the_others_from_being_done():
    done = []

    @jobs.every(60)
    def broken():
        raise ValueError("x")

    @jobs.every(60)
    def sound():
        done.append(1)

    jobs.run_periodic()
    assert done == [1]
    assert Job.objects.get(key__endswith=".broken").message == "ValueError"


def test_a_worker_works_until_it_is_stopped_and_is_heard():
    stop = threading.Event()
    jobs.job("last")(lambda run: stop.set())
    jobs.enqueue(kind="last")
    worker.work(stop=stop, pause=0.01, heartbeat=False)
    assert Job.objects.get(kind="last").state == "done"
    assert Job.objects.get(key="worker:any").heartbeat_at is not None
