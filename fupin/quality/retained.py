"""Tickets and authorisations as what files belong to, for retention."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.urls import reverse

from fupin.quality.comparison.models import Authorisation
from fupin.quality.models import Ticket
from fupin.registry.models import HouseholdCard
from fupin.retention.subjects import Fact, Kind

TICKET, AUTHORISATION = "ticket", "authorisations"


def facts_of_tickets(ids: Collection[int]) -> dict[int, Fact]:
    """Tickets with the household that they are about: two questions."""
    rows = Ticket.objects.in_bulk(list(ids))
    heads = dict(
        HouseholdCard.objects.filter(pk__in={row.household_id for row in rows.values()}).values_list("pk", "head_name")
    )
    return {
        pk: Fact(row.village_id, str(pk), heads.get(row.household_id or 0, row.rule), row.closed_on,
                 frozenset({f"{TICKET}:{pk}"} | ({f"household:{row.household_id}"} if row.household_id else set())),
                 reverse("quality:ticket", args=[pk]))
        for pk, row in rows.items()
    }  # fmt: skip


def facts_of_authorisations(ids: Collection[int]) -> dict[int, Fact]:
    """What households signed: closed with its last day or its withdrawal, whichever came first. One question."""
    rows = Authorisation.objects.filter(pk__in=ids, household__card__isnull=False).values_list(
        "pk", "household_id", "household__number", "household__card__village", "signed_by", "last_day", "withdrawn_on"
    )
    return {
        pk: Fact(village, number, signed, _closed(last, withdrawn), frozenset({f"household:{home}", f"{AUTHORISATION}:{pk}"}),
                 reverse("ledgers:page", args=["authorisations", pk]))
        for pk, home, number, village, signed, last, withdrawn in rows
    }  # fmt: skip


def _closed(last: date | None, withdrawn: date | None) -> date | None:
    return min((day for day in (last, withdrawn) if day is not None), default=None)


def kinds() -> list[Kind]:
    """Tickets and authorisations, as `config` hands them in."""
    return [
        Kind(TICKET, ("问题单", "Ticket"), facts_of_tickets),
        Kind(AUTHORISATION, ("比对授权", "Authorisation"), facts_of_authorisations),
    ]
