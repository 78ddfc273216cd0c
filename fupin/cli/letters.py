"""`fupin letters`: letters to departments are listed, their lists taken out, the answers brought back and compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say

_WHICH = say("LETTER 为文号或编号", "LETTER is its number, or its id")


@click.group(
    help=say(
        "比对函：我方名单发给部门，部门逐行填写结果后发回",
        "Letters: our list goes to a department and comes back with a result in each line",
    )
)
def letters() -> None:
    pass


@letters.command("list", help=say("列出比对函，最新的在前", "List the letters, the newest first"))
@click.option("--division", metavar="CODE", help=say("区划代码（全区）", "division code (the whole region)"))
@click.option(
    "--late",
    is_flag=True,
    help=say("只列逾期未回的；有则退出码为 1", "only those not answered by their day; ends with 1 where there are any"),
)
@click.option("--json", "as_json", is_flag=True)
def list_(division: str | None, late: bool, as_json: bool) -> None:
    prepare_database()
    from fupin.accounts.scopes import SYSTEM, below
    from fupin.cli.imports import division_id
    from fupin.core import clock
    from fupin.quality.comparison.letters import queries
    from fupin.quality.comparison.letters.words import Shown

    rows = queries.shown(SYSTEM, Shown.LATE if late else "", today=clock.today())
    place = division_id(division)
    if place is not None:
        rows = rows.filter(division__in=below([place]).values("descendant_id"))
    found = [_told(row) for row in rows.order_by("-id").prefetch_related("answers")]
    answer({"letters": found}, as_json=as_json, text="\n".join(_line(one) for one in found) or say("没有", "none"))
    if late and found:
        sys.exit(1)


@letters.command(
    "take",
    help=say(
        f"取出复核过的名单（完整号码，记入审计）；{_WHICH}",
        f"Take out a confirmed list (whole numbers; logged). {_WHICH}",
    ),
)
@click.argument("letter")
@click.option(
    "-o",
    "output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("输出文件 .xlsx", "output .xlsx"),
)
@click.option("--purpose", required=True, help=say("用途", "what it is taken for"))
@click.option("--json", "as_json", is_flag=True)
def take(letter: str, output: Path, purpose: str, as_json: bool) -> None:
    if output.suffix.lower() != ".xlsx":
        raise click.UsageError(say("名单只能写为 .xlsx", "a list is written as .xlsx"))
    prepare_database()
    from fupin.accounts.scopes import SYSTEM
    from fupin.core.audit import Circumstances, acting
    from fupin.core.refusals import Refused
    from fupin.quality.comparison.letters import operations, queries

    try:
        row = queries.named(SYSTEM, letter)
        with acting(Circumstances(channel="command")):
            pieces = operations.take(letter=row, purpose=purpose, by=SYSTEM)
    except Refused as refusal:
        raise click.UsageError(str(refusal)) from None
    fresh = output.with_name(f"{output.name}.new")  # a disk that fills up leaves no half list under the name asked for
    try:
        with fresh.open("wb") as file:
            file.writelines(pieces)
        fresh.replace(output)
    finally:
        fresh.unlink(missing_ok=True)
    answer({**_told(row), "file": str(output)}, as_json=as_json,
           text=say(f"{row.persons} 人的名单已写到 {output}", f"The list of {row.persons} persons is written to {output}"))  # fmt: skip


@letters.command("answer", help=say(f"登记并比对回函；{_WHICH}", f"Bring an answer back and compare it. {_WHICH}"))
@click.argument("letter")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def bring_back(letter: str, file: Path, as_json: bool) -> None:
    prepare_database()
    from fupin.core.audit import Circumstances, acting
    from fupin.core.refusals import Refused

    try:
        with acting(Circumstances(channel="command")):
            made = _compared(letter, file)
    except Refused as refusal:
        raise click.UsageError(str(refusal)) from None
    returned = made.preview.get("returned", {}).get("counts", {})
    document = {
        "comparison": str(made.pk), "letter": str(made.letter_id), "state": made.state, "refusal": made.refusal,
        "rows": made.rows, "returned": returned, "findings": made.findings, "opened": made.opened,
        "reopened": made.reopened, "closed": made.closed, "remarks": made.remarks, "seconds": made.seconds,
    }  # fmt: skip
    answer(document, as_json=as_json, text=_came_back(made, returned))
    if (
        made.findings
        or made.refusal
        or any(count for kind, count in returned.items() if kind not in ("hit", "nothing"))
    ):
        sys.exit(1)


def _compared(letter: str, file: Path) -> Any:
    """The answer taken in, read and, where every line could be read, compared. Raises Refused."""
    from fupin.accounts.scopes import SYSTEM
    from fupin.core import clock
    from fupin.core.refusals import Refused
    from fupin.quality.comparison import folders, operations
    from fupin.quality.comparison.letters import answers, queries
    from fupin.quality.comparison.queries import source_by
    from fupin.quality.comparison.words import Stage

    row = queries.named(SYSTEM, letter)
    source = source_by(row)
    made = answers.take_in(letter=row, pieces=folders.blocks(file), name=file.name, by=SYSTEM, on=clock.today())
    made = operations.read(exchange=made, source=source)
    if made.state == Stage.REFUSED:
        raise Refused(made.refusal)
    for remark in made.remarks:
        click.echo(remark, err=True)
    if made.state == Stage.ARRANGING:  # somebody has to say what a column or a word means: it waits, on screen
        return made
    made = operations.compare(exchange=made, source=source, by=SYSTEM)
    answers.counted(exchange=made, by=SYSTEM)
    return made


def _told(row: Any) -> dict[str, Any]:
    from fupin.core import clock
    from fupin.core.places import places
    from fupin.quality.comparison.letters.queries import is_overdue

    return {
        "id": str(row.pk), "number": row.number, "source": row.source, "division": places().code(row.division_id),
        "addressee": row.addressee, "state": row.state, "on": row.on, "due_on": row.due_on,
        "is_overdue": is_overdue(row, today=clock.today()), "households": row.households, "persons": row.persons,
        "sha256": row.sha256, "answers": [str(one.pk) for one in row.answers.all()],
    }  # fmt: skip


def _line(one: dict[str, Any]) -> str:
    from fupin.quality.comparison.letters.steps import LETTER
    from fupin.quality.comparison.letters.words import STATES_EN

    state = say(LETTER.state(one["state"]).label, STATES_EN[one["state"]])
    late = say("  逾期未回", "  overdue") if one["is_overdue"] else ""
    return f"{one['number']}  {one['division']}  {one['source']}  {one['addressee']}  {one['persons']}  {state}  {one['due_on']}{late}"


def _came_back(made: Any, returned: dict[str, int]) -> str:
    from fupin.quality.comparison.letters.words import RETURNED

    if made.refusal:
        return say(f"回函已收下，尚不能比对：{made.refusal}；请在“部门比对”中对应后再比对",
                   f"The answer is kept and cannot be compared yet: {made.refusal}. Say on screen how it is read")  # fmt: skip
    lines = [say(f"{made.rows} 行：查有 {returned['hit']}，查无 {returned['nothing']}；疑点 {made.findings}",
                 f"{made.rows} rows: {returned['hit']} with a record, {returned['nothing']} with none; {made.findings} findings")]  # fmt: skip
    return "\n".join(
        [*lines, *(f"{words}  {returned[kind]}" for kind, words in RETURNED.items() if returned.get(kind))]
    )
