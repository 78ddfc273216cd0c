"""What is refused, and what an explanation says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from fupin.bulk.datasets import Dataset, Type
from fupin.conditions.judging import Judge
from fupin.conditions.parsing import BadCondition, parse
from fupin.conditions.sqltext import Circumstance, compile_condition
from fupin.conditions.tests.made_dataset import boxes
from fupin.core.verdicts import Outcome

ON = date(2018, 12, 31)


@pytest.fixture(scope="module")
def dataset() -> Iterator[Dataset]:
    with boxes() as made:
        yield made


@pytest.mark.parametrize(
    ("text", "place", "mend"),
    [
        ("a > 1 and colour = 'x'", 11, "字段"),
        ("a > 1 and nam = 'x'", 11, "name"),
        ("cause = '77'", 1, "01 因病"),
        ("cause > '01'", 1, "in"),
        ("x = 1.5", 1, "between"),
        ("made_on > '2018-01-01'", 1, "date '2018-12-31'"),
        ("made_on > date '2018-02-30'", 16, "date '2018-12-31'"),
        ("a = '1'", 1, "引号"),
        ("marks = '01'", 1, "has"),
        ("a", 1, "比较"),
        ("a > ", 3, "括号"),
        ("name like 'a%'", 1, "比较"),
        ("a > (select 1)", 13, "比较"),
        ("a in (select 1)", 1, "例如"),
        ("read_csv('/etc/passwd') is null", 1, "比较"),
        ("a > 1; drop table x", 1, "比较"),
        ("any(members, any(members, is_new))", 14, "members"),
        ("any(people, is_new)", 1, "members"),
        ("sum(members, colour) > 1", 1, "sum(members"),
        ("a > 1234567890123456", 5, "15"),
        ("cast(a as varchar) = '1'", 6, "date"),
        ("substr(name, 0, 2) = 'x'", 1, "substr"),
        ("contains(name, '')", 1, "contains"),
        ("a > parameter('no.such')", 5, "参数"),
        ("a > 1 and " * 500 + "a > 1", 1, "拆成"),
    ],
)
@pytest.mark.django_db  # a code that no shipped list has is looked for among the offices' own
def test_a_bad_condition_is_refused_with_its_place_and_the_mend(
    dataset: Dataset, text: str, place: int, mend: str
) -> None:
    with pytest.raises(BadCondition) as refused:
        parse(text, dataset)
    assert (refused.value.place, mend in refused.value.mend) == (place, True), str(refused.value)


def test_a_condition_names_the_fields_members_and_parameters_it_reads(dataset: Dataset) -> None:
    asked = parse("previous.a < a and any(members, size > parameter('x.y'))", dataset, parameters={"x.y": Type.INTEGER})
    assert (asked.fields, asked.members, asked.settings) == ({"previous.a", "a"}, {"members"}, {"x.y"})


def test_an_unset_parameter_leaves_a_condition_open(dataset: Dataset) -> None:
    asked = parse("a > parameter('x.y')", dataset, parameters={"x.y": Type.INTEGER})
    judge = Judge(dataset)
    judge.load({"a": 3})
    assert judge.outcomes([asked], on=ON) == [Outcome.UNKNOWN]
    assert judge.outcomes([asked], on=ON, parameters={"x.y": 2}) == [Outcome.YES]
    assert judge.explain(asked, on=ON).missing == ("x.y",)


def test_an_explanation_shows_every_part_with_the_records_own_values(dataset: Dataset) -> None:
    asked = parse("cause = '01' and (price_fen < 100000 or is_open) and any(members, is_new)", dataset)
    judge = Judge(dataset)
    judge.load(
        {"cause": "01", "price_fen": 123456, "is_open": None}, {"members": [{"is_new": False}, {"is_new": True}]}
    )
    told = judge.explain(asked, on=ON)
    assert told.outcome is Outcome.UNKNOWN
    assert told.missing == ("敞开",)
    assert [(part.text, part.values, part.outcome.value, part.depth) for part in told.parts] == [
        ("主要致贫原因 = 因病", (("主要致贫原因", "因病"),), "yes", 0),
        ("价格 < 1000.00 元", (("价格", "1234.56 元"),), "no", 1),
        ("敞开", (("敞开", "未填写"),), "unknown", 1),
        ("有家庭成员（新）", (), "yes", 0),
    ]
    assert told.parts[3].members == (1,)


def test_spark_text_has_its_own_words(dataset: Dataset) -> None:
    asked = parse("has(marks, '02') and age(made_on) > 5 and name = 'a''b\\'", dataset)
    text = compile_condition(asked, "spark", Circumstance(ON))
    assert "concat(',', r.`marks`, ',')" in text
    assert "date_format(r.`made_on`, 'MM-dd')" in text
    assert "'a\\'b\\\\'" in text


def test_hundreds_of_conditions_are_judged_by_one_statement(dataset: Dataset) -> None:
    asked = [parse(f"a > {n} and cause = '01' and (is_open or made_on < today)", dataset) for n in range(237)]
    judge = Judge(dataset)
    judge.load({"a": 100, "cause": "01", "is_open": True})
    statements: list[str] = []
    judge._db.set_trace_callback(statements.append)
    outcomes = judge.outcomes(asked, on=ON)
    assert len(statements) == 1
    assert outcomes.count(Outcome.YES) == 100
