"""Planned persons as rows of tables."""

from __future__ import annotations

from typing import Any

import polars
from polars import col

from fupin.core import audit
from fupin.registry import names
from fupin.registry.intake import preparing
from fupin.registry.intake.merging import Batch
from fupin.registry.intake.persons import FIELDS

PERSON = ("id", "number", "national_number", "is_synthetic", "version", "created_at")
MEMBERSHIP = (*preparing.HEAD_NAMES, "person_id", "household_id", "relation", "joined_by", "left_by")
KEY = ("key", "banner_id", "village_id", "person_id", "household_id")


def make(frame: polars.DataFrame, about: Any) -> Batch:
    """The portions of these rows."""
    known = preparing.numbers_of(about.folder)
    frame = frame.with_columns(
        synthetic=polars.when(col("is_new")).then(col("is_synthetic")).otherwise(col("synthetic_old")).fill_null(False)
    )
    batch = Batch(frame)
    new, old = frame.filter(col("is_new")), frame.filter(~col("is_new"))
    batch.extend("new_tokens", new["id_token"].to_list(), of(new))
    batch.insert("registry_person", PERSON, _persons(new, known, about), of(new))
    _facts(frame.filter(col("is_new") | col("fact_changed")), batch, about)
    _identities(frame.filter(col("is_new") | (col("identity_changed"))), batch, about)
    _memberships(frame.filter(col("is_new") | col("membership_changed")), batch, about)
    _keys(frame, batch, about)
    _nationals(old, batch)
    batch.note("bumps", "registry_person", old["person_id"].to_list(), of(old))
    for portion in batch.portions.values():
        portion.bumps.append(("registry_household", portion.households))
    entries, places = _entries(frame, known, about)
    batch.insert(audit.TABLE, audit.COLUMNS, preparing.audit_rows(entries, about), places)
    return batch


def of(frame: polars.DataFrame) -> list[int]:
    """The portion of each row."""
    return frame["portion"].to_list()


def _persons(frame: polars.DataFrame, known: dict[int, str], about: Any) -> list[tuple[Any, ...]]:
    now = preparing.moment(about)
    rows = frame.select("person_id", "new_national", "synthetic").rows()
    return [(person, known[person], national or None, synthetic, 1, now) for person, national, synthetic in rows]


def take_over(batch: Batch, table: str, frame: polars.DataFrame, prefix: str, on: str) -> None:
    """Note which old facts make room: what began on this very day is removed, what began before is ended."""
    old = frame.filter(col(f"{prefix}_id").is_not_null())
    same = col(f"{prefix}_from").cast(polars.String) == on
    for name, rows in (("removes", old.filter(same)), ("closes", old.filter(~same))):
        batch.note(name, table, rows[f"{prefix}_id"].to_list(), of(rows))


def _facts(frame: polars.DataFrame, batch: Batch, about: Any) -> None:
    frame = preparing.from_id(frame, "id_number")
    frame = frame.with_columns(
        polars.coalesce("new__born_on", "id_born").alias("new__born_on"),
        polars.coalesce("new__sex", "id_sex").alias("new__sex"),
    )
    take_over(batch, "registry_personfact", frame, "fact", about.on)
    columns, values = preparing.fact_frame(frame, FIELDS)
    values = values.insert_column(0, frame["person_id"])
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    batch.insert("registry_personfact", (*preparing.HEAD_NAMES, "person_id", *columns), rows, of(frame))


def _identities(frame: polars.DataFrame, batch: Batch, about: Any) -> None:
    frame = frame.filter(col("id_number").is_not_null())
    take_over(batch, "registry_personidentity", frame, "identity", about.on)
    rows = preparing.identity_rows(frame, "id_number", about)
    names_ = (*preparing.HEAD_NAMES, *preparing.IDENTITY_NAMES)
    batch.insert("registry_personidentity", names_, rows, of(frame))


def _memberships(frame: polars.DataFrame, batch: Batch, about: Any) -> None:
    take_over(batch, "registry_membership", frame, "membership", about.on)
    values = frame.select("person_id", "household_id", "new_relation", "new_joined_by").with_columns(
        polars.lit("").alias("left_by")
    )
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    batch.insert("registry_membership", MEMBERSHIP, rows, of(frame))


def key_rows(frame: polars.DataFrame, name: str, batch: Batch, about: Any) -> None:
    """The search keys of the persons in the frame, in the order of the index within each portion."""
    named = frame.select("portion", name, "village_id", "person_id", "household_id").rows()
    rows = [
        (portion, about.banners[village], key, village, person, household)
        for portion, text, village, person, household in named
        for key in names.keys(text)
    ]
    rows.sort()
    made = [(key, banner, village, person, household) for _at, banner, key, village, person, household in rows]
    batch.insert("registry_searchkey", KEY, made, [row[0] for row in rows])


def _keys(frame: polars.DataFrame, batch: Batch, about: Any) -> None:
    renamed = frame.filter(~col("is_new") & col("old__name").is_not_null() & (col("new__name") != col("old__name")))
    batch.extend("renamed", renamed["person_id"].to_list(), of(renamed))
    key_rows(polars.concat([frame.filter(col("is_new")), renamed]), "new__name", batch, about)


def _nationals(old: polars.DataFrame, batch: Batch) -> None:
    changed = old.filter(col("stable_changed"))
    statement = "UPDATE registry_person SET national_number = %s WHERE id = %s"
    acts = [(statement, values) for values in changed.select("new_national", "person_id").rows()]
    batch.extend("stable", acts, of(changed))


def _entries(frame: polars.DataFrame, known: dict[int, str], about: Any) -> tuple[list[audit.Entry], list[int]]:
    """One entry a household: who is new, what changed of whom; and the portion of each."""
    found: dict[int, tuple[int, int, dict[str, Any]]] = {}
    rows = frame.select(
        "portion", "household_id", "village_id", "person_id", "is_new", "number_old", "changes", "fact_count"
    ).rows()
    for portion, household, village, person, is_new, number, changes, count in rows:
        _portion, _village, detail = found.setdefault(household, (portion, village, {"import": about.run_id}))
        if is_new:
            detail.setdefault("created", []).append(known[person])
        else:
            said = preparing.changes_of(changes)
            detail.setdefault("changed", {})[number] = said | {"fields": count}
    entries = [
        audit.Entry("persons.import", f"household:{household}", village, detail)
        for household, (_portion, village, detail) in found.items()
    ]
    return entries, [portion for portion, _village, _detail in found.values()]
