"""Who may set what, and who may confirm it: facts in, verdict out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from fupin.core.verdicts import Name, Verdict
from fupin.core.verdicts import Sentence as _
from fupin.policy.catalogue import CodeList
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
    reasons: list[str] = []
    if not setting.level:
        reasons.append(_("参数“{name}”由系统统一规定，各地不能另行设定", name=Name(setting.label, setting.label_en)))
    elif level not in LEVELS or LEVELS.index(level) > LEVELS.index(setting.level):
        reasons.append(_("参数“{name}”不能由这一级设定，请报上级办理", name=Name(setting.label, setting.label_en)))
    if valid_from < setting.since:
        reasons.append(_("生效日期不能早于该参数开始实行的 {day}", day=setting.since))
    if setting.until is not None and valid_from >= setting.until:
        reasons.append(_("该参数自 {day} 起已停用", day=setting.until))
    if valid_to is not None and valid_to <= valid_from:
        reasons.append(_("失效日期应晚于生效日期"))
    if not document.strip():
        reasons.append(_("请写明依据文件的名称和文号"))
    return Verdict(tuple(reasons))


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code as an office asks for it; both labels None: it goes out of use there."""

    code: str
    label: str | None
    label_en: str | None
    document: str


def may_add_code(new: NewCode, base: CodeList, *, is_in_use: bool) -> Verdict:
    """May an office add this code to that list, or take its own out of use? `is_in_use`: it has it already.

    Its own code looks like the others of the list and says what none of them says.
    """
    reasons: list[str] = []
    if not base.is_open:
        reasons.append(_("码表“{name}”由系统统一使用，各地不能增设编码", name=Name(base.title, base.title_en)))
    lengths = sorted({len(item.code) for item in base.items})
    if len(new.code) not in lengths or not new.code.isascii() or not new.code.isalnum():
        reasons.append(_("编码应为 {length} 位数字或字母，与本码表其他编码一致", length="、".join(map(str, lengths))))
    elif new.code in base.codes:
        reasons.append(_("编码 {code} 已由国家码表使用，请另取编码", code=new.code))
    if not new.document.strip():
        reasons.append(_("请写明依据文件的名称和文号"))
    if (new.label is None) != (new.label_en is None) or new.label == "" or new.label_en == "":
        reasons.append(_("请写明中文和英文名称"))
    for label in filter(None, (new.label, new.label_en)):
        if base.read(label) is not None:
            reasons.append(_("“{label}”已在码表中，不必另设", label=label))
    if new.label is None and not is_in_use:
        reasons.append(_("本区划没有设过编码 {code}，无从停用", code=new.code))
    return Verdict(tuple(reasons))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the two-person rule sees them."""

    id: int | None
    name: str


def may_confirm(*, state: str, proposer: Person, confirmer: Person, is_intact: bool, is_as_seen: bool) -> Verdict:
    """May this person confirm this request? Another person, an untouched request, exactly what they have read."""
    reasons: list[str] = []
    if state != "proposed":
        reasons.append(_("该申请已办结，不能再复核"))
    if confirmer.id is None or proposer.id is None:
        reasons.append(_("复核须由登录的人员办理"))
    elif confirmer.id == proposer.id or confirmer.name.casefold() == proposer.name.casefold():
        reasons.append(_("提出人不能复核自己的申请，请由另一人复核"))
    if not is_intact:
        reasons.append(_("申请内容在提出后被改动过，不能复核，请撤回后重新提出"))
    elif not is_as_seen:
        reasons.append(_("您看到的申请与现在的不一致，请刷新页面后重新核对"))
    return Verdict(tuple(reasons))
