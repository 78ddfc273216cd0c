"""Sources at work: the columns of a file, and the conditions that hits are judged by, over the person and the file."""

from __future__ import annotations

from datetime import date
from functools import cache

from fupin.bulk.datasets import Dataset, Field, Type, declared
from fupin.conditions.parsing import Condition, parse
from fupin.core.columns import Column, Kind, Sensitivity
from fupin.policy import parameters
from fupin.policy.sources import Feeds, Source, SourceColumn
from fupin.rulebook import queries as rulebook
from fupin.rulebook.conditions import PARAMETER_TYPES

FILE = "file."
"""How the columns of a file are called in a condition."""
AUTHORISED = "comparison.sources_with_authorisation"
_KINDS = {
    "text": Kind.TEXT, "word": Kind.TEXT, "integer": Kind.INTEGER, "decimal": Kind.DECIMAL, "money": Kind.MONEY,
    "date": Kind.DATE, "yes_no": Kind.YES_NO,
}  # fmt: skip
_TYPES = {
    "text": Type.TEXT, "word": Type.TEXT, "integer": Type.INTEGER, "decimal": Type.DECIMAL, "money": Type.MONEY,
    "date": Type.DATE, "yes_no": Type.BOOLEAN,
}  # fmt: skip
TOKEN = Column("number_token", "证件号码令牌", aliases=("token",), max_length=64)
"""What a file carries instead of a number where a department made tokens at home."""
NEAR = Column("near_tokens", "近似号码令牌", max_length=4000)
"""The tokens of the numbers that a wrong one may have been meant as."""
LINE = Column("line_id", "行标识", aliases=("查询行标识", "line id"), max_length=40)
"""Our own mark of a line of a letter, by which it is found when it comes back."""
RESULT = Column("result", "查询结果", aliases=("比对结果", "核查结果", "反馈结果", "查询情况", "结果", "是否命中", "有无", "是否查有"),
                max_length=200)  # fmt: skip
"""What a department says of a line."""
_PERSONAL = {"name", "kin", "village"}


def columns_of(source: Source) -> tuple[Column, ...]:
    """The columns that are looked for in a file of the source."""
    return (*(_column(one) for one in source.all_columns), TOKEN, NEAR)


def asked_columns(source: Source) -> tuple[Column, ...]:
    """The columns by which a source is asked: those that it declares, and no more."""
    return tuple(_column(one) for one in source.keys if one.name in source.asks)


def _column(one: SourceColumn) -> Column:
    """Numbers are read as texts: a wrong one is what linkage is for, and none is refused."""
    kind = Kind.TEXT if one.name == "number" else _KINDS[one.type]
    return Column(
        one.name, one.label, kind, aliases=(one.label_en, *one.aliases), required=one.required,
        max_length=500 if kind is Kind.TEXT else None,
        sensitivity=Sensitivity.PERSONAL if one.name in _PERSONAL else Sensitivity.OPEN,
    )  # fmt: skip


def dataset_of(source: Source) -> Dataset:
    """Persons beside what the file says of them: what conditions of the source are parsed over."""
    persons = declared.dataset("persons")
    fields = tuple(Field(f"{FILE}{one.name}", one.label, _TYPES[one.type], one.label_en) for one in source.columns)
    return Dataset(f"persons and {source.name}", persons.label, persons.label_en, (*persons.fields, *fields), "",
                   key=persons.key)  # fmt: skip


@cache
def condition_of(source: Source, feeds: Feeds) -> Condition | None:
    """When a hit feeds the rule; None where every hit does. Raises BadCondition."""
    if not feeds.when:
        return None
    known = {name: PARAMETER_TYPES[one.kind] for name, one in parameters.parameters().items()
             if one.kind in PARAMETER_TYPES}  # fmt: skip
    return parse(feeds.when, dataset_of(source), parameters=known)


def needs_authorisation(source: Source, *, on: date, division: int | None = None) -> bool:
    """May it be asked about a household only with the household's own signature?"""
    return source.name in rulebook.value(AUTHORISED, on=on, division=division)


def retention_days(source: Source, *, on: date, division: int | None = None) -> int:
    """How many days rows of the source are kept."""
    return int(rulebook.value(source.retention, on=on, division=division))
