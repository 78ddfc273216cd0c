"""Forms of the accounts' screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from fupin.accounts import officers, scopes, trail
from fupin.accounts.models import User
from fupin.accounts.roles import PERMISSIONS, ROLES
from fupin.accounts.words import DUTIES
from fupin.accounts.workload import AREA_NOTE
from fupin.core.boxes import Boxes
from fupin.core.selects import CodeSelect
from fupin.core.sentences import together

_rules = lazy(lambda: together(str(text).rstrip("。.") for text in password_validators_help_texts()), str)


def _text(**attributes: str) -> forms.TextInput:
    return forms.TextInput({"class": "form-control", **attributes})


def _secret(**attributes: str) -> forms.PasswordInput:
    return forms.PasswordInput({"class": "form-control", **attributes})


class SignInForm(forms.Form):
    """Who, and the password."""

    username = forms.CharField(
        label=_("用户名"), max_length=150, widget=_text(autocomplete="username", autofocus="", autocapitalize="none")
    )
    password = forms.CharField(
        label=_("密码"), max_length=200, strip=False, widget=_secret(autocomplete="current-password")
    )

    def clean_username(self) -> str:
        return str(User.normalize_username(self.cleaned_data["username"].strip()))


class CodeForm(forms.Form):
    """A code of the authenticator app."""

    code = forms.CharField(
        label=_("验证码"), max_length=20,
        help_text=_("身份验证器上的 6 位数字；手机不在身边时可输入恢复码"),
        widget=_text(inputmode="numeric", autocomplete="one-time-code", autofocus=""),
    )  # fmt: skip


class ProofForm(forms.Form):
    """A form of what opens the account to others: who fills it in proves who they are, where there is anything to
    prove by."""

    secret = forms.CharField(
        label=_("登录密码或验证码"), max_length=200, strip=False, help_text=_("再次确认是您本人"),
        widget=_secret(autocomplete="current-password"),
    )  # fmt: skip

    def __init__(self, *args: Any, has_proof: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_proof:
            del self.fields["secret"]

    def clean(self) -> dict[str, Any]:
        return {"secret": ""} | (super().clean() or {})


class BindForm(ProofForm):
    """The first code of an app that is being bound, and a proof by what was there before."""

    field_order = ("code", "secret")
    code = forms.CharField(
        label=_("验证码"), max_length=20, help_text=_("扫码后，身份验证器上显示的 6 位数字"),
        widget=_text(inputmode="numeric", autocomplete="one-time-code"),
    )  # fmt: skip


class PasswordForm(forms.Form):
    """A new password of one's own."""

    present = forms.CharField(label=_("现用密码"), strip=False, widget=_secret(autocomplete="current-password"))
    new = forms.CharField(
        label=_("新密码"), strip=False, help_text=_rules(), widget=_secret(autocomplete="new-password")
    )
    again = forms.CharField(label=_("再输一遍"), strip=False, widget=_secret(autocomplete="new-password"))
    and_tokens = forms.BooleanField(
        label=_("同时撤销我的全部接口令牌"), required=False, help_text=_("怀疑密码已被他人知道时请勾选"),
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两遍输入不一致。"))
        return data


class TokenForm(ProofForm):
    """A token for a program."""

    name = forms.CharField(label=_("用途"), max_length=60, widget=_text())
    days = forms.IntegerField(
        label=_("有效天数"), min_value=1, initial=90,
        widget=forms.NumberInput({"class": "form-control", "inputmode": "numeric"}),
    )  # fmt: skip
    allowed = forms.MultipleChoiceField(
        label=_("权限"), required=False, help_text=_("一项都不选，即为本人的全部权限"),
        widget=Boxes,
    )  # fmt: skip

    field_order = ("name", "days", "allowed", "secret")

    def __init__(self, *args: Any, allowed: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = scopes.is_english()
        choices = [(name, words[english]) for name, words in PERMISSIONS.items() if name in allowed]
        self.fields["allowed"].choices = choices  # type: ignore[attr-defined]


def _roles() -> list[tuple[str, str]]:
    english = scopes.is_english()
    return [("", ""), *((role.name, role.label_en if english else role.label) for role in ROLES.values())]


def _duties() -> list[tuple[str, str]]:
    english = scopes.is_english()
    return [(code, words[english]) for code, words in DUTIES.items()]


def _choice(label: Any, choices: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=CodeSelect({"class": "form-select"}), **more)


def _place(**more: Any) -> forms.CharField:
    return forms.CharField(
        label=_("区划"), max_length=80, widget=_text(), help_text=_("区划代码（6、9 或 12 位）或全名"), **more
    )


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"class": "form-control", "type": "date"}), **more)


def _area() -> forms.CharField:
    return forms.CharField(label=_("负责片区"), max_length=200, required=False, widget=_text(), help_text=AREA_NOTE)


class PostingFilterForm(forms.Form):
    """What the list of postings is narrowed to."""

    q = forms.CharField(label=_("用户名或姓名"), required=False, max_length=60, widget=_text(type="search"))
    place = _place(required=False)
    role = _choice(_("岗位角色"), _roles, required=False)
    duty = _choice(_("职责"), lambda: [("", ""), *_duties()[1:]], required=False)
    state = _choice(_("状态"), [("present", _("在任")), ("ended", _("已结束")), ("all", _("全部"))], required=False)


class NewPostingForm(forms.Form):
    """A duty in a division."""

    place = _place()
    role = _choice(_("岗位角色"), _roles)
    duty = _choice(_("职责"), _duties, required=False)
    area = _area()
    on = _day(_("自哪天起"), required=False, help_text=_("不填即今天"))


class NewUserForm(forms.Form):
    """A new account with its first posting."""

    username = forms.CharField(
        label=_("用户名"), max_length=60, widget=_text(autocomplete="off", autocapitalize="none"),
        help_text=_("可用拼音、工号或姓名，登录时输入"),
    )  # fmt: skip
    full_name = forms.CharField(label=_("姓名"), max_length=60, widget=_text(autocomplete="off"))
    place = _place()
    role = _choice(_("岗位角色"), _roles)
    duty = _choice(_("职责"), _duties, required=False)
    area = _area()


class OfficerFilterForm(forms.Form):
    """What the list of officers is narrowed to."""

    level = _choice(
        _("层级"),
        lambda: [("", _("全部")), *((one, officers.label_of(one)) for one in officers.LEVELS)],
        required=False,
    )
    place = _place(required=False)
    q = forms.CharField(label=_("用户名或姓名"), required=False, max_length=60, widget=_text(type="search"))


class AppointForm(forms.Form):
    """A list of officers to be issued."""

    file = forms.FileField(
        label=_("名单"), help_text=_("xlsx、xls 或 csv，第一行为表头"),
        error_messages={"required": _("请选择文件"), "empty": _("文件是空的，请重新选择")},
        widget=forms.ClearableFileInput({"class": "form-control"}),
    )  # fmt: skip
    on = _day(_("自哪天起"), required=False, help_text=_("不填即今天"))


class EndPostingForm(forms.Form):
    """From which day a posting no longer holds, and why."""

    on = _day(_("自哪天起不再任职"), required=False, help_text=_("不填即今天，立即失效"))
    reason = forms.CharField(label=_("原因"), required=False, max_length=200, widget=_text())


class TrailForm(forms.Form):
    """What of the trail is asked for."""

    person = forms.CharField(label=_("操作人用户名"), required=False, max_length=150, widget=_text())
    act = _choice(_("操作"), lambda: [("", ""), *trail.act_words()], required=False)
    subject = forms.CharField(
        label=_("对象"),
        required=False,
        max_length=120,
        widget=_text(),
        help_text=_("户编号、人编号或用户名，也可从列表中点选"),
    )
    place = _place(required=False)
    since = _day(_("自"), required=False)
    until = _day(_("至"), required=False)


class DrawUpForm(forms.Form):
    """To whom a posting hands over."""

    successor = forms.ModelChoiceField(
        label=_("接收人"), queryset=User.objects.none(), widget=forms.Select({"class": "form-select"}),
        help_text=_("同一区划同一岗位的其他人；没有时请先为接收人登记任职"),
    )  # fmt: skip
    remark = forms.CharField(
        label=_("备注"), required=False, max_length=500, help_text=_("未了事项、纸质档案、印章、设备等"),
        widget=forms.Textarea({"class": "form-control", "rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, successors: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["successor"]
        field.queryset = User.objects.filter(pk__in=[pk for pk, _label in successors])
        labels = dict(successors)
        field.label_from_instance = lambda user: labels[user.pk]


class SignForm(forms.Form):
    """A signature: the password typed again."""

    secret = forms.CharField(label=_("登录密码或验证码"), strip=False, widget=_secret(autocomplete="current-password"))
    note = forms.CharField(
        label=_("理由"), required=False, max_length=300, widget=_text(), help_text=_("作废或代签时须写明")
    )
