"""Declared record types over the API, shown by the designations of divisions."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.api.tests.calls import Program
from fupin.core import sealing
from fupin.divisions.models import Designation, VillageYear

pytestmark = pytest.mark.django_db
AT = "/ledgers/designations"
PHONE, MASK, TWIN = "13847512345", "138****2345", "13899992345"
ROW = {"division": "150522", "kind": "pastoral", "valid_from": "2014-01-01", "document": "内政发〔2014〕1号"}


@pytest.fixture(autouse=True)
def _no_requests_so_far():
    cache.clear()


def test_a_record_type_tells_its_columns_and_acts(cast):
    found = Program(cast.banner_officer).get(AT).json()
    assert {column["name"] for column in found["columns"]} >= {"division", "kind", "valid_from", "document"}
    assert "create" in found["acts"]
    names = {each["name"] for each in Program(cast.banner_officer).get("/ledgers").json()}
    assert {"divisions", "designations", "reference_figures"} <= names
    assert Program(cast.banner_officer).get("/ledgers/nothing").status_code == 404


def test_a_row_is_entered_changed_and_removed_on_its_version(cast):
    program = Program(cast.banner_officer)
    made = program.post(f"{AT}/rows", {"values": ROW})
    assert made.status_code == 201
    at = made["Location"].removeprefix("/api/v1")
    assert program.get(at)["ETag"] == made["ETag"]
    assert program.ask("PATCH", at, {"values": {"document": "新文件"}}).status_code == 428
    changed = program.ask("PATCH", at, {"values": {"document": "新文件"}}, If_Match=made["ETag"])
    assert changed.json()["document"] == "新文件"
    assert program.ask("PATCH", at, {"values": {"document": "又改"}}, If_Match=made["ETag"]).status_code == 412
    assert program.ask("DELETE", at, If_Match=made["ETag"]).status_code == 412
    acts = [each["act"] for each in program.get(f"{at}/history").json()]
    assert acts == ["修改", "新增"]
    assert program.ask("DELETE", at, If_Match=changed["ETag"]).status_code == 204
    assert program.get(at).status_code == 404


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"kind": "nonsense"}, "不在代码表中"), ({"valid_from": "x"}, "应为日期"), ({"colour": "red"}, "colour"),
     ({"division": "999999"}, "查无此区划")],
)  # fmt: skip
def test_wrong_values_are_told(cast, changes, told):
    answer = Program(cast.banner_officer).post(f"{AT}/rows", {"values": ROW | changes})
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert not Designation.objects.filter(document=ROW["document"]).exists()


def test_rows_outside_the_area_are_neither_seen_nor_written(cast):
    made = Program(cast.banner_officer).post(f"{AT}/rows", {"values": ROW})
    other = Program(cast.other_banner_officer)
    at = made["Location"].removeprefix("/api/v1")
    assert other.get(at).status_code == 404
    assert other.ask("PATCH", at, {"values": {}}, If_Match=made["ETag"]).status_code == 404
    assert other.post(f"{AT}/rows", {"values": ROW | {"kind": "border"}}).status_code == 403
    assert made.json()["id"] not in {row["id"] for row in other.get(f"{AT}/rows?limit=500").json()["items"]}


def test_rows_are_filtered_paged_and_counted(cast):
    program = Program(cast.region_officer)
    first = program.get("/ledgers/divisions/rows?level=banner&limit=60").json()
    rest = program.get(f"/ledgers/divisions/rows?level=banner&limit=60&cursor={first['next']}").json()
    assert (
        len(first["items"]) + len(rest["items"]) == program.get("/ledgers/divisions/count?level=banner").json()["count"]
    )
    assert program.get("/ledgers/divisions/rows?colour=red").status_code == 422


def test_a_page_costs_the_same_however_long(cast):
    program = Program(cast.region_officer)
    program.get("/ledgers/divisions/rows?limit=3")
    with CaptureQueriesContext(connection) as few:
        program.get("/ledgers/divisions/rows?limit=3")
    with CaptureQueriesContext(connection) as many:
        program.get("/ledgers/divisions/rows?limit=500")
    assert len(many) == len(few)


def test_programs_read_the_mask_write_the_number_and_reveal_it_for_a_purpose(cast):
    program = Program(cast.banner_officer)
    sheet = VillageYear.objects.create(division=cast.village, year=2018, head_phone_sealed=sealing.seal(PHONE))
    at = f"/ledgers/villages/rows/{sheet.pk}"
    columns = {each["name"]: each for each in program.get("/ledgers/villages").json()["columns"]}
    assert (columns["head_phone"]["sealed"], columns["head"]["sealed"]) == (True, False)
    read = program.get(at)
    assert read.json()["head_phone"] == MASK
    changed = program.ask("PATCH", at, {"values": {"head_phone": "+86 " + TWIN}}, If_Match=read["ETag"])
    assert (changed.json()["head_phone"], sealing.unseal(VillageYear.objects.get().head_phone_sealed)) == (MASK, TWIN)
    assert changed["ETag"] != read["ETag"]
    refused = program.ask("PATCH", at, {"values": {"head_phone": MASK}}, If_Match=changed["ETag"])
    assert refused.status_code == 422
    answer = program.post(f"{at}/reveal", {"field": "head_phone", "purpose": "通知开会"})
    assert answer.json() == {"value": TWIN}
    assert program.post(f"{at}/reveal", {"field": "head", "purpose": "通知开会"}).status_code == 404
