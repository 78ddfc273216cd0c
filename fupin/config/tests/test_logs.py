"""No personal data in the logs: planted values must not come out, whichever road they take."""

import json
import logging
import threading

import pytest
import structlog
from django.db import OperationalError
from django.test import Client

from fupin.accounts import queries, scopes
from fupin.core import jobs, outbox, worker
from fupin.core.models import Job, OutboxMessage

PLANTED = {"name": "巴图·苏和", "id": "150522198001010017", "phone": "13847512345", "account": "6217000123456789012"}


@pytest.fixture
def lines(capsys):
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def clean(found):
    text = json.dumps(found, ensure_ascii=False)
    return found and not any(value in text for value in PLANTED.values())


def test_an_event_of_ours_loses_what_looks_like_a_person(lines):
    structlog.get_logger("x").info("read", row=f"{PLANTED['name']} {PLANTED['id']}", phone=PLANTED["phone"],
                                   account=int(PLANTED["account"]), cells=[PLANTED["name"]], job=912170386261780475)  # fmt: skip
    found = lines()
    assert clean(found)
    assert found[0]["job"] == 912170386261780475
    assert found[0]["event"] == "read"


def test_a_fault_is_told_by_its_kind_and_place(lines):
    try:
        raise ValueError(f"Key (name)=({PLANTED['name']}) already exists {PLANTED['id']}")
    except ValueError:
        structlog.get_logger("x").error("fault", exc_info=True)
        logging.getLogger("django.db").exception("failed for %s", PLANTED["id"])
    found = lines()
    assert clean(found)
    assert [line["fault"] for line in found] == ["ValueError", "ValueError"]
    assert "test_logs.py" in found[0]["place"]


def test_what_other_libraries_say_comes_without_its_arguments(lines):
    logging.getLogger("somewhere").error("user '%s' with %s", PLANTED["name"], PLANTED["id"])
    logging.getLogger("elsewhere").error(f"user {PLANTED['name']} called {PLANTED['phone']}")
    logging.getLogger("django.security").error("%s signed in as %s", "bater01", "banner")
    found = lines()
    assert clean(found)
    assert found[-1]["event"] == "%s signed in as %s"


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route_without_what_was_typed(lines):
    client = Client(headers={"X-Request-ID": "request-0001"})
    client.get("/sign-in/", {"q": PLANTED["name"], "id": PLANTED["id"]})
    client.post("/sign-in/", {"username": PLANTED["name"], "password": PLANTED["id"]})
    client.get(f"/no-such-page/{PLANTED['id']}/")
    found = lines()
    assert clean(found)
    requests = [line for line in found if line["event"] == "request"]
    assert {line["request"] for line in requests} == {"request-0001"}
    assert requests[-1]["route"] == "unknown"
    assert "sign-in/" in requests[0]["route"]


@pytest.mark.django_db
def test_a_job_that_fails_is_logged_without_the_row_that_broke_it(lines, monkeypatch):
    monkeypatch.setattr(jobs, "_functions", {})

    @jobs.job("broken")
    def broken(run):
        raise KeyError(PLANTED["name"], PLANTED["id"])

    jobs.enqueue(kind="broken", arguments={"file": PLANTED["name"]})
    jobs.run_pending()
    found = lines()
    assert clean(found)
    assert any(line.get("fault") == "KeyError" for line in found)


WORDS = "row of bayaer could not be written"
"""What the last guard cannot know for a person's: the words of a fault must not come that far."""


def fails(*_given, **_named):
    raise RuntimeError(WORDS)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/account/", "/api/v1/me"])
def test_the_words_of_a_fault_stay_off_the_log_of_screens_and_of_the_api(address, lines, cast, client_of, monkeypatch):
    monkeypatch.setattr(queries, "postings_of", fails)
    monkeypatch.setattr(scopes, "permissions_of", fails)
    client = client_of(cast.helper, raise_request_exception=False)
    assert client.get(address).status_code == 500
    found = lines()
    assert [line["fault"] for line in found if line["event"] == "fault"] == ["RuntimeError"]
    assert "bayaer" not in json.dumps(found)


@pytest.mark.django_db
def test_the_words_of_a_fault_stay_off_the_log_of_what_is_done_beside_requests(lines, monkeypatch):
    monkeypatch.setattr(jobs, "_functions", {"broken": fails})
    monkeypatch.setattr(jobs, "_periodic", {"broken": (60, fails)})
    monkeypatch.setattr(outbox, "_handlers", {"broken": fails})
    jobs.enqueue(kind="broken")
    outbox.put(topic="broken", body={})
    jobs.run_pending()
    jobs.run_periodic()
    outbox.deliver()
    found = lines()
    assert {line["event"] for line in found} >= {"job failed", "periodic work failed", "not delivered"}
    assert {line["fault"] for line in found if "fault" in line} == {"RuntimeError"}
    assert "bayaer" not in json.dumps(found)
    kept = [*Job.objects.values_list("message", flat=True), *OutboxMessage.objects.values_list("fault", flat=True)]
    assert "bayaer" not in json.dumps(kept)


def test_a_worker_that_waits_for_the_database_does_not_quote_it(lines, monkeypatch):
    ending = threading.Event()

    def away(*_given):
        ending.set()
        raise OperationalError(WORDS)

    monkeypatch.setattr(jobs, "be_heard", away)
    monkeypatch.setattr(ending, "wait", lambda seconds: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.work(stop=ending)
    found = lines()
    assert [line["fault"] for line in found] == ["OperationalError"]
    assert "bayaer" not in json.dumps(found)


@pytest.mark.django_db
def test_what_django_says_of_a_refused_address_is_not_said_twice(lines):
    Client(raise_request_exception=False).get("/no-such-page/bayaer/")
    assert [line["event"] for line in lines()] == ["request"]
