"""Tags and filters of every screen: numbers, money, icons, figures, fields."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from fupin.core import assets, bound_fields, codes, sentences
from fupin.core.days import as_of
from fupin.core.money import to_yuan
from fupin.core.still import kept
from fupin.policy.english import english
from fupin.policy.regimes import regime

register = template.Library()
register.tag("kept", kept)

THIN = "\u202f"
"""A narrow space that does not break: between groups of three digits."""
NOTHING = "—"
_CHINESE = re.compile("[\u3400-\u9fff]")
FIRST_REGIME = date(2014, 1, 1)


@register.filter
def number(value: Any, decimals: int | None = None) -> str:
    """A number with thin spaces between the thousands; a dash where there is none. `:2` rounds to two decimals."""
    if value is None or value == "":
        return NOTHING
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if decimals is None:
        whole = amount == amount.to_integral_value()
        amount = amount.quantize(Decimal(1)) if whole else amount.normalize()
    else:
        amount = amount.quantize(Decimal(1).scaleb(-int(decimals)), ROUND_HALF_UP)
    return f"{amount:,f}".replace(",", THIN)


@register.filter
def yuan(fen: int | None, decimals: int = 2) -> str:
    """An amount stored in fen, in yuan with thin spaces; `:0` leaves the fen away (rounded half up)."""
    return NOTHING if fen is None or fen == "" else number(to_yuan(int(fen)), decimals)


@register.filter
def share(value: Any, decimals: int = 2) -> str:
    """A ratio (0.0123) as a percentage (1.23%)."""
    return NOTHING if value is None or value == "" else f"{number(Decimal(str(value)) * 100, decimals)}%"


@register.filter
def day(value: date | None) -> str:
    """A day as the files write it: 2018-12-31."""
    return value.isoformat()[:10] if value else NOTHING


@register.filter
def moment(value: datetime | None) -> str:
    """A moment to the minute, in the office's time zone."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else NOTHING


@register.filter
def said(text: str) -> str:
    """What a document or an office says, in the language of the screen; what only stands in Chinese is marked so."""
    if not (get_language() or "").startswith("en"):
        return text
    told = english(text)
    return format_html('<span lang="zh">{}</span>', told) if _CHINESE.search(told) else told


@register.filter
def bracketed(text: str, more: Any) -> str:
    """A text with its unit or number in brackets; the text alone where there is none."""
    return sentences.bracketed(text, more) if more else text


register.filter("listed", sentences.listed)
register.filter("together", sentences.together)


@register.filter
def or_dash(value: Any) -> Any:
    """The value, or a dash where there is none."""
    return NOTHING if value is None or value == "" else value


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built style, script or picture."""
    return assets.address(name)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of frontend/src/icons.mjs. Without a label it is decoration and not read out."""
    return _icon(name, str(label))


@lru_cache(maxsize=1_000)
def _icon(name: str, label: str) -> SafeString:
    """A page has forty of them, and they never change."""
    href = f"{assets.address('icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.inclusion_tag("core/parts/figure.html")
def figure(
    name: str,
    value: Any,
    unit: str = "",
    href: str = "",
    note: str = "",
    as_of: date | None = None,
    decimals: int | None = None,
) -> dict[str, Any]:
    """One figure: value, unit, as-of day; `href` opens the records it was computed from."""
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "href": href,
        "note": note,
        "as_of": as_of,
        "decimals": decimals,
    }


@register.inclusion_tag("core/parts/empty.html")
def empty(sentence: str, href: str = "", act: str = "", symbol: str = "info-circle") -> dict[str, str]:
    """An empty state: what is not there, and the act that mends it."""
    return {"sentence": sentence, "href": href, "act": act, "symbol": symbol}


@register.simple_tag
def field(bound: Any) -> SafeString:
    """One field of a form: label, control, unit, help, problems."""
    return bound_fields.written(bound, cross=_icon("circle-x", ""), sign=_icon("alert-triangle", ""))


@register.inclusion_tag("core/parts/take_along.html")
def take_along(source: str) -> dict[str, str]:
    """Copy as text and save as picture, of the JSON in the script element `source` (nothing personal in it)."""
    return {"source": source}


@register.simple_tag(takes_context=True)
def word(context: template.Context, key: str, on: date | None = None) -> str:
    """A word of the regime of a day (the day looked at): what a household, a status, a line is called then."""
    day = on or as_of(context["request"])
    return regime(max(day, FIRST_REGIME)).word(key, (get_language() or "").startswith("en"))


@register.simple_tag(takes_context=True)
def without(context: template.Context, name: str) -> str:
    """The present query string without one part, from the first page on."""
    query = context["request"].GET.copy()
    for part in (name, "after", "before"):
        query.pop(part, None)
    return f"?{query.urlencode()}"


@register.simple_tag
def code_label(name: str, code: str, on: date | None = None) -> str:
    """The label of a code of a code list, in the reader's language, in the words of a day."""
    english = (get_language() or "").startswith("en")
    labels = [codes.label(name, each, english=english, on=on) for each in str(code or "").split(",") if each]
    return sentences.listed(labels)


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The present query string with some parts changed; an empty value takes a part away."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def drop_filter(context: template.Context, parameter: str) -> str:
    """The present query string without one condition and without the cursor of the page."""
    query = context["request"].GET.copy()
    for name in (parameter, "after", "before"):
        query.pop(name, None)
    return f"?{query.urlencode()}"
