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
from fupin.divisions.queries import tree
from fupin.policy import screening as catalogue
from fupin.procedures.screening import queries
from fupin.procedures.screening.queries import Wanted
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.procedures.screening.words import STATES, Stage, State
from fupin.procedures.views import shown as cases
from fupin.procedures.words import VIEW
from fupin.registry.models import HouseholdCard

NAMES = ("state", "group", "division")
_TONES = {
    State.UNCHANGED: "good",
    State.VISITED: "good",
    State.LEAD: "wrong",
    State.TO_VISIT: "warn",
    State.TO_CONFIRM: "",
}
_STAGES = {Stage.CLOSED: "good", Stage.DROPPED: "quiet", Stage.OPEN: "warn"}


def tone_of(row: ScreeningRound) -> str:
    """The colour of a round's state."""
    return _STAGES.get(Stage(row.stage), "")


def place_of(division: int) -> str:
    """Township and village in words."""
    nodes = tree()
    return "".join(node.name for node in nodes.path(division)[-2:]) if nodes.home(division) is not None else ""


def name_of(division: int) -> str:
    """A division in words."""
    return tree().full_name(division) or tree().name(division)


@dataclass(frozen=True, slots=True)
class Line:
    """A household of a round as a list shows it."""

    row: ScreeningHousehold
    card: HouseholdCard | None
    place: str
    state: str
    tone: str
    groups: list[str]
    who: str

    @property
    def name(self) -> str:
        """By what somebody finds it."""
        return (self.card.head_name if self.card else "") or self.row.number


def lines_of(rows: Sequence[ScreeningHousehold]) -> list[Line]:
    """Households in the words of a list: two questions for a page."""
    cards, names = queries.cards_of(rows), names_of({one.entered_by for one in rows if one.entered_by})
    return [
        Line(one, cards.get(one.household_id), place_of(one.village_id), str(STATES[State(one.state)]),
             _TONES[State(one.state)], queries.labels_of(one.groups), names.get(one.entered_by or 0, ""))
        for one in rows
    ]  # fmt: skip


def wanted_of(request: HttpRequest, row: ScreeningRound) -> Wanted:
    """The filters of the address; what makes no sense there is left out. Raises NotFound for a place out of reach."""
    given = request.GET if request.method == "GET" else request.POST
    state, group = given.get("state", ""), given.get("group", "")
    return Wanted(
        round=row.pk, state=state if state in (*queries.STATES_OF, *STATES) else "",
        group=group if group in catalogue.groups() else "", division=cases.division_of(request.user, given.get("division", "")),
    )  # fmt: skip


def village_of(user: Any, wanted: Wanted) -> int | None:
    """The village that a list is about: the one asked for, else the only one that the user works in."""
    nodes, own = tree(), scopes.divisions(user, VIEW)
    place = own[0] if wanted.division is None and own and len(own) == 1 else wanted.division
    return place if place is not None and nodes.by_id(place).level == "village" else None


def query_of(request: HttpRequest) -> str:
    """The filters of the address, without the place in the list."""
    return urlencode([(name, request.GET[name]) for name in NAMES if request.GET.get(name)])


def together() -> dict[str, str]:
    """States that are asked for together."""
    return {"unfinished": _("未完成"), "finished": _("已完成")}


def groups() -> list[tuple[str, str]]:
    """The key groups in the reader's language."""
    english = scopes.is_english()
    return [(one.name, one.label_en if english else one.label) for one in catalogue.groups().values()]


def sentences(wanted: Wanted) -> list[tuple[str, str]]:
    """The filters in words, each with the name that leaves the address when it is taken away."""
    found: list[tuple[str, str]] = []
    if wanted.state:
        found.append((together().get(wanted.state) or str(STATES[State(wanted.state)]), "state"))
    if wanted.group:
        found.append((dict(groups())[wanted.group], "group"))
    if wanted.division is not None:
        found.append((tree().name(wanted.division), "division"))
    return found
