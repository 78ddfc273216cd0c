"""Choices as boxes that stand side by side and break with the line."""

from __future__ import annotations

from typing import Any

from django import forms


class _Listed(forms.widgets.ChoiceWidget):
    """Each box is styled as a box, all of them as a list: Django would give both the same class."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "form-check-input", **(attrs or {})}, choices)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["class"] = "choices"
        return context


class Boxes(_Listed, forms.CheckboxSelectMultiple):
    """Any of several choices."""


class Buttons(_Listed, forms.RadioSelect):
    """One of few choices, all in sight."""
