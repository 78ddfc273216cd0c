"""The form by which a department's file is handed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.dressing import dress
from fupin.divisions.queries import tree
from fupin.quality.comparison.queries import choices_for


class HandInForm(forms.Form):
    """Which source, for which area, as of which day, the file, and the exchange key of a file of tokens."""

    source = forms.ChoiceField(label=_("数据来源"))
    division = forms.TypedChoiceField(label=_("比对范围"), coerce=int)
    holds_on = forms.DateField(
        label=_("数据日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("数据说的是哪一天的情况"),
    )  # fmt: skip
    file = forms.FileField(
        label=_("文件"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.parquet"}),
        help_text=_("表头上方可以有标题行，列的顺序不限；证件号码读入即转为令牌，原始号码不保存"),
    )  # fmt: skip
    exchange_key = forms.CharField(
        label=_("交换密钥"), required=False, max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("仅部门自制的令牌文件需要"),
    )  # fmt: skip
    is_complete = forms.BooleanField(
        label=_("名册完整"),
        required=False,
        help_text=_("勾选后，不在名册中的人原有的疑点由规则办结；学籍、医保等来源还会问应在名册而不在的人"),
    )

    def __init__(self, *args: Any, user: Any, english: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = choices_for(user, on=clock.today(), english=english)  # type: ignore[attr-defined]
        self.fields["division"].choices = areas(user)  # type: ignore[attr-defined]
        self.fields["holds_on"].initial = clock.today()
        dress(self.fields.values())


def areas(user: Any) -> list[tuple[int, str]]:
    """The areas that a file may be compared for: where the user's posts are, and every banner for the region."""
    tops = scopes.divisions(user, "quality.exchange")
    standing = tree()
    if tops is None:
        return [(standing.root.id, standing.root.name), *((one.id, standing.full_name(one.id))
                for one in standing.below(standing.root.id, "banner"))]  # fmt: skip
    return [(one, standing.full_name(one)) for one in tops]
