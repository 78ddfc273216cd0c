"""What a posting asks for, decided from facts alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fupin.accounts.roles import ROLES, conflicts
from fupin.core.verdicts import Sentence as _
from fupin.core.verdicts import Verdict

_BETWEEN = re.compile(r"[、，,;；\n]+")


def may_hold(role: str, *, level: str, held: Iterable[str], english: bool = False) -> Verdict:
    """May somebody with the roles `held` take `role` at a division of this level?

    A role belongs to its levels, and an administrator holds no other role (三员分立).
    """
    known = ROLES.get(role)
    if known is None:
        return Verdict((_("没有“{role}”这个岗位角色", role=role),))
    reasons = []
    if level not in known.levels:
        reasons.append(_("{role}不能任职于这一级区划", role=_label(role, english)))
    for other in held:
        if conflicts(role, other):
            names = {"role": _label(role, english), "other": _label(other, english)}
            reasons.append(_("三员分立：{role}不能与{other}由同一人担任", **names))
    return Verdict(tuple(reasons))


def area_of(text: str) -> str:
    """The parts of a village as they were typed, joined by 、: 东浩特,第二组 → 东浩特、第二组."""
    return "、".join(part for part in (one.strip() for one in _BETWEEN.split(text)) if part)


def may_cover(duty: str, area: str, *, level: str) -> Verdict:
    """A grid officer covers part of one village, so serves at a village; nobody else has a part of a village."""
    reasons = []
    if duty == "grid" and level != "village":
        reasons.append(_("网格员负责嘎查村的一部分，请任职于嘎查村"))
    if area and duty != "grid":
        reasons.append(_("只有网格员填写负责片区，请把职责改为网格员或删去片区"))
    return Verdict(tuple(reasons))


def _label(role: str, english: bool) -> str:
    return ROLES[role].label_en if english else ROLES[role].label


def is_session_over(*, now: int, since: int, seen: int, idle: int, longest: int) -> str:
    """Why a session is over, in seconds: `idle` without a movement, or at its `limit`; empty while it runs."""
    if now - seen >= idle:
        return "idle"
    return "limit" if now - since >= longest else ""
