"""The upload form and the take-over form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.dressing import dress
from fupin.divisions.models import Division
from fupin.divisions.queries import tree


def roots(user: Any, permission: str = "national.import") -> list[int]:
    """The divisions that the user may import for: those of the postings."""
    found = scopes.divisions(user, permission)
    return [tree().root.id] if found is None else found


class UploadForm(forms.Form):
    """One export of the national register, for a division, as of the day it was exported."""

    file = forms.FileField(
        label=_("国家系统导出文件"), help_text=_("原样上传，不要改表头。户、人口、监测对象、帮扶措施均可"),
        error_messages={"required": _("请选择文件"), "empty": _("文件是空的，请重新导出")},
    )  # fmt: skip
    division = forms.ChoiceField(label=_("区划"), help_text=_("导出覆盖的区划；区划以外的行不比对"))
    as_of = forms.DateField(label=_("导出日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(pk), tree().full_name(pk)) for pk in roots(user)]
        self.fields["division"].choices = choices  # type: ignore[attr-defined]
        self.fields["as_of"].initial = clock.today()
        dress(self.fields.values())

    def place(self) -> Division:
        """The chosen division."""
        return Division.objects.get(pk=int(self.cleaned_data["division"]))


class TakeOverForm(forms.Form):
    """By which document and from which day the chosen households enter the register."""

    document = forms.CharField(label=_("依据文件"), max_length=200, error_messages={"required": _("请填写依据文件")})
    on = forms.DateField(label=_("进入日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today()
        dress(self.fields.values())
