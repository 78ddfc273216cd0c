"""Comparison over the API: a file from hand-in to tickets, a letter from draft to answer, a pair decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.api.tests.calls import Program
from fupin.core import clock, jobs
from fupin.quality.models import Ticket
from fupin.quality.tests.departments import csv_file
from fupin.quality.tests.letters import workbook
from fupin.quality.tests.own_sources import NAME, RULE, WORDS
from fupin.quality.tests.test_comparison import doubtful, number_of
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def upload(program: Program, address: str, name: str, data: bytes, **more: Any) -> Any:
    return program.client.post(f"/api/v1{address}", {**more, "file": SimpleUploadedFile(name, data)},
                               headers=program.headers)  # fmt: skip


def test_a_file_is_handed_in_read_and_compared(cast, household):
    program = Program(cast.department)
    data = csv_file([["姓名", "身份证号", "户籍状态"], ["宝音", number_of("宝音"), "死亡"]])
    made = upload(program, "/comparisons", "死亡.csv", data, source="deaths", division="150522", on="2019-06-30")
    assert made.status_code == 201
    address = f"/comparisons/{made.json()['id']}"
    jobs.run_pending()
    assert program.get(address).json()["state"] == "ready"
    program.post(f"{address}/compare")
    jobs.run_pending()
    found = program.get(address).json()
    assert (found["state"], found["matched_exact"], found["findings"]) == ("done", 1, 1)
    assert [one["id"] for one in program.get("/comparisons").json()["items"]] == [found["id"]]
    assert Program(cast.other_banner_officer).get(address).status_code == 404
    assert program.get("/comparison-sources").json()[0]["name"]


def test_a_source_that_is_not_there_is_named_with_those_that_are(cast):
    made = upload(Program(cast.banner_officer), "/comparisons", "x.csv", b"x", source="nothing", division="150522")
    assert made.status_code == 404
    assert "deaths" in made.content.decode()


def test_a_pair_is_read_masked_and_decided(cast, household):
    doubtful(cast)
    program = Program(cast.township_officer)
    (pair,) = program.get("/comparison-pairs").json()["items"]
    assert pair["said"]["name"] == "宝因"
    assert program.post(f"/comparison-pairs/{pair['id']}/decide", {"same": True, "reason": ""}).status_code == 422
    assert (
        program.post(f"/comparison-pairs/{pair['id']}/decide", {"same": True, "reason": "入户核实"}).status_code == 204
    )
    jobs.run_pending()
    assert Ticket.objects.get().rule == "CMP-006"
    assert Program(cast.other_township_officer).get("/comparison-pairs").json()["items"] == []


def test_a_letter_is_drafted_confirmed_taken_and_answered(cast, household):
    first, second = Program(cast.banner_officer), Program(cast.second_banner_officer)
    body = {"source": "deaths", "division": "150522", "number": "函1", "purpose": "年度核查", "whom": "all"}
    made = first.post("/comparison-letters", body)
    assert made.status_code == 201
    address = f"/comparison-letters/{made.json()['id']}"
    jobs.run_pending()
    assert first.get(address).json()["persons"] == 3
    assert first.post(f"{address}/acts", {"act": "submit"}).json()["state"] == "waiting"
    shown = {who: [len(program.get(f"/comparison-letters?show={show}").json()["items"]) for show in ("waiting", "late", "")]
             for who, program in (("first", first), ("second", second))}  # fmt: skip
    assert shown == {"first": [0, 0, 1], "second": [1, 0, 1]}
    assert first.post(f"{address}/acts", {"act": "confirm"}).status_code == 403
    assert first.post(f"{address}/list", {"purpose": "发函给公安局"}).status_code == 403
    second.post(f"{address}/acts", {"act": "confirm"})
    data = b"".join(first.post(f"{address}/list", {"purpose": "发函给公安局"}).streaming_content)
    assert data.startswith(b"PK")
    first.post(f"{address}/acts", {"act": "send"})
    import io

    from openpyxl import load_workbook

    rows = [["" if cell is None else cell for cell in row]
            for row in load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]  # fmt: skip
    result, event = rows[0].index("查询结果"), rows[0].index("户籍状态")
    for row in rows[1:]:
        row[result], row[event] = ("查有", "死亡") if row[2] == "宝音" else ("查无", "")
    back = upload(first, f"{address}/answers", "回函.xlsx", workbook(rows)).json()
    jobs.run_pending()
    first.post(f"/comparisons/{back['id']}/compare")
    jobs.run_pending()
    done = first.get(f"/comparisons/{back['id']}").json()
    assert (done["letter"], done["returned"]["hit"], done["findings"]) == (made.json()["id"], 1, 1)
    assert first.get(address).json()["state"] == "returned"
    assert Program(cast.other_banner_officer).get(address).status_code == 404
    assert clock.today().isoformat() <= done["keep_until"]


def test_over_the_api_it_is_asked_for_read_and_used(cast, household):
    program = Program(cast.banner_officer)
    data = {"division": "150522", "words": WORDS, "valid_from": "2018-01-01", "document": "后旗扶贫〔2018〕5号"}
    made = program.post(f"/comparison-sources/{NAME}", data)
    assert made.status_code == 201, made.content
    second = Program(cast.second_banner_officer)
    answer = second.post(f"/overrides/{made.json()['id']}/confirm", {"digest": made.json()["digest"]})
    assert answer.status_code == 200
    found = program.get(f"/comparison-sources/{NAME}").json()
    assert found["office"].startswith("150522")
    assert found["definition"]["label"] == "高龄津贴"
    listed = {one["name"]: one for one in program.get("/comparison-sources").json()}
    assert listed[NAME]["rules"] == [RULE]
    assert Program(cast.other_banner_officer).get(f"/comparison-sources/{NAME}").status_code == 404
