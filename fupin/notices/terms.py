"""For how long a notice hangs and what its sheet may show: the table of the regime, and what an office set for itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.divisions.tree import Tree
from fupin.divisions.words import LEVELS
from fupin.notices import rules
from fupin.notices.rules import Terms
from fupin.notices.words import ANNOUNCED, OF_DIVISIONS, PLACES, SHOWN_OF_DIVISIONS, Kind, Place
from fupin.policy import catalogue, parameters
from fupin.policy.parameters import NotInForce
from fupin.policy.regimes import NoRegime, regime
from fupin.rulebook import queries as rulebook


class Settings:
    """Values of parameters of one day for many divisions: each asked once for each office that may set its own."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.names = tree()
        self._kept: dict[tuple[str, int], Any] = {}

    def value(self, name: str, division: int) -> Any:
        """The value in force there. Raises NotInForce."""
        setting = parameters.parameter(name)
        node = self.names.ancestor(division, setting.level) if setting.level and not setting.scopes else None
        at = node.id if node is not None else division
        if (name, at) not in self._kept:
            self._kept[name, at] = rulebook.value(name, on=self.on, division=at)
        return self._kept[name, at]

    def terms(self, kind: str, place: str, division: int) -> Terms:
        """Days of a notice. Raises Refused where that regime posts nothing of the kind in that place."""
        try:
            days, counts_holidays = self._days(kind, place, division)
        except (NoRegime, NotInForce, StopIteration):
            raise Refused(
                _("%(day)s 的政策时期不在“%(place)s”作这类公示，请改选公示地点") % {"day": self.on, "place": PLACES[Place(place)]},
                "place",
            ) from None  # fmt: skip
        return Terms(
            days, counts_holidays, bool(self.value("publicity.first_day_counts", division)),
            bool(self.value("publicity.objection_pauses", division)),
        )  # fmt: skip

    def _days(self, kind: str, place: str, division: int) -> tuple[int, bool]:
        if kind == Kind.BANNER_EXIT:
            if place not in (Place.BANNER, Place.REGION):
                raise StopIteration
            counts = bool(self.value("publicity.banner_exit_counts_holidays", division))
            return int(self.value("publicity.banner_exit_days", division)), counts
        if kind == Kind.PROJECTS:
            return int(self.value("publicity.project_days", division)), True
        if kind in ANNOUNCED and place == Place.BANNER:
            return int(self.value("publicity.banner_days", division)), True
        if kind == Kind.VILLAGE_EXIT and place == Place.VILLAGE:
            raise StopIteration
        stage = next(one for one in regime(self.on).publicity if one.place == place)
        return int(self.value(f"publicity.{place}_days", division)), stage.counts_holidays

    def fields(self, kind: str, division: int) -> tuple[str, ...]:
        """What a sheet of this kind shows there: only what the list of allowed fields knows."""
        if kind in OF_DIVISIONS:
            return SHOWN_OF_DIVISIONS
        allowed = catalogue.code_list("sheet_field").codes
        return rules.only_allowed(self.value("publicity.village_sheet_fields", division), tuple(allowed))

    def internet_form(self, division: int) -> str:
        """In which form a list goes on the internet there; `none` unless an office has said otherwise."""
        return str(self.value("publicity.internet_form", division))


def fits(place: str, level: str) -> bool:
    """May the list of a division of that level hang in that place? A village's list hangs in the village or above it."""
    return place in LEVELS and LEVELS.index(level) >= LEVELS.index(place)


def office_of(names: Tree, division: int, place: str, on: date) -> str:
    """The office that seals the sheet, as it is called on that day."""
    node = names.ancestor(division, place) or names.by_id(division)
    name = names.full_name(node.id, "banner")
    if place == Place.TOWNSHIP:
        return f"{name}人民政府"
    return name if place == Place.VILLAGE else f"{name}{regime(on).word('office')}"


def contact_of(names: Tree, division: int) -> str:
    """Who takes objections where nobody was named: the township, which looks into what the village posts."""
    node = names.ancestor(division, "township") or names.ancestor(division, "banner") or names.by_id(division)
    return f"{names.full_name(node.id, 'banner')}人民政府"
