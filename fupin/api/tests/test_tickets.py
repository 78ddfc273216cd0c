"""Tickets as programs read, answer and check them."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.api.tests.calls import Program
from fupin.core import clock
from fupin.quality.models import Ticket, TicketEvidence
from fupin.quality.tests.findings import found, sweep
from fupin.quality.tests.issued_lists import issued, workbook
from fupin.quality.tests.test_answering import PDF
from fupin.registry.tests.households import family, two_spouses

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(cast, tmp_path):
    household = two_spouses(cast.village, by=cast.banner_officer)
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


def many(program, answers, *files):
    data = {"answers": json.dumps(answers), "files": [SimpleUploadedFile("a.pdf", PDF) for _each in files]}
    return program.client.post("/api/v1/ticket-answers", data, headers=program.headers)


def test_many_are_answered_at_once_each_with_its_own_outcome(cast, ticket, tmp_path):
    others = [family(cast.village, by=cast.banner_officer) for _each in range(3)]
    sweep(tmp_path, [found(one) for one in [ticket.household, *others]], on=clock.today())
    fixed, moved, stale = (Ticket.objects.get(household=one).pk for one in others)
    answer = many(Program(cast.village_officer), [
        {"id": str(ticket.pk), "answer": "true", "reason": "已入户核实", "version": 1},
        {"id": fixed, "answer": "corrected"}, {"id": moved, "answer": "elsewhere", "reason": "短"},
        {"id": stale, "answer": "elsewhere", "reason": "已迁往外旗", "version": 9},
        {"id": 7, "answer": "corrected"},
    ], "evidence")  # fmt: skip
    assert answer.status_code == 200, answer.content
    assert [one["outcome"] for one in answer.json()] == ["waiting", "closed", "refused", "stale", "not_found"]
    assert "请写明情况" in answer.json()[2]["reasons"][0]
    assert TicketEvidence.objects.count() == 1


def test_true_without_evidence_is_refused_alone(cast, ticket):
    (one,) = many(Program(cast.village_officer), [{"id": ticket.pk, "answer": "true", "reason": "已入户核实"}]).json()
    assert (one["outcome"], "佐证材料" in one["reasons"][0]) == ("refused", True)


@pytest.mark.parametrize("answers", ["nothing", [{"id": 1}], [{"id": 1, "answer": "corrected"}] * 2, []])
def test_what_is_no_list_of_answers_is_refused_whole(cast, ticket, answers):
    assert many(Program(cast.village_officer), answers).status_code == 422


def test_the_list_is_narrowed_to_an_issued_list_as_on_the_screen(cast, ticket, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    one = issued(workbook([[1, ticket.household.number, "", "", "", "名下有车辆", "", "", ""]]), by=cast.banner_officer,
                 division=cast.banner)  # fmt: skip
    program = Program(cast.village_officer)
    assert len(program.get("/tickets").json()["items"]) == 2
    (line,) = program.get(f"/tickets?issued={one.pk}").json()["items"]
    assert line["rule"] == ""
    assert program.get("/ticket-counts?issued=1").json() == []
