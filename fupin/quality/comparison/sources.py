"""Sources at work: the columns of a file, and the conditions that hits are judged by, over the person and the file."""

from __future__ import annotations

from datetime import date

from fupin.core.columns import Column, Kind, Sensitivity
from fupin.divisions.queries import tree
from fupin.policy.sources import LEVELS, Source, SourceColumn, office_of
from fupin.rulebook import queries as rulebook
from fupin.rulebook.source_conditions import (
    COUNT,
    FILE,
    HOUSEHOLD,
    OUTSIDERS,
    absence_of,
    condition_of,
    dataset_of,
    household_fields,
)

__all__ = [
    "COUNT", "FILE", "HOUSEHOLD", "LINE", "NEAR", "OUTSIDERS", "RESULT", "TOKEN", "absence_of", "addressee_of", "asked_columns",
    "columns_of",
    "condition_of", "dataset_of", "household_fields", "needs_authorisation", "retention_days",
]  # fmt: skip
AUTHORISED = "comparison.sources_with_authorisation"
_KINDS = {
    "text": Kind.TEXT, "word": Kind.TEXT, "integer": Kind.INTEGER, "decimal": Kind.DECIMAL, "money": Kind.MONEY,
    "date": Kind.DATE, "yes_no": Kind.YES_NO,
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


def needs_authorisation(source: Source, *, on: date, division: int | None = None) -> bool:
    """May it be asked about a household only with the household's own signature?"""
    return source.authorised or source.name in rulebook.value(AUTHORISED, on=on, division=division)


def addressee_of(source: Source, division: int) -> str:
    """The office that a letter about a division is written to: the source's department at the division's own level, below
    a banner that of the banner. A department that an office called by a name of its own keeps that name."""
    node = next(one for one in reversed(tree().path(division)) if one.level in LEVELS)
    return office_of(source.department, node.level).format(place=node.name) or source.department


def retention_days(source: Source, *, on: date, division: int | None = None) -> int:
    """How many days rows of the source are kept."""
    return int(rulebook.value(source.retention, on=on, division=division))
