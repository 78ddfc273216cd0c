"""Who answers for a village: its grid officers for their parts, its information officers, else those of the township."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fupin.accounts.models import Posting
from fupin.accounts.officers import GRID
from fupin.accounts.roles import ROLES
from fupin.accounts.workload import parts_of
from fupin.core import clock
from fupin.divisions.queries import tree
from fupin.quality.rules import Officer, officer_for
from fupin.registry.models import HouseholdFact

ANSWERING = tuple(role.name for role in ROLES.values() if "quality.answer" in role.permissions)
_NAMES = ("natural_village", "village_group", "herding_unit")
Home = tuple[int | None, int]
"""A household (none for what concerns a division) and its village."""


class Roster:
    """The officers of today with how much each has to do; the loads are kept up while more is handed out."""

    def __init__(self, loads: Mapping[int, int]) -> None:
        posts = Posting.objects.on(clock.today()).filter(
            duty__in=("information", GRID), role__in=ANSWERING, user__is_active=True
        )
        rows = list(posts.order_by("pk").values_list("user_id", "division_id", "duty", "area"))
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

    def hand_out(self, homes: Sequence[Home]) -> list[int | None]:
        """An officer for each, in a constant number of questions. None where neither village nor township has one."""
        places = self._places(homes)
        earlier = dict(self._earlier({household for household, _village in homes if household is not None}))
        found: list[int | None] = []
        for household, village in homes:
            one = officer_for(self.of(village), places.get(household, frozenset()), earlier.get(household))
            if one is not None:
                for same in self._everybody[one.user]:
                    same.load += 1
                if household is not None:
                    earlier[household] = one.user
            found.append(one.user if one is not None else None)
        return found

    def _earlier(self, households: Iterable[int]) -> Mapping[int | None, int]:
        """Who has something to do at these households already and keeps them. Nobody, unless the work says who."""
        return {}

    def _places(self, homes: Iterable[Home]) -> Mapping[int | None, frozenset[str]]:
        """The parts of their village that households name, where an officer answers for parts of it."""
        parted = {village: any(one.parts for one in self.of(village)) for village in {home[1] for home in homes}}
        wanted = {household for household, village in homes if household is not None and parted[village]}
        if not wanted:
            return {}
        rows = HouseholdFact.objects.open().filter(household__in=wanted).values_list("household_id", *_NAMES)
        return {household: frozenset(name for name in names if name) for household, *names in rows}
