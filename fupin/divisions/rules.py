"""When a change of divisions may be made: facts in, verdict out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from fupin.core.verdicts import Sentence as _
from fupin.core.verdicts import Verdict
from fupin.divisions.tree import Node
from fupin.divisions.words import CODE_WIDTH, LEVELS, kinds_of


def is_code_fit(code: str, level: str) -> Verdict:
    """Does a code have the shape of its level? Twelve digits, zeros below the level; a natural village has fifteen.

    Source: GB/T 2260, GB/T 10114, 统计用区划代码编制规则.
    """
    width = CODE_WIDTH.get(level)
    if width is None:
        fits = re.fullmatch(r"\d{15}", code) is not None
        return Verdict(
            () if fits else (_("自然村代码“{code}”应为 15 位数字：所在村的 12 位代码加 3 位顺序号", code=code),)
        )
    if re.fullmatch(r"\d{12}", code) is None:
        return Verdict((_("区划代码“{code}”应为 12 位数字", code=code),))
    if set(code[width:]) - {"0"} or (width > 2 and not int(code[width - 2 : width])):
        return Verdict((_("区划代码“{code}”与层级不符：该层级用前 {width} 位，其余为 0", code=code, width=width),))
    return Verdict()


def is_place_fit(level: str, parent_level: str | None) -> Verdict:
    """Does a division of this level hang directly below one of that level?"""
    if level == LEVELS[0]:
        return Verdict(() if parent_level is None else (_("自治区没有上级区划"),))
    if parent_level is None:
        return Verdict((_("没有填写上级区划：自治区以外的区划都有上级"),))
    wanted = LEVELS[LEVELS.index(level) - 1]
    if parent_level == wanted:
        return Verdict()
    return Verdict((_("上级区划的层级不符：应为上一层级的区划"),))


def is_kind_fit(kind: str, level: str) -> Verdict:
    """Is the kind one of its level?"""
    return Verdict(() if kind in kinds_of(level) else (_("类型“{kind}”不属于该层级", kind=kind),))


def is_day_fit(on: date, since: date, today: date) -> Verdict:
    """May a change take effect on that day: not before what it changes, not in the future?"""
    if on > today:
        return Verdict((_("生效日期 {on} 晚于今天 {today}，请到生效当日再办", on=on, today=today),))
    if on < since:
        return Verdict((_("生效日期 {on} 早于现行记录的生效日期 {since}", on=on, since=since),))
    return Verdict()


def may_merge(predecessors: Sequence[Node], successor_level: str, successor: int | None) -> Verdict:
    """May these be merged into one of that level?"""
    reasons: list[str] = []
    if not predecessors:
        reasons.append(_("请选择要撤并的区划"))
    if any(node.level != successor_level for node in predecessors):
        reasons.append(_("只能合并同一层级的区划"))
    if len({node.id for node in predecessors}) != len(predecessors):
        reasons.append(_("同一区划被选择了两次"))
    if successor is not None and successor in {node.id for node in predecessors}:
        reasons.append(_("被撤并的区划不能同时是合并后的区划"))
    return Verdict(tuple(reasons))


def may_split(parts: int, *, keeps: bool) -> Verdict:
    """May a division be split into so many new ones (beside what stays)?"""
    least = 1 if keeps else 2
    return Verdict(() if parts >= least else (_("拆分后至少应有 {least} 个新区划", least=least),))


def may_abolish(children: int) -> Verdict:
    """May a division end without a successor?"""
    return Verdict((_("其下还有 {children} 个区划，请先改划或撤并", children=children),) if children else ())
