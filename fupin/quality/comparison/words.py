"""Words of comparison: where an exchange stands, how it came, what was decided about a pair."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Stage(StrEnum):
    """Where an exchange stands."""

    READING = "reading"
    ARRANGING = "arranging"
    """somebody must say which column holds the result, or what a word of it means"""
    READY = "ready"
    MATCHING = "matching"
    DONE = "done"
    REFUSED = "refused"
    DELETED = "deleted"
    """done, and its rows were deleted when their time was over"""


STAGES = {
    Stage.READING: _("正在读取"), Stage.ARRANGING: _("待对应列"), Stage.READY: _("待确认"), Stage.MATCHING: _("正在比对"), Stage.DONE: _("已比对"),
    Stage.REFUSED: _("未受理"), Stage.DELETED: _("已比对，数据已删除"),
}  # fmt: skip


class Way(StrEnum):
    """How rows came."""

    FILE = "file"
    TOKENS = "tokens"
    """numbers made into tokens at the department, with a key for this exchange"""
    LETTER = "letter"
    """our own list, come back with a result in each line"""


WAYS = {Way.FILE: _("部门数据文件"), Way.TOKENS: _("令牌文件"), Way.LETTER: _("比对函回函")}
HOWS = {
    "number": _("证件号码相符"), "scored": _("按姓名等关联认定"), "decided": _("经人工判定为同一人"),
    "letter": _("按函件的行标识对应"),
}  # fmt: skip
"""How a row was found to be about a person."""
ASKINGS = {Way.FILE: _("名单（完整证件号码）"), Way.TOKENS: _("令牌（不出证件号码）")}
"""How a letter may go out."""


class Lack(StrEnum):
    """Why a household may not be asked about."""

    NONE = "none"
    OTHER = "other"
    LATER = "later"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


LACKS = {
    Lack.NONE: _("没有授权"), Lack.OTHER: _("未授权查询该项数据"), Lack.LATER: _("授权尚未开始"),
    Lack.EXPIRED: _("授权已到期"), Lack.WITHDRAWN: _("授权已收回"),
}  # fmt: skip


class Verdict(StrEnum):
    """What was decided about a row and a person."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


VERDICTS = {Verdict.OPEN: _("待判定"), Verdict.SAME: _("同一人"), Verdict.DIFFERENT: _("不是同一人")}
