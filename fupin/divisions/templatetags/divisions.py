"""Tags of the screens of divisions."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from fupin.divisions.measures import Measure

register = template.Library()


@register.simple_tag
def measure_title(measures: Sequence[Measure], at: int) -> str:
    """The title of the measure in that place."""
    return measures[at].title()
