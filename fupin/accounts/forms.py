"""Forms of the accounts' screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.accounts.roles import PERMISSIONS
from fupin.accounts.tokens import LONGEST_DAYS

_rules = lazy(lambda: "；".join(str(text).rstrip("。.") for text in password_validators_help_texts()), str)


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


class BindForm(CodeForm):
    """The first code of an app that is being bound."""

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

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两遍输入不一致。"))
        return data


class TokenForm(forms.Form):
    """A token for a program."""

    name = forms.CharField(label=_("用途"), max_length=60, widget=_text())
    days = forms.IntegerField(
        label=_("有效天数"), min_value=1, max_value=LONGEST_DAYS, initial=90,
        widget=forms.NumberInput({"class": "form-control", "inputmode": "numeric"}),
    )  # fmt: skip
    allowed = forms.MultipleChoiceField(
        label=_("权限"), required=False, help_text=_("一项都不选，即为本人的全部权限"),
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )  # fmt: skip

    def __init__(self, *args: Any, allowed: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = scopes.is_english()
        choices = [(name, words[english]) for name, words in PERMISSIONS.items() if name in allowed]
        self.fields["allowed"].choices = choices  # type: ignore[attr-defined]
