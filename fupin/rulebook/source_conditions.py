"""Conditions of sources: over a person of the register and, for a hit, what the department's file says beside it."""

from __future__ import annotations

from functools import lru_cache

from fupin.bulk.datasets import Dataset, Field, Type, declared
from fupin.conditions.parsing import Condition, parse
from fupin.policy import parameters
from fupin.policy.sources import Feeds, Source
from fupin.rulebook.conditions import PARAMETER_TYPES

FILE = "file."
"""How the columns of a file are called in a condition."""
_TYPES = {
    "text": Type.TEXT, "word": Type.TEXT, "integer": Type.INTEGER, "decimal": Type.DECIMAL, "money": Type.MONEY,
    "date": Type.DATE, "yes_no": Type.BOOLEAN,
}  # fmt: skip


def dataset_of(source: Source) -> Dataset:
    """Persons beside what the file says of them: what conditions of the source are parsed over."""
    persons = declared.dataset("persons")
    fields = tuple(Field(f"{FILE}{one.name}", one.label, _TYPES[one.type], one.label_en) for one in source.kept)
    return Dataset(f"persons and {source.name}", persons.label, persons.label_en, (*persons.fields, *fields), "",
                   key=persons.key)  # fmt: skip


@lru_cache(maxsize=500)
def condition_of(source: Source, feeds: Feeds) -> Condition | None:
    """When a hit feeds the rule; None where every hit does. Raises BadCondition."""
    return read_when(source, feeds.when) if feeds.when else None


@lru_cache(maxsize=500)
def absence_of(feeds: Feeds) -> Condition | None:
    """Of whom it is asked that he is not in a file; None: of everybody. There is no row, so nothing of the file is read.

    Raises BadCondition.
    """
    return parse(feeds.when, declared.dataset("persons"), parameters=_known()) if feeds.when else None


def read_when(source: Source, text: str) -> Condition:
    """A condition over the person and the file. Raises BadCondition with place and mend."""
    return parse(text, dataset_of(source), parameters=_known())


def _known() -> dict[str, Type]:
    return {
        name: PARAMETER_TYPES[one.kind] for name, one in parameters.parameters().items() if one.kind in PARAMETER_TYPES
    }
