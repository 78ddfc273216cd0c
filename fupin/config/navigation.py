"""The duties that the left menu offers: one line each, in the order of the work. Never more than two levels.

A line shows only where one of the posting's roles carries its permission (None: everybody who is signed in).
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of the menu. `quick` puts it into the bar at the foot of a phone."""

    label: Any
    name: str
    icon: str
    permission: str | None
    quick: bool = False


DUTIES: tuple[tuple[Any, tuple[Duty, ...]], ...] = (
    (
        "",
        (Duty(_("工作台"), "desk:home", "home", None, quick=True),),
    ),
    (
        _("登记"),
        (
            Duty(_("农牧户"), "registry:households", "users-group", "registry.view", quick=True),
            Duty(_("导入"), "registry:imports", "file-import", "registry.import"),
            Duty(_("疑似重复"), "registry:duplicates", "users", "registry.view"),
            Duty(_("期初"), "registry:openings", "lock", "registry.open"),
            Duty(_("国家系统"), "national:exports", "transfer", "national.view"),
            Duty(_("文书"), "papers:home", "printer", "registry.view"),
            Duty(_("档案保管"), "retention:home", "lock", "retention.view"),
        ),
    ),
    (
        _("程序"),
        (
            Duty(_("案卷办理"), "procedures:home", "list-check", "procedures.view"),
            Duty(_("大排查"), "screening:home", "target", "procedures.view"),
            Duty(_("监测预警"), "monitoring:today", "activity", "procedures.view"),
            Duty(_("动态调整"), "rounds:home", "refresh", "procedures.view"),
        ),
    ),
    (
        _("区划与台账"),
        (
            Duty(_("行政区划"), "divisions:browse", "sitemap", "registry.view"),
            Duty(_("地图"), "divisions:map", "map", "registry.view", quick=True),
            Duty(_("台账"), "ledgers:index", "notebook", None),
        ),
    ),
    (
        _("公开"),
        (Duty(_("公示"), "notices:list", "eye", "notices.view"),),
    ),
    (
        _("数据"),
        (
            Duty(_("问题数据"), "quality:tickets", "list-details", "quality.view", quick=True),
            Duty(_("信息采集"), "campaigns:home", "calendar-event", "quality.view"),
            Duty(_("质量规则"), "quality:rules", "shield-check", "quality.view"),
            Duty(_("下发名单"), "issued:home", "file-import", "quality.issue"),
            Duty(_("数字痕迹"), "signs:list", "activity", "quality.view"),
            Duty(_("部门比对"), "comparison:home", "database", "quality.exchange"),
            Duty(_("身份判定"), "comparison:pairs", "user-check", "quality.review"),
            Duty(_("统计"), "statistics:home", "chart-bar", "statistics.view"),
        ),
    ),
    (
        _("管理"),
        (
            Duty(_("参数"), "rulebook:parameters", "adjustments", "rulebook.change"),
            Duty(_("用户与岗位"), "accounts:users", "users", "accounts.view"),
            Duty(_("审计"), "accounts:audit", "shield-check", "audit.view"),
            Duty(_("作业"), "desk:jobs", "clock", None),
        ),
    ),
)
