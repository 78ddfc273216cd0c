"""`fupin signs`: villages and officers whose figures look made up, each with the numbers behind it. Clues for a person, no scores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say

_KINDS = {
    "heaping": ("收入集中在标准线上方", "incomes heaped just above the line", "线下/线上户数", "below/above the line"),
    "last_digit": ("收入末位数不均匀", "last digits not spread evenly", "末位 1 2 3 4 6 7 8 9 户数",
                   "households by last digit 1 2 3 4 6 7 8 9"),
    "first_digit": ("收入首位数偏离本福特分布", "first digits away from Benford", "首位 1–9 户数", "households by first digit 1-9"),
    "copied": ("收支逐项雷同", "accounts alike item by item", "跨出/在内雷同对数", "pairs reaching out/inside"),
    "late_rises": ("截止前集中调增", "rises just before the deadline", "未调增/调增次数", "changes without/with a rise"),
    "level": ("与同村他人录入的收入相差明显", "incomes unlike those that others entered in the same villages",
              "低于/高于户数", "households below/above"),
}  # fmt: skip


@click.command(
    name="signs", help=say("查找数字脱贫痕迹：线索供人工核实，不是评分", "Look for signs of made-up figures: clues to look into, no scores"),
)  # fmt: skip
@click.option("--division", metavar="CODE", help=say("区划代码", "division code"))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help=say("哪一天的情况（今天）", "as of which day (today)"))
@click.option("--json", "as_json", is_flag=True)
def signs(division: str | None, on: datetime | None, as_json: bool) -> None:
    prepare_database()
    from django.conf import settings

    from fupin.accounts.queries import names_of
    from fupin.bulk import steps, taking
    from fupin.cli.imports import division_id
    from fupin.core import clock
    from fupin.divisions.queries import tree
    from fupin.quality.signs.looking import limits, look

    place, day = division_id(division), on.date() if on else clock.today()
    node = tree().by_id(place) if place is not None else None
    with steps.duck(settings.DATA_FOLDER) as where:
        found = look(taking.current(), day, where, node=node)
    names = names_of({one.group for one in found if one.by == "officer"})
    told = [_told(one, tree(day), names) for one in found]
    rate = round(limits(day, node).rate * 100, 3)
    answer({"on": day, "false_discovery_percent": rate, "signs": told}, as_json=as_json, text=_text(told, rate))


def _told(one: Any, nodes: Any, names: Any) -> dict[str, Any]:
    node = nodes.by_id(one.division)
    return {
        "kind": one.kind, "by": one.by, "code": node.code, "division": node.name,
        "officer": names.get(one.group, "") if one.by == "officer" else "", "statistic": round(one.statistic, 4),
        "chance": one.chance, "q": one.q, "counts": list(one.counts),
    }  # fmt: skip


def _text(told: list[dict[str, Any]], rate: float) -> str:
    lines = []
    for one in told:
        label, label_en, counts, counts_en = _KINDS[one["kind"]]
        numbers = " ".join(map(str, one["counts"]))
        lines.append(
            f"{one['code']} {one['division']}{one['officer'] and ' ' + one['officer']}  {say(label, label_en)}  {say(counts, counts_en)} {numbers}"
            f"  p = {one['chance']:.2g}"
        )
    total = say(
        f"{len(told)} 条线索，供人工核实，不是评分；按设定，全部线索中误报平均不超过 {rate:g}%。",
        f"{len(told)} clues for a person to look into, no scores; by the setting, on average no more than {rate:g}% of all clues are false.",
    )
    return "\n".join([*lines, total])
