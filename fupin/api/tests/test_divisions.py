"""Divisions over the API: read as of any day, merged and split by who has the right."""

import pytest
from django.core.cache import cache

from fupin.api.tests.calls import Program
from fupin.divisions import queries
from fupin.divisions.queries import tree

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_requests_so_far():
    cache.clear()
    yield
    queries.forget()


def test_a_division_is_read_with_its_path(cast):
    found = Program(cast.helper).get("/divisions/150522").json()
    assert [each["level"] for each in found["path"]] == ["region", "league", "banner"]
    assert found["children"] > 10


def villages(cast):
    return [node.code for node in tree().children(cast.township.pk)][:2]


def test_villages_merge_and_both_days_can_be_read(cast):
    gone, stays = villages(cast)
    body = {"predecessors": [gone], "into": stays, "document": "后政发〔2026〕1号"}
    program = Program(cast.banner_officer)
    assert Program(cast.other_banner_officer).post("/division-mergers", body).status_code == 403
    assert Program(cast.township_officer).post("/division-mergers", body).status_code == 403
    assert program.post("/division-mergers", body | {"into": ""}).status_code == 422
    merged = program.post("/division-mergers", body)
    assert merged.status_code == 200
    assert merged.json()["code"] == stays
    assert program.get(f"/divisions/{gone}").status_code == 404
    assert program.get(f"/divisions/{gone}?on=2020-01-01").status_code == 200


def test_a_village_splits(cast):
    (code, _other) = villages(cast)
    body = {"into": [{"code": "150522100398", "name": "新嘎查", "kind": "gacha"}], "document": "后政发〔2026〕2号"}
    answer = Program(cast.banner_officer).post(f"/divisions/{code}/split", body)
    assert answer.status_code == 201
    assert answer.json()[0]["code"] == "150522100398"
    assert Program(cast.helper).get("/divisions/150522100398").json()["name"] == "新嘎查"
