"""`fupin ledgers`: the record types of this instance."""

from __future__ import annotations

import click

from fupin.cli.group import answer, prepare
from fupin.cli.words import is_english, say


@click.command(help=say("台账清单", "The record types"))
@click.option("--json", "as_json", is_flag=True)
def ledgers(as_json: bool) -> None:
    prepare()
    from fupin.core.imports.declaration import intakes
    from fupin.core.ledgers import all_ledgers

    found = {
        ledger.name: {"name": ledger.name, "label": ledger.label, "label_en": ledger.label_en,
                      "columns": len(ledger.columns), "imports": False}
        for ledger in all_ledgers()
    }  # fmt: skip
    for name, record in intakes().items():
        one = found.setdefault(name, {"name": name, "label": record.label, "label_en": record.label_en,
                                      "columns": len(record.columns)})  # fmt: skip
        one["imports"] = True
    title = "label_en" if is_english() else "label"
    text = "\n".join(f"{one['name']}\t{one[title]}" for one in found.values())
    answer({"ledgers": list(found.values())}, as_json=as_json, text=text)
