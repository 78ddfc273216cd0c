"""Runs an order into a folder: the parts are made and written one after another, memory holds a few of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from fupin.synthetic import files
from fupin.synthetic.defects import DEFECTS, Defect, Planter, write_truth
from fupin.synthetic.make import Order, make_part, part_count, prepare


@dataclass(slots=True)
class Written:
    """What was written."""

    files: list[Path] = field(default_factory=list)
    households: int = 0
    persons: int = 0
    defects: int = 0


def write(order: Order, folder: Path, form: str, dirty: float = 0.0, *, defects: Sequence[Defect] = DEFECTS) -> Written:
    """Write the three files, the note and, with `dirty` percent of `defects`, truth.csv.

    Raises Impossible before anything is written.
    """
    run = prepare(order)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {ledger: files.table(folder, ledger, form) for ledger in files.ledgers()}
    planter = Planter(dirty, order.seed, form, defects)
    written, truth = Written(), list[pl.DataFrame]()
    try:
        for index in range(part_count(run)):
            part = make_part(run, index, run.year)
            if dirty > 0:
                part, lines = planter.plant(part, index)
                truth.append(lines)
            for ledger, table in tables.items():
                table.write(getattr(part, ledger))
            written.households += part.households.height
            written.persons += part.persons.height
    finally:
        for table in tables.values():
            table.close()
    written.files = [files.file_of(folder, ledger, form) for ledger in files.ledgers()]
    if dirty > 0:
        written.files.append(write_truth(folder, truth))
        written.defects = planter.planted
    written.files.append(files.write_note(folder))
    return written
