"""A choice among codes, written without a template for each option: a form of the register has six hundred of them."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


class CodeSelect(forms.Select):
    """As Django's own, in the same markup; its choices are pairs of texts without groups, and are taken as they are."""

    choices: Any = ()
    """Django would bring every one of six hundred pairs into the form that they have."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        described = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html(
            '<select name="{}"{}>{}</select>', name, described, _options(tuple(self.choices), *self.format_value(value))
        )


@lru_cache(maxsize=4_000)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """The options with one of them chosen. Code lists change rarely and forms are opened all day."""
    lines = (
        f'<option value="{escape(str(code))}"{" selected" if str(code) == chosen else ""}>{escape(str(label))}</option>'
        for code, label in choices
    )
    return mark_safe("\n".join(lines))  # noqa: S308 (escaped above)
