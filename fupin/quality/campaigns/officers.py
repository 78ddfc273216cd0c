"""Who collects in a village: whoever answers for it, the one with the fewest households of the round left to do."""

from __future__ import annotations

from django.db.models import Count

from fupin.quality import officers
from fupin.quality.campaigns.models import CollectionHousehold
from fupin.quality.campaigns.words import DONE


class Roster(officers.Roster):
    """The officers of today with the households of a round that they still have to do."""

    def __init__(self, round: int) -> None:
        open_now = CollectionHousehold.objects.filter(round=round, officer__isnull=False, left_on__isnull=True)
        rows = open_now.exclude(state__in=DONE).order_by().values_list("officer")
        super().__init__(dict(rows.annotate(n=Count("pk"))))
