"""Adjustment rounds as a program uses them: opened, taken on, their table read, by the same checks."""

import pytest

from fupin.api.tests.calls import Program
from fupin.core import clock
from fupin.procedures.rounds.tests.made import collecting, opening, taken
from fupin.procedures.tests.cases import poor
from fupin.registry.models import RegisterStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(cast):
    return collecting(cast.banner, by=cast.banner_officer)


@pytest.fixture
def joined(cast, row):
    household = poor(cast.village, by=cast.village_officer)
    RegisterStatus.objects.create(household=household, valid_from=clock.today(), monitor_kind="100A03002")
    return household


def test_a_program_reads_the_table_and_closes_the_round(cast, row, joined):
    program = Program(cast.second_banner_officer, "procedures.view", "procedures.round")
    taken(row, "compare", cast.banner_officer)
    tables = program.get(f"/adjustment-rounds/{row.pk}/table?division=150522100").json()
    assert tables[0]["lines"] == [{"line": "joined", "households": 1, "persons": 3}]
    assert tables[0]["residual"] == {"households": 0, "persons": 0}
    assert [one["division"] for one in tables] == ["150522100000", "150522100200"]
    closed = program.post(f"/adjustment-rounds/{row.pk}/step", {"act": "close"}).json()
    assert (closed["stage"], closed["ended_on"]) == ("closed", str(clock.today()))


def test_a_program_opens_a_round_and_is_told_why_not(cast, row):
    program = Program(cast.banner_officer, "procedures.view", "procedures.round")
    said = opening(cast.banner)
    body = {"division": "150522", "year": said.year, "name": "再来一轮", "begins_on": str(said.begins_on),
            "collect_until": str(said.collect_until), "compare_until": str(said.compare_until)}  # fmt: skip
    answer = program.post("/adjustment-rounds", body)
    assert "已有未办结的轮次" in answer.content.decode()
    assert [one["id"] for one in program.get("/adjustment-rounds").json()["items"]] == [str(row.pk)]
