"""`fupin audit`: the trail is verified."""

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say


@click.group(help=say("审计记录", "The trail"))
def audit() -> None:
    pass


@audit.command(
    help=say(
        "逐条核对审计记录和封存：改动、删除、插入、调换", "Walk entries and seals: changed, removed, inserted, swapped"
    )
)
@click.option("--json", "as_json", is_flag=True)
def verify(as_json: bool) -> int:
    prepare_database()
    from fupin.core.audit_verification import verify as walk

    report = walk()
    lines = [
        say(
            f"审计记录 {report.entries} 条，封存 {report.seals} 次，至第 {report.sealed_to} 条；未封存 {report.unsealed} 条",
            f"{report.entries} entries, {report.seals} seals up to entry {report.sealed_to}; {report.unsealed} unsealed",
        ),
        *(f"{_KINDS[fault['kind']]} {_place(fault)}" for fault in report.broken),
    ]
    if not report.faults:
        lines.append(say("核对无误", "Nothing is broken"))
    answer(
        {"entries": report.entries, "broken": report.broken, "sealed_to": report.sealed_to,
         "unsealed": report.unsealed, "seals": report.seals, "faults": report.faults},
        as_json=as_json, text="\n".join(lines),
    )  # fmt: skip
    return 1 if report.faults else 0


_KINDS = {
    "changed": say("已被改动：", "changed:"),
    "removed": say("已被删除：", "removed:"),
    "inserted": say("事后插入：", "inserted:"),
    "root": say("与封存不符（改动或调换）：", "does not match its seal (changed or swapped):"),
    "chain": say("封存链断开：", "chain broken:"),
    "seal_changed": say("封存被改动：", "seal changed:"),
    "seal_removed": say("封存被删除：", "seal removed:"),
}


def _place(fault: dict[str, object]) -> str:
    parts = []
    if fault["entry"] is not None:
        parts.append(say(f"记录 {fault['entry']}", f"entry {fault['entry']}"))
    if fault["seal"] is not None:
        parts.append(say(f"封存 {fault['seal']}", f"seal {fault['seal']}"))
    return " ".join([*parts, str(fault["note"])]).strip()
