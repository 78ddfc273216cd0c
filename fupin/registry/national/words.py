"""The words of the national screens."""

from django.utils.translation import gettext_lazy as _

KINDS = {"household": _("户"), "person": _("人口"), "monitored": _("监测对象"), "measure": _("帮扶措施")}
STATES = {"open": _("待录入"), "done": _("已销号"), "theirs": _("以国家系统为准")}
REASONS = {
    "no_number": _("没有国家系统编号"),
    "no_village": _("行政村无法识别"),
    "twice": _("编号在文件中重复"),
    "outside": _("不在本次区划内"),
}


def kind_label(kind: str) -> object:
    """The kind of an export in words; empty while it has not been read."""
    return KINDS.get(kind, "")
