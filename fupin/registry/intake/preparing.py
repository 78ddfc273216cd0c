"""The second process of a merge: turns planned rows into rows of tables. Sealing, tokens and pinyin happen here.

It reads Parquet files and returns tuples; it never opens the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars
from polars import col, lit

from fupin.core import audit, id_numbers
from fupin.core.ids import new_ids
from fupin.core.imports.checking import check_digits
from fupin.core.sealing import index_mark, seal_many, token_many, unseal_many
from fupin.registry.intake import carrying, keys, references, resolving
from fupin.registry.intake.facts import Field, phone_forms
from fupin.registry.intake.portions import Circumstance, Part

RESIDENT = r"^\d{17}[\dX]"
PLAIN_RESIDENT = r"^[1-9]\d{5}(19|20)\d{9}[\dX]$"


def prepare(kind: str, path: str, about: Circumstance, vendor: str, *, is_near: bool = False) -> Part:
    """One part of the plan as rows of tables, in the form that this database takes in.

    `is_near`: the process that asks is the one that writes.
    """
    from fupin.registry.intake import household_rows, income_rows, person_rows

    makers = {"persons": person_rows.make, "households": household_rows.make, "income": income_rows.make}
    frame = polars.read_parquet(path, glob=False).filter(col("action").is_in(["created", "updated"]))
    if about.index_mark != index_mark():
        frame = _under_present_key(frame)
    batch = makers[kind](frame, about)
    part = Part(list(batch.portions.values()), batch.loads, batch.numbers, Path(path).stem.removeprefix("plan-"))
    if vendor == "postgresql":
        part.outside = references.outside(part.loads)
        carrying.as_text(part.loads)
    elif not is_near:
        part.path = str(Path(path).with_suffix(".sqlite3"))
        keys.take_apart(part)
        carrying.store([*part.loads, part.numbers, *([part.ahead] if part.ahead else [])], Path(part.path))
    return part


def _under_present_key(frame: polars.DataFrame) -> polars.DataFrame:
    """A plan that waited while the index key was changed: its tokens made anew, those of the file and those kept."""
    for token, number in (("id_token", "id_number"), ("head_token", "head_id")):
        if token in frame.columns and number in frame.columns:
            texts = frame.select(polars.when(col(token).is_not_null()).then(col(number))).to_series()
            frame = frame.with_columns(polars.Series(token, token_many(texts.to_list(), "id"), dtype=polars.Binary))
    if "phone_token_old" in frame.columns:
        made = token_many(unseal_many(frame["cipher__phone"].to_list()), "phone")
        # Beside the old one, by which it is seen that the search key is to be written anew.
        frame = frame.with_columns(polars.Series("phone_token_kept", made, dtype=polars.Binary))
    return frame


@cache
def numbers_of(folder: str) -> dict[int, str]:
    """The numbers that were given to new records of this import."""
    found = polars.read_parquet(Path(folder) / "numbers.parquet")
    return dict(zip(found["id"].to_list(), found["number"].to_list(), strict=True))


def sealed(
    values: polars.Series, kept: polars.Series | None = None, changed: polars.Series | None = None
) -> polars.Series:
    """Ciphers of a column; where nothing changed the stored cipher stays."""
    fresh = polars.Series(seal_many(values.to_list()), dtype=polars.Binary)
    if kept is None:
        return fresh
    same = values.is_not_null() & kept.is_not_null() if changed is None else ~changed
    return fresh.to_frame("a").with_columns(kept.alias("b"), same.alias("s")).select(
        polars.when(col("s")).then(col("b")).otherwise(col("a"))
    ).to_series()  # fmt: skip


def stored(each: Field, prefix: str = "new__") -> polars.Expr:
    """A field as its table keeps it."""
    value = col(f"{prefix}{each.name}")
    if each.is_text:
        return value.fill_null("")
    if each.type == polars.Date or isinstance(each.type, polars.Decimal):
        return value.cast(polars.String)
    return value


def fact_frame(frame: polars.DataFrame, kept: Sequence[Field]) -> tuple[list[str], polars.DataFrame]:
    """The stored columns of new facts, with ciphers and tokens: names and values."""
    names: list[str] = []
    columns: list[polars.Series] = []
    plain = frame.select([stored(each).alias(each.stored) for each in kept if not each.is_sealed])
    for each in kept:
        if not each.is_sealed:
            names.append(each.stored)
            columns.append(plain[each.stored])
            continue
        new = frame[f"new__{each.name}"]
        # A sealed value that the file does not speak of was never opened: its cipher is carried over.
        untouched = frame[each.name].is_null() & ~frame["erased"].list.contains(each.name)
        names.append(each.stored)
        columns.append(sealed(new.set(untouched, None), frame[f"cipher__{each.name}"], ~untouched).alias(each.stored))
        if each.has_token:
            names.append(f"{each.name}_token")
            fresh = polars.Series(token_many(new.set(untouched, None).to_list(), "phone"), dtype=polars.Binary)
            kept_token = f"{each.name}_token_kept"
            old = frame[kept_token if kept_token in frame.columns else f"{each.name}_token_old"]
            columns.append(
                polars.select(polars.when(untouched).then(old).otherwise(fresh)).to_series().alias(names[-1])
            )
            names.append(f"{each.name}_form")
            form = phone_forms(new.set(untouched, None))
            kept_form = frame[f"{each.name}_form_old"]
            columns.append(
                polars.select(polars.when(untouched).then(kept_form).otherwise(form)).to_series().alias(names[-1])
            )
    return names, polars.DataFrame(columns)


def head_columns(frame: polars.DataFrame, about: Circumstance) -> polars.DataFrame:
    """The columns that every new fact begins with: id, period, source, who and when."""
    ids = new_ids(frame.height)
    return frame.select(
        polars.Series("id", range(ids.start, ids.stop), dtype=polars.Int64),
        lit(about.on).alias("valid_from"),
        lit(None, polars.String).alias("valid_to"),
        lit(f"import:{about.run_id}").alias("source"),
    )


def stable_rows(frame: polars.DataFrame, known: dict[int, str], about: Circumstance) -> polars.DataFrame:
    """Rows of a stable table out of id, national number and synthetic mark: with the number given, version 1 and now."""
    id_, national, synthetic = frame.columns
    return frame.select(
        col(id_),
        polars.Series("number", [known[each] for each in frame[id_].to_list()], dtype=polars.String),
        polars.when(col(national) != "").then(col(national)).alias("national"),
        col(synthetic), lit(1).alias("version"), lit(moment(about)).alias("created_at"),
    )  # fmt: skip


HEAD_NAMES = ("id", "valid_from", "valid_to", "source", "recorded_at", "recorded_by")


def with_heads(frame: polars.DataFrame, heads: polars.DataFrame, about: Circumstance) -> polars.DataFrame:
    """Rows of a fact table: the columns of HEAD_NAMES and then the frame's."""
    entered = heads.select(
        polars.all(), lit(moment(about)).alias("recorded_at"), lit(about.actor_id, polars.Int64).alias("recorded_by")
    )
    return entered.hstack(frame)


@cache
def _moment(now: Any) -> str:
    from django.db import connection

    return str(connection.ops.adapt_datetimefield_value(now))


def moment(about: Circumstance) -> str:
    """The moment of entry as the database wants it, as text."""
    return _moment(about.now)


def from_id(frame: polars.DataFrame, number: str) -> polars.DataFrame:
    """Birth day (`id_born`) and sex (`id_sex`) that a resident number or a disability card says."""
    text = col(number)
    is_resident = text.str.contains(RESIDENT)
    day = polars.concat_str(text.str.slice(6, 4), lit("-"), text.str.slice(10, 2), lit("-"), text.str.slice(12, 2))
    odd = text.str.slice(16, 1).is_in(["1", "3", "5", "7", "9"])
    return frame.with_columns(
        polars.when(is_resident).then(day).str.to_date("%Y-%m-%d", strict=False).alias("id_born"),
        polars.when(is_resident).then(polars.when(odd).then(lit("1")).otherwise(lit("2"))).alias("id_sex"),
    )


IDENTITY_NAMES = (
    "person_id", "document_kind", "number_sealed", "number_token", "number_kind", "is_valid",
    "is_temporary", "number_born_on", "number_sex", "number_area",
)  # fmt: skip


def identity_rows(frame: polars.DataFrame, number: str, about: Circumstance) -> polars.DataFrame:
    """Rows of documents: `person_id`, `new_document`, the number and its token (`id_token`) are in the frame."""
    text = frame[number]
    said = _plain_numbers(frame, number)
    other = ~said["plain"]
    if other.any():
        said = _read_others(frame, number, said, other)
    made = frame.select("person_id").with_columns(
        said["document_kind"],
        polars.Series("number_sealed", seal_many(text.to_list()), dtype=polars.Binary),
        frame["id_token"].alias("number_token"),
        *said.select(IDENTITY_NAMES[4:]).get_columns(),
    )
    return with_heads(made.select(IDENTITY_NAMES), head_columns(frame, about), about)


def _plain_numbers(frame: polars.DataFrame, number: str) -> polars.DataFrame:
    """What right resident numbers say of themselves, by expressions; `plain` is false for every other number."""
    text, document = col(number), col("new_document").fill_null("")
    shape = text.str.contains(PLAIN_RESIDENT) & ~text.str.starts_with(id_numbers.TEMPORARY_AREA)
    day = polars.when(shape).then(text.str.slice(6, 8)).str.to_date("%Y%m%d", strict=False)
    right = polars.when(shape).then(text).map_batches(check_digits, return_dtype=polars.Boolean)
    made_up = text.str.starts_with(id_numbers.SYNTHETIC_AREA)
    odd = text.str.slice(16, 1).is_in(["1", "3", "5", "7", "9"])
    return frame.select(
        (shape & document.is_in(["", "01"]) & day.is_not_null() & right).fill_null(value=False).alias("plain"),
        lit("01").alias("document_kind"), lit("resident").alias("number_kind"),
        (~made_up | col("synthetic")).alias("is_valid"), lit(value=False).alias("is_temporary"),
        day.cast(polars.String).alias("number_born_on"),
        polars.when(odd).then(lit("1")).otherwise(lit("2")).alias("number_sex"),
        resolving.area_of(text).alias("number_area"),
    )  # fmt: skip


def _read_others(
    frame: polars.DataFrame, number: str, said: polars.DataFrame, other: polars.Series
) -> polars.DataFrame:
    """Lay what `id_numbers.read` says of every other number over the rest."""
    rows = []
    for text, document, made_up in frame.select(number, "new_document", "synthetic").filter(other).rows():
        read = id_numbers.read(text, synthetic=bool(made_up), document=document or "")
        kind = document or {"resident": "01", "disability": "02"}.get(read.kind, "99")
        born_on = read.born_on.isoformat() if read.born_on else None
        rows.append((False, kind, read.kind, read.is_valid, read.is_temporary, born_on, read.sex,
                     id_numbers.area_of(read.text18)))  # fmt: skip
    found = polars.DataFrame(rows, schema=said.schema, orient="row")
    at = other.arg_true()
    return said.with_columns(said[name].scatter(at, found[name]) for name in said.columns[1:])


def trail(act: str, said: polars.DataFrame, about: Circumstance) -> polars.DataFrame:
    """The trail's rows of a part: `household_id village_id detail` of each entry, the detail as the text of a JSON
    object."""
    subjects = said.select(polars.concat_str(lit("household:"), col("household_id"))).to_series().to_list()
    actor = SimpleActor(about.actor_id, about.actor) if about.actor_id is not None else None
    with audit.acting(about.where):
        made = audit.lines(act, subjects, said["village_id"].to_list(), said["detail"].to_list(), by=actor,
                           on=date.fromisoformat(about.on))  # fmt: skip
    shared = [lit(str(value) if at < 2 else value).alias(name) for at, (name, value) in enumerate(made.shared.items())]
    each = polars.DataFrame(
        [subjects, said["village_id"], made.details, made.digests],
        schema={"subject": polars.String, "division_id": polars.Int64, "detail": polars.String, "digest": polars.Binary},
    )  # fmt: skip
    return each.select(*shared, polars.all()).select(audit.COLUMNS)


def member(name: str, text: polars.Expr) -> polars.Expr:
    """A member of a JSON object as text, null where there is nothing to say."""
    return polars.concat_str(lit(f'"{name}":'), text)


def quoted(text: polars.Expr) -> polars.Expr:
    """A number of the register as a JSON text; it holds letters and digits alone."""
    return polars.concat_str(lit('"'), text, lit('"'))


def json_object(*members: polars.Expr) -> polars.Expr:
    """A JSON object out of the members that are there."""
    said = polars.concat_str(*members, separator=",", ignore_nulls=True)
    return polars.concat_str(lit("{"), said, lit("}"))


class SimpleActor(SimpleNamespace):
    """Who acts, as far as the trail needs it."""

    def __init__(self, pk: int | None, name: str) -> None:
        super().__init__(pk=pk, name=name)

    def __str__(self) -> str:
        return self.name
