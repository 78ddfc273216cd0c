"""The look of form fields, said once: which class each kind of box has."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms


def dress(fields: Iterable[forms.Field]) -> None:
    """Give every box that has no class of its own the one of its kind; rows of buttons stay as they are."""
    for each in fields:
        if not isinstance(each.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            each.widget.attrs.setdefault("class", _kind(each.widget))


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"
