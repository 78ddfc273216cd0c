"""Planned persons as rows of tables."""

from __future__ import annotations

from typing import Any

import polars
from polars import col

from fupin.core import audit
from fupin.registry import names
from fupin.registry.intake import preparing
from fupin.registry.intake.merging import Portion
from fupin.registry.intake.persons import FIELDS

PERSON = ("id", "number", "national_number", "is_synthetic", "version", "created_at")
MEMBERSHIP = (*preparing.HEAD_NAMES, "person_id", "household_id", "relation", "joined_by", "left_by")
KEY = ("key", "banner_id", "village_id", "person_id", "household_id")


def make(frame: polars.DataFrame, about: Any) -> Portion:
    """The portion of these rows."""
    known = preparing.numbers_of(about.folder)
    new = frame["is_new"]
    frame = frame.with_columns(
        synthetic=polars.when(col("is_new")).then(col("is_synthetic")).otherwise(col("synthetic_old")).fill_null(False)
    )
    portion = Portion(
        end=frame["end"][0],
        row_ids=frame["row_id"].to_list(),
        created=int(new.sum()),
        updated=int((~new).sum()),
        households=frame["household_id"].unique().to_list(),
        new_tokens=frame.filter(col("is_new"))["id_token"].to_list(),
    )
    portion.inserts.append(("registry_person", PERSON, _persons(frame.filter(col("is_new")), known, about)))
    _facts(frame.filter(col("is_new") | col("fact_changed")), portion, about)
    _identities(frame.filter(col("is_new") | (col("identity_changed"))), portion, about)
    _memberships(frame.filter(col("is_new") | col("membership_changed")), portion, about)
    _keys(frame, portion, about)
    _nationals(frame, portion)
    portion.bumps.append(("registry_person", frame.filter(~col("is_new"))["person_id"].to_list()))
    portion.bumps.append(("registry_household", portion.households))
    portion.inserts.append((audit.TABLE, audit.COLUMNS, preparing.audit_rows(_entries(frame, known, about), about)))
    return portion


def _persons(frame: polars.DataFrame, known: dict[int, str], about: Any) -> list[tuple[Any, ...]]:
    now = preparing.moment(about)
    rows = frame.select("person_id", "new_national", "synthetic").rows()
    return [(person, known[person], national or None, synthetic, 1, now) for person, national, synthetic in rows]


def replaced(frame: polars.DataFrame, prefix: str, on: str) -> tuple[list[int], list[int]]:
    """Ids of facts that began on this very day (removed) and before (ended)."""
    old = frame.filter(col(f"{prefix}_id").is_not_null())
    same = col(f"{prefix}_from").cast(polars.String) == on
    return old.filter(same)[f"{prefix}_id"].to_list(), old.filter(~same)[f"{prefix}_id"].to_list()


def take_over(portion: Portion, table: str, frame: polars.DataFrame, prefix: str, on: str) -> None:
    """Note in the portion which old facts make room."""
    removes, closes = replaced(frame, prefix, on)
    portion.removes.append((table, removes))
    portion.closes.append((table, closes))


def _facts(frame: polars.DataFrame, portion: Portion, about: Any) -> None:
    frame = preparing.from_id(frame, "id_number")
    frame = frame.with_columns(
        polars.coalesce("new__born_on", "id_born").alias("new__born_on"),
        polars.coalesce("new__sex", "id_sex").alias("new__sex"),
    )
    take_over(portion, "registry_personfact", frame, "fact", about.on)
    columns, values = preparing.fact_frame(frame, FIELDS)
    values = values.insert_column(0, frame["person_id"])
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    portion.inserts.append(("registry_personfact", (*preparing.HEAD_NAMES, "person_id", *columns), rows))


def _identities(frame: polars.DataFrame, portion: Portion, about: Any) -> None:
    frame = frame.filter(col("id_number").is_not_null())
    take_over(portion, "registry_personidentity", frame, "identity", about.on)
    rows = preparing.identity_rows(frame, "id_number", about)
    portion.inserts.append(("registry_personidentity", (*preparing.HEAD_NAMES, *preparing.IDENTITY_NAMES), rows))


def _memberships(frame: polars.DataFrame, portion: Portion, about: Any) -> None:
    take_over(portion, "registry_membership", frame, "membership", about.on)
    values = frame.select("person_id", "household_id", "new_relation", "new_joined_by").with_columns(
        polars.lit("").alias("left_by")
    )
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    portion.inserts.append(("registry_membership", MEMBERSHIP, rows))


def _keys(frame: polars.DataFrame, portion: Portion, about: Any) -> None:
    renamed = col("old__name").is_not_null() & (col("new__name") != col("old__name"))
    portion.renamed = frame.filter(~col("is_new") & renamed)["person_id"].to_list()
    named = frame.filter(col("is_new") | renamed).select("new__name", "village_id", "person_id", "household_id").rows()
    rows = [
        (key, about.banners[village], village, person, household)
        for name, village, person, household in named
        for key in names.keys(name)
    ]
    portion.inserts.append(("registry_searchkey", KEY, sorted(rows, key=lambda row: (row[1], row[0]))))


def _nationals(frame: polars.DataFrame, portion: Portion) -> None:
    changed = frame.filter(~col("is_new") & col("stable_changed")).select("new_national", "person_id").rows()
    for national, person in changed:
        portion.stable.append(("UPDATE registry_person SET national_number = %s WHERE id = %s", (national, person)))


def _entries(frame: polars.DataFrame, known: dict[int, str], about: Any) -> list[audit.Entry]:
    """One entry a household: who is new, what changed of whom."""
    found: dict[int, tuple[int, dict[str, Any]]] = {}
    rows = frame.select(
        "household_id", "village_id", "person_id", "is_new", "number_old", "changes", "fact_count"
    ).rows()
    for household, village, person, is_new, number, changes, count in rows:
        _village, detail = found.setdefault(household, (village, {"import": about.run_id}))
        if is_new:
            detail.setdefault("created", []).append(known[person])
        else:
            said = preparing.changes_of(changes)
            detail.setdefault("changed", {})[number] = said | {"fields": count}
    return [
        audit.Entry("persons.import", f"household:{household}", village, detail)
        for household, (village, detail) in found.items()
    ]
