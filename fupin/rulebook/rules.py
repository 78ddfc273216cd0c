"""Who may set what, and who may confirm it: facts in, verdict out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from fupin.core.verdicts import Verdict
from fupin.policy.parameters import LEVELS, Parameter


@dataclass(frozen=True, slots=True)
class Content:
    """What is proposed, word for word: this and nothing else is what gets confirmed and used."""

    kind: str
    name: str
    code: str
    division: int
    value: Any
    former: Any
    valid_from: date
    valid_to: date | None
    document: str
    reason: str
    proposed_by: int | None

    def digest(self) -> bytes:
        """SHA-256 over every part."""
        parts = [getattr(self, name) for name in self.__slots__]
        text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()


def may_propose(setting: Parameter, *, level: str, valid_from: date, valid_to: date | None, document: str) -> Verdict:
    """May a division of this level set the parameter for itself from that day?"""
    reasons = []
    if not setting.level:
        reasons.append(f"参数“{setting.label}”由系统统一规定，各地不能另行设定")
    elif level not in LEVELS or LEVELS.index(level) > LEVELS.index(setting.level):
        reasons.append(f"参数“{setting.label}”不能由这一级设定，请报上级办理")
    if valid_from < setting.since:
        reasons.append(f"生效日期不能早于该参数开始实行的 {setting.since}")
    if setting.until is not None and valid_from >= setting.until:
        reasons.append(f"该参数自 {setting.until} 起已停用")
    if valid_to is not None and valid_to <= valid_from:
        reasons.append("失效日期应晚于生效日期")
    if not document.strip():
        reasons.append("请写明依据文件的名称和文号")
    return Verdict(tuple(reasons))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the two-person rule sees them."""

    id: int | None
    name: str


def may_confirm(*, state: str, proposer: Person, confirmer: Person, is_intact: bool, is_as_seen: bool) -> Verdict:
    """May this person confirm this request? Another person, an untouched request, exactly what they have read."""
    reasons = []
    if state != "proposed":
        reasons.append("该申请已办结，不能再复核")
    if confirmer.id is None or proposer.id is None:
        reasons.append("复核须由登录的人员办理")
    elif confirmer.id == proposer.id or confirmer.name.casefold() == proposer.name.casefold():
        reasons.append("提出人不能复核自己的申请，请由另一人复核")
    if not is_intact:
        reasons.append("申请内容在提出后被改动过，不能复核，请撤回后重新提出")
    elif not is_as_seen:
        reasons.append("您看到的申请与现在的不一致，请刷新页面后重新核对")
    return Verdict(tuple(reasons))
