"""The forms of issued lists: the file with who sent it, and what its columns hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.dressing import dress
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.quality.issued import queries
from fupin.quality.issued.taking import MOST_SENDER, MOST_TITLE, MOST_WORD
from fupin.quality.issued.words import BACK, Stage

_DAY = {"type": "date", "class": "form-control"}


class TakeInForm(forms.Form):
    """A list from above: the file, who sent it when, by when it is to be answered, and which list it renews."""

    file = forms.FileField(
        label=_("名单文件"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv", "class": "form-control"}),
        help_text=_("上级发来的原文件（.xlsx 或 .csv），不必改动；核实后按原文件、原顺序回填"),
    )  # fmt: skip
    sender = forms.CharField(label=_("下发单位"), max_length=MOST_SENDER)
    title = forms.CharField(label=_("名单名称"), required=False, max_length=MOST_TITLE, help_text=_("不填时用文件名"))
    division = forms.TypedChoiceField(label=_("范围"), coerce=int)
    on = forms.DateField(label=_("下发日期"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    due_on = forms.DateField(
        label=_("办理期限"), required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=_("名单各行自有期限的，以各行为准"),
    )  # fmt: skip
    replaces = forms.TypedChoiceField(
        label=_("更新的名单"), required=False, coerce=int, empty_value=None,
        help_text=_("这是已下发名单的新版时选择：按名单编号接着办，新版没有的行撤回"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].choices = _areas(user)  # type: ignore[attr-defined]
        out = queries.lists_for(user).filter(state=Stage.OUT).order_by("-id")[:100]
        self.fields["replaces"].choices = [("", gettext("不是新版")), *((one.pk, one.title) for one in out)]  # type: ignore[attr-defined]
        self.fields["on"].initial = clock.today()
        dress(self.fields.values())


def _areas(user: Any) -> list[tuple[int, str]]:
    """Where a list may be for: the places of the user's posts; the whole region, or one banner, for the region."""
    tops, standing = scopes.divisions(user, "quality.issue"), tree()
    if tops is None:
        banners = standing.below(standing.root.id, "banner")
        return [(standing.root.id, standing.root.name), *((one.id, standing.full_name(one.id)) for one in banners)]
    return [(one, standing.full_name(one)) for one in tops]


def columns_in(data: Mapping[str, str], sheets: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """What a form says of the columns of each sheet that is to be read."""
    return {
        each["title"]: {str(at): role for at in range(len(each["headings"])) if (role := data.get(f"s{nth}-c{at}", ""))}
        for nth, each in enumerate(sheets)
        if data.get(f"s{nth}-read")
    }


def headers_in(data: Mapping[str, str], sheets: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """The header rows that a form names (from 1), where they are others than before. Raises Refused for what is no row."""
    found = {}
    for nth, each in enumerate(sheets):
        try:
            rows = (
                int(data.get(f"s{nth}-top", each["top"] + 1)) - 1,
                int(data.get(f"s{nth}-bottom", each["bottom"] + 1)) - 1,
            )
        except ValueError:
            raise Refused(gettext("工作表“%(sheet)s”的表头行请填行号") % {"sheet": each["title"]}) from None
        if rows != (each["top"], each["bottom"]):
            found[each["title"]] = rows
    return found


def answers_in(data: Mapping[str, str]) -> dict[str, str]:
    """How our answers are written into the sender's column."""
    return {str(word): data.get(f"word-{word}", "")[:MOST_WORD] for word in BACK}
