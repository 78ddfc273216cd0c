"""Words of publicity: what is posted, where, in which state it hangs, what becomes of an objection."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """What a notice is about."""

    IDENTIFIED = "identified"
    EXITED = "exited"
    MONITORED = "monitored"
    CLEARED = "cleared"
    RETURNED = "returned"
    ROUND = "round"
    VILLAGE_EXIT = "village_exit"
    BANNER_EXIT = "banner_exit"
    PROJECTS = "projects"
    REGISTER = "register"
    OTHER = "other"


KINDS = {
    Kind.IDENTIFIED: _("识别（纳入）"), Kind.EXITED: _("户退出"), Kind.MONITORED: _("监测对象认定"),
    Kind.CLEARED: _("风险消除"), Kind.RETURNED: _("返贫"), Kind.ROUND: _("动态调整结果"),
    Kind.VILLAGE_EXIT: _("嘎查村退出"), Kind.BANNER_EXIT: _("旗县退出"), Kind.PROJECTS: _("项目资金"),
    Kind.REGISTER: _("在册名单"), Kind.OTHER: _("其他"),
}  # fmt: skip

TITLES = {
    Kind.IDENTIFIED: "关于拟认定{household}名单的公示", Kind.EXITED: "关于拟退出户名单的公示",
    Kind.MONITORED: "关于拟纳入防返贫监测名单的公示", Kind.CLEARED: "关于拟消除风险名单的公示",
    Kind.RETURNED: "关于拟认定返贫户名单的公示", Kind.ROUND: "关于动态调整结果的公示",
    Kind.VILLAGE_EXIT: "关于拟退出嘎查村名单的公示", Kind.BANNER_EXIT: "关于拟退出旗县的公示",
    Kind.PROJECTS: "关于项目资金安排的公示", Kind.REGISTER: "关于{register}在册名单的公示", Kind.OTHER: "公示",
}  # fmt: skip
"""The heading of the sheet, which is a Chinese document; `{household}` and `{register}` are the regime's own words."""

ANNOUNCED = (Kind.IDENTIFIED, Kind.EXITED, Kind.RETURNED, Kind.VILLAGE_EXIT, Kind.CLEARED)
"""What a banner announces when it has decided (两公示一公告): until 2020 who comes and leaves, from 2021 whose risk is cleared."""

OF_DIVISIONS = (Kind.VILLAGE_EXIT, Kind.BANNER_EXIT)
"""Notices whose lines are divisions and not households."""


class Place(StrEnum):
    """Where a notice hangs."""

    VILLAGE = "village"
    TOWNSHIP = "township"
    BANNER = "banner"
    REGION = "region"


PLACES = {
    Place.VILLAGE: _("嘎查村公示栏"), Place.TOWNSHIP: _("苏木乡镇公示栏"), Place.BANNER: _("旗县公告"),
    Place.REGION: _("自治区公告"),
}  # fmt: skip
BOARDS = {
    Place.VILLAGE: "嘎查村公示栏",
    Place.TOWNSHIP: "苏木乡镇公示栏",
    Place.BANNER: "旗县范围",
    Place.REGION: "自治区范围",
}
"""The same on the sheet."""


class State(StrEnum):
    """Whether a notice hangs."""

    POSTED = "posted"
    ENDED = "ended"
    TAKEN_DOWN = "taken_down"


STATES = {State.POSTED: _("公示中"), State.ENDED: _("已期满"), State.TAKEN_DOWN: _("已撤下")}
TONES = {State.POSTED: "warn", State.ENDED: "good", State.TAKEN_DOWN: "wrong"}


class Channel(StrEnum):
    """How an objection came."""

    PAPER = "paper"
    PHONE = "phone"
    ONLINE = "online"


CHANNELS = {Channel.PAPER: _("书面"), Channel.PHONE: _("电话"), Channel.ONLINE: _("网上")}
BY_HAND = (Channel.PAPER, Channel.PHONE)
"""Channels that somebody of the office enters."""


class Outcome(StrEnum):
    """What an objection comes to."""

    REJECTED = "rejected"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"


OUTCOMES = {
    Outcome.REJECTED: _("异议不成立"), Outcome.UPHELD: _("异议成立"), Outcome.WITHDRAWN: _("提出人撤回"),
}  # fmt: skip


class Form(StrEnum):
    """In which form the list is rendered: the sheet for the board, and what may go on the internet."""

    SHEET = "sheet"
    MASKED = "masked_name"
    COUNTS = "count_only"


NOT_ON_THE_INTERNET = "none"

HEADINGS = {
    # field of the sheet (code list `sheet_field`): (heading, English heading)
    "head_name": ("户主姓名", "Head of household"),
    "persons": ("家庭人口", "Persons"),
    "village_group": ("村组", "Village group"),
    "category": ("类别", "Category"),
    "cause": ("致贫原因或风险", "Cause or risk"),
    "income": ("人均纯收入（元）", "Net income a head (yuan)"),
    "name": ("名称", "Name"),
    "note": ("说明", "Note"),
}
SHOWN_OF_DIVISIONS = ("name", "note")
TELLS_HEALTH = {"main_cause": frozenset({"01", "02"}), "risk_cause": frozenset({"01", "03", "12"})}
"""Causes and risks that say that somebody is ill, disabled or without medical insurance: never on a sheet."""

MOST_LINES = 2_000
"""Lines of one notice: the largest village, and a township's list."""
MOST_TEXT = 1_000
PROOF = "notice_posted"
"""The kind of a photograph of the posted sheet."""
PAPER = "objection"
"""The kind of a scan of an objection on paper."""

ACTS: dict[str, tuple[str, str]] = {
    # act: (label, English label)
    "notices.post": ("张贴公示", "Post a notice"),
    "notices.prove": ("上传张贴照片", "Prove a posting"),
    "notices.object": ("受理公示异议", "Take an objection"),
    "notices.answer": ("答复公示异议", "Answer an objection"),
    "notices.read_objection": ("查看异议人和内容", "Read an objection"),
    "notices.take_down": ("撤下公示", "Take a notice down"),
    "notices.end": ("公示期满", "A notice ended"),
    "notices.export": ("导出公示台账", "Export notices"),
}
