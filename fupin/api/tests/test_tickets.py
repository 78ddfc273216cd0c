"""Tickets as programs read, answer and check them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.api.tests.calls import Program
from fupin.core import clock
from fupin.quality.models import Ticket
from fupin.quality.tests.findings import found, sweep
from fupin.quality.tests.test_answering import PDF
from fupin.registry.models import Membership
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(cast, tmp_path):
    household = family(cast.village, by=cast.banner_officer)
    Membership.objects.filter(household=household, relation="03").update(relation="02")
    sweep(tmp_path, [found(household)], on=clock.today())
    return Ticket.objects.get()


def answered(program, ticket, version, **data):
    body = {"answer": "true", "reason": "已入户核实", "file": SimpleUploadedFile("a.pdf", PDF), **data}
    headers = program.headers | {"If-Match": f'"{version}"'}
    return program.client.post(f"/api/v1/tickets/{ticket.pk}/answer", body, headers=headers)


def test_a_program_reads_answers_and_another_closes(cast, ticket):
    village, township = Program(cast.village_officer), Program(cast.township_officer)
    (line,) = village.get("/tickets?state=open&rule=REL-008").json()["items"]
    assert (line["id"], line["household"], line["state"]) == (str(ticket.pk), ticket.household.number, "open")
    read = village.get(f"/tickets/{ticket.pk}")
    assert read["ETag"].startswith('"1')
    answer = answered(village, ticket, 1)
    assert (answer.status_code, answer.json()["state"]) == (200, "answered"), answer.content
    assert answer.json()["history"][0]["evidence"] == ["a.pdf"]
    checked = township.post(f"/tickets/{ticket.pk}/review", {"accepts": True}, If_Match='"2"')
    assert (checked.status_code, checked.json()["closed_why"]) == (200, "true")


def test_an_answer_to_a_former_version_is_stale_and_one_without_is_asked_for_it(cast, ticket):
    program = Program(cast.village_officer)
    assert answered(program, ticket, 7).status_code == 412
    answer = program.client.post(
        f"/api/v1/tickets/{ticket.pk}/answer", {"answer": "corrected"}, headers=program.headers
    )
    assert answer.status_code == 428


def test_the_list_goes_on_by_its_cursor(cast, ticket, tmp_path):
    sweep(tmp_path, [found(family(cast.village, by=cast.banner_officer), rule="REL-001")], rules=["REL-001"])
    program = Program(cast.township_officer)
    first = program.get("/tickets?limit=1").json()
    second = program.get(f"/tickets?limit=1&cursor={first['next']}").json()
    assert {first["items"][0]["id"], second["items"][0]["id"]} == {str(one.pk) for one in Ticket.objects.all()}
    assert second["next"] is None


def test_the_counts_are_those_of_the_screen(cast, ticket):
    (one,) = Program(cast.township_officer).get("/ticket-counts?by=rule").json()
    assert one == {"key": "REL-008", "sent": 1, "answered": 0, "closed": 0, "overdue": 0}


def test_the_township_hands_a_ticket_out(cast, ticket):
    program = Program(cast.township_officer)
    done = program.post(f"/tickets/{ticket.pk}/assign", {"officer": cast.village_team.pk}, If_Match='"1"')
    assert (done.status_code, done.json()["assigned_to"]) == (200, "village_team")
