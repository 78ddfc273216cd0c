"""A procedure as a picture and a table, for the documentation: drawn from what the engine works by."""

from __future__ import annotations

from fupin.core.steps.table import Days, Procedure


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
    acts = {step.act: step.label for step in procedure.transitions}
    lines = [f"# {procedure.label}", "", f"依据：{procedure.source}", "", "```mermaid", mermaid(procedure), "```", ""]
    lines += [
        "| 现状态 | 操作 | 新状态 | 权限 | 最早 | 最迟 | 须不同人 | 须上传 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for step in procedure.transitions:
        others = "、".join(acts[name] for name in step.others_than)
        lines.append(
            f"| {labels[step.before]} | {step.label}（`{step.act}`） | {labels[step.after]} | `{step.who}` "
            f"| {_days(step.least)} | {_days(step.most)} | {others} | {'、'.join(step.attachments)} |"
        )
    for out in procedure.time_outs:
        lines.append(f"| {labels[out.before]} | {out.label} | {labels[out.after]} | 系统 | {_days(out.days)} | | | |")
    return "\n".join(lines) + "\n"


def _days(days: Days | None) -> str:
    if days is None:
        return ""
    unit = "个工作日" if days.working else "天"
    return f"{days.number} {unit}" if isinstance(days.number, int) else f"`{days.number}` {unit}"
