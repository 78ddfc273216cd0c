"""Reads of issued lists through the gate: lists of the own area, their lines, what a ticket's line says."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import id_numbers, sealing
from fupin.core.refusals import NotFound
from fupin.quality.issued.models import IssuedLine, IssuedList
from fupin.quality.issued.words import Fate
from fupin.quality.models import Ticket
from fupin.quality.words import State

PAGE = 50
_LARGEST_ID = 2**63 - 1
_NUMBERS = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15})(?!\d)")
_PHONES = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def lists_for(user: Any) -> QuerySet[IssuedList]:
    """The lists of the user's area."""
    return scopes.within(user, IssuedList.objects.select_related("division"), division="division",
                         permission="quality.issue")  # fmt: skip


def list_of(user: Any, pk: int) -> IssuedList:
    """One list. Raises NotFound."""
    found = lists_for(user).filter(pk=pk).select_related("attachment").first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise NotFound(_("没有这份名单，或它不在您的工作范围内"), "issued")
    return found


def lines_of(user: Any, one: IssuedList, fate: str = "", *, found_before: bool = False) -> QuerySet[IssuedLine]:
    """The lines of a list that the user may see, in the sender's order of rows; `found_before` those alone that our
    own rules had found before the list came."""
    scopes.require(user, "quality.issue", one.division_id)
    rows = IssuedLine.objects.filter(list=one).select_related("ticket", "ticket__assigned_to")
    rows = rows.filter(was_found=True) if found_before else rows
    return (rows.filter(fate=fate) if fate else rows).order_by("pk")


def held_lines(user: Any, one: IssuedList, pks: Collection[int]) -> list[IssuedLine]:
    """These lines, held until the act is done. Raises NotFound unless all are there."""
    scopes.require(user, "quality.issue", one.division_id)
    rows = list(IssuedLine.objects.filter(list=one, pk__in=pks).order_by("pk").select_for_update(of=("self",)))
    if len(rows) != len(set(pks)):
        raise NotFound(_("名单中没有这一行"), "line")
    return rows


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a list is."""

    lines: int
    out: int
    open: int
    answered: int
    closed: int
    several: int
    nobody: int
    returned: int
    found_before: int


def standing(one: IssuedList) -> Standing:
    """The figures of a list, in one question."""
    found = IssuedLine.objects.filter(list=one).order_by().aggregate(
        lines=Count("pk"), out=Count("pk", filter=Q(fate=Fate.MATCHED)),
        open=Count("pk", filter=Q(fate=Fate.MATCHED, ticket__state=State.OPEN)),
        answered=Count("pk", filter=Q(fate=Fate.MATCHED, ticket__state=State.ANSWERED)),
        closed=Count("pk", filter=Q(fate=Fate.MATCHED, ticket__state=State.CLOSED)),
        several=Count("pk", filter=Q(fate=Fate.SEVERAL)), nobody=Count("pk", filter=Q(fate=Fate.NOBODY)),
        returned=Count("pk", filter=Q(fate=Fate.RETURNED)),
        found_before=Count("pk", filter=Q(fate=Fate.MATCHED, was_found=True)),
    )  # fmt: skip
    return Standing(**found)


def outcomes(lists: Collection[int]) -> dict[int, dict[str, int]]:
    """How many lines of each of these lists became what, in one question."""
    rows = IssuedLine.objects.filter(list__in=lists).order_by().values_list("list", "fate").annotate(n=Count("pk"))
    found: dict[int, dict[str, int]] = {}
    for pk, fate, count in rows:
        found.setdefault(pk, {})[fate] = count
    return found


def own_rules(one: IssuedList, most: int = 10) -> list[tuple[str, int]]:
    """Which rules of ours had found households of the list before it came, and how many of its households each."""
    households = IssuedLine.objects.filter(list=one, was_found=True).values("household")
    rows = Ticket.objects.exclude(rule="").filter(household__in=households, opened_on__lte=one.taken_on)
    counted = rows.order_by().values_list("rule").annotate(n=Count("household", distinct=True))
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))[:most]


def line_of(ticket: Ticket) -> IssuedLine | None:
    """The line of a list that a ticket is; the ticket has passed its gate."""
    if ticket.rule:
        return None
    return IssuedLine.objects.filter(ticket=ticket).select_related("list").first()


def title_for(user: Any, pk: int) -> str:
    """The name of a list of which the user has a ticket; empty for every other."""
    mine = scopes.within(
        user, IssuedLine.objects.filter(list=pk), division="ticket__village", permission="quality.view"
    )
    return mine.values_list("list__title", flat=True).first() or ""


def titles(tickets: Collection[int]) -> dict[int, str]:
    """The names of the lists that these tickets come from."""
    if not tickets:
        return {}
    return dict(IssuedLine.objects.filter(ticket__in=tickets).values_list("ticket_id", "list__title"))


def said(line: IssuedLine) -> dict[str, Any]:
    """What a line says: `question` and `cells`, pairs of heading and text, numbers of people masked."""
    if line.content_sealed is None:
        return {"question": "", "cells": []}
    found = orjson.loads(sealing.unseal(bytes(line.content_sealed)))
    return {"question": masked(found["question"]),
            "cells": [(heading, masked(text)) for heading, text in found["cells"] if text]}  # fmt: skip


def masked(text: str) -> str:
    """A text of the sender's with id numbers and telephone numbers covered."""
    text = _NUMBERS.sub(lambda found: id_numbers.mask(found[0]), text)
    return _PHONES.sub(lambda found: id_numbers.mask_phone(found[0]), text)
