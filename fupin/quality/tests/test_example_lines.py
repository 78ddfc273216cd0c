"""Examples of an own rule typed in plain words."""

import json

import pytest
from django.utils import translation

from fupin.bulk.datasets import declared
from fupin.core.refusals import Refused
from fupin.policy.quality import rules
from fupin.quality import example_lines, rule_page
from fupin.quality.rule_forms import RuleForm

pytestmark = pytest.mark.django_db
HOUSEHOLDS = "households"


def read(text, dataset=HOUSEHOLDS):
    return example_lines.read(text, declared.dataset(dataset))


def recorded(rule):
    """The examples of a shipped rule as a form holds them."""
    return json.loads(json.dumps([dict(one) for one in (*rule.found, *rule.passed)], default=str))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_examples_of_every_shipped_rule_are_said_in_plain_words_and_read_back_as_they_are(language):
    odd = []
    with translation.override(language):
        for rule in rules().values():
            dataset = declared.dataset(rule.dataset)
            text = example_lines.write((*rule.found, *rule.passed), dataset)
            assert example_lines.read(text, dataset) == recorded(rule), rule.name
            odd += [line for line in text.splitlines() if line.startswith("{")]
    assert not odd


def test_an_example_is_typed_with_labels_codes_in_words_and_yuan():
    (one,) = read(
        "家庭人口=2；户主性别：男; per_head_fen=2,999.50；is_monitored=是｜与户主关系=配偶；年龄=｜什么都未填写"
    )
    assert one == {"persons": 2, "head_sex": "1", "per_head_fen": 299950, "is_monitored": True,
                   "members": [{"relation": "02", "age": None}, {}]}  # fmt: skip


def test_a_household_without_members_and_a_line_of_nothing_are_examples_too():
    assert read("家庭人口=0｜没有成员\n\n什么都未填写") == [{"persons": 0, "members": []}, {}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("家庭人囗=3", "没有名为“家庭人囗”的字段"), ("家庭人口", "后面请写等号和值"), ("家庭人口=三", "应为数字，现为“三”"),
        ("is_monitored=也许", "应填“是”或“否”"), ("{not json", "第 2 行读不出来"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_said_with_its_number_and_the_mend(line, said):
    with pytest.raises(Refused) as refusal:
        read(f"家庭人口=1\n{line}")
    assert "第 2 行" in refusal.value.reasons[0]
    assert said in refusal.value.reasons[0]


@pytest.mark.parametrize(
    "written", ["判断日期=2019-06-30；家庭人口=3", "Judged on=2019-06-30;persons=3", "on：2019-06-30；家庭人口：3"]
)
def test_the_day_on_which_an_example_is_judged_is_typed_first(written):
    assert read(written) == [{"on": "2019-06-30", "persons": 3}]
    assert example_lines.write(read(written), declared.dataset(HOUSEHOLDS)) == "判断日期=2019-06-30；家庭人口=3"


def test_an_example_of_a_day_and_nothing_else_reads_back_as_it_is():
    (one,) = read("判断日期=2019-06-30｜没有成员")
    assert one == {"on": "2019-06-30", "members": []}
    assert read(example_lines.write([one], declared.dataset(HOUSEHOLDS))) == [one]


@pytest.mark.parametrize("day", ["去年", "2019-13-01", ""])
def test_a_day_that_is_none_is_said_with_the_mend(day):
    with pytest.raises(Refused, match="应写成 2018-12-31 的样子"):
        read(f"判断日期={day}；家庭人口=3")


def test_some_shipped_rules_are_judged_on_a_day_of_their_own():
    assert any("on" in one for rule in rules().values() for one in (*rule.found, *rule.passed))


def test_a_person_has_no_members():
    with pytest.raises(Refused) as refusal:
        read("年龄=3｜年龄=4", "persons")
    assert "只有判断户的规则" in refusal.value.reasons[0]


def test_the_line_to_fill_in_names_what_the_condition_reads():
    blank = example_lines.blank(HOUSEHOLDS, "persons > 9 and count(members, relation = '02') > 1")
    assert blank == "家庭人口=｜与户主关系="
    assert read(blank) == [{"persons": None, "members": [{"relation": None}]}]


def test_every_shipped_rule_shows_its_examples_and_can_be_taken_for_a_version():
    for rule in rules().values():
        found, passed = rule_page.examples(rule)
        assert len(found) + len(passed) == len(rule.found) + len(rule.passed)
        assert RuleForm.of(rule)["finds"] == rule.finds
