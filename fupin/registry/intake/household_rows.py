"""Planned households, with the persons who head them, as rows of tables."""

from __future__ import annotations

from typing import Any

import polars
from polars import col, lit

from fupin.core import audit
from fupin.registry import names
from fupin.registry.intake import preparing
from fupin.registry.intake.households import FIELDS, STATUS
from fupin.registry.intake.merging import Portion
from fupin.registry.intake.person_rows import KEY, MEMBERSHIP, PERSON, take_over
from fupin.registry.intake.resolving import HEAD

_HOUSEHOLD = ("id", "number", "national_number", "is_synthetic", "version", "created_at")


def make(frame: polars.DataFrame, about: Any) -> Portion:
    """The portion of these rows."""
    known = preparing.numbers_of(about.folder)
    now = preparing.moment(about)
    frame = frame.with_columns(synthetic=col("is_synthetic").fill_null(False))
    new = frame.filter(col("is_new"))
    portion = Portion(
        end=frame["end"][0],
        row_ids=frame["row_id"].to_list(),
        created=new.height,
        updated=frame.height - new.height,
        households=frame["household_id"].to_list(),
        new_tokens=new["head_token"].to_list(),
    )
    rows = new.select("household_id", "new_national", "synthetic").rows()
    made = [(household, known[household], national or None, mark, 1, now) for household, national, mark in rows]
    portion.inserts.append(("registry_household", _HOUSEHOLD, made))
    _facts(frame.filter(col("is_new") | col("fact_changed")), portion, about)
    _statuses(frame.filter(col("status_changed")), portion, about)
    if new.height:
        _heads(new, portion, known, about)
    for national, household in (
        frame.filter(~col("is_new") & col("stable_changed")).select("new_national", "household_id").rows()
    ):
        portion.stable.append(
            ("UPDATE registry_household SET national_number = %s WHERE id = %s", (national, household))
        )
    portion.bumps.append(("registry_household", frame.filter(~col("is_new"))["household_id"].to_list()))
    portion.inserts.append((audit.TABLE, audit.COLUMNS, preparing.audit_rows(_entries(frame, known, about), about)))
    return portion


def _facts(frame: polars.DataFrame, portion: Portion, about: Any) -> None:
    take_over(portion, "registry_householdfact", frame, "fact", about.on)
    columns, values = preparing.fact_frame(frame, FIELDS)
    values = values.insert_column(0, frame["household_id"]).insert_column(1, frame["village_id"])
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    names_ = (*preparing.HEAD_NAMES, "household_id", "village_id", *columns)
    portion.inserts.append(("registry_householdfact", names_, rows))


def _statuses(frame: polars.DataFrame, portion: Portion, about: Any) -> None:
    take_over(portion, "registry_registerstatus", frame, "status", about.on)
    values = frame.select("household_id", *[preparing.stored(each).alias(each.stored) for each in STATUS])
    values = values.with_columns(lit("opening").alias("entered_by"), lit("").alias("document"))
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    portion.inserts.append(("registry_registerstatus", (*preparing.HEAD_NAMES, *values.columns), rows))


def _heads(new: polars.DataFrame, portion: Portion, known: dict[int, str], about: Any) -> None:
    """Each new household's head: a person with a name, a document and the membership; the person file adds the rest."""
    now = preparing.moment(about)
    new = preparing.from_id(new, "head_id").with_columns(
        new_document=lit(None, polars.String), id_token=col("head_token"), born=col("id_born").cast(polars.String)
    )
    rows = [(person, known[person], None, mark, 1, now) for person, mark in new.select("person_id", "synthetic").rows()]
    portion.inserts.append(("registry_person", PERSON, rows))
    columns, values = _person_facts(new)
    facts = preparing.with_heads(values, preparing.head_columns(new, about), about)
    portion.inserts.append(("registry_personfact", (*preparing.HEAD_NAMES, *columns), facts))
    documents = preparing.identity_rows(new, "head_id", about)
    portion.inserts.append(("registry_personidentity", (*preparing.HEAD_NAMES, *preparing.IDENTITY_NAMES), documents))
    members = new.select("person_id", "household_id", lit(HEAD).alias("r"), lit("").alias("j"), lit("").alias("l"))
    portion.inserts.append(
        ("registry_membership", MEMBERSHIP, preparing.with_heads(members, preparing.head_columns(new, about), about))
    )
    keys = [
        (key, about.banners[village], village, person, household)
        for name, village, person, household in new.select(
            "head_name", "village_id", "person_id", "household_id"
        ).rows()
        for key in names.keys(name)
    ]
    portion.inserts.append(("registry_searchkey", KEY, sorted(keys, key=lambda row: (row[1], row[0]))))


def _person_facts(new: polars.DataFrame) -> tuple[list[str], polars.DataFrame]:
    from fupin.registry.intake.persons import FIELDS as PERSON_FIELDS

    said = {"name": col("head_name"), "sex": col("id_sex").fill_null(""), "born_on": col("born")}
    columns = [col("person_id")]
    for each in PERSON_FIELDS:
        value = said.get(each.name, lit("") if each.is_text else lit(None))
        columns.append(value.alias(each.stored))
    made = new.select(columns)
    return list(made.columns), made


def _entries(frame: polars.DataFrame, known: dict[int, str], about: Any) -> list[audit.Entry]:
    rows = frame.select(
        "household_id", "village_id", "person_id", "is_new", "number_old", "changes", "fact_count"
    ).rows()
    entries = []
    for household, village, person, is_new, number, changes, count in rows:
        detail: dict[str, Any] = {"import": about.run_id}
        if is_new:
            detail |= {"created": known[household], "head": known[person]}
        else:
            detail |= {"number": number, "changed": preparing.changes_of(changes), "fields": count}
        entries.append(audit.Entry("households.import", f"household:{household}", village, detail))
    return entries
