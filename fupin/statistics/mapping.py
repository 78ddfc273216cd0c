"""The indicators as measures of the map and the division browser (`divisions.measures.Provider`).

Rates stand first: divisions of different size are compared by rates, not by counts alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.bulk import taking
from fupin.bulk.extracts import Extract
from fupin.divisions import queries
from fupin.divisions.measures import Figure as Headline
from fupin.divisions.measures import Link, Measure, Values
from fupin.divisions.tree import Node
from fupin.policy.catalogue import code_list
from fupin.policy.indicators import indicators
from fupin.statistics import disclosure, setwise
from fupin.statistics.charts import moment
from fupin.statistics.dashboard import decimals, unit_label
from fupin.statistics.figures import Reader
from fupin.statistics.periods import Period, read

PERMISSION = "statistics.view"
MEASURES = (
    "poverty_incidence",
    "registered_households",
    "registered_persons",
    "monitored_households",
    "per_head_income",
    "unmet_guarantee_households",
    "schooling_unmet_households",
    "medical_unmet_households",
    "housing_unmet_households",
    "water_unmet_households",
)
HEADLINES = ("registered_households", "registered_persons", "poverty_incidence", "per_head_income")


class IndicatorMeasures:
    """Figures of the newest extract for whoever may see statistics there."""

    def measures(self, user: Any) -> Sequence[Measure]:
        if not scopes.may(user, PERMISSION):
            return ()
        units = code_list("unit")
        return [
            Measure(one.name, one.label, one.label_en, units.label(one.unit), units.label(one.unit, True),
                    one.kind in ("rate", "average"), decimals(one), one.definition, one.definition_en)
            for name in MEASURES
            if (one := indicators().get(name)) is not None
        ]  # fmt: skip

    def map_values(self, user: Any, parent: int, names: Sequence[str], on: date) -> dict[str, Values]:
        """One statement an indicator for all divisions below; small numbers stay hidden from those who may not see
        records."""
        if not scopes.may(user, PERMISSION, parent):
            return {name: Values({}) for name in names}
        extract, period = _extract(), read(on.isoformat())
        node = queries.tree().by_id(parent)
        sight = disclosure.sight_of(user)
        with Reader(extract) as reader:
            setwise.prepare(reader, names, node, period)
            return {name: _below(reader, name, node, period, sight) for name in names}

    def figures(self, user: Any, division: int, on: date) -> Sequence[Headline]:
        """The head of a division's page; each figure opens its records."""
        if not scopes.may(user, PERMISSION, division):
            return ()
        extract, period, node = _extract(), read(on.isoformat()), queries.tree().by_id(division)
        sight, found = disclosure.sight_of(user), []
        titles = {measure.id: measure for measure in self.measures(user)}
        with Reader(extract) as reader:
            for name in HEADLINES:
                one, figure = indicators()[name], reader.figure(name, node, period)
                if disclosure.is_hidden(reader, sight, figure, node, period):
                    continue
                href = _records(name, node.short_code, period.text, extract) if figure.records else ""
                found.append(
                    Headline(titles[name].title(), figure.value, unit_label(one.unit), href, figure.note,
                                    decimals(one))
                )  # fmt: skip
        return found

    def links(self, user: Any, division: int) -> Sequence[Link]:
        """The lists of the division: households, and its statistics."""
        code, found = queries.tree().by_id(division).short_code, []
        if scopes.may(user, "registry.view", division):
            found.append(Link(_("户名单"), f"{reverse('registry:households')}?{urlencode({'division': code})}"))
        if scopes.may(user, PERMISSION, division):
            found.append(Link(_("统计"), f"{reverse('statistics:home')}?{urlencode({'division': code})}"))
        return found


def _below(reader: Reader, name: str, node: Node, period: Period, sight: disclosure.Sight) -> Values:
    values, hrefs = {}, {}
    for child in queries.tree().children(node.id):
        figure = reader.figure(name, child, period)
        if disclosure.is_hidden(reader, sight, figure, child, period):
            continue
        values[child.id] = figure.value
        if figure.records:
            hrefs[child.id] = _records(name, child.short_code, period.text, reader.extract)
    return Values(values, moment(reader.extract.as_of), hrefs)


def _extract() -> Extract:
    return taking.newest()


def _records(name: str, code: str, period: str, extract: Extract) -> str:
    query = urlencode({"division": code, "period": period, "extract": extract.id})
    return f"{reverse('statistics:records', args=[name])}?{query}"
