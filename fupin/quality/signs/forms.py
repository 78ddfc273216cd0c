"""The form in which somebody says what was found when looking into a sign."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.quality.signs.words import ANSWERS, MOST_REASON


class AnswerForm(forms.Form):
    """What came of it, and why."""

    answer = forms.ChoiceField(label=_("核实结果"), choices=tuple(ANSWERS.items()), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("核实情况"), required=False, max_length=MOST_REASON,
        widget=forms.Textarea({"rows": 3, "maxlength": MOST_REASON, "class": "form-control"}),
        help_text=_("查看了什么、问了谁、结论的依据"),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
