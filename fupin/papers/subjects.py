"""What papers are about: each app hands in its kind of subjects with its gate and its fields, so that papers know none.

`see` is the gate: of these ids those that the user may reach with a permission. `facts` are the values of the fields of
many subjects in a constant number of questions; who calls it has passed the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fupin.core.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject as lists and codes need it: `household:123`, its number, what it is called, where it lies."""

    kind: str
    pk: int
    number: str
    title: str
    village: int
    step: str = ""
    """where a procedure stands with it: part of the codes on its pages"""

    @property
    def name(self) -> str:
        """The subject string, as attachments and the trail carry it."""
        return f"{self.kind}:{self.pk}"


Label = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of subjects. `fields`: name → (labels, None for a text or the labels of a list's columns)."""

    name: str
    label: Label
    find: Callable[[Any, str, str], Subject]
    """(user, number, permission): raises NotFound alike for what is not there and what is out of reach"""
    see: Callable[[Any, Collection[int], str], dict[int, Subject]]
    within: Callable[[Any, int, str], list[int]]
    """(user, division, permission): those that lie there, in the order of their numbers"""
    facts: Callable[[Collection[int], date], dict[int, dict[str, Any]]]
    address: Callable[[str], str]
    fields: Mapping[str, tuple[Label, Mapping[str, Label] | None]]
    sample: Callable[[date], dict[str, Any]]
    """made-up values for a preview"""
    evidence: Mapping[str, str] = field(default_factory=dict)
    """document → the kind under which its scans lie at such a subject, where it is not the document's own"""

    @property
    def shape(self) -> dict[str, Mapping[str, str] | None]:
        """The fields without their labels, as templates are checked against them."""
        return {
            name: None if columns is None else {key: key for key in columns}
            for name, (_label, columns) in self.fields.items()
        }


_kinds: dict[str, SubjectKind] = {}


def use(kind: SubjectKind) -> None:
    """Hand in a kind of subjects."""
    _kinds[kind.name] = kind


def kind(name: str) -> SubjectKind:
    """The kind of a name. Raises NotFound."""
    if name not in _kinds:
        raise NotFound(name, "subject")
    return _kinds[name]


def kinds() -> list[SubjectKind]:
    """Every kind that was handed in."""
    return list(_kinds.values())
