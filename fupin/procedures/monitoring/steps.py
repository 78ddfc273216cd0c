"""Risk cleared (2021 on) and return to poverty (until 2020) as tables of steps.

Who: the village proposes, visits, meets and posts; the township checks; the banner decides and announces, and another
person there enters.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_noop as _

from fupin.core.steps import Editions, Procedure, State, Transition
from fupin.procedures.building import back, home, hung, leaving, posting
from fupin.procedures.conditions import (
    ANNOUNCED,
    ANSWERED,
    CORROBORATED,
    DOWN,
    FREE_TOWNSHIP,
    FREE_VILLAGE,
    HANGS_TOWNSHIP,
    HANGS_VILLAGE,
    INCOME,
    NOT_VOTED,
    VOTED,
)
from fupin.procedures.monitoring.held import DUE, GONE, MET, POOR_AGAIN, STABLE
from fupin.procedures.words import CHECK, COMPARE, DECIDE, MEET

_NEW = date(2021, 1, 1)
_POSTED = (
    Transition("close", _("村级公示期满"), "posted", "free", MEET, level="village", conditions=(FREE_VILLAGE,),
               least=hung("publicity.village_days")),
    Transition("take_back", _("撤下公示，重新评议"), "posted", "verified", CHECK, level="township", needs_note=True,
               conditions=(DOWN,)),
    Transition("check", _("乡镇审核"), "free", "checked", CHECK, level="township", others_than=("verify",)),
)  # fmt: skip
_ANNOUNCE = Transition("announce", _("发布旗县公告"), "decided", "announced", DECIDE, level="banner", conditions=(ANNOUNCED,),
                       back_dating="publicity.back_dating_days")  # fmt: skip

CLEARED = Procedure(
    name="risk_clearing", edition="2021", since=_NEW, label=_("风险消除（2021 年起）"), strict=True, recurs=True,
    source="关于健全防止返贫动态监测和帮扶机制的指导意见（中农组发〔2021〕7号）；条件与程序见海南 2021-12 公开办法，本地未见原文处由旗县以参数确认",
    states=(
        State("proposed", _("已提出消除")), State("verified", _("已核查")), State("reviewed", _("评议通过")),
        State("posted", _("村级公示中")), State("free", _("公示无异议")), State("checked", _("乡镇已审核")),
        State("decided", _("旗县已审定")), State("announced", _("旗县已公告")),
        State("cleared", _("风险已消除"), is_end=True), State("rejected", _("继续监测"), is_end=True),
        State("withdrawn", _("已撤回"), is_end=True),
    ),
    transitions=(
        *home(before="proposed", conditions=(CORROBORATED, INCOME, STABLE, MET, GONE)),
        Transition("review", _("民主评议通过"), "verified", "reviewed", MEET, level="village", conditions=(VOTED,)),
        Transition("vote_down", _("民主评议未通过"), "verified", "rejected", MEET, level="village", conditions=(NOT_VOTED,)),
        *posting("post", _("张贴村级公示"), "reviewed", "posted", MEET, "village", HANGS_VILLAGE),
        *_POSTED,
        *back("free", CHECK, "township", first="proposed", label=_("不予消除，继续监测"), evidence=()),
        Transition("decide", _("旗县审定"), "checked", "decided", DECIDE, level="banner", others_than=("verify", "check"),
                   conditions=(DUE, STABLE, MET, GONE)),
        *back("checked", DECIDE, "banner", first="proposed", label=_("不予消除，继续监测"), evidence=()),
        _ANNOUNCE,
        Transition("clear", _("录入风险消除"), "announced", "cleared", DECIDE, level="banner", others_than=("decide",)),
        *leaving("proposed", "verified", label=_("撤回风险消除"), evidence=()),
    ),
)  # fmt: skip

RETURNED = Procedure(
    name="poverty_return", edition="2014", until=_NEW, label=_("返贫认定（2014–2020 年）"), strict=True, recurs=True,
    source="关于建立贫困退出机制的意见（2016）：返贫人口及时纳入；程序同建档立卡识别，两公示一公告",
    states=(
        State("proposed", _("已提出返贫")), State("verified", _("已核查")), State("reviewed", _("评议通过")),
        State("posted", _("村级公示中")), State("free", _("村级公示无异议")), State("checked", _("乡镇已审核")),
        State("posted_township", _("乡镇公示中")), State("free_township", _("乡镇公示无异议")), State("compared", _("旗县已比对")),
        State("decided", _("旗县已审定")), State("announced", _("旗县已公告")),
        State("returned", _("已返贫"), is_end=True), State("rejected", _("不予认定"), is_end=True),
        State("withdrawn", _("已撤回"), is_end=True),
    ),
    transitions=(
        *home(before="proposed", conditions=(CORROBORATED, POOR_AGAIN)),
        Transition("review", _("民主评议通过"), "verified", "reviewed", MEET, level="village", conditions=(VOTED,)),
        Transition("vote_down", _("民主评议未通过"), "verified", "rejected", MEET, level="village", conditions=(NOT_VOTED,)),
        *posting("post", _("张贴村级公示"), "reviewed", "posted", MEET, "village", HANGS_VILLAGE),
        *_POSTED,
        *back("free", CHECK, "township", first="proposed", label=_("不予认定返贫")),
        *posting("post_township", _("张贴乡镇公示"), "checked", "posted_township", CHECK, "township", HANGS_TOWNSHIP),
        Transition("close_township", _("乡镇公示期满"), "posted_township", "free_township", CHECK, level="township",
                   conditions=(FREE_TOWNSHIP,), least=hung("publicity.township_days")),
        *back("posted_township", CHECK, "township", DOWN, first="proposed", label=_("不予认定返贫")),
        Transition("compare", _("信息比对"), "free_township", "compared", COMPARE, level="banner", conditions=(ANSWERED,)),
        Transition("decide", _("旗县审定"), "compared", "decided", DECIDE, level="banner", others_than=("verify", "check"),
                   conditions=(POOR_AGAIN,)),
        *back("compared", DECIDE, "banner", first="proposed", label=_("不予认定返贫")),
        _ANNOUNCE,
        Transition("return", _("录入返贫"), "announced", "returned", DECIDE, level="banner", others_than=("decide",)),
        *leaving("proposed", "verified", label=_("撤回返贫认定"), evidence=()),
    ),
)  # fmt: skip

CLEARING, RETURNING = Editions((CLEARED,)), Editions((RETURNED,))
CLEARING_POSTS = {"post": ("village", "close"), "announce": ("banner", "")}
RETURNING_POSTS = {**CLEARING_POSTS, "post_township": ("township", "close_township")}
"""Act → where the list hangs, and the act that follows once it may come down."""
CLEARING_HANGING = {"posted": "village"}
RETURNING_HANGING = {**CLEARING_HANGING, "posted_township": "township"}
"""The states in which a list hangs, and where."""
