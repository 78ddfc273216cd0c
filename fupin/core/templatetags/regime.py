"""Tags that speak the words of the regime of the day that is looked at."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language

from fupin.core import codes, days
from fupin.core.clock import today
from fupin.policy.regimes import regime

register = template.Library()


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


def _day(context: template.Context) -> Any:
    request = context.get("request")
    return days.as_of(request) if request is not None else today()


@register.simple_tag(takes_context=True)
def word(context: template.Context, key: str) -> str:
    """What something is called under the regime of the day: `{% word "household" %}`."""
    return regime(_day(context)).word(key, _is_english())


@register.simple_tag(takes_context=True)
def code_label(context: template.Context, name: str, code: str | None) -> str:
    """The label of a code, as said on the day that is looked at; of several codes joined by commas, all of them."""
    english, day = _is_english(), _day(context)
    labels = [codes.label(name, part, english=english, on=day) for part in (code or "").split(",") if part]
    return (", " if english else "、").join(labels)
