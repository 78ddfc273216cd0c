"""The forms of income accounts and guarantee findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fupin.core.boxes import Boxes
from fupin.core.models import Attachment
from fupin.core.sentences import bracketed
from fupin.registry import words
from fupin.registry.forms.columns import RegisterForm
from fupin.registry.models import IncomeAccount
from fupin.registry.sheets import INCOME, INCOME_ITEMS

ITEMS = tuple(item for item, *_rest in INCOME_ITEMS)
_PROPERTIES = ("year", "window_from", "window_to", "counted_basis", "counted_persons", "line", "claims", "self_paid")
ACCOUNT_COLUMNS = tuple(column for column in INCOME if column.name in (*_PROPERTIES, *ITEMS))


class AccountForm(RegisterForm):
    """One household's account of a year: properties and one amount an item."""

    def __init__(self, data: Any = None, *, on: date, **kwargs: Any) -> None:
        super().__init__(ACCOUNT_COLUMNS, data, on=on, **kwargs)
        for name in ("window_from", "window_to", "counted_persons"):
            self.fields[name].required = True
        self.fields["window_to"].help_text = _("含这一天")

    def clean(self) -> dict[str, Any]:
        start, end = self.cleaned_data.get("window_from"), self.cleaned_data.get("window_to")
        if start and end and end < start:
            self.add_error("window_to", _("核算期止应晚于核算期起"))
        return self.cleaned_data

    def amounts(self) -> dict[str, int]:
        """The amounts that were filled in, in fen, by item."""
        return {item: self.cleaned_data[item] for item in ITEMS if self.cleaned_data.get(item)}


def account_texts(account: IncomeAccount, amounts: Mapping[str, int]) -> dict[str, Any]:
    """An account as its form shows it; the window's end is shown as its last day."""
    found: dict[str, Any] = {
        "year": account.year, "window_from": account.window_from, "window_to": account.window_to - timedelta(days=1),
        "counted_basis": account.counted_basis, "counted_persons": account.counted_persons,
    }  # fmt: skip
    sums = {"line": account.line_fen, "claims": account.claims_fen, "self_paid": account.self_paid_fen, **amounts}
    return {**found, **{name: f"{fen / 100:.2f}" for name, fen in sums.items() if fen}}


class FindingsForm(forms.Form):
    """The guarantees of one household, or of several alike, as found on a day."""

    def __init__(self, data: Any = None, *, on: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.on = on
        english = (get_language() or "").startswith("en")
        day = forms.DateInput({"class": "form-control", "type": "date"}, format="%Y-%m-%d")
        self.fields["happened_on"] = forms.DateField(label=_("核查日期"), widget=day)
        person = forms.TextInput({"class": "form-control", "autocomplete": "off"})
        self.fields["found_by"] = forms.CharField(label=_("核查人"), max_length=60, required=False, widget=person)
        outcomes = [("", _("本次不登记")), *words.choices("guarantee_outcome", on, english=english)]
        for guarantee, label in words.choices("guarantee", on, english=english):
            select = forms.Select({"class": "form-select"})
            self.fields[guarantee] = forms.ChoiceField(label=label, choices=outcomes, required=False, widget=select)
            text = forms.TextInput({"class": "form-control", "autocomplete": "off"})
            evidence_label = _("%(guarantee)s：依据") % {"guarantee": label}
            self.fields[f"evidence_{guarantee}"] = forms.CharField(
                label=evidence_label, max_length=300, required=False, widget=text
            )

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Everything under one heading."""
        return [("", [self[name] for name in self.fields])]

    def clean(self) -> dict[str, Any]:
        filled = [one for one in words.GUARANTEES if self.cleaned_data.get(one)]
        if not filled:
            raise forms.ValidationError(_("请至少登记一项结论"))
        for one in filled:
            if self.cleaned_data[one] != "unknown" and not (self.cleaned_data.get(f"evidence_{one}") or "").strip():
                self.add_error(f"evidence_{one}", _("填写结论时须写明依据（看到、查到了什么）"))
        return self.cleaned_data


class DetachForm(forms.Form):
    """Why a photo or document is taken away; where income items rest on it, that this is known."""

    def __init__(self, data: Any = None, *, is_cited: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        text = forms.TextInput({"class": "form-control", "autocomplete": "off"})
        note = _("如：传错了户、照片看不清。原因会记入审计日志")
        self.fields["reason"] = forms.CharField(label=_("移除原因"), max_length=200, widget=text, help_text=note)
        if is_cited:
            self.fields["although_cited"] = forms.MultipleChoiceField(
                label=_("收入凭证"), choices=[("1", _("仍要移除，这些收支不再有这份凭证"))], widget=Boxes
            )

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Everything under one heading."""
        return [("", [self[name] for name in self.fields])]


class EvidenceForm(forms.Form):
    """What an income item rests on: files that the household has, and one that is added now."""

    def __init__(
        self, data: Any = None, uploads: Any = None, *, files: Sequence[Attachment], others: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, uploads, **kwargs)
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput(), min_value=0, max_value=2**31 - 1)
        self.fields["file"] = _file(_("新增凭证"), required=False)
        choices = [(str(one.pk), bracketed(one.name, timezone.localdate(one.created_at))) for one in files]
        self.fields["cited"] = forms.MultipleChoiceField(
            label=_("本户已有的材料"), choices=choices, required=False, widget=Boxes,
            help_text="" if files else _("还没有可作收入凭证的材料，请在上面新增"),
        )  # fmt: skip
        self.fields["others"] = forms.MultipleChoiceField(
            label=_("同时作这些收支的凭证"), choices=others, required=False, widget=Boxes,
            help_text=_("上面选定的材料会加到这些收支，它们原有的凭证不变"),
        )  # fmt: skip

    def groups(self) -> list[tuple[str, list[Any]]]:
        """The files, then the other items."""
        return [("", [self["file"], self["cited"], *([self["others"]] if self.fields["others"].choices else [])])]


class AttachForm(forms.Form):
    """A photo or document of a household."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        english = (get_language() or "").startswith("en")
        kinds = [(kind, said[english]) for kind, said in words.ATTACHMENTS.items()]
        select = forms.Select({"class": "form-select"})
        self.fields["kind"] = forms.ChoiceField(label=_("类别"), choices=kinds, widget=select)
        self.fields["file"] = _file(_("文件"))

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Everything under one heading."""
        return [("", [self["kind"], self["file"]])]


def _file(label: str, *, required: bool = True) -> forms.FileField:
    accept = {"class": "form-control", "accept": "image/jpeg,image/png,image/webp,application/pdf,.docx,.xlsx"}
    note = _("照片（JPEG、PNG、WebP）、PDF、Word 或 Excel；照片中的位置信息会去掉")
    return forms.FileField(label=label, required=required, widget=forms.ClearableFileInput(accept), help_text=note)
