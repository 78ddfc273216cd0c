"""Words of quality: how grave a finding is, and whose record it is about."""

from enum import IntEnum, StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Severity(StrEnum):
    """How grave what a rule finds is (handbook §5.2)."""

    ERROR = "E"
    """surely wrong, to be corrected"""
    DOUBT = "W"
    """to be checked: corrected, or confirmed with a reason"""
    HINT = "I"
    """worth a look"""


SEVERITIES = {Severity.ERROR: _("错误"), Severity.DOUBT: _("疑点"), Severity.HINT: _("提示")}

DATASETS = {
    "households": pgettext_lazy("subject", "户"),
    "persons": pgettext_lazy("subject", "人"),
    "divisions": _("区划"),
}
"""What rules judge."""
SUBJECTS = {"persons": "person", "households": "household", "divisions": "division"}
"""The kind of subject that each dataset's rows are, for rules that judge it."""


TITLE = _("问题数据")
"""What the list of tickets is called."""


NOTES_TITLE = _("按质量规则需要核对")
"""What stands over the rules that a record breaks as it is now."""


class State(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    """somebody must answer"""
    ANSWERED = "answered"
    """answered, waits for a second person"""
    CLOSED = "closed"


STATES = {State.OPEN: _("待核实"), State.ANSWERED: _("待复核"), State.CLOSED: _("已办结")}


class Answer(StrEnum):
    """What the officer says to a finding (handbook §5.2)."""

    CORRECTED = "corrected"
    TRUE = "true"
    ELSEWHERE = "elsewhere"


ANSWERS = {Answer.CORRECTED: _("已更正"), Answer.TRUE: _("情况属实"), Answer.ELSEWHERE: _("不属本辖区")}


class Why(StrEnum):
    """Why a ticket is closed."""

    PASSED = "passed"
    """the next sweep no longer found it"""
    CORRECTED = "corrected"
    TRUE = "true"
    SWITCHED = "switched"
    """the office no longer judges the rule there: nobody has answered, and nothing was put right"""
    WITHDRAWN = "withdrawn"
    """whoever issued the list no longer asks it"""


WHYS = {
    Why.PASSED: _("规则复核通过"), Why.CORRECTED: _("更正后规则复核通过"), Why.TRUE: _("情况属实，已复核"),
    Why.SWITCHED: _("规则已停用，不计整改"),
    Why.WITHDRAWN: _("下发单位已撤回"),
}  # fmt: skip


class Level(IntEnum):
    """Up to whom a ticket has gone because nobody acted in time: overdue is counted one level up."""

    NONE = 0
    TOWNSHIP = 1
    BANNER = 2


LEVELS = {Level.NONE: "", Level.TOWNSHIP: _("已超期，报苏木乡镇"), Level.BANNER: _("已超期，报旗县")}


class SweepState(StrEnum):
    """How far a sweep is: its findings are settled chunk by chunk."""

    SETTLING = "settling"
    DONE = "done"


SWEEP_STATES = {SweepState.SETTLING: _("正在生成问题"), SweepState.DONE: _("已完成")}
ACTS: dict[str, tuple[str, str]] = {
    # act: (label, English label)
    "begin": ("下发问题", "Open a ticket"),
    "reopen": ("规则再次命中，重新打开", "Found again: reopen a ticket"),
    "return": ("答复后记录又有变化，退回", "Record changed after the answer: back"),
    "pass": ("规则复核通过，办结", "No longer found: close a ticket"),
    "switch_off": ("规则已停用，办结", "Rule switched off: close a ticket"),
    "correct": ("更正，规则复核通过", "Corrected: close a ticket"),
    "still_found": ("更正后规则仍命中", "Corrected, still found"),
    "report": ("更正，待人工复核", "Corrected, to be checked"),
    "confirm": ("答复情况属实", "Answer: true"),
    "pass_on": ("答复不属本辖区", "Answer: not ours"),
    "accept": ("复核通过", "Accept an answer"),
    "send_back": ("退回答复", "Send an answer back"),
    "withdraw": ("下发单位撤回，办结", "Withdrawn by the sender: close a ticket"),
    "renew": ("名单更新，重新核实", "The list has changed: ask anew"),
    "follow": ("随户迁移，转新所在村", "Follow the household to its new village"),
    "assign": ("指派问题", "Assign a ticket"),
    "reassign": ("改派问题", "Reassign a ticket"),
}
"""What is done with a ticket: the acts of `steps.TICKET`, and the opening before them."""
ORIGINS = {
    "疑A": _("公开代码所见的 2017–2018 年疑点清单"),
    "疑B": _("公开代码所见的 2021 年校验规则（28 条）"),
    "G:": _("公开代码所见的贵州 2023 年校验规则及其编号"),
    "SQL": _("公开代码所见的 2014 年校验语句"),
    "自定": _("本系统设计，没有公布的出处，可以停用"),
}
"""What the sources of shipped rules are short for."""
EVIDENCE = "ticket_evidence"
"""The kind of the files that an answer rests on."""
MOST_REASON = 500
"""Characters of a reason."""
