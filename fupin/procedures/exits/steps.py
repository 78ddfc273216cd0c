"""Exit of a household as a table of steps, as it was until 2020; from 2021 nobody exits, and risks are cleared instead.

Who: the village proposes, meets, verifies with the resident team, has the household sign and posts; the township checks;
the banner approves and announces, and another person there marks the household as exited.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_noop as _

from fupin.core.steps import Distinct, Editions, Evidence, Procedure, State, Transition
from fupin.procedures.building import VISIT_PAPERS, back, hung, posting
from fupin.procedures.conditions import (
    ANNOUNCED,
    CORROBORATED,
    DOWN,
    FREE_VILLAGE,
    HANGS_VILLAGE,
    NOT_VOTED,
    VISITED,
    VOTED,
)
from fupin.procedures.exits.rules import ANSWERED, CHECKED_AGAIN, NOT_HELD, REACHED, REGISTERED
from fupin.procedures.words import CHECK, DECIDE, EXIT, MEET, VERIFY

_STAYS = _("暂不退出")
_SIGNED = (
    *VISIT_PAPERS, Evidence("committee_signature", _("村民委员会核实签字盖章")),
    Evidence("team_signature", _("驻村工作队核实签字")),
)  # fmt: skip
_CONSENT = (Evidence("exit_consent", _("拟退出户户主签字认可")),)
_STANDARDS = (REGISTERED, REACHED, NOT_HELD)

UNTIL_2020 = Procedure(
    name=EXIT, edition="2014", until=date(2021, 1, 1), label=_("户退出（2014–2020 年）"), strict=True, recurs=True,
    source="关于建立贫困退出机制的意见（未见原文，按公开转载）；科左后旗“退出户认真核”",
    states=(
        State("listed", _("已列入拟退出名单")), State("reviewed", _("评议通过")), State("verified", _("村两委和驻村工作队已核实")),
        State("agreed", _("户主已签字认可")), State("posted", _("村级公示中")), State("cleared", _("公示无异议")),
        State("checked", _("乡镇已审核")), State("decided", _("旗县已批准")), State("announced", _("旗县已公告")),
        State("left", _("已退出"), is_end=True), State("rejected", _STAYS, is_end=True),
    ),
    transitions=(
        Transition("review", _("民主评议通过"), "listed", "reviewed", MEET, level="village", conditions=(VOTED,)),
        Transition("vote_down", _("民主评议未通过"), "listed", "rejected", MEET, level="village", conditions=(NOT_VOTED,)),
        Transition("verify", _("入户核查签认"), "reviewed", "reviewed", VERIFY, level="village", conditions=(VISITED,)),
        Transition("conclude", _("村两委和驻村工作队核实"), "reviewed", "verified", VERIFY, level="village", evidence=_SIGNED,
                   distinct=(Distinct(("verify",), "identification.verifiers"),),
                   conditions=(CORROBORATED, CHECKED_AGAIN, *_STANDARDS)),
        Transition("agree", _("户主签字认可"), "verified", "agreed", VERIFY, level="village", evidence=_CONSENT),
        *posting("post", _("张贴村级公示"), "agreed", "posted", MEET, "village", HANGS_VILLAGE),
        Transition("close", _("村级公示期满"), "posted", "cleared", MEET, level="village", conditions=(FREE_VILLAGE,),
                   least=hung("publicity.village_days")),
        Transition("take_back", _("撤下公示，重新评议"), "posted", "listed", CHECK, level="township", needs_note=True,
                   begins_round=True, conditions=(DOWN,)),
        Transition("check", _("乡镇审核"), "cleared", "checked", CHECK, level="township", others_than=("verify",),
                   conditions=(ANSWERED, *_STANDARDS)),
        *back("cleared", CHECK, "township", first="listed", label=_STAYS, evidence=()),
        Transition("decide", _("旗县批准退出"), "checked", "decided", DECIDE, level="banner", others_than=("verify", "check"),
                   conditions=(ANSWERED, *_STANDARDS)),
        *back("checked", DECIDE, "banner", first="listed", label=_STAYS, evidence=()),
        Transition("announce", _("发布旗县公告"), "decided", "announced", DECIDE, level="banner", conditions=(ANNOUNCED,),
                   back_dating="publicity.back_dating_days"),
        Transition("leave", _("标注退出"), "announced", "left", DECIDE, level="banner", others_than=("decide",),
                   conditions=(REGISTERED,)),
        *(
            Transition("stay", _("户主不认可或情况有变，暂不退出"), state, "rejected", VERIFY, level="village", needs_note=True)
            for state in ("listed", "reviewed", "verified", "agreed")
        ),
    ),
)  # fmt: skip

TABLES = Editions((UNTIL_2020,))
POSTS = {"post": ("village", "close"), "announce": ("banner", "")}
HANGING = {"posted": "village"}
