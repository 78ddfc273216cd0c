"""The divisions of the test databases, loaded once a database."""

from __future__ import annotations

import csv
from pathlib import Path

import fupin.divisions
from fupin.core.dated import SINCE_EVER
from fupin.core.ids import new_ids
from fupin.divisions.models import Division, DivisionFact, Reach

KEPT = ("150000000000", "150500000000", "150521", "150522")


def load() -> None:
    """The region, its league Tongliao and two banners with all that lies below."""
    path = Path(fupin.divisions.__file__).parent / "data" / "divisions-150000.csv"
    with path.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["code"].startswith(KEPT)]
    ids = dict(zip((row["code"] for row in rows), new_ids(len(rows)), strict=True))
    Division.objects.bulk_create(Division(id=ids[row["code"]], level=row["level"]) for row in rows)
    DivisionFact.objects.bulk_create(
        DivisionFact(
            division_id=ids[row["code"]], code=row["code"], name=row["name"], kind=row["level"],
            parent_id=ids.get(row["parent_code"]), valid_from=SINCE_EVER,
        )
        for row in rows
    )  # fmt: skip
    parents = {row["code"]: row["parent_code"] for row in rows}
    reach = []
    for code in ids:
        above = code
        while above in ids:
            reach.append(Reach(ancestor_id=ids[above], descendant_id=ids[code]))
            above = parents[above]
    Reach.objects.bulk_create(reach)
