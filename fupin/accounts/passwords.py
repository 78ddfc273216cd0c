"""The rules of a password, as Django's validators; their measures are parameters."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from fupin.accounts import limits

_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


class LengthValidator:
    """Asks for a least length."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < limits.value("password_length"):
            raise ValidationError(self.get_help_text(), code="password_length")

    def get_help_text(self) -> str:
        return _("密码至少 %(least)s 个字符。") % {"least": limits.value("password_length")}


class ClassesValidator:
    """Asks for characters of several kinds: small, capital, digit, other (a Chinese character is one)."""

    def validate(self, password: str, user: Any = None) -> None:
        text = unicodedata.normalize("NFKC", password)
        if sum(bool(re.search(one, text)) for one in _CLASSES) < limits.value("password_classes"):
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        least = limits.value("password_classes")
        return _("密码应含小写字母、大写字母、数字、其他字符中的至少 %(least)s 类。") % {"least": least}


class FormerValidator:
    """Refuses the present password and the last ones before it."""

    def validate(self, password: str, user: Any = None) -> None:
        kept = limits.value("password_history")
        if user is None or user.pk is None or not kept:
            return
        former = user.former_passwords.order_by("-id").values_list("password", flat=True)[: kept - 1]
        if any(check_password(password, one) for one in (user.password, *former)):
            raise ValidationError(self.get_help_text(), code="password_former")

    def get_help_text(self) -> str:
        return _("不能使用最近 %(kept)s 次用过的密码。") % {"kept": limits.value("password_history")}


def must_change(user: Any, now: datetime) -> bool:
    """Is a new password due: after a reset, or when the present one is too old?"""
    if user.must_change_password:
        return True
    days = limits.value("password_days")
    return bool(days and user.password_set_at and now - user.password_set_at >= timedelta(days=days))
