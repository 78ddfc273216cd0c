"""Conditions of sources: over a person of the register and, for a hit, what the department's file says beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from fupin.bulk.datasets import Dataset, Field, Type, declared
from fupin.conditions.parsing import Condition, parse
from fupin.policy import parameters
from fupin.policy.sources import Feeds, Source
from fupin.rulebook.conditions import PARAMETER_TYPES

FILE = "file."
"""How the columns of a file are called in a condition."""
HOUSEHOLD = "household."
"""How the fields of the person's household are called in a condition."""
OUTSIDERS = f"{FILE}outsiders"
"""Rows of the same household in the file about people who are not of the person's household."""
COUNT = "_count"
_TYPES = {
    "text": Type.TEXT, "word": Type.TEXT, "integer": Type.INTEGER, "decimal": Type.DECIMAL, "money": Type.MONEY,
    "date": Type.DATE, "yes_no": Type.BOOLEAN,
}  # fmt: skip


def dataset_of(source: Source) -> Dataset:
    """Persons beside their household and what the file says of them: what conditions of the source are parsed over."""
    persons = declared.dataset("persons")
    fields = [
        Field(f"{FILE}{one.name}", one.label, _TYPES[one.type], one.label_en,
              words=() if source.is_own else tuple((word, spelt[0]) for word, spelt in one.words))
        for one in source.kept
    ]  # fmt: skip
    fields += [
        Field(f"{FILE}{one.name}{COUNT}", f"{'同时的' if one.during else ''}{one.label}种数", Type.INTEGER,
              f"number of {one.label_en}{' at once' if one.during else ''}")
        for one in source.kept if one.counted
    ]  # fmt: skip
    if source.family:
        said = "同证而不在本户的人数", Type.INTEGER, "of the same certificate, not of the household", "person"
        fields.append(Field(OUTSIDERS, *said))
    return Dataset(f"persons and {source.name}", persons.label, persons.label_en,
                   (*persons.fields, *_of_household(frozenset(persons.names)), *fields), "", key=persons.key)  # fmt: skip


def _of_household(known: frozenset[str]) -> list[Field]:
    """The household's own fields that a person's row does not carry; they are read where a condition names one."""
    every = [replace(one, name=f"{HOUSEHOLD}{one.name}", label=f"户{one.label}", label_en=f"household: {one.label_en}")
             for one in declared.dataset("households").fields if "." not in one.name]  # fmt: skip
    return [one for one in every if one.name not in known]


def household_fields(source: Source) -> list[str]:
    """The household's fields that conditions of the source read and a person's row does not carry, in order."""
    own = declared.dataset("persons").names
    read = {
        name for feeds in source.findings if (one := condition_of(source, feeds)) is not None for name in one.fields
    }
    return sorted(name for name in read if name.startswith(HOUSEHOLD) and name not in own)


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
