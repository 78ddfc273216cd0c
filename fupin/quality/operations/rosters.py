"""Who is given the next ticket of a household: whoever has one of it already, else the officer with the fewest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Count, QuerySet

from fupin.quality import officers
from fupin.quality.models import Ticket
from fupin.quality.words import State


class Roster(officers.Roster):
    """The officers of today with their open tickets; a household's tickets go to one officer."""

    def __init__(self) -> None:
        super().__init__(dict(_open().values_list("assigned_to").annotate(n=Count("pk"))))

    def _earlier(self, households: Iterable[int]) -> Mapping[int | None, int]:
        return dict(_open().filter(household__in=households).values_list("household_id", "assigned_to"))


def _open() -> QuerySet[Ticket]:
    return Ticket.objects.filter(state=State.OPEN, assigned_to__isnull=False).order_by()
