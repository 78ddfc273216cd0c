"""The filters of the list in the address, and as sentences that say what the list is narrowed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import codes, days
from fupin.core.columns import Column, Kind, english_name
from fupin.core.money import NotMoney, to_fen
from fupin.core.refusals import Refused
from fupin.core.sentences import told
from fupin.divisions.queries import tree
from fupin.registry import words
from fupin.registry.queries import Filters
from fupin.registry.queries.lists import HOUSEHOLD_YES_NO, PERSON_YES_NO, STATES
from fupin.registry.search import household_ids
from fupin.registry.sheets import HOUSEHOLDS, PERSONS

MEMBER = "m."
"""Filters of a member carry this in the address, so that a person's phone is not a household's."""
SPECIAL = ("division", "state", "persons_from", "persons_to", "income_below")
_STATE_LABELS = {
    "registered": gettext_lazy("建档立卡且未脱贫"),
    "exited": gettext_lazy("已脱贫"),
    "monitored": gettext_lazy("监测对象"),
    "ordinary": gettext_lazy("未建档立卡的农牧户"),
}
_MEMBER_CODES = {**words.PERSON_CODES, **words.MEMBERSHIP_CODES}
_CODES = {**words.HOUSEHOLD_CODES, **words.STATUS_CODES}
_HOUSEHOLD = {c.name: c for c in HOUSEHOLDS if c.name in _CODES or c.name in HOUSEHOLD_YES_NO}
_PERSON = {c.name: c for c in PERSONS if c.name in _MEMBER_CODES or c.name in PERSON_YES_NO}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One filter in words; `drop` is the name that leaves the address when it is taken away."""

    text: str
    drop: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter in the panel."""

    name: str
    label: str
    options: list[tuple[str, str]]
    value: str


def _groups() -> tuple[tuple[str, tuple[tuple[str, Column], ...]], ...]:
    found: dict[str, list[tuple[str, Column]]] = {}
    for column in _HOUSEHOLD.values():
        found.setdefault(column.group, []).append((column.name, column))
    for column in _PERSON.values():
        found.setdefault(MEMBER + column.group, []).append((MEMBER + column.name, column))
    return tuple((title, tuple(columns)) for title, columns in found.items())


GROUPS = _groups()


def group_fields(
    group: tuple[str, Iterable[tuple[str, Column]]], request: HttpRequest, on: date
) -> tuple[str, list[Choice]]:
    """One group of the panel with the words of the day."""
    title, columns = group
    heading = words.heading(title.removeprefix(MEMBER), english=_is_english())
    if title.startswith(MEMBER):
        heading = _("成员：%(group)s") % {"group": heading}
    place = area_of(request)
    fields = [
        Choice(name, _name(column), _options(column, on, place), request.GET.get(name, "")) for name, column in columns
    ]
    return heading, fields


def _name(column: Column) -> str:
    return english_name(column) if _is_english() else column.label


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


def area_of(request: HttpRequest) -> codes.Place:
    """Whose own codes a list can be narrowed by: those of the offices above and below the reader's divisions."""
    return codes.within(scopes.divisions(request.user, "registry.view"))


def _options(column: Column, on: date, place: codes.Place = codes.ANYWHERE) -> list[tuple[str, str]]:
    nothing = ("-", _("未填写"))
    if column.kind is Kind.YES_NO:
        return [("1", _("是")), ("0", _("否")), nothing]
    return [*words.choices(column.codes, on, english=_is_english(), place=place), nothing]


def filters_of(request: HttpRequest) -> Filters:
    """The filters in the address. Raises Refused where one makes no sense."""
    asked = request.GET
    state = asked.get("state", "")
    if state and state not in STATES:
        raise Refused(_("没有这种状态的筛选，请重选"))
    filters = Filters(
        division=tree().by_code(asked["division"]).id if asked.get("division") else None,
        state=state,
        codes={name: asked[name] for name in _HOUSEHOLD if asked.get(name)},
        members={name: asked[MEMBER + name] for name in _PERSON if asked.get(MEMBER + name)},
        persons_from=_count(asked.get("persons_from")),
        persons_to=_count(asked.get("persons_to")),
        income_below_fen=_money(asked.get("income_below")),
        unmet=asked.get("unmet", "") if asked.get("unmet") in ("any", *words.GUARANTEES) else "",
        no_income=_count(asked.get("no_income"), 4),
    )
    text = asked.get("q", "").strip()
    return replace(filters, households=household_ids(request.user, text)) if text else filters


def _count(text: str | None, longest: int = 3) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > longest:
        raise Refused(_("“%(text)s”应为整数") % {"text": text})
    return int(text)


def _money(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return to_fen(text)
    except NotMoney as fault:
        raise Refused(str(fault)) from None


def sentences(request: HttpRequest) -> list[Sentence]:
    """The filters in words: “因病”, “3 人以上”, “成员：长期慢性病”."""
    asked, on = request.GET, days.as_of(request)
    found: list[Sentence] = []
    if asked.get("q"):
        found.append(Sentence(_("搜索“%(text)s”") % {"text": asked["q"]}, "q"))
    if asked.get("division"):
        found.append(Sentence(tree().by_code(asked["division"]).name, "division"))
    if asked.get("state") in _STATE_LABELS:
        found.append(Sentence(str(_STATE_LABELS[asked["state"]]), "state"))
    if asked.get("unmet"):
        label = "" if asked["unmet"] == "any" else words.label("guarantee", asked["unmet"], english=_is_english())
        found.append(
            Sentence(_("%(guarantee)s未达标") % {"guarantee": label or pgettext("guarantee", "保障")}, "unmet")
        )
    found += _measures(asked)
    for prefix, columns in (("", _HOUSEHOLD), (MEMBER, _PERSON)):
        for name, column in columns.items():
            if asked.get(prefix + name):
                found.append(Sentence(_sentence(column, asked[prefix + name], on, bool(prefix)), prefix + name))
    return found


def _measures(asked: Any) -> list[Sentence]:
    patterns = {
        "persons_from": _("%(value)s 人以上"),
        "persons_to": _("%(value)s 人以下"),
        "income_below": _("人均纯收入低于 %(value)s 元"),
        "no_income": _("没有 %(value)s 年收入核算"),
    }
    return [Sentence(pattern % {"value": asked[name]}, name) for name, pattern in patterns.items() if asked.get(name)]


def _sentence(column: Column, code: str, on: date, is_member: bool) -> str:
    label = dict(_options(column, on)).get(code, code)
    says_itself = (
        column.kind is not Kind.YES_NO and code != "-" and column.name in ("main_cause", "status", "health", "labour")
    )
    text = label if says_itself else told(_name(column), label)
    return _("有成员%(text)s") % {"text": text} if is_member else text
