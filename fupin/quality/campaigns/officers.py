"""Who collects in a village: its grid officers for their parts, its information officers, else those of the township."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Count

from fupin.accounts.models import Posting
from fupin.accounts.officers import GRID
from fupin.accounts.roles import ROLES
from fupin.accounts.workload import parts_of
from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.quality.campaigns.models import CollectionHousehold
from fupin.quality.campaigns.words import DONE
from fupin.quality.rules import Officer, officer_for
from fupin.registry.models import HouseholdFact

VISITING = tuple(role.name for role in ROLES.values() if "quality.answer" in role.permissions)
_NAMES = ("natural_village", "village_group", "herding_unit")


class Roster:
    """The officers of today with the households of a round that they still have to do; kept up while more are handed out."""

    def __init__(self, round: int) -> None:
        posts = Posting.objects.on(clock.today()).filter(
            duty__in=("information", GRID), role__in=VISITING, user__is_active=True
        )
        rows = list(posts.order_by("pk").values_list("user_id", "division_id", "duty", "area"))
        open_now = CollectionHousehold.objects.filter(round=round, officer__isnull=False, left_on__isnull=True)
        loads = dict(open_now.exclude(state__in=DONE).order_by().values_list("officer").annotate(n=Count("pk")))
        self._nodes = tree()
        self._posts: dict[int, list[Officer]] = defaultdict(list)
        self._everybody: dict[int, list[Officer]] = defaultdict(list)
        for user, division, duty, area in rows:
            home = self._nodes.home(division)
            officer = Officer(user, frozenset(parts_of(area)) if duty == GRID else frozenset(), loads.get(user, 0))
            self._posts[division if home is None else home].append(officer)
            self._everybody[user].append(officer)

    def of(self, village: int) -> Sequence[Officer]:
        """The officers of the village; where it has none, of what lies above it up to the township."""
        if self._nodes.home(village) is None:
            return self._posts.get(village, ())
        for node in reversed(self._nodes.path(village)[-2:]):
            if self._posts.get(node.id):
                return self._posts[node.id]
        return ()

    def hand_out(self, homes: Sequence[tuple[int, int]]) -> list[int | None]:
        """An officer for each household in its village: one question for all. None where nobody is posted."""
        parted = {village for _household, village in homes if any(one.parts for one in self.of(village))}
        wanted = [household for household, village in homes if village in parted]
        facts = HouseholdFact.objects.open().filter(household__in=wanted).values_list("household_id", *_NAMES)
        places = {household: frozenset(filter(None, names)) for household, *names in facts} if wanted else {}
        found: list[int | None] = []
        for household, village in homes:
            one = officer_for(self.of(village), places.get(household, frozenset()), None)
            for same in self._everybody[one.user] if one is not None else ():
                same.load += 1
            found.append(one.user if one is not None else None)
        return found
