"""Words of quality: how grave a finding is, and whose record it is about."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Severity(StrEnum):
    """How grave what a rule finds is (handbook §5.2)."""

    ERROR = "E"
    """surely wrong, to be corrected"""
    DOUBT = "W"
    """to be checked: corrected, or confirmed with a reason"""
    HINT = "I"
    """worth a look"""


SEVERITIES = {Severity.ERROR: _("错误"), Severity.DOUBT: _("疑点"), Severity.HINT: _("提示")}

SUBJECTS = {"persons": "person", "households": "household", "divisions": "division"}
"""The kind of subject that each dataset's rows are, for rules that judge it."""
