"""Planned persons as rows of tables."""

from __future__ import annotations

from collections.abc import Sequence

import polars
from polars import col, lit

from fupin.core import audit
from fupin.core.sealing import former_token_many
from fupin.registry.intake import preparing, resolving
from fupin.registry.intake.carrying import Load, load_of
from fupin.registry.intake.persons import FIELDS
from fupin.registry.intake.portions import Batch, Circumstance
from fupin.registry.intake.spelling import SPELLING, spelled

PERSON = ("id", "number", "national_number", "is_synthetic", "version", "created_at")
MEMBERSHIP = (*preparing.HEAD_NAMES, "person_id", "household_id", "relation", "joined_by", "left_by")
KEY = (*SPELLING, "banner_id", "village_id", "person_id", "household_id")


def make(frame: polars.DataFrame, about: Circumstance) -> Batch:
    """The portions of these rows."""
    known = preparing.numbers_of(about.folder)
    frame = frame.with_columns(
        synthetic=polars.when(col("is_new")).then(col("is_synthetic")).otherwise(col("synthetic_old")).fill_null(False)
    )
    batch = Batch(frame)
    new, old = frame.filter(col("is_new")), frame.filter(~col("is_new"))
    batch.stand(frame)
    batch.numbers = numbers_of(new, "id_number", "id_token")
    made = preparing.stable_rows(new.select("person_id", "new_national", "synthetic"), known, about)
    batch.insert("registry_person", PERSON, made, new["portion"])
    facts = _facts(frame.filter(col("is_new") | col("fact_changed")), batch, about)
    _identities(frame.filter(col("is_new") | (col("identity_changed"))), batch, about)
    _memberships(frame.filter(col("is_new") | col("membership_changed")), batch, about)
    _keys(facts, batch, about)
    _nationals(old, batch)
    batch.note("bumps", "registry_person", old["person_id"].to_list(), of(old))
    for portion in batch.portions.values():
        portion.bumps.append(("registry_household", portion.households))
    told = _trail(frame, known, about)
    batch.insert(audit.TABLE, audit.COLUMNS, preparing.trail("persons.import", told, about), told["portion"])
    return batch


def of(frame: polars.DataFrame) -> list[int]:
    """The portion of each row."""
    return frame["portion"].to_list()


def numbers_of(frame: polars.DataFrame, number: str, token: str) -> Load:
    """Area and token of the id numbers of new persons; the former tokens too while the index key is being changed."""
    pairs = frame.select(resolving.area_of(col(number)).alias("area"), col(token).alias("token"), "portion")
    former = former_token_many(frame[number].to_list(), "id")
    more = [pairs.with_columns(polars.Series("token", each, dtype=polars.Binary)) for each in former]
    if more:
        pairs = polars.concat([pairs, *more]).sort("portion", maintain_order=True)
    return load_of("", ("area", "token"), pairs.select("area", "token"), pairs["portion"])


def take_over(batch: Batch, table: str, frame: polars.DataFrame, prefix: str, on: str) -> None:
    """Note which old facts make room: what began on this very day is removed, what began before is ended."""
    old = frame.filter(col(f"{prefix}_id").is_not_null())
    same = col(f"{prefix}_from").cast(polars.String) == on
    for name, rows in (("removes", old.filter(same)), ("closes", old.filter(~same))):
        batch.note(name, table, rows[f"{prefix}_id"].to_list(), of(rows))


def _facts(frame: polars.DataFrame, batch: Batch, about: Circumstance) -> polars.DataFrame:
    """The new facts; returns the frame with the tokens of the phones."""
    frame = preparing.from_id(frame, "id_number")
    frame = frame.with_columns(
        polars.coalesce("new__born_on", "id_born").alias("new__born_on"),
        polars.coalesce("new__sex", "id_sex").alias("new__sex"),
    )
    take_over(batch, "registry_personfact", frame, "fact", about.on)
    columns, values = preparing.fact_frame(frame, FIELDS)
    values = values.insert_column(0, frame["person_id"])
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    batch.insert("registry_personfact", (*preparing.HEAD_NAMES, "person_id", *columns), rows, frame["portion"])
    return frame.with_columns(values["phone_token"])


def _identities(frame: polars.DataFrame, batch: Batch, about: Circumstance) -> None:
    frame = frame.filter(col("id_number").is_not_null())
    take_over(batch, "registry_personidentity", frame, "identity", about.on)
    rows = preparing.identity_rows(frame, "id_number", about)
    names_ = (*preparing.HEAD_NAMES, *preparing.IDENTITY_NAMES)
    batch.insert("registry_personidentity", names_, rows, frame["portion"])


def _memberships(frame: polars.DataFrame, batch: Batch, about: Circumstance) -> None:
    take_over(batch, "registry_membership", frame, "membership", about.on)
    values = frame.select("person_id", "household_id", "new_relation", "new_joined_by").with_columns(
        lit("").alias("left_by")
    )
    rows = preparing.with_heads(values, preparing.head_columns(frame, about), about)
    batch.insert("registry_membership", MEMBERSHIP, rows, frame["portion"])


def name_keys(frame: polars.DataFrame, name: str) -> polars.DataFrame:
    """The names of the persons in the frame as search keys: SPELLING beside what the frame holds."""
    named = frame.select("portion", col(name).alias("name"), "village_id", "person_id", "household_id")
    return named.join(spelled(named["name"]), on="name")


def phone_keys(frame: polars.DataFrame) -> polars.DataFrame:
    """The phones of the frame (`phone_token`) as search keys."""
    key = polars.concat_str(lit("#"), col("phone_token").bin.encode("hex")).alias("key")
    nothing = [lit(None, polars.String).alias(name) for name in SPELLING[1:]]
    return frame.filter(col("phone_token").is_not_null()).with_columns(key, *nothing)


def write_keys(kinds: Sequence[polars.DataFrame], batch: Batch, about: Circumstance) -> None:
    """Search keys, in the order of the index within each portion."""
    banner = col("village_id").replace_strict(about.banners, return_dtype=polars.Int64).alias("banner_id")
    kept = ("portion", *SPELLING, "village_id", "person_id", "household_id")
    rows = polars.concat([keys.select(kept) for keys in kinds])
    rows = rows.with_columns(banner).sort("portion", "banner_id", "key", "person_id")
    batch.insert("registry_searchkey", KEY, rows.select(KEY), rows["portion"])


def _keys(facts: polars.DataFrame, batch: Batch, about: Circumstance) -> None:
    """Who only gets a first phone keeps the keys that are there."""
    renamed = ~col("is_new") & col("old__name").is_not_null() & (col("new__name") != col("old__name"))
    phoned = ~col("is_new") & col("phone_token").ne_missing(col("phone_token_old"))
    facts = facts.with_columns(anew=renamed | (phoned & col("phone_token_old").is_not_null()), phoned=phoned)
    anew = facts.filter("anew")
    batch.extend("renamed", anew["person_id"].to_list(), of(anew))
    named = name_keys(facts.filter(col("is_new") | col("anew")), "new__name")
    reached = phone_keys(facts.filter(col("is_new") | col("anew") | col("phoned")))
    write_keys([named, reached], batch, about)


def _nationals(old: polars.DataFrame, batch: Batch) -> None:
    changed = old.filter(col("stable_changed"))
    statement = "UPDATE registry_person SET national_number = %s WHERE id = %s"
    acts = [(statement, values) for values in changed.select("new_national", "person_id").rows()]
    batch.extend("stable", acts, of(changed))


def _trail(frame: polars.DataFrame, known: dict[int, str], about: Circumstance) -> polars.DataFrame:
    """One entry a household: who is new, what changed of whom; with the portion of each."""
    given = polars.Series([known.get(each) for each in frame["person_id"].to_list()], dtype=polars.String)
    is_new, number = col("is_new"), preparing.quoted(polars.coalesce(given, "number_old"))
    changes = polars.when(col("changes") != "{}").then(col("changes").str.slice(1).str.head(-1))
    changed = preparing.json_object(preparing.member("fields", col("fact_count")), changes)
    told = frame.select(
        "household_id", "portion", "village_id", created=polars.when(is_new).then(number),
        changed=polars.when(~is_new).then(polars.concat_str(number, lit(":"), changed)),
    )  # fmt: skip
    told = told.group_by("household_id", maintain_order=True).agg(
        col("portion", "village_id").first(), col("created", "changed").drop_nulls().str.join(",")
    )
    created, changed = (polars.when(col(name) != "").then(col(name)) for name in ("created", "changed"))
    return told.with_columns(
        detail=preparing.json_object(
            preparing.member("import", lit(about.run_id)),
            preparing.member("created", polars.concat_str(lit("["), created, lit("]"))),
            preparing.member("changed", polars.concat_str(lit("{"), changed, lit("}"))),
        )
    )
