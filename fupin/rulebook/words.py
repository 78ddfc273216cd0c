"""Words of the rulebook: the states of a request."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(StrEnum):
    """Where a request stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


STATES = {
    State.PROPOSED: _("待复核"),
    State.CONFIRMED: _("已生效"),
    State.REFUSED: _("未通过"),
    State.WITHDRAWN: _("已撤回"),
    State.REPLACED: _("已被替换"),
}

KINDS = {
    "parameter": _("参数"),
    "code": _("编码"),
    "rule": _("质量规则"),
    "switch": _("规则开关"),
    "source": _("数据来源"),
}
"""What a request may be about."""

WORDS = {
    "work": _("工作"),
    "household": _("对象户"),
    "person": _("对象人口"),
    "registered": _("在册户"),
    "exited": _("退出户"),
    "ordinary": _("其他农户"),
    "all_households": _("全部农户"),
    "low_income": _("低收入人口"),
    "register": _("登记册"),
    "status": _("状态"),
    "line": _("标准线"),
    "incidence": _("发生率"),
    "cause": pgettext_lazy("of poverty", "原因"),
    "helper": _("帮扶人"),
    "measure": _("措施"),
    "funds": _("资金"),
    "office": _("主管机构"),
    "national_system": _("国家系统"),
    "key_village": _("重点嘎查村"),
    "key_banner": _("重点旗县"),
}
"""What the words of a regime stand for, whatever it calls them."""
