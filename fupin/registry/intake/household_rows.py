"""Planned households, with the persons who head them, as rows of tables."""

from __future__ import annotations

import polars
from polars import col, lit

from fupin.core import audit
from fupin.registry.intake import preparing
from fupin.registry.intake.households import FIELDS, STATUS
from fupin.registry.intake.person_rows import (
    MEMBERSHIP,
    PERSON,
    name_keys,
    numbers_of,
    of,
    phone_keys,
    take_over,
    write_keys,
)
from fupin.registry.intake.portions import Batch, Circumstance
from fupin.registry.intake.resolving import HEAD

HOUSEHOLD = ("id", "number", "national_number", "is_synthetic", "version", "created_at")


def make(frame: polars.DataFrame, about: Circumstance) -> Batch:
    """The portions of these rows."""
    known = preparing.numbers_of(about.folder)
    frame = frame.with_columns(synthetic=col("is_synthetic").fill_null(False))
    batch = Batch(frame)
    new, old = frame.filter(col("is_new")), frame.filter(~col("is_new"))
    batch.stand(old)
    batch.numbers = numbers_of(new, "head_id", "head_token")
    made = preparing.stable_rows(new.select("household_id", "new_national", "synthetic"), known, about)
    batch.insert("registry_household", HOUSEHOLD, made, new["portion"])
    keys = [_facts(frame.filter(col("is_new") | col("fact_changed")), batch, about)]
    _statuses(frame.filter(col("status_changed")), batch, about)
    if new.height:
        keys.append(_heads(new, batch, known, about))
    write_keys(keys, batch, about)
    renumbered = old.filter(col("stable_changed"))
    statement = "UPDATE registry_household SET national_number = %s WHERE id = %s"
    acts = [(statement, values) for values in renumbered.select("new_national", "household_id").rows()]
    batch.extend("stable", acts, of(renumbered))
    batch.note("bumps", "registry_household", old["household_id"].to_list(), of(old))
    told = preparing.trail("households.import", _trail(frame, known, about), about)
    batch.insert(audit.TABLE, audit.COLUMNS, told, frame["portion"])
    return batch


def _facts(frame: polars.DataFrame, batch: Batch, about: Circumstance) -> polars.DataFrame:
    """The new facts; returns the search keys of the households' own phones."""
    take_over(batch, "registry_householdfact", frame, "fact", about.on)
    columns, values = preparing.fact_frame(frame, FIELDS)
    values = values.insert_column(0, frame["household_id"]).insert_column(1, frame["village_id"])
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    names_ = (*preparing.HEAD_NAMES, "household_id", "village_id", *columns)
    batch.insert("registry_householdfact", names_, rows, frame["portion"])
    reached = frame.with_columns(values["phone_token"], person_id=lit(None, polars.Int64))
    reached = reached.filter(col("is_new") | col("phone_token").ne_missing(col("phone_token_old")))
    known = reached.filter(col("phone_token_old").is_not_null())
    batch.extend("rephoned", known["household_id"].to_list(), of(known))
    return phone_keys(reached)


def _statuses(frame: polars.DataFrame, batch: Batch, about: Circumstance) -> None:
    take_over(batch, "registry_registerstatus", frame, "status", about.on)
    values = frame.select("household_id", *[preparing.stored(each).alias(each.stored) for each in STATUS])
    values = values.with_columns(lit("opening").alias("entered_by"), lit("").alias("document"))
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    batch.insert("registry_registerstatus", (*preparing.HEAD_NAMES, *values.columns), rows, frame["portion"])


def _heads(new: polars.DataFrame, batch: Batch, known: dict[int, str], about: Circumstance) -> polars.DataFrame:
    """Each new household's head: a person with a name, a document and the membership; the person file adds the rest.
    Returns their search keys."""
    places = new["portion"]
    new = preparing.from_id(new, "head_id").with_columns(
        new_document=lit(None, polars.String), id_token=col("head_token"), born=col("id_born").cast(polars.String)
    )
    rows = new.select("person_id", lit(None, polars.String).alias("new_national"), "synthetic")
    batch.insert("registry_person", PERSON, preparing.stable_rows(rows, known, about), places)
    columns, values = _person_facts(new)
    facts = preparing.with_heads(values, preparing.head_columns(new, about), about)
    batch.insert("registry_personfact", (*preparing.HEAD_NAMES, *columns), facts, places)
    documents = preparing.identity_rows(new, "head_id", about)
    batch.insert("registry_personidentity", (*preparing.HEAD_NAMES, *preparing.IDENTITY_NAMES), documents, places)
    members = new.select("person_id", "household_id", lit(HEAD).alias("r"), lit("").alias("j"), lit("").alias("l"))
    lines = preparing.with_heads(members, preparing.head_columns(new, about), about)
    batch.insert("registry_membership", MEMBERSHIP, lines, places)
    return name_keys(new, "head_name")


def _person_facts(new: polars.DataFrame) -> tuple[list[str], polars.DataFrame]:
    from fupin.registry.intake.persons import FIELDS as PERSON_FIELDS

    said = {"name": col("head_name"), "sex": col("id_sex").fill_null(""), "born_on": col("born")}
    columns = [col("person_id")]
    for each in PERSON_FIELDS:
        value = said.get(each.name, lit("") if each.is_text else lit(None))
        columns.append(value.alias(each.stored))
    made = new.select(columns)
    return list(made.columns), made


def _trail(frame: polars.DataFrame, known: dict[int, str], about: Circumstance) -> polars.DataFrame:
    """One entry a household: that it is new, or what changed."""
    given, head = (
        polars.Series([known.get(each) for each in frame[name].to_list()], dtype=polars.String)
        for name in ("household_id", "person_id")
    )
    member, quoted, is_new = preparing.member, preparing.quoted, col("is_new")
    created = (member("created", quoted(polars.lit(given))), member("head", quoted(polars.lit(head))))
    changed = (
        member("number", quoted(col("number_old"))), member("changed", col("changes")), member("fields", col("fact_count")),
    )  # fmt: skip
    members = [polars.when(is_new).then(each) for each in created] + [
        polars.when(~is_new).then(each) for each in changed
    ]
    detail = preparing.json_object(member("import", lit(about.run_id)), *members)
    return frame.select("household_id", "village_id", detail=detail)
