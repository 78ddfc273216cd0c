"""The rules of a password, as Django's validators; their measures are settings."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


class ClassesValidator:
    """Asks for characters of several kinds: small, capital, digit, other (a Chinese character is one)."""

    def __init__(self, least: int = 3) -> None:
        self.least = least

    def validate(self, password: str, user: Any = None) -> None:
        text = unicodedata.normalize("NFKC", password)
        if sum(bool(re.search(one, text)) for one in _CLASSES) < self.least:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        return _("密码应含小写字母、大写字母、数字、其他字符中的至少 %(least)s 类。") % {"least": self.least}


class FormerValidator:
    """Refuses the present password and the last ones before it."""

    def __init__(self, kept: int = 5) -> None:
        self.kept = kept

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        former = user.former_passwords.order_by("-id").values_list("password", flat=True)[: self.kept]
        if any(check_password(password, one) for one in (user.password, *former)):
            raise ValidationError(self.get_help_text(), code="password_former")

    def get_help_text(self) -> str:
        return _("不能使用最近 %(kept)s 次用过的密码。") % {"kept": self.kept}


def must_change(user: Any, now: datetime) -> bool:
    """Is a new password due: after a reset, or when the present one is too old?"""
    if user.must_change_password:
        return True
    days = settings.PASSWORD_DAYS
    return bool(days and user.password_set_at and now - user.password_set_at >= timedelta(days=days))
