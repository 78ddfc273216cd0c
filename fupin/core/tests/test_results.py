"""Result files of jobs: sealed, for who asked for them, for three days."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from fupin.core import jobs, results, sealed_files, sealing
from fupin.core.models import AuditEntry, Job
from fupin.core.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db
TEXT = b"1,2\n" * 40


@pytest.fixture(autouse=True)
def kinds(monkeypatch, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(jobs, "_functions", {})
    monkeypatch.setattr(results, "_taking", {})
    monkeypatch.setattr(sealed_files, "PIECE", 50)

    @jobs.job("list")
    def write(run):
        with results.writing(run, "list.csv") as file:
            for line in run.arguments.get("lines", [TEXT.decode()]):
                file.write(line.encode())
            if run.arguments.get("fault"):
                raise OSError
        run.result["rows"] = 40


@pytest.fixture
def user():
    return get_user_model().objects.create(username="officer")


@pytest.fixture
def made(user):
    row = jobs.enqueue(kind="list", by=user)
    jobs.run_pending()
    row.refresh_from_db()
    return row


def taken(row, user):
    return b"".join(results.take(row, by=user).pieces)


def test_a_result_lies_sealed_in_pieces_and_is_taken_whole_by_who_asked_for_it(made, user):
    path = results.folder_of(made) / "sealed"
    assert b"1,2" not in path.read_bytes()
    assert path.stat().st_size > len(TEXT) + 3 * 28
    assert (made.result_file, made.result) == ("list.csv", {"bytes": len(TEXT), "rows": 40})
    assert taken(made, user) == TEXT
    entry = AuditEntry.objects.get(act="core.take_job_result")
    assert (entry.actor_id, entry.subject, entry.detail) == (
        user.pk,
        f"job:{made.pk}",
        {"file": "list.csv", "rows": 40},
    )


@pytest.mark.parametrize("length", [0, 1, 49, 50, 51, 100, 101])
def test_a_file_of_any_length_comes_back_as_it_was(user, length):
    row = jobs.enqueue(kind="list", by=user, arguments={"lines": ["x" * length]})
    jobs.run_pending()
    row.refresh_from_db()
    assert taken(row, user) == b"x" * length


def test_nobody_else_takes_it_nor_learns_that_it_is_there(made):
    other = get_user_model().objects.create(username="other")
    for stranger in (other, None):
        with pytest.raises(NotFound):
            results.take(made, by=stranger)
    Job.objects.update(user_id=None)
    made.refresh_from_db()
    with pytest.raises(NotFound):
        results.take(made, by=None)
    assert not AuditEntry.objects.exists()


def test_who_may_not_have_it_any_more_is_refused_by_the_guard_of_its_kind(made, user):
    def refuse(row, by):
        raise NotAllowed("岗位有变动", "scope")

    results.guard("list", refuse)
    with pytest.raises(NotAllowed):
        results.take(made, by=user)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(("hours", "there"), [(71, True), (73, False)])
def test_a_result_is_kept_for_three_days(made, user, hours, there):
    Job.objects.update(finished_at=timezone.now() - timedelta(hours=hours))
    made.refresh_from_db()
    assert results.is_there(made) is there
    if not there:
        with pytest.raises(NotFound, match="过期"):
            results.take(made, by=user)
    results.sweep()
    made.refresh_from_db()
    assert results.folder_of(made).exists() is there
    assert made.result_file == ("list.csv" if there else "")


def test_what_a_broken_attempt_wrote_is_gone_and_strange_folders_are_swept(user, tmp_path):
    row = jobs.enqueue(kind="list", by=user, arguments={"fault": True})
    jobs.run_pending()
    row.refresh_from_db()
    assert (row.state, row.result_file, results.folder_of(row).exists()) == ("failed", "", False)
    for name in ("123", "what"):
        (tmp_path / "results" / name).mkdir(parents=True)
    waiting = jobs.enqueue(kind="list", by=user)
    results.folder_of(waiting).mkdir()
    results.sweep()
    assert [path.name for path in (tmp_path / "results").iterdir()] == [str(waiting.pk)]


def cut(path):
    data, found = path.read_bytes(), []
    while data:
        size = 4 + int.from_bytes(data[:4])
        found.append(data[:size])
        data = data[size:]
    return found


@pytest.mark.parametrize("spoil", [
    lambda parts: parts[:-1], lambda parts: parts[1:], lambda parts: [parts[1], parts[0], *parts[2:]],
    lambda parts: [*parts, parts[-1]], lambda parts: [parts[0][:-1] + bytes([parts[0][-1] ^ 1]), *parts[1:]], lambda parts: [],
    lambda parts: [*parts[:-1], parts[-1][:-3]],
])  # fmt: skip
def test_pieces_left_out_swapped_doubled_or_changed_are_noticed(made, user, spoil):
    path = results.folder_of(made) / "sealed"
    path.write_bytes(b"".join(spoil(cut(path))))
    with pytest.raises(sealing.CannotUnseal):
        taken(made, user)


def test_the_file_of_another_job_is_noticed(made, user):
    row = jobs.enqueue(kind="list", by=user, arguments={"lines": ["other"]})
    jobs.run_pending()
    (results.folder_of(made) / "sealed").replace(results.folder_of(row) / "sealed")
    row.refresh_from_db()
    with pytest.raises(sealing.CannotUnseal):
        taken(row, user)


def test_a_new_key_seals_results_anew(made, user, settings):
    former = settings.KEYS
    settings.KEYS = {**former, "FUPIN_FIELD_KEYS": "k2:" + "44" * 32 + ",k1:" + "11" * 32}
    sealing.reload()
    try:
        assert results.reseal("k2") == 1
        assert results.reseal("k2") == 0
        settings.KEYS = {**former, "FUPIN_FIELD_KEYS": "k2:" + "44" * 32}
        sealing.reload()
        assert taken(made, user) == TEXT
    finally:
        settings.KEYS = former
        sealing.reload()
