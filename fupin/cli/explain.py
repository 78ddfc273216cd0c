"""`fupin explain`: why a rule does, does not or may not hold for one record, part by part."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say

KINDS = ("rule",)


@click.command(
    name="explain", help=say("一条规则对一条记录为何命中或未命中", "Why a rule does or does not hold for one record")
)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name", metavar="ID")
@click.argument("subject")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help=say("哪一天的情况（今天）", "as of which day (today)"))
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def explain(ctx: click.Context, kind: str, name: str, subject: str, on: datetime | None, as_json: bool) -> None:
    """SUBJECT is a household number, or a person number for a rule about persons."""
    prepare_database()
    from fupin.core import clock
    from fupin.core.refusals import NotFound
    from fupin.core.verdicts import Outcome
    from fupin.quality import applying, recheck

    day = on.date() if on else clock.today()
    try:
        applying.rule(name, day)
        household, person = recheck.find(subject, day)
        known = applying.rule(name, day, recheck.village_of(household))
        told = recheck.explain(known, household, person, day)
    except NotFound as refusal:
        raise click.UsageError(str(refusal)) from None
    document = {
        "kind": kind, "id": name, "subject": subject, "on": day, "verdict": told.outcome,
        "parts": [_part(one) for one in told.parts], "missing": list(told.missing),
    }  # fmt: skip
    answer(document, as_json=as_json, text="\n".join([_said(told.outcome), *map(_line, told.parts)]))
    ctx.exit(0 if told.outcome is Outcome.YES else 1)


def _part(one: Any) -> dict[str, Any]:
    value = say("；", "; ").join(f"{label} = {value}" for label, value in one.values)
    return {"text": one.text, "value": value, "outcome": one.outcome, "depth": one.depth}


def _said(outcome: Any) -> str:
    return {"yes": say("命中", "Found"), "no": say("未命中", "Not found"),
            "unknown": say("不能判断", "Cannot be told")}[outcome.value]  # fmt: skip


def _line(one: Any) -> str:
    sign = {"yes": "✓", "no": "✗", "unknown": "？"}[one.outcome.value]
    values = say("，", ", ").join(f"{label} = {value}" for label, value in one.values)
    return f"{'  ' * one.depth}{sign} {one.text}" + (f"（{values}）" if values else "")
