"""Whether a table of steps is whole: nothing unknown, dead or out of reach, and its days fit into its deadline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fupin.core.steps.numbers import bounds
from fupin.policy import parameters

if TYPE_CHECKING:
    from fupin.core.steps.table import Days, Procedure, Transition


def faults_of(table: Procedure) -> list[str]:
    """Every fault of the table, in words."""
    found = [*_unknown(table), *_doubled(table), *_parameters(table)]
    return found or [*_unreachable(table), *_dead(table), *_people(table), *_lengths(table)]


def _unknown(table: Procedure) -> list[str]:
    names = {state.name for state in table.states}
    used = {name for link in table.links() for name in link} | ({table.whole_to} if table.whole_to else set())
    return [f"没有状态 {name}" for name in sorted(used - names)]


def _doubled(table: Procedure) -> list[str]:
    keys = [(step.before, step.act) for step in table.transitions]
    names = [state.name for state in table.states]
    return [f"{key} 出现两次" for key in sorted({str(key) for key in keys if keys.count(key) > 1})] + [
        f"状态 {name} 出现两次" for name in sorted({name for name in names if names.count(name) > 1})
    ]


def _unreachable(table: Procedure) -> list[str]:
    reached, fresh = set(), {table.start.name}
    while fresh:
        reached |= fresh
        fresh = {after for before, after in table.links() if before in fresh} - reached
    return [f"状态 {state.name} 无法到达" for state in table.states if state.name not in reached]


def _dead(table: Procedure) -> list[str]:
    """From every state an end must be within reach; an end leads nowhere, save into a new round."""
    ends = {state.name for state in table.states if state.is_end}
    alive, fresh = set(), set(ends)
    while fresh:
        alive |= fresh
        fresh = {before for before, after in table.links() if after in fresh} - alive
    dead = [f"从状态 {state.name} 到不了办结" for state in table.states if state.name not in alive]
    leads_on = [f"办结状态 {step.before} 之后还有 {step.act}" for step in table.transitions
                if step.before in ends and (table.recurs or not step.begins_round)]  # fmt: skip
    return dead + leads_on


def _people(table: Procedure) -> list[str]:
    acts = {step.act for step in table.transitions}
    faults = []
    for step in table.transitions:
        named = {*step.others_than, *(act for one in step.distinct for act in one.acts)}
        faults += [f"{step.act} 要求与不存在的操作 {other} 不同人" for other in sorted(named - acts)]
        for one in step.distinct:
            least, _most = bounds(one.number, table.since, table.until)
            if least < 2:
                faults.append(f"{step.act} 要求的不同人数可能少于两人")
    return faults


def _lengths(table: Procedure) -> list[str]:
    """What must be waited may never be longer than what may be taken, whatever the offices set."""
    faults = []
    for step in table.transitions:
        if step.least and step.most:
            faults += _longer(f"{step.act} 的最短天数", _most(step.least, table), step.most, table)
    if table.whole is not None:
        for way in _ways(table, table.start.name, (table.start.name,)):
            parts = [_most(step.least, table) for step in way if step.least]
            total = None if any(one is None for one in parts) else sum(one for one in parts if one is not None)
            name = "、".join(step.act for step in way if step.least)
            faults += _longer(f"各环节最短天数（{name}）之和", total, table.whole, table)
    return list(dict.fromkeys(faults))


def _longer(what: str, most: int | None, deadline: Days, table: Procedure) -> list[str]:
    least = _least(deadline, table)
    if most is None:
        return [f"{what}没有上限，可能超过期限"]
    return [f"{what}可达 {most} 天，超过期限可能的 {least} 天"] if most > least else []


def _least(days: Days, table: Procedure) -> int:
    """The fewest calendar days of a deadline: five working days have at least one free day after them."""
    least = bounds(days.number, table.since, table.until)[0]
    return least + (max(least - 1, 0) // 5 if days.working else 0)


def _most(days: Days, table: Procedure) -> int | None:
    """The most calendar days that a waiting may take, so far as parameters bound it; working days take a weekend more."""
    most = bounds(days.number, table.since, table.until)[1]
    if most is None:
        return None
    return most + days.is_full + ((most // 5 + 1) * 2 if days.working else 0)


def _ways(table: Procedure, state: str, passed: tuple[str, ...]) -> Iterator[tuple[Transition, ...]]:
    """Every way from a state to where the whole must have come, no state twice."""
    if state == table.whole_to:
        yield ()
        return
    for step in table.ways_from(state):
        if step.after not in passed:
            for rest in _ways(table, step.after, (*passed, step.after)):
                yield (step, *rest)


def _parameters(table: Procedure) -> list[str]:
    days = [one for step in table.transitions for one in (step.least, step.most) if one]
    days += [out.days for out in table.time_outs] + ([table.whole] if table.whole else [])
    named = {part for one in days for part in (one.number, one.first_day, one.pauses) if isinstance(part, str)}
    named |= {step.back_dating for step in table.transitions if step.back_dating}
    named |= {one.number for step in table.transitions for one in step.distinct if isinstance(one.number, str)}
    named |= {one.least for step in table.transitions for one in step.evidence if isinstance(one.least, str)}
    unknown = [f"没有参数 {name}" for name in sorted(named - parameters.parameters().keys())]
    return unknown or [fault for name in sorted(named) for fault in _gaps(name, table)]


def _gaps(name: str, table: Procedure) -> list[str]:
    """The days of a table on which a parameter that it names has no value: a case would stand still there."""
    rows = sorted(parameters.parameter(name).values, key=lambda row: row.since)
    before = [row for row in rows if row.since <= table.since]
    found = [] if before and before[-1].value is not None else [table.since]
    found += [
        row.since
        for row in rows
        if row.value is None and table.since < row.since and (table.until is None or row.since < table.until)
    ]
    return [f"参数 {name} 在 {day} 起没有数值" for day in found]
