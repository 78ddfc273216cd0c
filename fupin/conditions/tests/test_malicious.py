"""Texts that are meant to do more than say a condition: each is refused with a place, none is ever run."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from fupin.bulk.datasets import Dataset
from fupin.conditions.parsing import LONGEST, BadCondition, parse
from fupin.conditions.tests.made_dataset import boxes

MEANT = [
    "a > 1; drop table registry_household",
    "'; drop table registry_household; --",
    "a > 1 union select 1",
    "a in (select id from accounts_user)",
    "exists (select 1 from accounts_user where password is not null)",
    "(select count(*) from accounts_user) > 0",
    "read_csv('/etc/passwd') is not null",
    "read_text('/etc/passwd') = 'x'",
    "read_parquet('x') = 1",
    "getenv('HOME') = 'x'",
    "current_setting('secret_directory') = 'x'",
    "pragma_version() = 'x'",
    "install('httpfs') = 'x'",
    "load_extension('x') is null",
    "randomblob(1000000000) is null",
    "repeat(name, 1000000000) = 'x'",
    "range(100000000000) is null",
    "regexp_matches(name, '(a+)+$')",
    "name like '%' || name",
    "a::varchar = '1'",
    "cast(name as integer) = 1",
    "try_cast(name as integer) = 1",
    "case when a > 1 then true else false end",
    "list_filter([a], lambda x: x > 1) is null",
    "{'a': 1}.a = 1",
    "a = ?",
    "a = $1",
    "a = @@version",
    "attach 'x.db' as y",
    "copy (select 1) to '/x'",
    "call pragma_database_list()",
    "sleep(10) = 1",
    "name = 'a' || chr(39)",
    "name = e'\\x27'",
    "ａ > 1",
    "a\u200b > 1",
    "a > 1 \u202e and true",
    "name = ‘x’",
    "a > １",
    "name = '\x00'",
    "a > 1e309",
    "registry_household.id = 1",
    "main.boxes.a.b.c > 1",
    '"a" = "name"',
    "row_number() over () = 1",
    "count(*) > 1",
    "a > 1 limit 1",
    "true order by a",
    "not " * 900 + "true",
    "(" * 1_900 + "true" + ")" * 1_900,
    "a > " + "+".join(["1"] * 1_900),
    "abs(" * 300 + "a" + ")" * 300 + " > 1",
    "[" * 3_900,
    "'" * 3_999,
    "a > 1 or " * 500 + "true",
    "[1][1E",
    "{:1}.a",
    "",
    " ",
    "--",
]


@pytest.fixture(scope="module")
def dataset() -> Iterator[Dataset]:
    with boxes() as made:
        yield made


@pytest.mark.parametrize("text", MEANT, ids=lambda text: repr(text[:40]))
def test_a_text_that_is_no_condition_is_refused_with_its_place(dataset: Dataset, text: str) -> None:
    with pytest.raises(BadCondition) as refused:
        parse(text, dataset)
    assert 1 <= refused.value.place <= max(len(text), 1)
    assert refused.value.mend


def test_whatever_is_typed_is_a_condition_or_refused(dataset: Dataset) -> None:
    dice = random.Random(7)
    for _nth in range(400):
        text = dice.choice(MEANT)[:200]
        for _change in range(dice.randint(1, 5)):
            place = dice.randrange(len(text) + 1)
            text = (
                text[:place]
                + dice.choice(["(", ")", "'", " is ", " in ", "::", "[", "{", ",", ".", "1e", "\\"])
                + text[place:]
            )
        said = ""
        try:
            parse(text, dataset)
        except BadCondition as refused:
            said = refused.mend
        assert said or len(text) <= LONGEST


@pytest.mark.parametrize("text", ["a > 1 -- and more", "a > 1 /* said beside */", "a > 1 or " * 300 + "a > 1"])
def test_a_remark_and_a_long_list_of_alternatives_stay_conditions(dataset: Dataset, text: str) -> None:
    assert parse(text, dataset).fields == {"a"}
