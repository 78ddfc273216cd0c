"""A Django form made from columns: official labels, code lists, units in the field, the rules of the cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from fupin.core import cells, codes
from fupin.core.boxes import Boxes
from fupin.core.cells import label_of
from fupin.core.columns import Column, Kind, Sensitivity, unit_of
from fupin.core.inputs import DayBox, TextBox
from fupin.core.ledgers.declaration import is_english
from fupin.core.places import places
from fupin.core.selects import CodeSelect
from fupin.policy.catalogue import code_list

Choices = Sequence[tuple[str, str]]
_NONE = ("", "—")
SEARCHABLE_FROM = 12
"""A code list of so many items gets a search field."""
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.YEAR})


class ColumnField(forms.Field):
    """One column in a form: what is typed is read by `core.cells`, so that screen, file and API agree."""

    def __init__(
        self, column: Column, *, context: cells.Context, choices: Choices | None = None, **kwargs: Any
    ) -> None:
        self.column, self.context = column, context
        self.unit = unit_of(column, english=is_english())
        self.kept = ""
        super().__init__(
            label=label_of(column),
            required=column.required,
            help_text=_(column.note) if column.note else "",
            widget=kwargs.pop("widget", None) or _widget(column, context, choices),
            error_messages={"required": _("请填写%(label)s") % {"label": label_of(column)}},
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        text = ",".join(value) if isinstance(value, list | tuple) else str(value or "")
        if cells.clean(text) in cells.ERASE_MARKS:
            text = ""
        if text and text == self.kept:
            return text
        found, problem = cells.parse(self.column, text, context=self.context)
        if problem is not None:
            raise forms.ValidationError(problem.sentence, code=problem.code)
        return found

    def keep(self, stored: Any) -> None:
        """What the record holds may stay, though it could not be chosen any more: a code that went out of use, or that
        an office added elsewhere."""
        codes_ = [str(one) for one in (stored if isinstance(stored, list | tuple) else str(stored or "").split(","))]
        widget: Any = self.widget
        self.kept = ",".join(codes_)
        offered = {code for code, _label in widget.choices}
        gone = [code for code in codes_ if code and code not in offered]
        said = [(code, codes.label(self.column.codes, code, english=is_english())) for code in gone]
        widget.choices = [*widget.choices, *said]


KEPT = object()
"""A sealed value whose mask came back: it is not touched."""


class SealedField(ColumnField):
    """A sealed number: the mask that it was shown with says that it stays; another mask says nothing."""

    def keep(self, stored: Any) -> None:
        """The mask that the form shows."""
        self.kept = str(stored or "")

    def to_python(self, value: Any) -> Any:
        text = cells.clean(str(value or ""))
        if text and text == self.kept:
            return KEPT
        if cells.is_masked(text):
            stays = _("；不改动的请保留 %(mask)s") % {"mask": self.kept} if self.kept else ""
            raise forms.ValidationError(_("请填写完整号码") + stays, code="masked")
        return super().to_python(value)


class ColumnForm(forms.Form):
    """A form over columns. `cleaned_data` holds stored values: fen, codes, dates, ids of divisions.

    `place` says whose own codes are offered and read.
    """

    def __init__(
        self, columns: Iterable[Column], data: Any = None, *, initial: Mapping[str, Any] | None = None,
        on: date | None = None, place: codes.Place = codes.ANYWHERE, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, initial=dict(initial or {}), **kwargs)
        self.columns = tuple(columns)
        day = on or date.today()  # noqa: DTZ011 (narrows code lists only)
        context = self.context_of(cells.Context(division=places().find, on=day, place=place))
        for column in self.columns:
            field = self.fields[column.name] = self.field_of(column, context)
            if column.kind in (Kind.CODE, Kind.CODES) or isinstance(field, SealedField):
                field.keep(self.initial.get(column.name, ""))

    def context_of(self, context: cells.Context) -> cells.Context:
        """What all cells are read with; a form that knows more of its record says it here."""
        return context

    def field_of(self, column: Column, context: cells.Context) -> ColumnField:
        """The field of one column; a form with other choices or other rules makes another."""
        made = SealedField if column.sensitivity is Sensitivity.SEALED else ColumnField
        return made(column, context=context)

    def groups(self) -> list[tuple[str, list[Any]]]:
        """The fields under the headings of their columns, in order."""
        found: dict[str, list[Any]] = {}
        for column in self.columns:
            found.setdefault(gettext(column.group) if column.group else "", []).append(self[column.name])
        return list(found.items())


def _widget(column: Column, context: cells.Context, choices: Choices | None) -> forms.Widget:
    described: dict[str, Any] = {"class": "form-control"}
    if choices is None and column.kind in (Kind.CODE, Kind.CODES):
        choices = _choices(column, context)
    if column.kind is Kind.CODE:
        return CodeSelect({"class": "form-select", **_search(column)}, choices=[_NONE, *(choices or ())])
    if column.kind is Kind.CODES:
        return Boxes(choices=choices or ())
    if column.kind is Kind.YES_NO:
        answers = [("", _("不知道")), ("1", _("是")), ("0", _("否"))]
        return CodeSelect({"class": "form-select"}, choices=answers)
    if column.kind is Kind.DATE:
        return DayBox({**described, "type": "date"}, format="%Y-%m-%d")
    if column.kind in NUMBERS:
        whole = column.kind in (Kind.INTEGER, Kind.YEAR)
        return TextBox({**described, "inputmode": "numeric" if whole else "decimal", "autocomplete": "off"})
    if column.kind is Kind.DIVISION:
        hint = _("12 位区划代码或名称")
        return TextBox({**described, "autocomplete": "off", "list": "places", "placeholder": hint})
    if (column.max_length or 0) > 200:
        return forms.Textarea({**described, "rows": 3, "maxlength": column.max_length})
    return TextBox({**described, "autocomplete": "off", "maxlength": column.max_length or 500})


def _choices(column: Column, context: cells.Context) -> Choices:
    known, english = codes.in_use(column.codes, on=context.on, place=context.place), is_english()
    items = known.on(max(context.on, known.since))
    return [(item.code, item.label_en if english else item.label) for item in items]


def _search(column: Column) -> dict[str, str]:
    return {"data-searchable": "1"} if len(code_list(column.codes).items) >= SEARCHABLE_FROM else {}
