"""Publicity over the API: posted, proved, objected to, answered, taken down."""

from __future__ import annotations

from datetime import date

import pytest

from fupin.api.tests.calls import Program
from fupin.core import clock
from fupin.notices.tests.hung import DAY, photograph
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day_of_2018(tmp_path, settings, monkeypatch):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(clock, "today", lambda: DAY)


def test_a_program_posts_proves_objects_and_answers(cast):
    household = family(cast.village, by=cast.banner_officer, on=date(2018, 1, 1))
    village, township = Program(cast.village_officer), Program(cast.township_officer)
    body = {
        "posted_on": str(DAY),
        "notices": [{"kind": "register", "division": "150522100200", "named": [household.number]}],
    }
    (made,) = village.ask("POST", "/notices", body).json()
    sent = village.client.post(
        f"/api/v1/notices/{made['id']}/photographs?on={DAY}", {"files": photograph()}, headers=village.headers
    )
    assert sent.json()["photographs"] == 1
    body = {"channel": "phone", "raised_on": str(DAY), "line": 1, "what": "户主名下有轿车"}
    objection = village.ask("POST", f"/notices/{made['id']}/objections", body).json()
    assert "轿车" not in str(village.ask("GET", f"/notices/{made['id']}/objections").json())
    body = {"ids": [objection["id"]], "outcome": "upheld", "reason": "车辆属实", "answered_on": str(DAY)}
    assert township.ask("POST", "/notice-answers", body).json()[0]["outcome"] == "upheld"
    read = village.ask("GET", f"/notices/{made['id']}").json()
    assert read["may_close"] is False
    assert any("重新公示" in one for one in read["reasons"])
    down = village.ask("POST", f"/notices/{made['id']}/take-down", {"reason": "异议成立，更正名单"}).json()
    assert down["state"] == "taken_down"
    assert [one["id"] for one in village.ask("GET", "/notices?state=taken_down").json()["items"]] == [made["id"]]
