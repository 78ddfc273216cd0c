"""Planned income accounts as rows of tables."""

from __future__ import annotations

import polars
from polars import col, lit

from fupin.core import audit
from fupin.core.ids import new_ids
from fupin.registry.intake import preparing
from fupin.registry.intake.income import CLASSES, ITEMS, rewritten_items
from fupin.registry.intake.person_rows import of
from fupin.registry.intake.portions import Batch, Circumstance

_TOTALS = (*CLASSES, "claims", "self_paid", "net", "per_head")
_ACCOUNT = (
    "id", "household_id", "year", "window_from", "window_to", "counted_basis", "counted_persons", "line_fen",
    *(f"{name}_fen" for name in _TOTALS), "signed_on", "source", "version", "recorded_by", "recorded_at",
)  # fmt: skip
_ENTRY = ("id", "account_id", "item", "amount_fen", "origin", "note")
_CHANGED = tuple(name for name in _ACCOUNT if name not in ("id", "household_id", "year", "version"))


def make(frame: polars.DataFrame, about: Circumstance) -> Batch:
    """The portions of these rows: new accounts are inserted, known ones brought up to date with what changes of their entries."""
    if "rewritten" not in frame.columns:
        # A plan that was made by an earlier version says it by the amounts that stood there.
        frame = frame.with_columns(rewritten=rewritten_items())
    if "account_version" not in frame.columns:
        frame = frame.with_columns(account_version=lit(None, polars.Int64))
    new, old = frame.filter(col("is_new")), frame.filter(~col("is_new"))
    batch = Batch(frame)
    now = preparing.moment(about)
    made = _accounts(new, about).with_columns(lit(now).alias("recorded_at"))
    batch.stand(frame)
    batch.insert("registry_incomeaccount", _ACCOUNT, made, new["portion"])
    sets = ", ".join(f"{name} = %s" for name in _CHANGED)
    statement = f"UPDATE registry_incomeaccount SET {sets}, version = version + 1 WHERE id = %s AND version = COALESCE(%s, version)"
    values = _accounts(old, about).select([name for name in _CHANGED if name != "recorded_at"]).rows()
    known = old.select("account_id", "account_version").rows()
    acts = [(statement, (*row, now, *account)) for row, account in zip(values, known, strict=True)]
    batch.extend("stable", acts, of(old))
    entries = _entry_rows(frame)
    _drop_entries(old, batch)
    batch.insert("registry_incomeentry", _ENTRY, entries.drop("portion"), entries["portion"])
    told = preparing.trail("income.import", _trail(frame, about), about)
    batch.insert(audit.TABLE, audit.COLUMNS, told, frame["portion"])
    return batch


def _accounts(frame: polars.DataFrame, about: Circumstance) -> polars.DataFrame:
    return frame.select(
        col("account_id").alias("id"), "household_id", "year",
        col("new__window_from").cast(polars.String).alias("window_from"),
        col("new__window_to").cast(polars.String).alias("window_to"),
        col("new__counted_basis").alias("counted_basis"), col("new__counted_persons").alias("counted_persons"),
        col("new__line").alias("line_fen"), *[col(f"new__{name}").alias(f"{name}_fen") for name in _TOTALS],
        col("new__signed_on").cast(polars.String).alias("signed_on"), lit(f"import:{about.run_id}").alias("source"),
        lit(1).alias("version"), lit(about.actor_id, polars.Int64).alias("recorded_by"),
    )  # fmt: skip


def _entry_rows(frame: polars.DataFrame) -> polars.DataFrame:
    """Entries with their portion, in the order of the portions: all of new accounts, of known ones what changes."""
    anew = {item: col("is_new") | col("rewritten").list.contains(item) for item in ITEMS}
    said = [polars.when(anew[item]).then(col(f"new__{item}")).alias(item) for item in ITEMS]
    long = frame.select("portion", "account_id", *said).unpivot(
        index=["portion", "account_id"], variable_name="item", value_name="amount"
    )
    rows = long.filter(col("amount").is_not_null() & (col("amount") != 0)).sort("portion", "account_id", "item")
    ids = new_ids(rows.height)
    return rows.select(
        "portion", polars.Series("id", range(ids.start, ids.stop), dtype=polars.Int64), "account_id", "item", "amount",
        lit("asked").alias("origin"), lit("").alias("note"),
    )  # fmt: skip


def _drop_entries(old: polars.DataFrame, batch: Batch) -> None:
    """Where the amount of an item changes, what was known of it goes; every other entry stays with where it is from."""
    changed = old.filter(col("rewritten").list.len() > 0)
    acts = [
        (f"DELETE FROM registry_incomeentry WHERE account_id = %s AND item IN ({', '.join(['%s'] * len(items))})",
         (account, *items))
        for account, items in changed.select("account_id", "rewritten").rows()
    ]  # fmt: skip
    batch.extend("stable", acts, of(changed))


def _trail(frame: polars.DataFrame, about: Circumstance) -> polars.DataFrame:
    member = preparing.member
    detail = preparing.json_object(
        member("import", lit(about.run_id)), member("year", col("year")),
        member("per_head_fen", col("new__per_head").cast(polars.String).fill_null("null")),
        member("changed", polars.when(~col("is_new")).then(col("changes"))),
    )  # fmt: skip
    return frame.select("household_id", "village_id", detail=detail)
