"""Forms of retention."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.core.dressing import dress
from fupin.retention.operations import holding


class HoldForm(forms.Form):
    """What is held, why, by which document."""

    kind = forms.ChoiceField(label=_("冻结什么"))
    number = forms.CharField(
        label=_("编号"), max_length=40, help_text=_("区划填代码，户填户编号，案卷填案卷编号；区划以下的档案一并冻结")
    )
    reason = forms.CharField(label=_("冻结原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
                             help_text=_("如审计、巡察、信访、诉讼涉及该对象，材料须留到办结"))  # fmt: skip
    basis = forms.CharField(label=_("依据文件（名称与文号）"), max_length=200)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        english = scopes.is_english()
        kind: Any = self.fields["kind"]
        kind.choices = [(one.name, one.label[english]) for one in holding.holdable()]
        dress(self.fields.values())
