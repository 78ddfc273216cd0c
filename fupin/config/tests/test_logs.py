"""No personal data in the logs: planted values must not come out, whichever road they take."""

import json
import logging

import pytest
import structlog
from django.test import Client

from fupin.core import jobs

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
