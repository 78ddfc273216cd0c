"""What the quality rules find of defects planted in a made-up register, and what they say of records without one.

`python -m bench.planted --data FOLDER [--households N] [--dirty P] [--seed N]` makes an instance in an empty folder, brings
a register with planted defects in by the staged import, sweeps it, and prints for every kind how many were planted, turned
back by the import, taken, and found; then every finding in a household in which nothing was planted. Same arguments, same
answer; nothing is timed.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

Refused = dict[str, set[int]]
LEDGERS = ("households", "persons", "income")
AT_ENTRY = {"REL-009"}
"""What a household's sheet calls the head is held against the member where it comes in, and not kept: afterwards the rule
sees what a spot check found, and a sweep has nothing to find."""
ROW = "| {} | {} | {} | {} | {} | {} | {} | {} |"


@dataclass(slots=True)
class Kind:
    """The defects of one kind: how many were planted, turned back at import, taken, found; what else was found there."""

    planted: int = 0
    refused: int = 0
    taken: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)
    beside: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Held:
    """Findings held against what was planted. `false`: those of households (or villages) without a planted defect."""

    kinds: dict[str, Kind]
    false: Counter[str]
    findings: int


def bring_in(folder: Path, order: Any, dirty: float = 0.0, defects: Any = None) -> tuple[date, Refused]:
    """Make a register up and bring it in; the day that it stands at, and the rows of each file that were turned back.

    `dirty` percent of the persons get a defect, of every kind or of `defects`.
    """
    import duckdb

    from fupin.core.imports import runs
    from fupin.synthetic.defects import DEFECTS
    from fupin.synthetic.make import prepare
    from fupin.synthetic.write import write

    on = date(prepare(order).year, 12, 31)
    write(order, folder / "made", "csv", dirty, defects=DEFECTS if defects is None else defects)
    refused: Refused = {}
    for ledger in LEDGERS:
        path = folder / "made" / f"{ledger}.csv"
        run = runs.stage(run=runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=None, on=on), by=None)
        plans = f"read_parquet('{runs.folder_of(run)}/plan-*.parquet')"
        rows = {row for (row,) in duckdb.sql(f"SELECT row FROM {plans} WHERE action = 'rejected'").fetchall()}
        run = runs.merge(run=runs.accept(run=run, by=None), by=None)
        assert (run.state, run.rejected) == ("done", len(rows))
        refused[ledger] = rows
    return on, refused


def swept(folder: Path, on: date) -> list[dict[str, Any]]:
    """Everything that all rules find on a day."""
    import pyarrow.parquet as pq

    from fupin.bulk import steps, taking
    from fupin.quality.applying import applied
    from fupin.quality.sweeping import sweep

    with steps.duck(folder) as duck:
        found = sweep(taking.current(), on, applied(on), duck, folder / "findings.parquet")
    return pq.read_table(found.findings).to_pylist()


def held_against(folder: Path, refused: Refused, findings: list[dict[str, Any]]) -> Held:
    """The findings of a sweep beside the list of what was planted."""
    from fupin.core import sealing

    persons, homes = _members()
    kinds: dict[str, Kind] = {}
    touched: dict[int, str] = {}
    found = {(one["rule"], one["subject_kind"], one["subject_id"]) for one in findings}
    with (folder / "made" / "truth.csv").open(encoding="utf-8") as stream:
        truth = list(csv.DictReader(stream))
    for line, head in zip(truth, _heads(folder, truth), strict=True):
        kind = kinds.setdefault(line["rule"], Kind())
        kind.planted += 1
        person = persons.get(sealing.token(line["code"], "id"))
        keeper = person if person is not None else persons.get(sealing.token(head, "id"))
        home = homes.get(keeper) if keeper is not None else None
        if home is not None:
            touched[home] = line["rule"]
        if int(line["row"]) in refused[line["ledger"]] or person is None:
            kind.refused += 1
            continue
        kind.taken += 1
        if found & {(line["rule"], "person", person), (line["rule"], "household", home)}:
            kind.found += 1
        else:
            kind.missed.append(line["code"])
    false = Counter[str]()
    for one in findings:
        if (where := touched.get(one["household_id"])) is None:
            false[one["rule"]] += 1
        elif where != one["rule"]:
            kinds[where].beside[one["rule"]] += 1
    return Held(kinds, false, len(findings))


def _members() -> tuple[dict[bytes, int], dict[int, int]]:
    from fupin.registry.models import Membership, PersonIdentity

    holders = PersonIdentity.objects.filter(valid_to=None).values_list("number_token", "person_id")
    persons = {bytes(token): person for token, person in holders if token}
    return persons, dict(Membership.objects.filter(valid_to=None).values_list("person_id", "household_id"))


def _heads(folder: Path, truth: list[dict[str, str]]) -> list[str]:
    """The head's number of the household of each line: who was turned back belongs to one all the same."""
    with (folder / "made" / "persons.csv").open(encoding="utf-8") as stream:
        heads = [row["户主证件号"] for row in csv.DictReader(stream)]
    return [heads[int(line["row"]) - 2] if line["ledger"] == "persons" else line["code"] for line in truth]


def table(held: Held) -> str:
    """The two tables of docs/algorithms/synthetic.md."""
    from fupin.policy.quality import rule

    lines = [
        ROW.format("rule", "planted defect", "planted", "turned back", "taken", "found", "recall", "found beside it"),
        ROW.format("---", "---", "---:", "---:", "---:", "---:", "---:", "---"),
    ]
    for name, kind in sorted(held.kinds.items()):
        recall = f"{kind.found / kind.taken:.3f}" if kind.taken and rule(name).finds and name not in AT_ENTRY else "–"
        beside = ", ".join(f"{other} {count}" for other, count in kind.beside.most_common(4))
        lines.append(
            ROW.format(name, rule(name).label, kind.planted, kind.refused, kind.taken, kind.found, recall, beside)
        )
    said = ", ".join(f"{name} {count}" for name, count in held.false.most_common()) or "none"
    return "\n".join([*lines, "", f"findings: {held.findings}; where nothing was planted: {said}"])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", required=True, type=Path)
    asked.add_argument("--households", type=int, default=50_000)
    asked.add_argument("--division", default="150522")
    asked.add_argument("--dirty", type=float, default=10.0)
    asked.add_argument("--seed", type=int, default=11)
    given = asked.parse_args()
    os.environ["FUPIN_DATA"] = str(given.data)
    given.data.mkdir(parents=True, exist_ok=True)
    from fupin.cli.group import prepare
    from fupin.cli.instance import _ensure_keys

    _ensure_keys()
    prepare(is_serving=True)
    from fupin.config.preparation import prepare_instance
    from fupin.registry import openings
    from fupin.synthetic.make import Order

    prepare_instance()
    openings.open_region()
    on, refused = bring_in(given.data, Order(given.households, given.division, given.seed), given.dirty)
    findings = swept(given.data, on)
    if given.dirty:
        print(table(held_against(given.data, refused, findings)))
    else:
        print(Counter(one["rule"] for one in findings))


if __name__ == "__main__":
    main()
