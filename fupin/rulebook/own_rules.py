"""Quality rules of offices' own, their own versions of shipped ones, and where rules are switched on and off.

At a place the nearest version wins, then the shipped one; the nearest switch says whether it is judged there. A confirmed
request that is no longer what was confirmed does not count: the register is judged as if nobody had asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from fupin.divisions.models import Level
from fupin.policy.quality import Rule, rules
from fupin.rulebook import own_sources
from fupin.rulebook.models import Override
from fupin.rulebook.queries import is_intact
from fupin.rulebook.words import State

KINDS = ("rule", "switch")
WORDS = ("label", "label_en", "dataset", "severity", "finds", "asks", "asks_en")
"""What an office says of a rule, beside its examples and whether it asks anew."""


@dataclass(frozen=True, slots=True)
class Variant:
    """An office's own rule, or its own version of one: holds at and below its division."""

    rule: Rule
    level: str
    division: int


@dataclass(frozen=True, slots=True)
class Own:
    """What offices have set about rules on a day: versions by rule, and switches by rule and place."""

    variants: Mapping[str, tuple[Variant, ...]] = field(default_factory=dict)
    switches: Mapping[str, Mapping[tuple[str, int], bool]] = field(default_factory=dict)


def in_force(on: date) -> Own:
    """What is confirmed on a day, for the whole region: one question."""
    variants: dict[str, list[Variant]] = {}
    switches: dict[str, dict[tuple[str, int], bool]] = {}
    for row in _latest(on):
        if row.kind == own_sources.KIND:
            if (held := own_sources.version_of(row, on)) is not None:
                variants.setdefault(held.rule.name, []).append(Variant(held.rule, held.level, held.division))
            continue
        if row.value is None or not is_intact(row):
            continue
        level, division = row.division.level, row.division_id
        if row.kind == "rule":
            variants.setdefault(row.name, []).append(Variant(rule_of(row), level, division))
        else:
            switches.setdefault(row.name, {})[level, division] = bool(row.value)
    return Own({name: tuple(found) for name, found in variants.items()}, switches)


def _latest(on: date) -> list[Override]:
    kinds = (*KINDS, own_sources.KIND)
    rows = Override.objects.filter(kind__in=kinds, state=State.CONFIRMED, valid_from__lte=on)
    # A source that has ended leaves questions behind: its rule keeps its words.
    lasts = Q(valid_to__isnull=True) | Q(valid_to__gt=on) | Q(kind=own_sources.KIND)
    rows = rows.filter(lasts).select_related("division")
    latest = {(row.kind, row.name, row.division_id): row for row in rows.order_by("valid_from", "pk")}
    return list(latest.values())


def history(name: str) -> list[Override]:
    """What offices have set about a rule and what they had before, the newest first: versions, those of the source that
    it came with, and switches."""
    held = (State.CONFIRMED, State.REPLACED)
    of_source = Q(kind=own_sources.KIND, name=own_sources.name_of_rule(name))
    rows = Override.objects.filter(Q(kind__in=KINDS, name=name) | of_source, state__in=held).select_related("division")
    return list(rows.order_by("-valid_from", "-pk"))


def rule_of(row: Override) -> Rule:
    """The rule that a request says."""
    return read_rule(row.name, row.value, row.document)


def read_rule(name: str, value: Mapping[str, Any], document: str) -> Rule:
    """A rule in an office's words; its source is the document that the office names."""
    shipped = rules().get(name)
    return Rule(
        name=name, **{word: value[word] for word in WORDS}, basis="design", source=document, version=value["version"],
        regimes=shipped.regimes if shipped else (), asks_anew=value["asks_anew"], found=tuple(value["found"]),
        passed=tuple(value["passed"]),
    )  # fmt: skip


def next_version(name: str) -> int:
    """The number of the next version of a rule, counted over all offices: an answer names the version that it answers."""
    shipped = rules().get(name)
    rows = Override.objects.filter(kind="rule", name=name, state__in=(State.PROPOSED, State.CONFIRMED, State.REPLACED))
    held = [value["version"] for value in rows.values_list("value", flat=True) if value]
    return max([shipped.version if shipped else 0, *held]) + 1


def is_known(name: str) -> bool:
    """Is it a shipped rule, or one that an office has had confirmed?"""
    if name in rules() or own_sources.last_of_rule(name) is not None:
        return True
    return Override.objects.filter(kind="rule", name=name, state=State.CONFIRMED).exists()


def label_of(name: str, english: bool) -> str:
    """What a rule is called; its id where nobody has it any more."""
    shipped = rules().get(name)
    if shipped is not None:
        return shipped.label_en if english else shipped.label
    rows = Override.objects.filter(kind="rule", name=name, state=State.CONFIRMED).order_by("-valid_from")
    value = rows.values_list("value", flat=True).first()
    if (row := own_sources.last_of_rule(name)) is not None:
        value = row.value or row.former
    return str(value["label_en" if english else "label"]) if value else name


def home_of(name: str) -> int | None:
    """The division whose own rule it is; None for a shipped one and one that nobody has."""
    if name in rules():
        return None
    if (row := own_sources.last_of_rule(name)) is not None:
        return row.division_id
    rows = Override.objects.filter(kind="rule", name=name, state=State.CONFIRMED)
    return rows.values_list("division_id", flat=True).first()


def own_version(name: str, division: int, *, on: date) -> dict[str, Any] | None:
    """What a division itself says of a rule on a day; None where it has no version of its own."""
    row = _own_row("rule", name, division, on)
    return row.value if row is not None else None


def places_with_own(name: str, *, on: date) -> set[int]:
    """The divisions that have a version of their own of a rule on a day."""
    return {one.division for one in in_force(on).variants.get(name, ())}


def own_switch(name: str, division: int, *, on: date) -> bool | None:
    """Whether a division itself has switched a rule on or off; None where it goes by what stands above it."""
    row = _own_row("switch", name, division, on)
    return row.value if row is not None else None


def _own_row(kind: str, name: str, division: int, on: date) -> Override | None:
    rows = Override.objects.filter(kind=kind, name=name, division=division, state=State.CONFIRMED, valid_from__lte=on)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    return rows.order_by("-valid_from", "-pk").first()


def nearest(places: Mapping[tuple[str, int], bool], path: Mapping[str, int], default: bool) -> bool:
    """What the nearest of some places says for a record that lies at `path` (division by level)."""
    for level in reversed(Level.values):
        if (level, path.get(level, 0)) in places:
            return places[level, path[level]]
    return default
