"""Sources of departments that offices add themselves: which hold on a day, for which division, and the rule each feeds.

A source belongs to the division that had it confirmed; it is known to that division, to all below it and, for reading,
to those above. What was taken in by a version stays by that version: an exchange keeps the id of the request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from fupin.core.refusals import NotFound
from fupin.divisions.queries import tree
from fupin.policy import sources as shipped
from fupin.policy.documents import Faulty
from fupin.policy.quality import Rule
from fupin.policy.sources import OWN_MARK, Source
from fupin.rulebook.models import Override
from fupin.rulebook.queries import BrokenOverride, is_intact
from fupin.rulebook.words import State

KIND = "source"
_RULE = "CMP-"
BODY = ("label", "label_en", "department", "department_en", "keys", "asks", "columns", "findings", "absent", "means",
        "means_en", "legal_basis", "legal_basis_en", "freshness_days", "retention", "authorised")  # fmt: skip
"""What a request says of the source itself; the rest of it says how its conditions came about, and the rule."""
_COLUMN = ("name", "label", "label_en", "type", "aliases", "required", "words", "kept")


@dataclass(frozen=True, slots=True)
class OwnSource:
    """A version of an office's own source as it stands on a day. One that has ended is still known, but not usable."""

    source: Source
    rule: Rule
    level: str
    division: int
    since: date
    document: str
    is_usable: bool


def rule_name(name: str) -> str:
    """The id of the rule that comes with a source: CMP-150522-PENSION of own_150522_pension."""
    office, _mark, own = name.removeprefix(OWN_MARK).partition("_")
    return f"{_RULE}{office}-{own.upper()}"


def name_of_rule(rule: str) -> str:
    """The source that a rule came with; empty for a rule that came with none."""
    office, dash, own = rule.removeprefix(_RULE).partition("-")
    return f"{OWN_MARK}{office}_{own.lower()}" if rule.startswith(_RULE) and dash and own else ""


def source_of(row: Override) -> Source:
    """The source that a request says. Raises Faulty where this version of the program cannot read it."""
    return source_in(row.name, _words(row), row.pk)


def source_in(name: str, words: Mapping[str, Any], definition: int = 0) -> Source:
    """The source that an office's words say. Raises Faulty."""
    body = {key: words[key] for key in BODY if key in words}
    body["columns"] = [{key: one[key] for key in _COLUMN if key in one} for one in words.get("columns", ())]
    return shipped.read(name, body, definition)


def rule_of(row: Override) -> Rule:
    """The quality rule that comes with a source: judged by its files alone, asked in the source's words."""
    words = _words(row)
    return Rule(
        name=rule_name(row.name), label=words["label"], label_en=words["label_en"], dataset="persons",
        severity=words["severity"], asks=words["means"], asks_en=words["means_en"], basis="design", source=row.document,
        compared=True, version=words["version"], asks_anew=words["asks_anew"],
    )  # fmt: skip


def _words(row: Override) -> Mapping[str, Any]:
    """What a request says; of one that ends a source what stood there before."""
    return row.value or row.former or {}


def versions(on: date) -> list[OwnSource]:
    """Every office's own source as it stands on a day, those that have ended too: one question."""
    rows = Override.objects.filter(kind=KIND, state=State.CONFIRMED, valid_from__lte=on).select_related("division")
    latest = {row.name: row for row in rows.order_by("valid_from", "pk")}
    return [one for row in latest.values() if (one := version_of(row, on)) is not None]


def version_of(row: Override, on: date) -> OwnSource | None:
    """A confirmed request as it stands on a day; None where it is not what was confirmed, or can no longer be read."""
    if not is_intact(row) or not _words(row):
        return None
    try:
        source, rule = source_of(row), rule_of(row)
    except (Faulty, KeyError):
        return None
    is_usable = row.value is not None and (row.valid_to is None or row.valid_to > on)
    return OwnSource(source, rule, row.division.level, row.division_id, row.valid_from, row.document, is_usable)


def usable(*, on: date, division: int | None) -> dict[str, Source]:
    """The sources that may be compared with for a division on a day: the shipped ones, its own, and of those above it.
    None is the whole region."""
    nodes = tree()
    above = {node.id for node in nodes.path(nodes.root.id if division is None else division)}
    own = {one.source.name: one.source for one in versions(on) if one.is_usable and one.division in above}
    return {**shipped.sources(), **own}


def seen(*, on: date, areas: Iterable[int]) -> list[OwnSource]:
    """The offices' own sources that may be looked at from some areas: of their divisions, of those above and below."""
    nodes, roots = tree(), list(areas)
    return [
        one for one in versions(on)
        if nodes.home(one.division) is not None
        and any(nodes.is_below(root, one.division) or nodes.is_below(one.division, root) for root in roots)
    ]  # fmt: skip


def by_definition(ids: Collection[int]) -> dict[int, Source]:
    """The sources by the id of the request that says them, whatever became of it since. One that is no longer what was
    confirmed is not there."""
    found: dict[int, Source] = {}
    for row in Override.objects.filter(kind=KIND, pk__in=set(ids)):
        if is_intact(row):
            found[row.pk] = source_of(row)
    return found


def of_definition(definition: int) -> Source:
    """One of them. Raises BrokenOverride."""
    found = by_definition([definition]).get(definition)
    if found is None:
        raise BrokenOverride(_("这个数据来源的本地设定与复核时不一致，不能再用。请联系审计管理员。"), "broken_override")
    return found


def latest(name: str, *, on: date) -> Override | None:
    """The request by which a source stands on a day, its end too."""
    return _confirmed(name).filter(valid_from__lte=on).order_by("-valid_from", "-pk").first()


def own_version(name: str, division: int, *, on: date) -> dict[str, Any] | None:
    """What a division says of its source on a day; None where it has none, or has ended it."""
    rows = _confirmed(name).filter(division=division, valid_from__lte=on)
    row = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).order_by("-valid_from", "-pk").first()
    return row.value if row is not None else None


def last_of_rule(rule: str) -> Override | None:
    """The newest confirmed request of the source that a rule came with."""
    name = name_of_rule(rule)
    return _confirmed(name).order_by("-valid_from", "-pk").first() if name else None


def _confirmed(name: str) -> Any:
    return Override.objects.filter(kind=KIND, name=name, state=State.CONFIRMED).select_related("division")


def next_version(name: str) -> int:
    """The number of the next version: an answer names the version that it answers."""
    rows = Override.objects.filter(kind=KIND, name=name, state__in=(State.PROPOSED, State.CONFIRMED, State.REPLACED))
    return max([0, *(value["version"] for value in rows.values_list("value", flat=True) if value)]) + 1


def require(name: str, *, on: date, division: int | None) -> Source:
    """The source of that name, shipped or own, for a division on a day. Raises NotFound with those that there are."""
    known = usable(on=on, division=division)
    if name in known:
        return known[name]
    sentence = _("没有名为“%(name)s”的数据来源可用于该区划，现有：%(names)s")
    raise NotFound(sentence % {"name": name[:42], "names": "、".join(known)}, "source")
