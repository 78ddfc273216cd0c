"""A rule laid open: its condition in words, what it reads, the parameters it compares with, its examples and versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts.scopes import is_english
from fupin.bulk.datasets import Dataset, declared
from fupin.conditions import tree as nodes
from fupin.conditions.judging import in_words
from fupin.conditions.parsing import BadCondition, Condition
from fupin.conditions.saying import label, shown
from fupin.conditions.sqltext import Circumstance
from fupin.divisions.queries import tree
from fupin.policy import parameters
from fupin.policy.documents import Source
from fupin.policy.parameters import NotInForce
from fupin.policy.quality import BASES, Rule, rules
from fupin.quality import applying
from fupin.quality.catalogue import Area
from fupin.quality.words import ORIGINS
from fupin.rulebook import own_rules, queries, wording
from fupin.rulebook.conditions import read_condition, settings
from fupin.rulebook.models import Override
from fupin.rulebook.rule_checks import ON


@dataclass(frozen=True, slots=True)
class Compared:
    """A policy parameter that a rule compares with; `shown` is empty where it is not in force."""

    name: str
    label: str
    shown: str
    unit: str
    since: date | None
    source: Source | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Laid:
    """A condition laid open. What it reads are pairs of name and label, those of members by the members' dataset."""

    parts: list[tuple[str, int, str]]
    fields: list[tuple[str, str]]
    members: list[tuple[str, list[tuple[str, str]]]]
    parameters: list[Compared]


def laid(dataset: str, finds: str, on: date, division: int) -> Laid:
    """What a condition says and reads at a division on a day. Raises BadCondition with place and mend."""
    one = read_condition(dataset, finds)
    given = Circumstance(on, settings(one.settings, on, division))
    return Laid(
        in_words(one, given), _fields(one.root, 0), _members(one), [_compared(n, on, division) for n in sorted(one.settings)]
    )  # fmt: skip


def laid_or_none(rule: Rule, on: date, division: int) -> Laid | None:
    """The same for a rule; None for one without a condition, or whose condition can no longer be read."""
    try:
        return laid(rule.dataset, rule.finds, on, division) if rule.finds else None
    except BadCondition:
        return None


def _fields(root: nodes.Node, depth: int) -> list[tuple[str, str]]:
    found = {
        one.field.name: label(one.field) for one in root.walk() if isinstance(one, nodes.Ref) and one.depth == depth
    }
    return list(found.items())


def _members(one: Condition) -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, dict[str, str]] = {}
    for node in one.root.walk():
        if isinstance(node, nodes.Over):
            found.setdefault(one.dataset.members[node.members].dataset, {}).update(_fields(node, 1))
    return [(name, list(held.items())) for name, held in found.items()]


def _compared(name: str, on: date, division: int) -> Compared:
    setting, english = parameters.parameter(name), is_english()
    said, unit = setting.label_en if english else setting.label, setting.unit_label(english)
    try:
        found = queries.in_force(name, on=on, division=division)
    except NotInForce:
        return Compared(name, said, "", unit, None, None, is_own=False)
    value = wording.show(setting, found.value, english)
    return Compared(name, said, value, unit, found.since, found.source, is_own=found.override is not None)


@dataclass(frozen=True, slots=True)
class Example:
    """A record that a rule must find or pass: its fields with their values, then its members'."""

    values: list[tuple[str, str]]
    members: list[list[tuple[str, str]]]


def examples(rule: Rule) -> tuple[list[Example], list[Example]]:
    """Those that it finds, and those that it passes."""
    dataset = declared.dataset(rule.dataset)
    return [_example(one, dataset) for one in rule.found], [_example(one, dataset) for one in rule.passed]


def _example(given: Mapping[str, Any], dataset: Dataset) -> Example:
    day = [(_("判断日期"), str(given[ON]))] if ON in given else []
    own = {name: value for name, value in given.items() if name not in dataset.members and name != ON}
    members = [
        _values(row, declared.dataset(dataset.members[kind].dataset))
        for kind in given
        if kind in dataset.members
        for row in given[kind]
    ]
    return Example(day + _values(own, dataset), members)


def _values(given: Mapping[str, Any], dataset: Dataset) -> list[tuple[str, str]]:
    return [(label(dataset.field(name)), shown(dataset.field(name), value)) for name, value in given.items()]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule, or one switch of it: whose it is, from which day, by which document."""

    place: str
    said: str
    since: date | None
    until: date | None
    document: str
    is_in_force: bool


def versions(name: str, area: Area, on: date) -> tuple[list[Version], list[Version]]:
    """The versions of a rule and its switches, as far as the area may see them, the newest first."""
    rows = [row for row in own_rules.history(name) if area.sees(row.division_id)]
    own = [_version(row, on) for row in rows if row.kind != "switch"]
    return own, [_version(row, on) for row in rows if row.kind == "switch"]


def _version(row: Override, on: date) -> Version:
    held = row.state == "confirmed" and row.valid_from <= on and (row.valid_to is None or row.valid_to > on)
    said = wording.short(row, row.value, is_english())
    return Version(tree().full_name(row.division_id), said, row.valid_from, row.valid_to, row.document, held)


@dataclass(frozen=True, slots=True)
class Change:
    """What going back changes at a place: the condition that holds there, and the one that would."""

    place: str
    now: str
    then: str


def changes_back(name: str, places: Iterable[int], on: date) -> list[Change]:
    """For each place with a version of its own, that version beside the one that stands above it."""
    held, found = own_rules.in_force(on), []
    for place in places:
        path = tree().path(place)
        above = applying.rule_among(held, name, path[-2].id) if len(path) > 1 else rules()[name]
        now = applying.rule_among(held, name, place)
        found.append(Change(tree().full_name(place), _version_told(now), _version_told(above)))
    return found


def _version_told(rule: Rule) -> str:
    return _("第 %(version)d 版：%(finds)s") % {"version": rule.version, "finds": rule.finds}


def origins(source: str) -> list[tuple[str, str]]:
    """What the short names in the source of a shipped rule stand for (handbook §6)."""
    return [(short.rstrip(":"), str(words)) for short, words in ORIGINS.items() if short in source]


def shipped_basis(name: str, english: bool) -> str:
    """How far the rule that everybody has under that id can be trusted; empty where there is none."""
    return BASES[rules()[name].basis][english] if name in rules() else ""


def is_shipped(name: str) -> bool:
    """Is there a rule of that id that everybody has?"""
    return name in rules()
