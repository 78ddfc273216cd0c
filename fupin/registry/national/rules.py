"""The comparison of two registers: pure, on two frames of plain texts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Matched:
    """Who is who. `pairs` has both sides' columns, ours with the suffix `_here`."""

    pairs: pl.DataFrame
    linked: pl.DataFrame
    """newly recognised by the id number: `subject_id`, `number`"""
    new_there: pl.DataFrame
    gone_there: pl.DataFrame
    local_only: pl.DataFrame


def match(theirs: pl.DataFrame, ours: pl.DataFrame, *, subject: str, proof: str) -> Matched:
    """Match by national number; then those of ours without one by a number (`proof`) that stands once on either side.

    `theirs` has `number`, `ours` has `number` ("" for local ones) and the id column `subject`.
    """
    known = ours.filter(pl.col("number") != "")
    by_number = theirs.join(known, on="number", how="inner", suffix="_here")
    left_there = theirs.join(known, on="number", how="anti")
    local = ours.filter(pl.col("number") == "")
    if proof in left_there.columns and proof in local.columns:
        once = pl.col(proof).is_unique() & (pl.col(proof) != "") & pl.col(proof).is_not_null()
        recognised = left_there.filter(once).join(
            local.filter(once).with_columns(pl.col(proof).alias("\0proof")), left_on=proof, right_on="\0proof",
            how="inner", suffix="_here",
        )  # fmt: skip
    else:
        recognised = left_there.join(local, on="number", how="inner", suffix="_here")
    columns = [name for name in by_number.columns if name in recognised.columns]
    pairs = pl.concat([by_number.select(columns), recognised.select(columns)])
    return Matched(
        pairs=pairs,
        linked=recognised.select(subject, "number"),
        new_there=left_there.filter(~pl.col("number").is_in(recognised["number"].to_list())),
        gone_there=known.join(theirs, on="number", how="anti"),
        local_only=local.filter(~pl.col(subject).is_in(recognised[subject].to_list())),
    )


def differences(pairs: pl.DataFrame, fields: list[str], *, subject: str) -> pl.DataFrame:
    """One row a field in which the two differ: subject, field, `here`, `there`. What could not be read is no difference."""
    found = []
    for name in fields:
        here = f"{name}_here"
        if here not in pairs.columns or name not in pairs.columns:
            continue
        unequal = pairs.filter((pl.col(name) != pl.col(here).fill_null("")) & pl.col(name).is_not_null())
        found.append(
            unequal.select(
                subject, pl.lit(name).alias("field"), pl.col(here).alias("here"), pl.col(name).alias("there")
            )
        )
    schema = {subject: pl.Int64, "field": pl.String, "here": pl.String, "there": pl.String}
    return pl.concat(found) if found else pl.DataFrame(schema=schema)
