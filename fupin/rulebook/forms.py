"""Forms of the rulebook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts.scopes import is_english
from fupin.core.dressing import dress
from fupin.policy.catalogue import code_list
from fupin.policy.parameters import Parameter


class ProposalForm(forms.Form):
    """A value of its own that a division asks for."""

    division = forms.TypedChoiceField(label=_("适用区划"), coerce=int)
    value = forms.CharField(label=_("新的数值"), max_length=300)
    valid_from = forms.DateField(label=_("生效日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    valid_to = forms.DateField(
        label=_("失效日期（不含）"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    document = forms.CharField(label=_("依据文件（名称与文号）"), max_length=200)
    reason = forms.CharField(label=_("理由"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, setting: Parameter, divisions: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["division"].choices = divisions  # type: ignore[attr-defined]
        self.fields["value"] = _value_field(setting)
        dress(self.fields.values())


class BackForm(forms.Form):
    """A value of its own that a division gives up: what stands above holds there again."""

    division = forms.TypedChoiceField(label=_("适用区划"), coerce=int)
    valid_from = forms.DateField(label=_("生效日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    document = forms.CharField(label=_("依据文件（名称与文号）"), max_length=200)
    reason = forms.CharField(label=_("理由"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, divisions: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["division"].choices = divisions  # type: ignore[attr-defined]
        dress(self.fields.values())


class CodeForm(forms.Form):
    """A code of its own that a division asks for, or takes out of use."""

    division = forms.TypedChoiceField(label=_("适用区划"), coerce=int)
    code = forms.CharField(label=_("编码"), max_length=12)
    label = forms.CharField(label=_("中文名称"), max_length=60, required=False)
    label_en = forms.CharField(label=_("英文名称"), max_length=80, required=False)
    is_retired = forms.BooleanField(
        label=_("停用这个编码"), required=False, help_text=_("只停用本区划自己设的编码；已登记的内容保留，不再供选")
    )
    valid_from = forms.DateField(label=_("生效日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    document = forms.CharField(label=_("依据文件（名称与文号）"), max_length=200)
    reason = forms.CharField(label=_("理由"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, divisions: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["division"].choices = divisions  # type: ignore[attr-defined]
        dress(self.fields.values())


def _value_field(setting: Parameter) -> forms.Field:
    english = is_english()
    label = _("新的数值")
    if setting.kind == "yes_no":
        labels = code_list("yes_no").label
        choices = [("1", labels("1", english)), ("0", labels("0", english))]
        return forms.ChoiceField(label=label, choices=choices)
    if setting.codes:
        items = code_list(setting.codes).items
        choices = [(item.code, item.label_en if english else item.label) for item in items]
        if setting.kind == "texts":
            return forms.MultipleChoiceField(label=label, choices=choices, widget=forms.CheckboxSelectMultiple)
        return forms.ChoiceField(label=label, choices=choices)
    if setting.kind in ("integer", "decimal", "money"):
        step = "1" if setting.kind == "integer" else "any"
        bounds = {"min": setting.floor, "max": setting.ceiling}
        widget = forms.NumberInput(attrs={"step": step, **{k: str(v) for k, v in bounds.items() if v is not None}})
        field = forms.CharField(label=label, max_length=30, widget=widget, help_text=_bounds(setting))
        field.unit = setting.unit_label(english)  # type: ignore[attr-defined]
        return field
    return forms.CharField(label=label, max_length=300)


def _bounds(setting: Parameter) -> Any:
    if setting.floor is not None and setting.ceiling is not None:
        return _("不低于 %(floor)s，不高于 %(ceiling)s") % {"floor": setting.floor, "ceiling": setting.ceiling}
    if setting.floor is not None:
        return _("不低于 %(floor)s") % {"floor": setting.floor}
    return _("不高于 %(ceiling)s") % {"ceiling": setting.ceiling} if setting.ceiling is not None else ""
