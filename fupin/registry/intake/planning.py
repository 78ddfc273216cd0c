"""The plan of an import: the compared rows as numbered part files, in portions of whole households."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import polars
from polars import col

from fupin.core.imports.declaration import Work

PORTION_ROWS = 50
"""Small, for a transaction takes one portion at least, and others wait for it: 250 households took up to 0.17 s."""


def frames(batches: Iterable[Any]) -> Iterator[polars.DataFrame]:
    """Arrow batches as frames."""
    for batch in batches:
        frame = polars.from_arrow(batch)
        assert isinstance(frame, polars.DataFrame)
        yield frame


def write_plan(work: Work, slices: Iterable[polars.DataFrame]) -> None:
    """Write the compared rows as numbered part files, rows of one household in one portion.

    A slice may end inside a household: its last household waits for the next slice.
    """
    for stale in work.folder.glob("plan-*.parquet"):
        stale.unlink()
    waiting: polars.DataFrame | None = None
    part = rows = 0
    for frame in slices:
        whole = frame if waiting is None else polars.concat([waiting, frame], how="vertical_relaxed")
        last = whole["household_id"][-1]
        keep = whole["household_id"].eq_missing(polars.Series([last], dtype=polars.Int64)) if last is not None else None
        if keep is not None and not keep.all():
            waiting, whole = whole.filter(keep), whole.filter(~keep)
        else:
            waiting = None
        rows = _write_part(work, whole, part, rows)
        part += 1
    if waiting is not None or part == 0:
        rows = _write_part(work, waiting if waiting is not None else _nothing(), part, rows)


def _nothing() -> polars.DataFrame:
    none: dict[str, Any] = {
        "row_id": polars.Int64, "source": polars.Int64, "row": polars.Int64, "label": polars.String,
        "action": polars.String, "changes": polars.String, "household_id": polars.Int64, "village_id": polars.Int64,
        "problems": polars.List(polars.Struct({"column": polars.String, "code": polars.String, "sentence": polars.String})),
    }  # fmt: skip
    return polars.DataFrame(schema=none)


def _write_part(work: Work, frame: polars.DataFrame, part: int, rows: int) -> int:
    """Add `end`: how many rows to be written there are up to the end of the row's portion."""
    applied = col("action").is_in(["created", "updated"])
    counted = frame.select(applied.cast(polars.Int64).cum_sum().alias("n"), col("household_id"))
    starts = counted.select((col("household_id").ne_missing(col("household_id").shift(1))).alias("s"))["s"]
    first = counted.select(polars.when(starts.fill_null(True)).then(col("n")).forward_fill())["n"]
    portion = (first // PORTION_ROWS).alias("portion")
    frame = frame.with_columns(portion)
    end = frame.group_by("portion").agg(applied.sum().alias("size")).sort("portion")
    end = end.with_columns((col("size").cum_sum() + rows).alias("end")).drop("size")
    frame = frame.join(end, on="portion", how="left", maintain_order="left")
    frame = frame.drop(_said_and_done(frame))
    frame.write_parquet(work.folder / f"plan-{part:05d}.parquet", compression="lz4", statistics=False)
    return rows + int(frame.select(applied.sum()).item() or 0)


def _said_and_done(frame: polars.DataFrame) -> list[str]:
    """What the file said and what the register holds, where `new__x` says what comes of both: nobody reads it again.
    A sealed value is sealed out of the file's column, and the old name tells whether somebody was renamed."""
    named = {name.removeprefix("new__") for name in frame.columns if name.startswith("new__")}
    old = [name for name in frame.columns if name.startswith("old__") and name != "old__name"]
    return old + [name for name in named if name in frame.columns and f"cipher__{name}" not in frame.columns]
