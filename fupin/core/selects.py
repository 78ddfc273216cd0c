"""A choice among codes, written without a template for each option: a form of the register has six hundred of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_SELECTED = mark_safe(" selected")


class CodeSelect(forms.Select):
    """As Django's own, in the same markup."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        options = (
            (option["value"], _SELECTED if option["selected"] else "", option["label"])
            for _group, alike, _index in widget["optgroups"]
            for option in alike
        )
        return format_html(
            '<select name="{}"{}>{}</select>',
            widget["name"],
            flatatt(widget["attrs"]),
            format_html_join("\n", '<option value="{}"{}>{}</option>', options),
        )
