"""Fields to type in, written without a template for each: a form of the register has thirty of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString


class _Written:
    """As Django's own, in the same markup."""

    def render(self: Any, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown = self.format_value(value)
        given = "" if shown is None else format_html(' value="{}"', shown)
        described = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<input type="{}" name="{}"{}{}>', self.input_type, name, given, described)


class TextBox(_Written, forms.TextInput):
    """A line of text, or a number."""


class DayBox(_Written, forms.DateInput):
    """A day."""


class Carried(_Written, forms.HiddenInput):
    """A value that travels with the form."""
