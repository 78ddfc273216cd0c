"""Words of letters: whom the list is about, and what a returned line says."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Whom(StrEnum):
    """Whom of the register a letter asks about."""

    REGISTERED = "registered"
    MONITORED = "monitored"
    BOTH = "both"
    ALL = "all"


WHOMS = {
    Whom.BOTH: _("在册户和监测对象"), Whom.REGISTERED: _("在册户"), Whom.MONITORED: _("监测对象"),
    Whom.ALL: _("登记册中的全部人员"),
}  # fmt: skip


class Shown(StrEnum):
    """What a list of letters is narrowed to."""

    LATE = "late"
    WAITING = "waiting"


SHOWN = {Shown.LATE: _("逾期未回"), Shown.WAITING: _("待我复核")}


class Outcome(StrEnum):
    """What the department says of a line."""

    HIT = "hit"
    NOTHING = "nothing"


OUTCOMES = {Outcome.HIT: _("查有"), Outcome.NOTHING: _("查无")}
SPELLINGS: dict[Outcome, tuple[str, ...]] = {
    Outcome.HIT: ("查有", "有", "是", "命中", "已命中", "存在", "符合", "有记录", "查到", "y", "yes", "1", "√", "✓"),
    Outcome.NOTHING: (
        "查无",
        "无",
        "否",
        "未命中",
        "不存在",
        "没有",
        "不符合",
        "无记录",
        "未查到",
        "n",
        "no",
        "0",
        "-",
        "—",
        "×",
    ),
}
"""How departments write it, before they were asked how they do."""

STATES_EN = {"drafted": "Draft", "waiting": "To be confirmed", "confirmed": "To be sent", "sent": "Sent",
             "returned": "Answered", "closed": "Closed", "dropped": "Dropped"}  # fmt: skip
"""The states of the procedure, whose labels are Chinese."""
RETURNED = {
    "unknown": _("行标识不是本函的，未采用"), "changed": _("证件号码被改动，未采用"), "twice": _("同一行出现多次，结果不一致的未采用"),
    "renamed": _("姓名被改动，号码相符的采用"), "unanswered": _("没有填写结果"), "bare": _("查有但没有填写内容，不能判断"),
    "left": _("查有的人已不在登记册"), "missing": _("发出后没有返回"),
}  # fmt: skip
"""What is to be looked at in an answer."""

ACTS: dict[str, tuple[str, str]] = {
    "change": ("修改比对函", "Change a letter"),
    # act: (label, English label)
    "begin": ("拟比对函", "Draft a comparison letter"),
    "prepare": ("生成比对函名单", "Draw up the list of a letter"),
    "submit": ("比对函送复核", "Hand a letter in for checking"),
    "confirm": ("复核比对函", "Confirm a letter"),
    "send_back": ("退回比对函", "Send a letter back"),
    "send": ("发出比对函", "Send a letter"),
    "answer": ("收到回函", "A letter was answered"),
    "close": ("办结比对函", "Close a letter"),
    "give_up": ("比对函未获回复，办结", "Close a letter without an answer"),
    "drop": ("作废比对函", "Drop a letter"),
    "take": ("下载发函名单（完整号码）", "Take a letter's list with whole numbers"),
    "take_wrong": ("下载回函中待核对的行", "Take the lines of an answer that are to be looked at"),
    "key": ("查看令牌交换密钥", "See the key of an exchange"),
    "delete": ("删除到期的发函名单", "Delete a letter's list"),
    "arrange": ("对应回函的列", "Say how an answer is read"),
}
