"""Columns of a file and columns of a fact table: how they correspond, what differs, what the new fact is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars
from polars import col, lit

from fupin.core.cells import show
from fupin.core.columns import Column, Kind
from fupin.core.id_numbers import AREA_PHONE, MOBILE_PHONE
from fupin.core.sealing import token_many, unseal_many

FRAME_TYPES = {
    Kind.YES_NO: polars.Boolean, Kind.INTEGER: polars.Int64, Kind.YEAR: polars.Int64, Kind.MONEY: polars.Int64,
    Kind.DECIMAL: polars.Decimal(18, 2), Kind.DATE: polars.Date, Kind.DIVISION: polars.Int64,
}  # fmt: skip
SEALED = frozenset({Kind.ID_NUMBER, Kind.PHONE, Kind.ACCOUNT})


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a file that is kept in a fact table."""

    column: Column

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def stored(self) -> str:
        """The column of the table."""
        match self.column.kind:
            case Kind.MONEY:
                return f"{self.name}_fen"
            case Kind.DIVISION:
                return f"{self.name}_id"
        return f"{self.name}_sealed" if self.is_sealed else self.name

    @property
    def is_sealed(self) -> bool:
        return self.column.kind in SEALED

    @property
    def has_token(self) -> bool:
        return self.column.kind is Kind.PHONE

    @property
    def type(self) -> Any:
        return polars.Binary if self.is_sealed else FRAME_TYPES.get(self.column.kind, polars.String)

    @property
    def is_text(self) -> bool:
        """Stored as '' where it is empty."""
        return not self.is_sealed and self.column.kind in (Kind.TEXT, Kind.CODE, Kind.CODES)


def fields(columns: Sequence[Column], names: Sequence[str]) -> tuple[Field, ...]:
    """The fields of these names, in the order of the columns."""
    return tuple(Field(column) for column in columns if column.name in set(names))


def schema_of(kept: Sequence[Field], prefix: str = "old__") -> dict[str, Any]:
    """The frame types of stored columns, as `lookups.fetch` wants them."""
    found: dict[str, Any] = {}
    for each in kept:
        found[prefix + each.name] = each.type
    return found


def compare(frame: polars.DataFrame, kept: Sequence[Field], of: str = "fact") -> polars.DataFrame:
    """Lay what a file says over what is there.

    For each field: `new__x` the value that is to hold; for the whole, named by `of`: `fact_changed`, `fact_changes`
    (old and new as JSON members) and `fact_count`. An
    empty cell keeps the old value, `—` (in `erased`) empties it. `old__x` are the stored values; sealed values are
    compared by what they say, never by their cipher. A masked cell that shows what is stored keeps it; one that does
    not is a problem, listed in `mask_differs`.
    """
    frame = _open_sealed(frame, kept)
    erased = wiped(frame)
    differs = {each.name: _differs(each, erased) for each in kept}
    # Texts are made only where something that was there changes: building them for nothing would cost most.
    replaced = frame.select((differs[each.name] & _old(each).is_not_null()).any().alias(each.name) for each in kept)
    said = [each for each in kept if replaced[each.name].item()]
    texts = [_change(each, differs[each.name], erased) for each in said] or [lit(None, polars.String)]
    flags = frame.select(value.alias(name) for name, value in differs.items())
    return frame.with_columns(
        *[_new(each, erased).alias(f"new__{each.name}") for each in kept],
        flags.select(polars.any_horizontal(polars.all())).to_series().alias(f"{of}_changed"),
        flags.select(polars.sum_horizontal(polars.all().cast(polars.Int16))).to_series().alias(f"{of}_count"),
        polars.concat_str(texts, separator=",", ignore_nulls=True).replace("", None).alias(f"{of}_changes"),
    )


def wiped(frame: polars.DataFrame) -> frozenset[str]:
    """The columns that some row of the frame empties."""
    return frozenset(frame["erased"].explode().drop_nulls().unique().to_list())


def _is_erased(each: Field, erased: frozenset[str]) -> polars.Expr:
    return col("erased").list.contains(each.name) if each.name in erased else lit(value=False)


def _old(each: Field) -> polars.Expr:
    old = col(f"old__{each.name}")
    return polars.when(old != "").then(old) if each.is_text else old


def _differs(each: Field, erased: frozenset[str]) -> polars.Expr:
    differs = col(each.name).is_not_null() & col(each.name).ne_missing(_old(each))
    if each.name in erased:
        differs = differs | (_is_erased(each, erased) & _old(each).is_not_null())
    return differs


def _new(each: Field, erased: frozenset[str]) -> polars.Expr:
    new = polars.coalesce(col(each.name), _old(each))
    return polars.when(~_is_erased(each, erased)).then(new) if each.name in erased else new


def _change(each: Field, differs: polars.Expr, erased: frozenset[str]) -> polars.Expr:
    pair = (_json(each, _old(each)), lit(","), _json(each, _new(each, erased)))
    text = polars.concat_str(lit(f'"{each.name}":['), *pair, lit("]"))
    return polars.when(differs & _old(each).is_not_null()).then(text)


def _open_sealed(frame: polars.DataFrame, kept: Sequence[Field]) -> polars.DataFrame:
    """Replace stored ciphers by what they say where the file says something about them; judge masked cells."""
    differing: list[polars.Series] = []
    erased = wiped(frame)
    for each in kept:
        if not each.is_sealed:
            continue
        mask = f"mask__{each.name}"
        said = col(each.name).is_not_null() | col(mask).is_not_null() | _is_erased(each, erased)
        asked = frame.select((said & col(f"old__{each.name}").is_not_null()).alias("asked"))["asked"]
        opened = polars.Series([None] * frame.height, dtype=polars.String)
        if asked.any():
            at = asked.arg_true()
            values = unseal_many(frame[f"old__{each.name}"].gather(at).to_list())
            opened = opened.scatter(at, values)
        masked = frame[mask].is_not_null()
        if masked.any():
            at = masked.arg_true()
            shown = [show(each.column, value) for value in opened.gather(at).to_list()]
            wrong = frame[mask].gather(at) != polars.Series(shown, dtype=polars.String)
            flags = polars.Series([None] * frame.height, dtype=polars.String)
            differing.append(flags.scatter(at.filter(wrong), [each.name] * int(wrong.sum())))
        frame = frame.with_columns(
            col(f"old__{each.name}").alias(f"cipher__{each.name}"), opened.alias(f"old__{each.name}")
        )
    if not differing and "mask_differs" in frame.columns:
        return frame
    named = polars.DataFrame([flags.alias(str(at)) for at, flags in enumerate(differing)]) if differing else None
    text = named.select(polars.coalesce(polars.all())).to_series() if named is not None else None
    return frame.with_columns((text if text is not None else lit(None, polars.String)).alias("mask_differs"))


def wrong_masks(frame: polars.DataFrame, each: Field) -> polars.Series:
    """Which rows carry a masked cell that does not show what is stored."""
    mask, stored = frame[f"mask__{each.name}"], frame[f"old__{each.name}"]
    wrong = mask.is_not_null()
    if wrong.any():
        at = wrong.arg_true()
        values = unseal_many(stored.gather(at).to_list())
        shown = polars.Series([show(each.column, value) for value in values], dtype=polars.String)
        wrong = wrong.scatter(at, mask.gather(at) != shown)
    return wrong


def _json(each: Field, value: polars.Expr) -> polars.Expr:
    """A value as JSON text; sealed values as their mask."""
    if each.is_sealed:
        length = value.str.len_chars()
        text = polars.concat_str(value.str.slice(0, 3), lit("***"), value.str.slice(length - 2))
    elif each.column.kind is Kind.YES_NO:
        return polars.when(value.is_null()).then(lit("null")).when(value).then(lit("true")).otherwise(lit("false"))
    elif each.column.kind in (Kind.INTEGER, Kind.YEAR, Kind.MONEY, Kind.DIVISION):
        return value.cast(polars.String).fill_null("null")
    else:
        text = value.cast(polars.String)
    escaped = text.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    escaped = escaped.str.replace_all("\n", "\\n", literal=True).str.replace_all("\t", "\\t", literal=True)
    return polars.when(text.is_null()).then(lit("null")).otherwise(polars.concat_str(lit('"'), escaped, lit('"')))


def phone_forms(numbers: polars.Series) -> polars.Series:
    """The forms of a column of phone numbers, as `id_numbers.phone_form` says them; nothing where there is none."""
    said = col("number")
    form = polars.when(said.str.contains(MOBILE_PHONE)).then(lit("mobile"))
    told = form.when(said.str.contains(AREA_PHONE)).then(lit("area")).otherwise(lit("local"))
    asked = polars.when(said.is_not_null()).then(told)
    return numbers.alias("number").to_frame().select(asked.alias("form")).to_series()


def tokens(values: polars.Series, purpose: str) -> polars.Series:
    """The index tokens of a column of values."""
    return polars.Series(token_many(values.to_list(), purpose), dtype=polars.Binary)  # type: ignore[arg-type]
