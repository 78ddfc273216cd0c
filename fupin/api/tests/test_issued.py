"""Lists issued from above over the API: handed in, mapped, decided, filled."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fupin.api.tests.calls import Program
from fupin.core import jobs
from fupin.quality.tests.issued_lists import workbook
from fupin.quality.tests.test_issued_lists import line
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def household(cast):
    return family(cast.village, by=cast.banner_officer)


def test_a_program_does_the_same_over_the_api(cast, household):
    program = Program(cast.banner_officer)
    file = SimpleUploadedFile("问题清单.xlsx", workbook([line(household.number), line("9", "查无此人", key=2)]))
    given = {"sender": "自治区局", "division": "150522", "file": file}
    answer = program.client.post("/api/v1/issued-lists", given, headers=program.headers)
    assert answer.status_code == 202, answer.content
    jobs.run_pending()
    address = f"/issued-lists/{answer.json()['id']}"
    read = program.get(address).json()
    assert (read["state"], read["sheets"][0]["columns"]["1"]) == ("mapping", "household")
    columns = {each["title"]: each["columns"] for each in read["sheets"]}
    assert program.post(f"{address}/columns", {"columns": columns}).status_code == 202
    jobs.run_pending()
    assert program.get(address).json()["figures"]["out"] == 1
    first, second = program.get(f"{address}/lines").json()["items"]
    assert (first["household"], second["fate"], second["row"]) == (household.number, "nobody", 3)
    returned = program.post(f"{address}/return", {"lines": [int(second["id"])], "reason": "户籍已迁往外省"})
    assert returned.json() == {"returned": 1}
    matched = program.post(f"{address}/lines/{second['id']}/match", {"household": household.number})
    assert (matched.json()["fate"], matched.json()["ticket_state"]) == ("matched", "open")
    assert Program(cast.other_banner_officer).get(address).status_code == 404
    job = program.post(f"{address}/fill").json()["job"]
    jobs.run_pending()
    assert program.get(f"/jobs/{job}/result").status_code == 200
