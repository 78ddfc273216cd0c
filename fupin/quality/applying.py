"""Which rules are judged on a day, and where: the shipped ones of the regime and offices' own, less what is switched off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from fupin.conditions.parsing import BadCondition
from fupin.core.refusals import NotFound
from fupin.core.sentences import listed
from fupin.divisions.queries import tree
from fupin.policy.quality import Rule, rules
from fupin.rulebook import own_rules
from fupin.rulebook.conditions import condition
from fupin.rulebook.own_rules import Own


@dataclass(frozen=True, slots=True)
class Places:
    """A yes or no by place: what the nearest of some divisions (by level and id) says, else `default`."""

    nearest: Mapping[tuple[str, int], bool] = field(default_factory=dict)
    default: bool = True

    def holds(self, path: Mapping[str, int]) -> bool:
        """For a record that lies at `path`: division by level."""
        return own_rules.nearest(self.nearest, path, self.default)


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule, or one office's version of it, that is judged where each of `where` says yes. `key` tells versions apart."""

    rule: Rule
    where: tuple[Places, ...] = ()
    key: str = ""

    @property
    def name(self) -> str:
        """What it is called among what is judged together."""
        return self.key or self.rule.name


def applied(on: date, names: Collection[str] = ()) -> list[Applied]:
    """The rules judged on a day, those of `names` only where some are named. Raises NotFound for a name without rule.

    One question to the database, however many rules there are.
    """
    own = own_rules.in_force(on)
    known = {**rules(), **{name: found[0].rule for name, found in own.variants.items() if name not in rules()}}
    if unknown := [name for name in names if name not in known]:
        raise _unknown(unknown)
    return [one for name in known if not names or name in names for one in _versions(name, own, on)]


def rule(name: str, on: date, division: int | None = None) -> Rule:
    """The rule of that id as it is judged at a division; without one the shipped rule, or the office's whose own it is.

    Raises NotFound.
    """
    return rule_among(own_rules.in_force(on), name, division)


def rule_among(own: Own, name: str, division: int | None = None) -> Rule:
    """The same among what was read before."""
    variants = own.variants.get(name, ())
    if division is not None and variants:
        path = {node.level: node.id for node in tree().path(division)}
        for one in sorted(variants, key=lambda each: -len(tree().path(each.division))):
            if path.get(one.level) == one.division:
                return one.rule
    shipped = rules().get(name)
    if shipped is not None:
        return shipped
    if not variants:
        raise _unknown([name])
    return variants[0].rule


def asking_anew(on: date) -> set[tuple[str, int]]:
    """The versions of rules, shipped and own, that want answers to former versions again."""
    own = own_rules.in_force(on)
    every = [*rules().values(), *(one.rule for found in own.variants.values() for one in found)]
    return {(one.name, one.version) for one in every if one.asks_anew}


def _unknown(names: Iterable[str]) -> NotFound:
    return NotFound(_("没有编号为“%(name)s”的规则") % {"name": listed(names)}, "rule")


def _versions(name: str, own: Own, on: date) -> list[Applied]:
    variants = own.variants.get(name, ())
    switches = own.switches.get(name, {})
    switched = (Places(switches),) if switches else ()
    found = []
    shipped = rules().get(name)
    if shipped is not None:
        elsewhere = (Places({(one.level, one.division): False for one in variants}),) if variants else ()
        found.append(Applied(shipped, (*elsewhere, *switched)))
    for one in variants:
        own_places = {(each.level, each.division): each is one for each in variants}
        found.append(Applied(one.rule, (Places(own_places, default=False), *switched), f"{name}@{one.division}"))
    return [one for one in found if one.rule.finds and one.rule.holds(on) and (not one.key or _is_sound(one.rule))]


def _is_sound(one: Rule) -> bool:
    """Can it still be read? A field that it names may have gone with a new version of the program."""
    try:
        condition(one.dataset, one.finds)
    except (BadCondition, KeyError):
        return False
    return True
