"""Forms over the columns of the files: the words of the day, sealed values kept while their mask stands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.core import cells, codes, sealing
from fupin.core.column_forms import KEPT, ColumnField, ColumnForm
from fupin.core.columns import Column, Kind, Sensitivity
from fupin.core.inputs import Carried
from fupin.registry import words
from fupin.registry.models import HouseholdFact, PersonFact
from fupin.registry.sheets import HOUSEHOLDS, PERSONS

_TEXTS = (Kind.TEXT, Kind.CODE, Kind.CODES)
_SEALED_PHONE_LIKE = ("phone", "bank_account")
_HOUSEHOLD_FIELDS = {f.name for f in HouseholdFact._meta.concrete_fields} | set(_SEALED_PHONE_LIKE)
_PERSON_FIELDS = {f.name for f in PersonFact._meta.concrete_fields} | {
    "phone", "disability_card", "monthly_wage", "id_number", "document_kind",
}  # fmt: skip
HOUSEHOLD_COLUMNS = tuple(c for c in HOUSEHOLDS if c.name in _HOUSEHOLD_FIELDS and c.kind is not Kind.DIVISION)
PERSON_COLUMNS = tuple(c for c in PERSONS if c.name in _PERSON_FIELDS)
VILLAGE = next(c for c in HOUSEHOLDS if c.name == "village")
RELATION = next(c for c in PERSONS if c.name == "relation")


def day_column(label: str) -> Column:
    """The day of an act."""
    return Column("happened_on", label, Kind.DATE, required=True, note=_("实际发生的日期，不是录入的日期"))


class SealedField(ColumnField):
    """A sealed value: its mask means that it stays."""

    def to_python(self, value: Any) -> Any:
        return KEPT if cells.is_masked(str(value or "")) else super().to_python(value)


class RegisterForm(ColumnForm):
    """A form over columns of the register. `version` is what was read, `base` what stood in the fields then."""

    version = forms.IntegerField(required=False, widget=Carried)
    base = forms.CharField(required=False, widget=Carried)
    client_id = forms.CharField(required=False, max_length=64, widget=Carried)

    def __init__(
        self, columns: Iterable[Column], data: Any = None, *, on: date, synthetic: bool = False,
        place: codes.Place = codes.NOWHERE, **kwargs: Any,
    ):  # fmt: skip
        self.on, self._synthetic = on, synthetic
        super().__init__(columns, data, on=on, place=place, **kwargs)

    def context_of(self, context: cells.Context) -> cells.Context:
        """Documents of made-up people count only in a made-up household."""
        return replace(context, synthetic=self._synthetic)

    def field_of(self, column: Column, context: cells.Context) -> ColumnField:
        """A field that knows the words of the day, and what a document of its kind looks like."""
        if column.kind is Kind.ID_NUMBER:
            kind = f"{column.name.removesuffix('id_number')}document_kind"
            context = replace(context, documents=str(self.data.get(kind) or ""))
        choices = None
        if column.kind in (Kind.CODE, Kind.CODES):
            english = (get_language() or "").startswith("en")
            choices = words.choices(column.codes, self.on, english=english, place=context.place)
        made = SealedField if column.sensitivity is Sensitivity.SEALED else ColumnField
        return made(column, context=context, choices=choices)

    def groups(self) -> list[tuple[str, list[Any]]]:
        """The fields under their headings, in the reader's language."""
        english = (get_language() or "").startswith("en")
        return [(words.heading(title, english=english), fields) for title, fields in super().groups()]

    def typed(self) -> dict[str, str]:
        """What stands in the fields, as texts: for the comparison with what stood there before."""
        return {column.name: self._typed(column) for column in self.columns}

    def _typed(self, column: Column) -> str:
        key = self.add_prefix(column.name)
        if column.kind is Kind.CODES:
            values = self.data.getlist(key) if hasattr(self.data, "getlist") else self.data.get(key, [])
            return ",".join(values)
        return cells.clean(str(self.data.get(key, "") or ""))

    def touched(self) -> dict[str, Any]:
        """The values that were changed on this screen, in stored form; `—` or nothing empties."""
        base = self.base_texts()
        typed = self.typed()
        return {
            column.name: stored(column, self.cleaned_data[column.name])
            for column in self.columns
            if column.name in self.cleaned_data
            and self.cleaned_data[column.name] is not KEPT
            and (column.name not in base or base[column.name] != typed[column.name])
        }

    def filled(self) -> dict[str, Any]:
        """The values that were filled in, in stored form."""
        values = {c.name: self.cleaned_data.get(c.name) for c in self.columns}
        return {name: value for name, value in values.items() if value not in (None, "", KEPT)}

    def base_texts(self) -> dict[str, str]:
        """What stood in the fields when the screen was opened."""
        try:
            found = json.loads(self.data.get("base") or "{}")
        except ValueError:
            return {}
        return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}

    def problems(self) -> list[str]:
        """What speaks against what was typed so far; what is still empty is not yet wrong."""
        self.is_valid()
        found = []
        for name, errors in self.errors.as_data().items():
            found += [m for error in errors if error.code != "required" for m in error.messages if name != "__all__"]
        return found + list(self.non_field_errors())


def stored(column: Column, value: Any) -> Any:
    """A cleaned value as the tables keep it: texts are never null."""
    return "" if value is None and column.kind in _TEXTS else value


def texts(columns: Iterable[Column], row: Any) -> dict[str, Any]:
    """The fields of a fact row as their form shows them, sealed ones masked; several codes as a list."""
    found: dict[str, Any] = {}
    for column in columns:
        if column.sensitivity is Sensitivity.SEALED:
            sealed = getattr(row, f"{column.name}_sealed", None)
            value = sealing.unseal(sealed) if sealed is not None else ""
            found[column.name] = cells.show(column, value)
        else:
            found[column.name] = _text(column, getattr(row, _attribute(column), None))
    return found


def _attribute(column: Column) -> str:
    return f"{column.name}_fen" if column.kind is Kind.MONEY else column.name


def _text(column: Column, value: Any) -> Any:
    if column.kind is Kind.CODES:
        return [code for code in str(value or "").split(",") if code]
    if value is None:
        return ""
    if column.kind is Kind.YES_NO:
        return "1" if value else "0"
    if column.kind is Kind.CODE:
        return value
    return cells.show(column, value)


def as_base(initial: dict[str, Any]) -> str:
    """The initial texts for the hidden field that travels with the form."""
    return json.dumps(
        {name: ",".join(v) if isinstance(v, list) else str(v) for name, v in initial.items()}, ensure_ascii=False
    )
