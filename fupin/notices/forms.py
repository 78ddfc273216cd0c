"""The forms of publicity: posting, photographs, taking down, objections and their answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fupin.core import clock
from fupin.core.boxes import Buttons
from fupin.core.dressing import dress
from fupin.core.inputs import DayBox, TextBox
from fupin.core.uploads import Files, FilesField
from fupin.divisions.queries import find
from fupin.notices.choosing import WHOM
from fupin.notices.words import BY_HAND, CHANNELS, KINDS, MOST_TEXT, OUTCOMES, PLACES, Kind, Place

_CLASS = {"class": "form-control", "autocomplete": "off"}
PHOTO = "image/jpeg,image/png,image/webp"


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, widget=DayBox({**_CLASS, "type": "date"}, format="%Y-%m-%d")
    )


def _long(label: Any, rows: int, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea({"class": "form-control", "rows": rows, "maxlength": MOST_TEXT})
    return forms.CharField(label=label, max_length=MOST_TEXT, widget=widget, help_text=help_text, required=required)


class DivisionField(forms.CharField):
    """A division by its name or code; its cleaned value is the id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=TextBox({**_CLASS, "list": "places"}), **kwargs)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            found = find(text)
        except LookupError:
            raise forms.ValidationError(_("名称不唯一，请写 12 位区划代码")) from None
        if found is None:
            raise forms.ValidationError(_("没有这个区划，请写名称或 12 位区划代码"))
        return found


class PostForm(forms.Form):
    """What is posted, where, whom it lists."""

    kind = forms.ChoiceField(label=_("公示类别"), choices=list(KINDS.items()), initial=Kind.REGISTER)
    place = forms.ChoiceField(label=_("公示地点"), choices=list(PLACES.items()), initial=Place.VILLAGE)
    division = DivisionField(label=_("公示区划"), help_text=_("名单所属的嘎查村或苏木乡镇，名称或 12 位区划代码"))
    whom = forms.ChoiceField(label=_("公示哪些户"), choices=list(WHOM.items()))
    named = forms.CharField(
        label=_("户编号"), required=False, widget=forms.Textarea({"class": "form-control", "rows": 4}),
        help_text=_("选“按编号列出”时填写，用空格、逗号或换行隔开；公示嘎查村、旗县退出的，每行一个名称，空格后可写说明"),
    )  # fmt: skip
    title = forms.CharField(
        label=_("标题"), required=False, max_length=120, widget=TextBox(_CLASS), help_text=_("不填则按类别生成")
    )
    note = _long(
        _("说明"), 3, _("写在名单之前，如评议、核查的经过；不得写证件号码、电话、账号、疾病和残疾"), required=False
    )
    contact = forms.CharField(
        label=_("受理异议的单位和电话"), required=False, max_length=120, widget=TextBox(_CLASS),
        help_text=_("单位的电话，不填则为苏木乡镇人民政府"),
    )  # fmt: skip
    posted_on = _day(_("张贴日期"), _("名单实际张贴之日，公示期自此计算"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["posted_on"].initial = clock.today()
        dress(self.fields.values())


class ProveForm(forms.Form):
    """Photographs of the posted sheet."""

    files = FilesField(label=_("张贴照片"), widget=Files({"class": "form-control", "accept": PHOTO}),
                       help_text=_("能看清公示单和公示栏，可选多张"))  # fmt: skip
    on = _day(_("拍摄日期"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today()


class TakeDownForm(forms.Form):
    """Why a notice is taken down."""

    reason = forms.CharField(label=_("撤下原因"), max_length=300, widget=TextBox(_CLASS))


class ObjectionForm(forms.Form):
    """An objection on paper or by phone."""

    channel = forms.ChoiceField(label=_("途径"), choices=[(one, CHANNELS[one]) for one in BY_HAND], widget=Buttons(),
                                initial=BY_HAND[0])  # fmt: skip
    raised_on = _day(_("提出日期"), _("对方提出之日；最后一天提出、次日录入的仍然有效"))
    line = forms.TypedChoiceField(label=_("针对"), coerce=int, empty_value=None, required=False)
    who = forms.CharField(
        label=pgettext_lazy("objection", "提出人"),
        required=False,
        max_length=60,
        widget=TextBox(_CLASS),
        help_text=_("加密保存，只有负责答复的人能看到"),
    )
    contact = forms.CharField(label=_("联系方式"), required=False, max_length=60, widget=TextBox(_CLASS))
    what = _long(_("异议内容"), 5)
    files = FilesField(
        label=_("书面材料"), required=False, widget=Files({"class": "form-control", "accept": f"{PHOTO},.pdf"})
    )

    def __init__(self, *args: Any, lines: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["raised_on"].initial = clock.today()
        self.fields["line"].choices = [("", _("整份名单")), *lines]  # type: ignore[attr-defined]
        dress(self.fields.values())


class PublicObjectionForm(forms.Form):
    """An objection online: only what was said is required."""

    line = forms.TypedChoiceField(label=_("针对哪一行"), coerce=int, empty_value=None, required=False)
    what = _long(_("有什么异议"), 6, _("请写清楚什么情况与公示不符"))
    who = forms.CharField(
        label=_("您的姓名（可不填）"), required=False, max_length=60, widget=TextBox({"autocomplete": "name"})
    )
    contact = forms.CharField(label=_("联系电话（可不填）"), required=False, max_length=60, widget=TextBox({"autocomplete": "tel", "inputmode": "tel"}),
                              help_text=_("姓名和电话加密保存，只有负责调查答复的人能看到"))  # fmt: skip

    def __init__(self, *args: Any, lines: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if lines:
            self.fields["line"].choices = [("", _("整份名单")), *lines]  # type: ignore[attr-defined]
        else:
            del self.fields["line"]


class AnswerForm(forms.Form):
    """What an objection comes to."""

    outcome = forms.ChoiceField(label=_("处理结果"), choices=list(OUTCOMES.items()), widget=Buttons())
    reason = _long(_("调查情况和理由"), 5, _("提出人凭受理编号可以看到；不得写他人的证件号码、电话、疾病"))
    on = _day(_("答复日期"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today()
