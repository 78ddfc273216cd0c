"""Words of the procedures: who may, kinds of meetings, of verification, of evidence, what the trail calls the acts."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

VIEW, APPLY, VERIFY, MEET = "procedures.view", "procedures.apply", "procedures.verify", "procedures.meet"
WORK, EXPORT = "procedures.work", "procedures.export"
CHECK, COMPARE, DECIDE = "procedures.check", "procedures.compare", "procedures.decide"


class MeetingKind(StrEnum):
    """Who meets: each kind has its own quorum and majority (parameters `procedures.quorum_…`, `procedures.majority_…`)."""

    REPRESENTATIVES = "representatives"
    VILLAGERS = "villagers"
    GROUP = "group"


MEETINGS = {
    MeetingKind.REPRESENTATIVES: _("村民代表会议"), MeetingKind.VILLAGERS: _("村民会议"),
    MeetingKind.GROUP: _("村民小组（浩特、独贵龙）会议"),
}  # fmt: skip
CALLED = {
    MeetingKind.REPRESENTATIVES: _("全体村民代表人数"), MeetingKind.VILLAGERS: _("本村十八周岁以上村民人数"),
    MeetingKind.GROUP: _("本组十八周岁以上村民人数"),
}  # fmt: skip


class Checked(StrEnum):
    """What a verification is: at the home, by whom it is borne out (三个印证), or one made again (三个核对)."""

    HOME = "home"
    NEIGHBOURS = "neighbours"
    MEETING = "meeting"
    RECORDS = "records"
    AGAIN_NEW = "again_new"
    AGAIN_LEAVER = "again_leaver"
    AGAIN_OBJECTED = "again_objected"


VERIFICATIONS = {
    Checked.HOME: _("入户核查"), Checked.NEIGHBOURS: _("左邻右舍印证"), Checked.MEETING: _("评议现场印证"),
    Checked.RECORDS: _("信息档案印证"), Checked.AGAIN_NEW: _("新识别户反复核"), Checked.AGAIN_LEAVER: _("退出户认真核"),
    Checked.AGAIN_OBJECTED: _("群众反映问题再核"),
}  # fmt: skip
CORROBORATING = (Checked.NEIGHBOURS, Checked.RECORDS)
"""What must bear a finding out before the meeting, which itself is the third."""

EVIDENCE = {
    "application": _("申请书或线索登记表"), "authorisation": _("承诺授权书"), "visit_form": _("入户核查表（户主与核查人签字）"),
    "visit_photo": _("入户照片"), "signature": _("签字"), "withdrawal": _("户主放弃申请的书面意见"),
    "committee_signature": _("村民委员会核实签字盖章"), "team_signature": _("驻村工作队核实签字"),
    "exit_consent": _("拟退出户户主签字认可"), "village_report": _("村退出情况报告"),
    "minutes": _("会议记录（原件扫描）"), "approval": _("审批表（签字盖章）"), "publicity": _("公示单（盖章）"),
    "notice": _("告知书（送达签收）"),
    "reply": _("不予识别书面告知书"), "back_dated_paper": _("补录所据纸质件扫描"), "other": _("其他材料"),
}  # fmt: skip
MINUTES, SCENE = "minutes", "scene"
MEETING_EVIDENCE = {MINUTES: _("会议记录（原件扫描）"), SCENE: _("评议现场照片")}

IDENTIFICATION, EXIT, VILLAGE_EXIT = "identification", "exit", "village_exit"
REGISTERED = "registered"
"""What a household is to become until 2020; from 2021 it is one of the kinds of monitored households."""
COMMON_ACTS = {
    "verify": ("入户核查签认", "Sign the home visit"),
    "conclude": ("作出核查结论", "Conclude the visits"), "compare": ("信息比对", "Compare with departments"),
    "review": ("民主评议通过", "Pass the review"), "vote_down": ("民主评议未通过", "Fail the review"),
    "post": ("张贴村级公示", "Post in the village"), "close": ("村级公示期满", "End the village's notice"),
    "take_back": ("撤下公示，重新评议", "Take the notice down, review again"),
    "check": ("乡镇审核", "Check in the township"), "post_township": ("张贴乡镇公示", "Post in the township"),
    "close_township": ("乡镇公示期满", "End the township's notice"), "decide": ("旗县审定", "Decide in the banner"),
    "announce": ("旗县公告", "Announce in the banner"),
    "send_back": ("退回重新核查", "Send back to be verified again"),
    "ask": ("申请补录", "Ask for a late entry"), "ask_refused": ("退回补录申请", "Send a late entry back"),
    "escalate": ("逾期上报上一级", "Tell the level above: overdue"),
}  # fmt: skip
"""Acts that procedures share, and what the trail calls them; each adds its own."""
ACTS: dict[str, tuple[str, str]] = {
    "procedures.meet": ("登记会议", "Enter a meeting"),
    "procedures.vote": ("登记表决结果", "Enter votes"),
    "procedures.verification": ("登记核对印证", "Enter a verification"),
    "procedures.export": ("导出案卷清单", "Export cases"),
    "procedures.pack": ("打印入户包", "Print visit packs"),
    "registry.status.move": ("按程序变更登记状态", "Move in the register by procedure"),
}
"""The acts as the trail names them besides the steps of each procedure: Chinese, English."""
TITLE = _("案卷办理")
