"""A piece of a page that repeats: its template is rendered once, with {names} left open, then filled for every row.

A loop of the template costs more than everything else a list does: four hundred cells are two thousand lookups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Fill = Callable[[Iterable[Mapping[str, str]]], SafeString]


def pattern(template: str, **context: Any) -> Fill:
    """What makes the template once for every row. Values are escaped unless they are markup already; the template
    itself has no braces but its open names."""
    text = render_to_string(template, context)

    def fill(rows: Iterable[Mapping[str, str]]) -> SafeString:
        lines = (text.format_map({name: _escaped(value) for name, value in row.items()}) for row in rows)
        return mark_safe("".join(lines))  # noqa: S308 (every value is escaped here)

    return fill


def _escaped(value: str) -> str:
    """As Django's conditional_escape, without its care for lazy texts: it is called thousands of times."""
    return value if hasattr(value, "__html__") else escape(value)
