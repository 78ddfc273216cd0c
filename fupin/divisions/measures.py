"""What a map or a table of divisions can show: measures, their values by division, figures and lists of one division.

This app lies below the register and its statistics, so they hand their measures in at start (`use`). What the divisions
themselves know (villages, yearly sheets) is always there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import get_language

from fupin.divisions import queries
from fupin.divisions.models import VillageYear
from fupin.divisions.tree import Tree


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that divisions are compared by. A rate is comparable between divisions of different size."""

    id: str
    label: str
    label_en: str
    unit: str = ""
    unit_en: str = ""
    is_rate: bool = False
    decimals: int = 0
    note: str = ""
    note_en: str = ""

    def title(self) -> str:
        return self.label_en if _is_english() else self.label

    def unit_text(self) -> str:
        return self.unit_en if _is_english() else self.unit

    def explanation(self) -> str:
        return self.note_en if _is_english() else self.note


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one measure by the id of the division; `as_of` says from when they are, `hrefs` open the records."""

    values: Mapping[int, Decimal | None]
    as_of: str = ""
    hrefs: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a division with what opens its records."""

    label: str
    value: Decimal | int | None
    unit: str = ""
    href: str = ""
    note: str = ""
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A list that can be reached from a division."""

    label: str
    href: str


class Provider(Protocol):
    """Who knows measures of divisions. The user's scope is kept by the provider."""

    def measures(self, user: Any) -> Sequence[Measure]: ...

    def map_values(self, user: Any, parent: int, names: Sequence[str], on: date) -> dict[str, Values]:
        """The values of the divisions directly below `parent` under each of these measures of its own."""

    def figures(self, user: Any, division: int, on: date) -> Sequence[Figure]: ...

    def links(self, user: Any, division: int) -> Sequence[Link]: ...


_providers: list[Provider] = []


def use(provider: Provider) -> None:
    """Hand in somebody who knows measures; the first handed in come first on the screens."""
    _providers.append(provider)


def measures(user: Any) -> list[Measure]:
    """All measures that the user may see, those of the register before those of the divisions."""
    return [measure for provider in (*_providers, OWN) for measure in provider.measures(user)]


def map_values(user: Any, parent: int, names: Sequence[str], on: date) -> dict[str, Values]:
    """The values of the divisions directly below `parent` under each measure; nothing under an unknown one."""
    found = {name: Values({}) for name in names}
    for provider in (*_providers, OWN):
        own = [one.id for one in provider.measures(user) if one.id in names]
        if own:
            found |= provider.map_values(user, parent, own, on)
    return found


def figures(user: Any, division: int, on: date) -> list[Figure]:
    """The figures of one division."""
    return [figure for provider in (*_providers, OWN) for figure in provider.figures(user, division, on)]


def links(user: Any, division: int) -> list[Link]:
    """The lists of one division."""
    return [link for provider in (*_providers, OWN) for link in provider.links(user, division)]


class OwnMeasures:
    """What is known without a register: how many villages, and what their yearly sheets say."""

    _MEASURES = (
        Measure("administrative_villages", "行政嘎查村", "Administrative villages", "个", "", note="嘎查和村委会，不含社区与农牧林场",
                note_en="Gacha and village committees, without communities and farms"),
        Measure("sheet_allowance_rate", "低保人口占比", "Persons on subsistence allowance", "%", "%", True, 2,
                "低保人数 ÷ 总人口，取该日之前最近一年的行政村信息表",
                "Persons on allowance ÷ population, from the latest village sheets before the day"),
        Measure("sheet_migrant_rate", "外出务工人口占比", "Persons working away", "%", "%", True, 2,
                "外出务工人数 ÷ 劳动力人数，取该日之前最近一年的行政村信息表",
                "Working away ÷ labour force, from the latest village sheets before the day"),
    )  # fmt: skip
    _RATES = {
        "sheet_allowance_rate": ("allowance_persons", "persons"),
        "sheet_migrant_rate": ("migrant_persons", "labour_persons"),
    }

    def measures(self, user: Any) -> Sequence[Measure]:
        return self._MEASURES

    def map_values(self, user: Any, parent: int, names: Sequence[str], on: date) -> dict[str, Values]:
        return {name: self._values(parent, name, on) for name in names}

    def _values(self, parent: int, measure: str, on: date) -> Values:
        tree = queries.tree(on)
        children = tree.children(tree.by_id(parent).id)
        if measure == "administrative_villages":
            counts = {node.id: Decimal(tree.village_count(node.id)) for node in children}
            return Values(counts, on.isoformat())
        return self._sheet_rates(tree, [node.id for node in children], self._RATES[measure], on)

    def _sheet_rates(self, tree: Tree, children: list[int], fields: tuple[str, str], on: date) -> Values:
        """Sums over the sheets of the latest year; one query, added up along the tree."""
        latest = VillageYear.objects.filter(year__lte=on.year).order_by("-year").values_list("year", flat=True).first()
        sums: dict[int, list[int]] = {id: [0, 0] for id in children}
        below = {village.id: id for id in children for village in tree.below(id, "village")}
        rows = VillageYear.objects.filter(year=latest or 0, **{f"{name}__isnull": False for name in fields})
        for division, part, whole in rows.values_list("division_id", *fields):
            at = below.get(tree.home(division) or 0)
            if at is not None:
                sums[at][0] += part
                sums[at][1] += whole
        values = {
            id: (Decimal(part) * 100 / whole).quantize(Decimal("0.01")) if whole else None
            for id, (part, whole) in sums.items()
        }
        return Values(values, str(latest or ""))

    def figures(self, user: Any, division: int, on: date) -> Sequence[Figure]:
        return ()

    def links(self, user: Any, division: int) -> Sequence[Link]:
        return ()


OWN = OwnMeasures()


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
