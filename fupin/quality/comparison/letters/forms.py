"""The form of a letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.core import clock
from fupin.core.dressing import dress
from fupin.quality.comparison.forms import areas
from fupin.quality.comparison.letters.models import Letter
from fupin.quality.comparison.letters.steps import DAYS
from fupin.quality.comparison.letters.words import WHOMS
from fupin.quality.comparison.queries import choices_for
from fupin.quality.comparison.words import ASKINGS
from fupin.rulebook import queries as rulebook


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class LetterForm(forms.Form):
    """Which source is asked, for which area, about whom, for what, by when. What the source says itself need not be typed.

    Of a `letter` that is said anew, source and area stay."""

    source = forms.ChoiceField(label=_("数据来源"))
    division = forms.TypedChoiceField(label=_("比对范围"), coerce=int)
    whom = forms.ChoiceField(label=_("查询对象"), choices=list(WHOMS.items()))
    way = forms.ChoiceField(
        label=_("查询方式"), choices=list(ASKINGS.items()),
        help_text=_("令牌：对方用同一交换密钥在本单位制作令牌后比对，证件号码不出各自单位"),
    )  # fmt: skip
    number = forms.CharField(label=_("文号"), max_length=60)
    addressee = forms.CharField(
        label=_("收函单位"),
        max_length=80,
        required=False,
        help_text=_("不填则为主管部门在该级的机构，如某旗住房和城乡建设局"),
    )
    purpose = forms.CharField(label=_("用途"), max_length=200, min_length=4)
    basis = forms.CharField(
        label=_("法律依据"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("不填则为数据来源所载的依据"),
    )  # fmt: skip
    holds_on = _day(_("名单日期"), _("按这一天在册的人和有效的授权列名单"))
    due_on = _day(_("请于此日前回函"))

    def __init__(self, *args: Any, user: Any, english: bool, letter: Letter | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        self.fields["source"].choices = choices_for(user, on=today, english=english)  # type: ignore[attr-defined]
        self.fields["division"].choices = areas(user)  # type: ignore[attr-defined]
        self.fields["holds_on"].initial = today
        self.fields["due_on"].initial = today + timedelta(days=int(rulebook.value(DAYS, on=today)))
        dress(self.fields.values())
        if letter is not None:
            del self.fields["source"], self.fields["division"]
            said = ("whom", "way", "number", "addressee", "purpose", "basis", "due_on")
            self.initial = {"holds_on": letter.on, **{name: getattr(letter, name) for name in said}}


class AnswerForm(forms.Form):
    """What came back."""

    file = forms.FileField(
        label=_("回函文件"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.parquet", "class": "form-control"}),
        help_text=_("行的顺序不限，列可增减；“行标识”列请保留"),
    )  # fmt: skip
