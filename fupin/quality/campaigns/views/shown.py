"""How rounds and their households are said on screen, and the filters of a list in words and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import names_of
from fupin.core.sentences import told
from fupin.divisions.queries import tree
from fupin.quality.campaigns import queries
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound
from fupin.quality.campaigns.queries import Wanted
from fupin.quality.campaigns.words import STATES, Stage, State
from fupin.quality.views import asked
from fupin.registry.models import HouseholdCard

NAMES = ("state", "division", "officer", "day", "joined", "left")
_TONES = {State.COLLECTED: "good", State.LEFT_OUT: "quiet", State.REFUSED: "warn", State.MOVED: "warn",
          State.VISITED: "warn", State.ABSENT: ""}  # fmt: skip
_VILLAGES = ("village", "natural_village")
_STAGE_TONES = {Stage.CLOSED: "good", Stage.CHECKING: "warn", Stage.DROPPED: "quiet"}


def tone_of(row: CollectionRound) -> str:
    """The colour of a round's state."""
    return _STAGE_TONES.get(Stage(row.stage), "")


def place_of(village: int) -> str:
    """Township and village in words."""
    nodes = tree()
    return "".join(node.name for node in nodes.path(village)[-2:]) if nodes.home(village) is not None else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A household of a round as a list shows it."""

    row: CollectionHousehold
    card: HouseholdCard | None
    place: str
    state: str
    tone: str
    officer: str
    changes: int

    @property
    def name(self) -> str:
        """By what somebody finds it."""
        return (self.card.head_name if self.card else "") or self.row.number


def lines_of(rows: Sequence[CollectionHousehold], *, with_changes: bool = False) -> list[Line]:
    """Households in the words of a list: one question for a page, three with the changes."""
    cards = queries.cards_of(rows)
    changes = queries.changes_in(rows) if with_changes else {}
    return [
        Line(one, cards.get(one.household_id), place_of(one.village_id), str(STATES[State(one.state)]),
             _TONES.get(State(one.state), ""), name_of(one.officer), changes.get(one.pk, 0))
        for one in rows
    ]  # fmt: skip


def name_of(user: Any) -> str:
    """What somebody is called."""
    return (user.full_name or user.username) if user else ""


def wanted_of(request: HttpRequest, row: CollectionRound) -> Wanted:
    """The filters of the address; what makes no sense there is left out. Raises NotFound for a place out of reach."""
    given = request.GET if request.method == "GET" else request.POST
    state = given.get("state", "")
    return Wanted(
        round=row.pk, state=state if state in (*queries.STATES_OF, *STATES) else "",
        division=asked.division(request.user, given.get("division", "")),
        officer=asked.number(given.get("officer", "")), day=asked.day(given.get("day", "")),
        joined=bool(given.get("joined")), left=bool(given.get("left")),
    )  # fmt: skip


def village_of(user: Any, wanted: Wanted) -> int | None:
    """The village that a list is about: the one asked for, else the only one that the user works in."""
    nodes, own = tree(), scopes.divisions(user, "quality.view")
    place = own[0] if wanted.division is None and own and len(own) == 1 else wanted.division
    is_village = place is not None and nodes.home(place) is not None and nodes.by_id(place).level in _VILLAGES
    return place if is_village else None


def query_of(request: HttpRequest) -> str:
    """The filters of the address, without the place in the list."""
    return urlencode([(name, request.GET[name]) for name in NAMES if request.GET.get(name)])


def together() -> dict[str, str]:
    """States that are asked for together."""
    return {"unfinished": _("未完成"), "to_visit": _("还要走访"), "stuck": _("拒绝、搬走")}


def sentences(wanted: Wanted) -> list[tuple[str, str]]:
    """The filters in words, each with the name that leaves the address when it is taken away."""
    found: list[tuple[str, str]] = []
    if wanted.state:
        found.append((together().get(wanted.state) or str(STATES[State(wanted.state)]), "state"))
    if wanted.division is not None:
        found.append((tree().name(wanted.division), "division"))
    if wanted.officer is not None:
        name = names_of({wanted.officer}).get(wanted.officer, "") if wanted.officer else _("未分派")
        found.append((told(_("采集人"), name), "officer"))
    if wanted.day is not None:
        found.append((_("%(day)s 采集") % {"day": wanted.day}, "day"))
    if wanted.joined:
        found.append((_("开启后加入"), "joined"))
    if wanted.left:
        found.append((_("已离开采集范围"), "left"))
    return found
