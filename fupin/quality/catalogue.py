"""The catalogue of quality rules as an office sees it: which are judged at its place on a day, which wait, which are off.

Shipped rules are for everybody. An office's own rule, version or switch is seen by who works at or below that office,
and by those above it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fupin.accounts import scopes
from fupin.conditions.parsing import BadCondition
from fupin.core.refusals import NotFound
from fupin.divisions.queries import tree
from fupin.policy.quality import GROUPS, Rule, rules
from fupin.quality import kept, queries
from fupin.quality.models import Sweep
from fupin.quality.words import State, SweepState
from fupin.rulebook import own_rules
from fupin.rulebook.conditions import condition
from fupin.rulebook.own_rules import Own, Variant

PERMISSION = "quality.view"
LONGEST_NAME = 40


class Standing(StrEnum):
    """Whether a rule is judged at a place on a day."""

    JUDGED = "judged"
    COMPARED = "compared"
    """by the files of departments, when one comes in"""
    WAITS = "waits"
    """the records that it needs are not held yet"""
    OFF = "off"
    NOT_NOW = "not_now"
    """not under the regime of that day"""
    UNREADABLE = "unreadable"
    """an office's own words that name a field which is no more"""


STANDINGS = {
    Standing.JUDGED: gettext_lazy("正在判断"), Standing.COMPARED: gettext_lazy("由部门比对判断"),
    Standing.WAITS: gettext_lazy("等待数据"),
    Standing.OFF: gettext_lazy("已停用"), Standing.NOT_NOW: gettext_lazy("本时期不判断"),
    Standing.UNREADABLE: gettext_lazy("条件已不能读取"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as it stands at a place. `own` is the division whose words these are; `off_at` are divisions below that
    have switched it off for themselves."""

    rule: Rule
    standing: Standing
    own: int | None = None
    off_at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """Whose catalogue it is: the divisions of the postings; the first of them is where the user acts."""

    roots: tuple[int, ...]

    @property
    def home(self) -> int:
        return self.roots[0]

    def sees(self, division: int) -> bool:
        """May what this division has set be seen? It lies on the way up from, or below, one of the own."""
        nodes = tree()
        return nodes.home(division) is not None and any(
            nodes.is_below(root, division) or nodes.is_below(division, root) for root in self.roots
        )

    def is_below_home(self, division: int) -> bool:
        """Does it lie below the place where the user acts?"""
        nodes = tree()
        return nodes.home(division) is not None and division != self.home and nodes.is_below(division, self.home)


def area_of(user: Any, permission: str = PERMISSION) -> Area:
    """The area of a user who may look at rules. Raises NotAllowed."""
    scopes.require(user, permission)
    roots = scopes.divisions(user, permission)
    return Area(tuple(roots) if roots else (tree().root.id,))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to: a standing, `own` (offices' words), `switched` (off somewhere), or nothing."""

    words: str = ""
    group: str = ""
    severity: str = ""
    dataset: str = ""
    standing: str = ""
    waits_for: str = ""
    regime: str = ""


def entries(area: Area, on: date) -> list[Entry]:
    """Every rule that the area knows of, in the order of the catalogue; offices' own after the shipped ones."""
    own = own_rules.in_force(on)
    places = {name: place for place, name in enumerate(GROUPS)}
    shipped = sorted(rules().values(), key=lambda one: places.get(one.group, len(places)))
    names = [*(one.name for one in shipped), *sorted(name for name in own.variants if name not in rules())]
    return [one for name in names if (one := _entry(name, own, area, on)) is not None]


def entry(area: Area, name: str, on: date) -> Entry:
    """One rule. Raises NotFound alike for what is not there and for another office's own."""
    found = _entry(name, own_rules.in_force(on), area, on) if len(name) <= LONGEST_NAME else None
    if found is None:
        raise NotFound(_("没有编号为“%(name)s”的规则") % {"name": name[:LONGEST_NAME]}, "rule")
    return found


def _entry(name: str, own: Own, area: Area, on: date) -> Entry | None:
    variants = [one for one in own.variants.get(name, ()) if area.sees(one.division)]
    at, variant = area.home, _nearest(variants, area.home)
    shipped = rules().get(name)
    if shipped is None and variant is None:
        if not variants:
            return None
        variant = variants[0]
        at = variant.division
    rule = variant.rule if variant is not None else shipped
    assert rule is not None
    switches = own.switches.get(name, {})
    off_at = [place for (_level, place), is_on in switches.items() if not is_on and area.is_below_home(place)]
    is_on = own_rules.nearest(switches, {node.level: node.id for node in tree().path(at)}, True)
    return Entry(rule, _standing(rule, on, is_on=is_on), variant.division if variant else None, tuple(sorted(off_at)))


def _nearest(variants: Iterable[Variant], at: int) -> Variant | None:
    nodes = tree()
    able = [one for one in variants if nodes.is_below(at, one.division)]
    return max(able, key=lambda one: len(nodes.path(one.division)), default=None)


def _standing(rule: Rule, on: date, *, is_on: bool) -> Standing:
    if rule.waits_for:
        return Standing.WAITS
    if not rule.holds(on):
        return Standing.NOT_NOW
    if not is_on:
        return Standing.OFF
    if rule.compared:
        return Standing.COMPARED
    try:
        condition(rule.dataset, rule.finds)
    except (BadCondition, KeyError):
        return Standing.UNREADABLE
    return Standing.JUDGED


def narrowed(found: Iterable[Entry], wanted: Wanted) -> list[Entry]:
    """The rules that a list asks for."""
    words = wanted.words.casefold().split()
    return [one for one in found if _fits(one, wanted) and all(word in _text(one.rule) for word in words)]


def _fits(one: Entry, wanted: Wanted) -> bool:
    rule = one.rule
    plain = ((wanted.group, rule.group), (wanted.severity, rule.severity), (wanted.dataset, rule.dataset),
             (wanted.waits_for, rule.waits_for))  # fmt: skip
    if any(asked and asked != held for asked, held in plain):
        return False
    if wanted.regime and rule.regimes and wanted.regime not in rule.regimes:
        return False
    if wanted.standing == "own":
        return one.own is not None
    if wanted.standing == "switched":
        return one.standing is Standing.OFF or bool(one.off_at)
    return not wanted.standing or one.standing == wanted.standing


def _text(rule: Rule) -> str:
    return " ".join((rule.name, rule.label, rule.label_en, rule.asks, rule.asks_en, rule.source)).casefold()


def open_tickets(user: Any, names: Collection[str] = ()) -> dict[str, int]:
    """How many tickets of each rule wait for somebody in the user's area."""
    rows = queries.tickets_for(user).exclude(state=State.CLOSED)
    rows = rows.filter(rule__in=names) if names else rows
    return dict(rows.order_by().values_list("rule").annotate(count=Count("pk")))


def last_sweep(area: Area) -> Sweep | None:
    """The newest finished sweep of all rules that looked at the whole area."""
    above = Q(division__isnull=True)
    shared = set.intersection(*({node.id for node in tree().path(root)} for root in area.roots))
    rows = Sweep.objects.filter(above | Q(division__in=shared), state=SweepState.DONE, is_partial=False)
    return rows.order_by("-pk").first()


def found_last(user: Any, area: Area) -> tuple[Sweep | None, dict[str, int]]:
    """That sweep, and how often each rule found something in the user's area then."""
    sweep = last_sweep(area)
    return sweep, (kept.by_rule(user, sweep) or {}) if sweep is not None else {}
