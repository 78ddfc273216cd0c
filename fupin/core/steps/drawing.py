"""A procedure as a picture and a table, for the documentation and the screen: drawn from what the engine works by."""

from __future__ import annotations

from dataclasses import dataclass

from fupin.core.steps.judging import LEVELS
from fupin.core.steps.table import Days, Distinct, Evidence, Procedure, Transition


def mermaid(procedure: Procedure) -> str:
    """The states and acts as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {procedure.start.name}"]
    lines += [f"    {state.name}: {state.label}" for state in procedure.states]
    lines += [f"    {step.before} --> {step.after}: {step.label}" for step in procedure.transitions]
    lines += [f"    {out.before} --> {out.after}: {out.label}（{_days(out.days)}后）" for out in procedure.time_outs]
    lines += [f"    {state.name} --> [*]" for state in procedure.states if state.is_end]
    return "\n".join(lines)


def markdown(procedure: Procedure) -> str:
    """A page: the picture, and the table with who, when and with what."""
    labels = {state.name: state.label for state in procedure.states}
    lines = [f"# {procedure.label}", "", f"依据：{procedure.source}", ""]
    if procedure.whole:
        lines += [f"全程：自开始至“{labels[procedure.whole_to]}”不超过 {_days(procedure.whole)}。", ""]
    if procedure.strict:
        lines += [
            "过早不予办理；逾期照办，须写明原因，报上一级；办理日期早于录入之日超过规定天数的，附纸质扫描件由第二人复核。",
            "",
        ]
    lines += ["```mermaid", mermaid(procedure), "```", ""]
    lines += [
        "| 现状态 | 操作 | 新状态 | 权限 | 最早 | 最迟 | 须不同人 | 须上传 | 条件 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for step in procedure.transitions:
        who = f"`{step.who}`" + (f"（{LEVELS[step.level]}）" if step.level else "")
        cells = [
            labels[step.before], f"{step.label}（`{step.act}`）", labels[step.after], who, _days(step.least),
            _days(step.most), _others(procedure, step), "、".join([*step.attachments, *map(_evidence, step.evidence)]),
            "、".join([one.label for one in step.conditions] + (["写明理由"] if step.needs_note else [])),
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    for out in procedure.time_outs:
        lines.append(f"| {labels[out.before]} | {out.label} | {labels[out.after]} | 系统 | {_days(out.days)} | | | | |")
    return "\n".join(lines) + "\n"


def _others(procedure: Procedure, step: Transition) -> str:
    acts = {one.act: one.label for one in procedure.transitions}
    parts = [acts[name] for name in step.others_than]
    return "、".join([*parts, *(_distinct(one, acts) for one in step.distinct)])


def _distinct(one: Distinct, acts: dict[str, str]) -> str:
    number = str(one.number) if isinstance(one.number, int) else f"`{one.number}`"
    return f"{'、'.join(acts[act] for act in one.acts)}不少于 {number} 人"


def _evidence(one: Evidence) -> str:
    if one.least == 1:
        return one.label
    return f"{one.label} {one.least} 份" if isinstance(one.least, int) else f"{one.label} `{one.least}` 份"


def _days(days: Days | None) -> str:
    if days is None:
        return ""
    unit = "个工作日" if days.working else "天"
    return f"{days.number} {unit}" if isinstance(days.number, int) else f"`{days.number}` {unit}"


@dataclass(frozen=True, slots=True)
class Told:
    """An act of a table in the words of the declaration, for a screen that says them in the reader's language."""

    label: str
    before: str
    after: str
    level: str
    evidence: tuple[str, ...]
    conditions: tuple[str, ...]
    least: Days | None
    most: Days | None
    others: tuple[str, ...]


def told(procedure: Procedure) -> list[Told]:
    """Every act of a table: from where to where, at which level, with what, when, under which condition."""
    labels = {state.name: state.label for state in procedure.states}
    acts = {one.act: one.label for one in procedure.transitions}
    return [
        Told(step.label, labels[step.before], labels[step.after], LEVELS.get(step.level, ""),
             tuple(one.label for one in step.evidence), tuple(one.label for one in step.conditions), step.least, step.most, tuple(acts[one] for one in step.others_than))
        for step in procedure.transitions
    ]  # fmt: skip
