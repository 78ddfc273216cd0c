"""Reads of tickets, all of them through the gate of the posting."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.refusals import NotFound
from fupin.quality.models import Ticket

_LARGEST_ID = 2**63 - 1


def tickets_for(user: Any, permission: str = "quality.view") -> QuerySet[Ticket]:
    """The tickets of the user's area."""
    return scopes.within(user, Ticket.objects.all(), division="village", permission=permission)


def ticket_for(user: Any, pk: int, permission: str = "quality.view") -> Ticket:
    """One ticket. Raises NotFound alike for what is not there and what is out of reach."""
    found = tickets_for(user, permission).filter(pk=pk).first() if 0 < pk <= _LARGEST_ID else None
    if found is None:
        raise not_there()
    return found


def held_tickets(user: Any, pks: Collection[int], permission: str) -> list[Ticket]:
    """These tickets, held until the act is done, in the order of their ids. Raises NotFound unless all are in reach."""
    wanted = {pk for pk in pks if 0 < pk <= _LARGEST_ID}
    rows = tickets_for(user, permission).filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    found = list(rows)
    if len(found) != len(set(pks)):
        raise not_there()
    return found


def not_there() -> NotFound:
    """The ticket does not exist, or the user may not know of it."""
    return NotFound(_("没有这个问题，或它不在您的工作范围内"), "ticket")
