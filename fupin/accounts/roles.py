"""Roles as data: what each may do. A role holds below the division of a posting, for as long as the posting runs.

The three administrators are kept apart (三员分立) and none of them sees a household: the system administrator
operates, the security administrator manages users, postings and rules of sign-in, the audit administrator reads the
trail, also of the other two. `conflicts` says which roles nobody may hold beside another.
"""

from __future__ import annotations

from dataclasses import dataclass

PERMISSIONS: dict[str, tuple[str, str]] = {
    # name: (label, English label)
    "registry.view": ("查看户和人", "See households and persons"),
    "registry.change": ("登记与修改", "Register and change"),
    "registry.import": ("导入", "Import"),
    "registry.export": ("导出", "Export"),
    "registry.reveal": ("查看完整证件号", "Reveal full numbers"),
    "registry.open": ("期初开启与关闭", "Open and close the opening period"),
    "divisions.change": ("变更行政区划", "Change divisions"),
    "accounts.view": ("查看用户与任职", "See users and postings"),
    "accounts.change": ("管理用户与任职", "Manage users and postings"),
    "audit.view": ("查看审计日志", "Read the audit trail"),
    "rulebook.change": ("提出参数与规则调整", "Propose rule changes"),
    "rulebook.confirm": ("复核参数与规则调整", "Confirm rule changes"),
    "statistics.view": ("查看统计", "See statistics"),
    "snapshot.freeze": ("冻结年度快照", "Freeze a yearly snapshot"),
    "national.view": ("查看国家系统差异", "See differences to the national register"),
    "national.import": ("导入国家系统数据", "Import the national register"),
    "quality.view": ("查看问题数据", "See problem data"),
    "quality.answer": ("答复问题", "Answer tickets"),
    "quality.review": ("复核与指派问题", "Check answers and assign tickets"),
    "quality.sweep": ("运行质量检查", "Run sweeps"),
    "quality.issue": ("办理上级下发名单", "Handle lists issued from above"),
    "quality.exchange": ("报送比对数据", "Hand in files for comparison"),
    "quality.campaign": ("组织信息采集", "Run collection rounds"),
    "notices.view": ("查看公示", "See notices"),
    "notices.post": ("张贴与撤下公示、登记异议", "Post and take down notices, take objections"),
    "notices.answer": ("调查答复公示异议", "Answer objections"),
    "procedures.view": ("查看程序案卷", "See cases of procedures"),
    "procedures.work": ("办理程序案卷", "Work on cases of procedures"),
    "procedures.export": ("导出程序案卷", "Export cases of procedures"),
    "procedures.report": ("反映返贫致贫风险", "Report households at risk"),
    "procedures.apply": ("受理申请", "Take applications"),
    "procedures.verify": ("入户核查", "Verify at the home"),
    "procedures.meet": ("组织评议和村级公示", "Hold reviews and post in the village"),
    "procedures.check": ("乡镇审核", "Check in the township"),
    "procedures.compare": ("旗县信息比对", "Compare in the banner"),
    "procedures.decide": ("旗县审定与录入", "Decide and enter in the banner"),
    "procedures.round": ("组织动态调整轮次", "Run adjustment rounds"),
    "signs.view": ("查看未下发的数字痕迹", "See signs before their release"),
    "signs.release": ("下发与核实数字痕迹", "Release and look into signs"),
    "papers.print": ("打印文书", "Print papers"),
    "papers.file": ("归档扫描件与核对签章", "File scans and check marks"),
    "retention.view": ("查看档案保管", "See what is kept how long"),
    "retention.propose": ("提出档案销毁", "Propose the destruction of files"),
    "retention.confirm": ("复核档案销毁", "Confirm the destruction of files"),
    "retention.hold": ("冻结与解除冻结档案", "Hold files and lift holds"),
    "system.operate": ("系统运维", "Operate the system"),
}


@dataclass(frozen=True, slots=True)
class Role:
    """One role. `levels` are the division levels it can be posted to; `needs_totp` asks for a second factor."""

    name: str
    label: str
    label_en: str
    permissions: frozenset[str]
    levels: tuple[str, ...]
    needs_totp: bool = False
    is_administrator: bool = False


REGION, LEAGUE, BANNER, TOWNSHIP, VILLAGE = "region", "league", "banner", "township", "village"
ALL_LEVELS = (REGION, LEAGUE, BANNER, TOWNSHIP, VILLAGE)
OFFICES = (REGION, LEAGUE, BANNER)

_VILLAGE = frozenset({
    "registry.view", "registry.change", "statistics.view", "quality.view", "quality.answer", "notices.view", "notices.post",
    "papers.print", "papers.file",
    "procedures.view", "procedures.work", "procedures.report",
})  # fmt: skip
_AT_THE_VILLAGE = frozenset({"procedures.apply", "procedures.verify", "procedures.meet"})
_TOWNSHIP = _VILLAGE | {
    "registry.import", "registry.export", "registry.reveal", "accounts.view", "national.view", "quality.review", "notices.answer",
    "procedures.export",
}  # fmt: skip
_OFFICE = _TOWNSHIP | {
    "registry.open", "divisions.change", "audit.view", "rulebook.change", "rulebook.confirm", "snapshot.freeze",
    "national.import", "quality.sweep", "quality.exchange", "quality.campaign", "quality.issue",
    "signs.view", "signs.release", "procedures.round",
    "retention.view", "retention.confirm", "retention.hold",
}  # fmt: skip
_AT_THE_BANNER = frozenset({"procedures.compare", "procedures.decide"})
_READ = frozenset({"registry.view", "statistics.view"})

ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role("region_officer", "自治区干部", "Region officer", _OFFICE, (REGION,), needs_totp=True),
        Role("league_officer", "盟市干部", "League officer", _OFFICE, (LEAGUE,), needs_totp=True),
        Role("banner_officer", "旗县干部", "Banner officer", _OFFICE | _AT_THE_BANNER, (BANNER,), needs_totp=True),
        Role("township_officer", "苏木乡镇干部", "Township officer", _TOWNSHIP | {"procedures.check"}, (TOWNSHIP,)),
        Role("village_officer", "嘎查村干部", "Village officer",
             _VILLAGE | _AT_THE_VILLAGE | {"registry.export", "procedures.export"}, (VILLAGE,)),
        Role("village_team", "驻村工作队", "Village team", _VILLAGE | _AT_THE_VILLAGE, (VILLAGE,)),
        Role("helper", "帮扶责任人", "Helper", frozenset({"registry.view", "quality.view", "quality.answer", "notices.view", "procedures.report"}),
             (TOWNSHIP, VILLAGE)),
        Role("archivist", "档案员", "Archivist",
             _READ | {"quality.view", "notices.view", "procedures.view", "retention.view", "retention.propose", "retention.hold"}, OFFICES),
        Role("department", "行业部门", "Department", _READ | {"registry.export", "quality.exchange"}, OFFICES),
        Role("finance", "财政部门", "Finance", _READ | {"registry.export"}, OFFICES),
        Role("leader", "领导", "Leader", _READ | {"national.view", "quality.view", "notices.view", "procedures.view"}, (REGION, LEAGUE, BANNER, TOWNSHIP)),
        Role("auditor", "审计人员", "Auditor",
             _READ | {"registry.export", "registry.reveal", "audit.view", "national.view", "quality.view", "notices.view", "signs.view",
                      "procedures.view", "procedures.export", "retention.view"}, OFFICES,
             needs_totp=True),
        Role("evaluator", "考核评估人员", "Evaluator", _READ | {"quality.view", "notices.view", "procedures.view"}, OFFICES),
        Role("system_admin", "系统管理员", "System administrator", frozenset({"system.operate"}), OFFICES,
             needs_totp=True, is_administrator=True),
        Role("security_admin", "安全管理员", "Security administrator",
             frozenset({"accounts.view", "accounts.change"}), OFFICES,
             needs_totp=True, is_administrator=True),
        Role("audit_admin", "审计管理员", "Audit administrator", frozenset({"audit.view"}), OFFICES,
             needs_totp=True, is_administrator=True),
    )
}  # fmt: skip


def conflicts(role: str, held: str) -> bool:
    """May nobody hold these two roles together? An administrator holds no other role."""
    return role != held and (ROLES[role].is_administrator or ROLES[held].is_administrator)
