"""Identification as tables of steps: the one of 2014–2020, and the one of 2021 on in which the comparison comes first.

Who: the village takes applications, visits, meets and posts; the township checks; the banner compares and decides, and
another person there enters. The acts of both editions are called alike, so that lists and the API name them once.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_noop as _

from fupin.core.steps import Days, Editions, Evidence, Procedure, State, Transition
from fupin.procedures.building import REPLY, back, home, hung, leaving, posting
from fupin.procedures.conditions import (
    ANNOUNCED,
    ANSWERED,
    COMPARED,
    DOWN,
    FREE_TOWNSHIP,
    FREE_VILLAGE,
    HANGS_TOWNSHIP,
    HANGS_VILLAGE,
    NOT_VOTED,
    VOTED,
)
from fupin.procedures.identification.rules import FITS
from fupin.procedures.words import APPLY, CHECK, COMPARE, DECIDE, IDENTIFICATION, MEET

_NEW = date(2021, 1, 1)
_ENDS = (
    State("entered", _("已纳入"), is_end=True), State("rejected", _("不予识别"), is_end=True),
    State("withdrawn", _("已放弃"), is_end=True),
)  # fmt: skip

MONITORED = Procedure(
    name=IDENTIFICATION, edition="2021", since=_NEW, label=_("防返贫监测对象识别（2021 年起）"), strict=True, recurs=True,
    source="关于健全防止返贫动态监测和帮扶机制的指导意见（中农组发〔2021〕7号）；本地文件未见原文处由旗县以参数确认",
    whole=Days("identification.whole_way_days", pauses="publicity.objection_pauses"), whole_to="decided",
    states=(
        State("lead", _("线索已登记")), State("applied", _("已受理")), State("verified", _("已核查")), State("compared", _("已比对")),
        State("reviewed", _("评议通过")), State("posted", _("村级公示中")), State("cleared", _("公示无异议")),
        State("checked", _("乡镇已审核")), State("decided", _("旗县已审定")), *_ENDS,
    ),
    transitions=(
        Transition("apply", _("受理申请"), "lead", "applied", APPLY, level="village",
                   evidence=(Evidence("application", _("申请书或线索登记表")), Evidence("authorisation", _("承诺授权书")))),
        *home(Days("monitoring.lead_visit_working_days", working=True)),
        Transition("compare", _("信息比对"), "verified", "compared", COMPARE, level="banner", conditions=(ANSWERED,)),
        Transition("review", _("民主评议通过"), "compared", "reviewed", MEET, level="village", conditions=(VOTED,)),
        Transition("vote_down", _("民主评议未通过"), "compared", "rejected", MEET, level="village", conditions=(NOT_VOTED,),
                   evidence=REPLY),
        *posting("post", _("张贴村级公示"), "reviewed", "posted", MEET, "village", HANGS_VILLAGE),
        Transition("close", _("村级公示期满"), "posted", "cleared", MEET, level="village", conditions=(FREE_VILLAGE,),
                   least=hung("publicity.village_days")),
        Transition("take_back", _("撤下公示，重新评议"), "posted", "compared", CHECK, level="township", needs_note=True,
                   conditions=(DOWN,)),
        Transition("check", _("乡镇审核"), "cleared", "checked", CHECK, level="township", others_than=("verify",)),
        *back("cleared", CHECK, "township"),
        Transition("decide", _("旗县审定"), "checked", "decided", DECIDE, level="banner", others_than=("verify", "check"),
                   conditions=(FITS,)),
        *back("checked", DECIDE, "banner"),
        Transition("enter", _("录入纳入"), "decided", "entered", DECIDE, level="banner", others_than=("decide",)),
        *leaving("lead", "applied", "verified", "compared"),
    ),
)  # fmt: skip

REGISTERED = Procedure(
    name=IDENTIFICATION, edition="2014", until=_NEW, label=_("精准识别（2014–2020 年）"), strict=True, recurs=True,
    source="扶贫开发建档立卡工作方案（国开办发〔2014〕24号）；两公示一公开",
    whole=Days("identification.decision_working_days", working=True, pauses="publicity.objection_pauses"), whole_to="decided",
    states=(
        State("lead", _("申请已登记")), State("applied", _("已受理")), State("verified", _("已核查")), State("reviewed", _("评议通过")),
        State("posted", _("村级公示中")), State("cleared", _("村级公示无异议")), State("checked", _("乡镇已审核")),
        State("posted_township", _("乡镇公示中")), State("cleared_township", _("乡镇公示无异议")), State("compared", _("旗县已比对")),
        State("decided", _("旗县已审定")), State("announced", _("旗县已公告")), *_ENDS,
    ),
    transitions=(
        Transition("apply", _("受理申请"), "lead", "applied", APPLY, level="village",
                   evidence=(Evidence("application", _("申请书或线索登记表")),)),
        *home(),
        Transition("review", _("民主评议通过"), "verified", "reviewed", MEET, level="village", conditions=(VOTED,)),
        Transition("vote_down", _("民主评议未通过"), "verified", "rejected", MEET, level="village", conditions=(NOT_VOTED,),
                   evidence=REPLY),
        *posting("post", _("张贴村级公示"), "reviewed", "posted", MEET, "village", HANGS_VILLAGE),
        Transition("close", _("村级公示期满"), "posted", "cleared", MEET, level="village", conditions=(FREE_VILLAGE,),
                   least=hung("publicity.village_days")),
        Transition("take_back", _("撤下公示，重新评议"), "posted", "verified", CHECK, level="township", needs_note=True,
                   conditions=(DOWN,)),
        Transition("check", _("乡镇审核"), "cleared", "checked", CHECK, level="township", others_than=("verify",)),
        *back("cleared", CHECK, "township"),
        *posting("post_township", _("张贴乡镇公示"), "checked", "posted_township", CHECK, "township", HANGS_TOWNSHIP),
        Transition("close_township", _("乡镇公示期满"), "posted_township", "cleared_township", CHECK, level="township",
                   conditions=(FREE_TOWNSHIP,), least=hung("publicity.township_days")),
        *back("posted_township", CHECK, "township", DOWN),
        Transition("compare", _("信息比对"), "cleared_township", "compared", COMPARE, level="banner", conditions=(ANSWERED,)),
        Transition("decide", _("旗县审定"), "compared", "decided", DECIDE, level="banner", others_than=("verify", "check"),
                   conditions=(COMPARED, FITS)),
        *back("compared", DECIDE, "banner"),
        Transition("announce", _("发布旗县公告"), "decided", "announced", DECIDE, level="banner", conditions=(ANNOUNCED,),
                   back_dating="publicity.back_dating_days"),
        Transition("enter", _("录入纳入"), "announced", "entered", DECIDE, level="banner", others_than=("decide",)),
        *leaving("lead", "applied", "verified"),
    ),
)  # fmt: skip

TABLES = Editions((REGISTERED, MONITORED))
POSTS = {
    # act: (where the list hangs, the act that follows once it may come down)
    "post": ("village", "close"), "post_township": ("township", "close_township"), "announce": ("banner", ""),
}  # fmt: skip
HANGING = {"posted": "village", "posted_township": "township"}
"""The states in which a list hangs, and where."""
