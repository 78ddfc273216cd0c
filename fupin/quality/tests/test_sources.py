"""The sources of other departments as data: whole, parsed, and refused with the place and the mend."""

from __future__ import annotations

from copy import deepcopy

import pytest

from fupin.bulk.datasets import Type
from fupin.policy import sources
from fupin.policy.documents import Faulty, read_file
from fupin.policy.sources import UnknownSource, read, source
from fupin.quality.comparison.sources import columns_of, condition_of, dataset_of

NAMES = {
    "deaths", "payroll", "companies", "vehicles", "property", "deposits", "subsistence", "disability", "school_enrolment",
    "medical_insurance", "medical_bills", "social_insurance", "convictions", "disasters", "accidents",
    "house_grades", "water_supply", "land_subsidies", "household_registration", "livestock", "education_aid", "family_doctors",
    "public_posts", "microcredit", "helpers",
}  # fmt: skip


def test_every_department_of_the_handbook_has_its_source():
    assert set(sources.sources()) == NAMES
    assert sources.check() == []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_conditions_of_a_source_speak_of_fields_that_exist(name):
    one = source(name)
    for feeds in one.findings:
        condition_of(one, feeds)
    assert one.findings, name
    assert {column.name for column in columns_of(one)} >= {"number", "name"}


def test_money_of_a_file_is_money_in_a_condition():
    assert dataset_of(source("deposits")).field("file.balance_fen").type is Type.MONEY


def test_nobody_knows_a_source_that_is_not_there():
    with pytest.raises(UnknownSource):
        source("horoscopes")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": None, "_drop": "label"}, "缺少 label"), ({"hits": 1}, "有不认识的项 hits"), ({"keys": ["village"]}, "至少有 number 或 name"),
        ({"freshness_days": "soon"}, "freshness_days 应为正整数"), ({"findings": [{"when": "true"}]}, "rule（规则编号）"),
        ({"columns": [{"name": "Kind", "label": "类", "label_en": "Kind"}]}, "小写英文字母"),
        ({"columns": [{"name": "kind", "label": "类", "label_en": "Kind", "type": "number"}]}, "type 应为"),
        ({"columns": [{"name": "kind", "label": "类", "label_en": "Kind", "type": "word"}]}, "words"),
        ({"family": "plot"}, "family 应为 columns 中的一列"),
        ({"columns": [{"name": "name", "label": "名", "label_en": "Name"}]}, "重复"), ({"columns": {}}, "columns 应为列表"),
    ],
)  # fmt: skip
def test_a_faulty_source_is_refused_with_the_place_and_the_mend(change, said):
    body = deepcopy(read_file(sources.FOLDER / "vehicles.yaml"))
    dropped = change.pop("_drop", None)
    body |= change
    body.pop(dropped, None)
    with pytest.raises(Faulty, match=said) as refusal:
        read("vehicles", body)
    assert "sources/vehicles" in str(refusal.value)
