"""Words of issued lists: what a column holds, where a list stands, what became of a line."""

from __future__ import annotations

import re
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from fupin.quality.words import Answer

TITLE = _("下发名单")
KEPT = "issued_list"
"""The kind of the sender's file among attachments."""
MOST_REASON = 200


class Role(StrEnum):
    """What a column of the sender is to us."""

    KEY = "key"
    HOUSEHOLD = "household"
    HEAD = "head"
    ID = "id"
    PERSON = "person"
    TOWNSHIP = "township"
    VILLAGE = "village"
    QUESTION = "question"
    DUE = "due"
    ANSWER = "answer"
    REASON = "reason"
    DAY = "day"
    BY = "by"


ROLES = {
    Role.KEY: _("名单编号"), Role.HOUSEHOLD: _("户编号"), Role.HEAD: _("户主姓名"), Role.ID: _("证件号码"),
    Role.PERSON: _("人员姓名"), Role.TOWNSHIP: _("苏木乡镇"), Role.VILLAGE: _("嘎查村"), Role.QUESTION: _("问题"),
    Role.DUE: _("办理期限"), Role.ANSWER: _("填核实结果"), Role.REASON: _("填情况说明"), Role.DAY: _("填核实日期"),
    Role.BY: _("填核实人"),
}  # fmt: skip
GIVEN_BACK = (Role.ANSWER, Role.REASON, Role.DAY, Role.BY)
"""The columns that the answer goes into; one that the sender has not got is added behind the last."""
ADDED = {Role.ANSWER: "核实结果", Role.REASON: "情况说明", Role.DAY: "核实日期", Role.BY: "核实人"}
"""What an added column is headed; the sender reads Chinese, whoever gives the list back."""
WHO = (Role.HOUSEHOLD, Role.HEAD, Role.ID, Role.PERSON)
"""The columns that say whom a line is about."""
GUESSES: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (Role.KEY, r"^(序号|编号|编码|流水号|id|no\.?|(问题|疑点|数据|线索|任务|工单)(编号|编码|id)|唯一标识)$"),
        (Role.DAY, r"(核实|整改|答复|反馈|核查|完成|办结)(日期|时间)$"),
        (Role.BY, r"(核实|整改|答复|反馈|核查|填报|责任|办理)人(员)?(姓名)?$"),
        (Role.REASON, r"(情况|原因|整改|核实|核查|答复|反馈)说明|(属实|不属实|未整改|未更正)原因|^说明$"),
        (Role.ANSWER, r"(核实|整改|核查|处理|答复|反馈|办理)(结果|情况|意见|结论)|是否(属实|整改|更正)|^(答复|反馈)$"),
        (Role.DUE, r"期限|时限|截止|限期|(完成|反馈|报送)前"),
        (Role.ID, r"证件号|身份证|证号"),
        (Role.HOUSEHOLD, r"户编号|户编码|户号$|户代码"),
        (Role.HEAD, r"户主"),
        (Role.TOWNSHIP, r"乡|镇|苏木|街道"),
        (Role.VILLAGE, r"嘎查|村|社区"),
        (Role.QUESTION, r"问题|疑点|存疑|预警|异常|比对结果|核查内容|错误"),
        (Role.PERSON, r"姓名|人员名称"),
    )
)
"""How headings are understood, the first that fits; the officer sees it and corrects it."""
BACK = {Answer.CORRECTED: "已更正", Answer.TRUE: "情况属实", Answer.ELSEWHERE: "不属本辖区"}
"""How our answers are written into the sender's column, until somebody says otherwise for lists of that form."""
NOT_MATCHED = "未对应"
"""What the column of answers says of a line that nobody of the register stands behind."""


class Stage(StrEnum):
    """Where a list stands."""

    READING = "reading"
    MAPPING = "mapping"
    MATCHING = "matching"
    OUT = "out"
    """its lines are with the villages"""
    REPLACED = "replaced"
    """a newer version of it came"""
    REFUSED = "refused"
    DELETED = "deleted"
    """its file and what its lines said were deleted when their time was over"""


STAGES = {
    Stage.READING: _("正在读取"), Stage.MAPPING: _("待核对列"), Stage.MATCHING: _("正在对应"), Stage.OUT: _("已下发"),
    Stage.REPLACED: _("已有新版"), Stage.REFUSED: _("未受理"), Stage.DELETED: _("内容已到期删除"),
}  # fmt: skip


class Fate(StrEnum):
    """What became of a line."""

    MATCHED = "matched"
    """a ticket is with the village"""
    SEVERAL = "several"
    """it may be one of several, or somebody whose record differs: a person decides"""
    NOBODY = "nobody"
    """the register has nobody for it"""
    RETURNED = "returned"
    """somebody has looked and gives it back with the reason"""
    WITHDRAWN = "withdrawn"
    """the newer version of the list no longer asks it"""


FATES = {
    Fate.MATCHED: _("已下发"), Fate.SEVERAL: _("待判定"), Fate.NOBODY: _("对应不上"), Fate.RETURNED: _("已退回"),
    Fate.WITHDRAWN: _("已撤回"),
}  # fmt: skip
