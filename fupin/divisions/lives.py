"""The life of one division: designations, reference figures, its former names, codes and parents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from fupin.core.dated import SINCE_EVER
from fupin.core.ledgers.declaration import is_english
from fupin.core.sentences import together
from fupin.divisions import queries, words
from fupin.divisions.models import Designation, DivisionFact, ReferenceFigure, Succession
from fupin.divisions.tree import Node
from fupin.policy.catalogue import code_list

OFFICIAL = "official-"
"""What the source of a loaded fact begins with; the edition of the published list follows."""


@dataclass(frozen=True, slots=True)
class Named:
    """A designation with its period."""

    label: str
    since: date
    until: date | None
    document: str


@dataclass(frozen=True, slots=True)
class Published:
    """A reference figure."""

    label: str
    value: Decimal
    unit: str
    period: str
    source: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the division."""

    on: date | None
    sentence: str
    document: str = ""


def kind(node: Node) -> str:
    """The label of its kind."""
    return words.label(words.KINDS, node.kind, is_english())


def designations(node: Node) -> list[Named]:
    """What it was named, the latest first."""
    rows = Designation.objects.filter(division=node.id).order_by("-valid_from", "kind")
    return [
        Named(words.label(words.DESIGNATIONS, row.kind, is_english()), row.valid_from, row.valid_to, row.document)
        for row in rows
    ]


def reference_figures(node: Node) -> list[Published]:
    """What statistics say of it, the latest first."""
    indicators = code_list("reference_indicator")
    rows = ReferenceFigure.objects.filter(division=node.id).order_by("indicator", "-period")
    return [
        Published(indicators.label(r.indicator, is_english()), *said_value(r.value, r.unit), said_period(r.period), r.source)
        for r in rows
    ]  # fmt: skip


def said_value(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """A value with its unit as people say it: what an economy makes in 亿元, in English in million yuan; all digits stay."""
    if unit == "yuan" and abs(value) >= 10**8:
        return (value / 10**6, "million yuan") if is_english() else (value / 10**8, "亿元")
    return value, code_list("unit").label(unit, is_english())


def said_period(period: str) -> str:
    """A period as people say it: 2018-Q1/Q3 is 2018 年前三季度."""
    if quarters := re.fullmatch(r"(\d{4})-Q([1-4])(?:/Q([1-4]))?", period):
        year, first, last = quarters.groups()
        several = bool(last) and first == "1"
        number = (last if several else first) if is_english() else "一二三四"[int(last if several else first) - 1]
        return (_("%(year)s 年前%(n)s季度") if several else _("%(year)s 年第%(n)s季度")) % {"year": year, "n": number}
    if span := re.fullmatch(r"(\d{4})/(\d{4})", period):
        return _("%(first)s—%(last)s 年") % {"first": span[1], "last": span[2]}
    return _("%(year)s 年") % {"year": period} if re.fullmatch(r"\d{4}", period) else period


def said_source(source: str) -> str:
    """Where a fact of a division comes from: the published code list by its edition, a document by its name."""
    if source.startswith(OFFICIAL):
        return _("统计用区划代码（%(day)s 版）") % {"day": source.removeprefix(OFFICIAL)}
    return "" if source in ("screen", "api", "import") else source


def history(node: Node) -> list[Event]:
    """Its changes, the latest first: names, codes, parents, mergers and splits."""
    facts = list(DivisionFact.objects.filter(division=node.id).order_by("valid_from"))
    events = [
        Event(
            None if fact.valid_from == SINCE_EVER else fact.valid_from, _change(before, fact), said_source(fact.source)
        )
        for before, fact in zip([None, *facts], facts, strict=False)
    ]
    tree = queries.tree()
    for row in Succession.objects.filter(successor=node.id):
        name = _former_name(row.predecessor_id, row.happened_on)
        sentence = _("%(name)s并入") if row.kind == "merge" else _("由%(name)s拆分设立")
        events.append(Event(row.happened_on, sentence % {"name": name}, row.document))
    for row in Succession.objects.filter(predecessor=node.id):
        sentence = _("并入%(name)s") if row.kind == "merge" else _("拆分出%(name)s")
        events.append(Event(row.happened_on, sentence % {"name": tree.name(row.successor_id)}, row.document))
    return sorted(events, key=lambda event: event.on or SINCE_EVER, reverse=True)


def _former_name(id: int, before: date) -> str:
    fact = DivisionFact.objects.filter(division=id, valid_from__lt=before).order_by("-valid_from").first()
    return fact.name if fact else str(id)


def _change(before: DivisionFact | None, fact: DivisionFact) -> str:
    if before is None:
        text = (
            _("设立：%(name)s（%(code)s）")
            if fact.valid_from != SINCE_EVER
            else _("建系统时已有：%(name)s（%(code)s）")
        )
        return text % {"name": fact.name, "code": fact.code}
    parts = []
    if before.name != fact.name:
        parts.append(_("更名：%(old)s → %(new)s") % {"old": before.name, "new": fact.name})
    if before.code != fact.code:
        parts.append(_("改码：%(old)s → %(new)s") % {"old": before.code, "new": fact.code})
    if before.kind != fact.kind:
        kinds = [words.label(words.KINDS, one.kind, is_english()) for one in (before, fact)]
        parts.append(_("改变类型：%(old)s → %(new)s") % {"old": kinds[0], "new": kinds[1]})
    if before.parent_id != fact.parent_id and fact.parent_id is not None:
        parts.append(_("改隶%(name)s") % {"name": queries.tree(fact.valid_from).name(fact.parent_id)})
    return together(parts)
