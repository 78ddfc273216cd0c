"""The catalogue of quality rules as a page: what each finds, by which source, or what it waits for."""

from __future__ import annotations

from fupin.policy.quality import WAITS, Rule
from fupin.policy.sources import sources

_SOURCES = (
    "来源缩写：疑A、疑B 为公开代码中所见的疑点清单与查询；G: 为外省（贵州）系统的规则号；SQL 为 2014 年校验语句；自定为本系统设定。"
    "阈值在“规则设置”中按旗县另设。"
)
_SOURCES_EN = (
    "Sources: 疑A, 疑B are lists and queries seen in published code; G: numbers of rules of another province; SQL checks of"
    " 2014; 自定 set by this system. Banners set their own thresholds."
)


def _finds(one: Rule) -> str:
    """The condition, the sources of departments that feed it with theirs, or what it waits for."""
    if one.finds:
        return f"`{one.dataset}`: `{one.finds}`"
    if one.waits_for:
        return f"等待 waits for: {' '.join(WAITS[one.waits_for])}"
    fed = [
        f"{said} {source.label} {source.label_en}" + (f": `{feeds.when}`" if feeds.when else "")
        for source in sources().values()
        for said, held in (("比对命中 hit of", source.findings), ("不在名册 not in", source.absent))
        for feeds in held
        if feeds.rule == one.name
    ]
    return "<br>".join(fed)


def rules_page() -> str:
    """Every rule (质量规则): id, label, severity, basis, condition or what it waits for, and how it differs from the published wording."""
    from fupin.policy.quality import BASES, rules
    from fupin.policy.regimes import regimes

    held = rules()
    judged = sum(1 for one in held.values() if one.finds or one.compared)
    lines = [
        "# 质量规则 Quality rules",
        "",
        f"共 {len(held)} 条，{judged} 条已可判断。{len(held)} rules, {judged} of them judged.",
        "",
    ]
    lines += [_SOURCES, "", _SOURCES_EN, "", "E 错误 error · W 疑点 doubt · I 提示 hint", ""]
    periods = {one.name: one.label for one in regimes()}
    for group in dict.fromkeys(one.group for one in held.values()):
        lines += [
            f"## {group}",
            "",
            "| 编号 Id | 规则 | Rule | 级 | 依据 Basis | 命中条件 Finds |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for one in (each for each in held.values() if each.group == group):
            finds = _finds(one)
            notes = [one.note, one.note_en] if one.note else []
            notes += ["、".join(periods[name] for name in one.regimes)] if one.regimes else []
            said = finds.replace("|", "\\|") + "".join(f"<br>{text}" for text in notes)
            basis = f"{BASES[one.basis][0]}（{one.source}）".replace("|", "\\|")
            lines.append(f"| {one.name} | {one.label} | {one.label_en} | {one.severity} | {basis} | {said} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
