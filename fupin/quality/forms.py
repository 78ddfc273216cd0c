"""The forms of tickets: the answer, the word of the second person, the one who is to answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts.models import Posting
from fupin.accounts.roles import ROLES
from fupin.accounts.scopes import is_english
from fupin.core.uploads import Files, FilesField
from fupin.divisions.queries import tree
from fupin.quality.words import ANSWERS, MOST_REASON

_REASON = {"rows": 3, "maxlength": MOST_REASON, "class": "form-control"}


class AnswerForm(forms.Form):
    """What the officer says to one ticket, or to several of one rule."""

    answer = forms.ChoiceField(label=_("核实结果"), choices=tuple(ANSWERS.items()), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("情况说明"), required=False, max_length=MOST_REASON, widget=forms.Textarea(_REASON),
        help_text=_("情况属实、不属本辖区的必须写明"),
    )  # fmt: skip
    file = forms.FileField(
        label=_("佐证材料"), required=False, help_text=_("照片、证件或证明，情况属实的必须上传"),
        widget=forms.FileInput({"class": "form-control", "accept": "image/*,.pdf,.docx,.xlsx"}),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AnswerBookForm(forms.Form):
    """A workbook that comes back, with the evidence for what is true."""

    file = forms.FileField(
        label=_("填好的工作簿"), help_text=_("从“问题数据”带出的工作簿（.xlsx），填好“答复”和“情况说明”后原样上传"),
        widget=forms.FileInput({"class": "form-control", "accept": ".xlsx,.csv"}),
    )  # fmt: skip
    evidence = FilesField(
        label=_("佐证材料"), required=False, help_text=_("可选多份；用于本次答复“情况属实”的各行，没有“情况属实”的不必上传"),
        widget=Files({"class": "form-control", "accept": "image/*,.pdf,.docx,.xlsx"}),
    )  # fmt: skip


class ReviewForm(forms.Form):
    """What the second person says to an answer."""

    reason = forms.CharField(
        label=_("复核意见"), required=False, max_length=MOST_REASON, widget=forms.Textarea(_REASON),
        help_text=_("退回的必须写明理由"),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AssignForm(forms.Form):
    """Who is to answer; nobody named: the officer of the village with the fewest tickets."""

    officer = forms.TypedChoiceField(
        label=_("承办人"), required=False, coerce=int, empty_value=None, widget=forms.Select({"class": "form-select"})
    )
    reason = forms.CharField(
        label=_("说明"), required=False, max_length=MOST_REASON, widget=forms.TextInput({"class": "form-control"})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, officers: Iterable[Posting] = (), **given: Any) -> None:
        super().__init__(data, **given)
        names = tree()
        choices = {one.user_id: _label(one, names.name(one.division_id)) for one in officers}
        self.fields["officer"].choices = [("", _("按工作量自动指派")), *choices.items()]  # type: ignore[attr-defined]


def _label(one: Posting, place: str) -> str:
    role = ROLES[one.role]
    return f"{one.user.full_name or one.user.username} · {place} {role.label_en if is_english() else role.label}"
