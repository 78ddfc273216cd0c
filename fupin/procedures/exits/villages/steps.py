"""Exit of a village as a table of steps, as it was until 2020: publicity in the township, the banner approves and announces."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_noop as _

from fupin.core.steps import Editions, Evidence, Procedure, State, Transition
from fupin.procedures.building import back, hung, posting
from fupin.procedures.conditions import ANNOUNCED, DOWN, FREE_TOWNSHIP, HANGS_TOWNSHIP
from fupin.procedures.exits.villages.rules import REACHED
from fupin.procedures.words import CHECK, DECIDE, VERIFY, VILLAGE_EXIT

_STAYS = _("暂不退出")
_REPORT = (Evidence("village_report", _("村退出情况报告")),)

UNTIL_2020 = Procedure(
    name=VILLAGE_EXIT, edition="2014", until=date(2021, 1, 1), label=_("嘎查村退出（2014–2020 年）"), strict=True, recurs=True,
    source="关于建立贫困退出机制的意见（未见原文，按公开转载）",
    states=(
        State("proposed", _("已提出退出")), State("reported", _("嘎查村已报告")), State("checked", _("乡镇已审核")),
        State("posted_township", _("乡镇公示中")), State("cleared_township", _("乡镇公示无异议")), State("decided", _("旗县已批准")),
        State("announced", _("旗县已公告")), State("left", _("已退出"), is_end=True), State("rejected", _STAYS, is_end=True),
    ),
    transitions=(
        Transition("report", _("报告退出情况"), "proposed", "reported", VERIFY, level="village", evidence=_REPORT),
        Transition("check", _("乡镇审核"), "reported", "checked", CHECK, level="township", others_than=("report",),
                   conditions=(REACHED,)),
        *back("reported", CHECK, "township", first="proposed", label=_STAYS, evidence=()),
        *posting("post_township", _("张贴乡镇公示"), "checked", "posted_township", CHECK, "township", HANGS_TOWNSHIP),
        Transition("close_township", _("乡镇公示期满"), "posted_township", "cleared_township", CHECK, level="township",
                   conditions=(FREE_TOWNSHIP,), least=hung("publicity.township_days")),
        *back("posted_township", CHECK, "township", DOWN, first="proposed", label=_STAYS, evidence=()),
        Transition("decide", _("旗县批准退出"), "cleared_township", "decided", DECIDE, level="banner", others_than=("check",),
                   conditions=(REACHED,)),
        *back("cleared_township", DECIDE, "banner", first="proposed", label=_STAYS, evidence=()),
        Transition("announce", _("发布旗县公告"), "decided", "announced", DECIDE, level="banner", conditions=(ANNOUNCED,),
                   back_dating="publicity.back_dating_days"),
        Transition("leave", _("标注退出"), "announced", "left", DECIDE, level="banner", others_than=("decide",)),
    ),
)  # fmt: skip

TABLES = Editions((UNTIL_2020,))
POSTS = {"post_township": ("township", "close_township"), "announce": ("banner", "")}
HANGING = {"posted_township": "township"}
