"""Choices as boxes that stand side by side and break with the line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class _Listed(forms.widgets.ChoiceWidget):
    """Each box is styled as a box, all of them as a list: Django would give both the same class."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "form-check-input", **(attrs or {})}, choices)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """In the markup of Django's templates, without a template for each box."""
        widget = self.get_context(name, value, attrs)["widget"]
        id_ = widget["attrs"].get("id")
        boxes = [box for _group, alike, _index in widget["optgroups"] for box in alike]
        return format_html(
            '<div{} class="choices">{}</div>',
            format_html(' id="{}"', id_) if id_ else "",
            format_html_join("\n", *_lines(boxes)),
        )


def _lines(boxes: list[dict[str, Any]]) -> tuple[str, list[tuple[Any, ...]]]:
    """The pattern of a box, and what each box puts into it."""
    return '<div><label{}><input type="{}" name="{}" value="{}"{}> {}</label></div>', [
        (
            flatatt({"for": box["attrs"]["id"]} if box["attrs"].get("id") else {}),
            box["type"], box["name"], box["value"], flatatt(box["attrs"]), box["label"],
        )
        for box in boxes
    ]  # fmt: skip


class Boxes(_Listed, forms.CheckboxSelectMultiple):
    """Any of several choices."""


class Buttons(_Listed, forms.RadioSelect):
    """One of few choices, all in sight."""
