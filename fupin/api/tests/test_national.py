"""The national register over the API: what must still be keyed in there, and who is right."""

from datetime import date

import pytest
from django.core.cache import cache

from fupin.api.tests.calls import Program
from fupin.registry.models import KeyingItem, NationalExport
from fupin.registry.tests.households import family

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast):
    """One difference in a household of the village."""
    cache.clear()
    household = family(cast.village, by=cast.township_officer)
    export = NationalExport.objects.create(
        kind="household", name="户.xlsx", division=cast.banner, as_of=date(2018, 12, 31), sha256="0" * 64
    )
    return KeyingItem.objects.create(
        kind="household", subject_id=household.pk, household=household, village=cast.village, field="main_cause",
        label="主要致贫原因", here="因病", there="因学", first_export=export, last_export=export,
    )  # fmt: skip


def test_the_keying_list_is_read_and_decided(cast, item):
    program = Program(cast.township_officer)
    (row,) = program.get("/national/keying-items").json()["items"]
    assert (row["here"], row["there"], row["household"]) == ("因病", "因学", item.household.number)
    assert program.post("/national/keying-items/decide", {"items": [item.pk], "theirs": True}).json() == {"changed": 1}
    assert program.get("/national/keying-items").json()["items"] == []
    assert len(program.get("/national/keying-items?state=theirs").json()["items"]) == 1


def test_another_townships_list_does_not_exist(cast, item):
    program = Program(cast.other_township_officer)
    assert program.get("/national/keying-items").json()["items"] == []
    assert program.post("/national/keying-items/decide", {"items": [item.pk], "theirs": True}).status_code == 404
    assert program.get("/national/exports").json()["items"] == []


def test_a_take_over_names_rows_that_are_there(cast, item):
    export = NationalExport.objects.get()
    answer = Program(cast.banner_officer).post(
        f"/national/exports/{export.pk}/take-overs", {"numbers": ["1"], "document": "文件"}
    )
    assert answer.status_code == 422
