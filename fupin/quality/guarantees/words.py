"""Words of the lights."""

from django.utils.translation import gettext_lazy as _

TITLE = _("保障状况")
OUTCOMES = {"met": _("达标"), "unmet": _("未达标"), "conflict": _("结论矛盾"), "unknown": _("未查明")}
"""The lights: green, red, amber, grey."""
MARKS = {"met": "✓", "unmet": "✗", "unknown": "?"}
"""The mark of a part of the standard."""
MEANT = {"met": _("符合"), "unmet": _("不符合"), "unknown": _("登记不全")}
"""What the marks say aloud."""
