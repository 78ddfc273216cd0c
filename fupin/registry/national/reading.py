"""A national export of any file kind → one frame of plain texts: codes, ISO days, tokens in place of numbers.

Every distinct text of a column is read once; the frame is what is compared, column by column, with `ours`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from fupin.core import cells, clock, sealing
from fupin.core.cells import ERASE, Context
from fupin.core.columns import Column, Kind
from fupin.core.refusals import Refused
from fupin.core.workbooks import headers, reading, stamps
from fupin.divisions.queries import tree
from fupin.policy.catalogue import code_list
from fupin.registry.national.maps import PLACES, Map, Mapped, maps, recognise

PURPOSES = {Kind.ID_NUMBER: "id", Kind.PHONE: "phone", Kind.ACCOUNT: "account"}
RAW = "\0raw_"


@dataclass(slots=True)
class Export:
    """What a file held. `frame`: `number`, `village_id`, one column a compared field, the raw text of sealed ones."""

    map: Map
    frame: pl.DataFrame
    read: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    """reason → rows that were left out"""
    unread: dict[str, int] = field(default_factory=dict)
    """header → cells that could not be read and are not compared"""
    given: frozenset[str] = frozenset()
    """fields that the file has a column for"""


def read_export(path: Path, folder: Path, *, name: str, beat: Callable[[], None]) -> Export:
    """Read a file. Raises Refused where it is no export that a map knows, or has no rows."""
    every = {mapped.header: mapped.column for each in maps() for mapped in each.columns}
    known = [Column(f"h{i}", header, aliases=column.aliases) for i, (header, column) in enumerate(every.items())]
    staged = reading.stage(path, known, folder, name=name, beat=beat, judge=partial(_refuse_own, name)).staged
    sheets = [sheet for sheet in staged if sheet.rows]
    if not sheets:
        raise Refused(_("“%(name)s”中没有数据行") % {"name": name}, "no_rows")
    found = recognise(sheets[0].mapping.header)
    texts = pl.concat([_texts(found, sheet) for sheet in sheets], how="diagonal")
    beat()
    return typed(found, texts)


def _refuse_own(name: str, stamp: stamps.Stamp) -> None:
    sentence = _("“%(name)s”是本系统给出的工作簿，不是国家系统的导出表；资料请在“导入”中导入")
    raise Refused(sentence % {"name": name}, "own_workbook")


def _texts(found: Map, sheet: reading.Staged) -> pl.DataFrame:
    """The sheet's cells under our names."""
    at = {headers.fold(header): place for place, header in enumerate(sheet.mapping.header)}
    frame = pl.read_parquet(sheet.parquet)
    columns = {}
    for mapped in found.columns:
        place = next(
            (at[headers.fold(text)] for text in (mapped.header, *mapped.column.aliases) if headers.fold(text) in at),
            None,
        )
        if place is not None and f"c{place}" in frame.columns:
            columns[mapped.column.name] = frame[f"c{place}"].cast(pl.String).fill_null("").str.strip_chars()
    return pl.DataFrame(columns)


def typed(found: Map, texts: pl.DataFrame) -> Export:
    """Plain values of a frame of texts, rows without a number or village left out and counted."""
    export = Export(found, texts, read=texts.height, given=frozenset(texts.columns))
    villages = _villages(found, texts)
    columns: dict[str, pl.Series] = {"village_id": villages}
    for mapped in found.columns:
        name = mapped.column.name
        if name not in texts.columns or mapped.role in (*PLACES, "village_code", "kept"):
            continue
        columns[name] = plain(mapped, texts[name], export.unread)
        if mapped.column.kind in PURPOSES:
            columns[RAW + name] = texts[name]
    number = found.of_role("number")
    columns["number"] = texts[number.column.name] if number else pl.Series([""] * texts.height)
    frame = pl.DataFrame(columns)
    for reason, wrong in (
        ("no_number", pl.col("number") == ""),
        ("no_village", pl.col("village_id").is_null()),
        ("twice", pl.col("number").is_duplicated() if found.kind != "measure" else pl.lit(False)),
    ):
        left = frame.filter(~wrong)
        if left.height < frame.height:
            export.rejected[reason] = frame.height - left.height
        frame = left
    export.frame = frame
    return export


def _villages(found: Map, texts: pl.DataFrame) -> pl.Series:
    """The village of each row, by its code or else by the names down from the banner."""
    coded = found.of_role("village_code")
    today = tree()
    if coded and coded.column.name in texts.columns:
        codes = texts[coded.column.name]
        known = {text: node.id if (node := today.find(text)) else None for text in codes.unique()}
        return codes.replace_strict(known, return_dtype=pl.Int64)
    levels = [
        mapped for place in PLACES[2:] if (mapped := found.of_role(place)) and mapped.column.name in texts.columns
    ]
    if len(levels) < 2:
        return pl.Series([None] * texts.height, dtype=pl.Int64)
    names = texts.select(mapped.column.name for mapped in levels)
    places = names.unique()
    ids = [_by_names(row) for row in places.iter_rows()]
    joined = names.join(
        places.with_columns(pl.Series("id", ids, dtype=pl.Int64)), on=names.columns, how="left", maintain_order="left"
    )
    return joined["id"]


def _by_names(names: tuple[str, ...]) -> int | None:
    """The division that these names lead to, from a banner (or township) down; None where it is not the only one."""
    today = tree()
    level = {3: "banner", 2: "township"}[len(names)]
    here = [node for node in today if node.level == level and node.name == names[0]]
    for name in names[1:]:
        here = [child for node in here for child in today.children(node.id) if child.name == name]
    return here[0].id if len(here) == 1 else None


def plain(mapped: Mapped, texts: pl.Series, unread: dict[str, int]) -> pl.Series:
    """Each cell's value in the one form that both registers are brought into; null where it cannot be read."""
    distinct = texts.unique().to_list()
    values = [_value(mapped, text) for text in distinct]
    if mapped.column.kind in PURPOSES:
        tokens = sealing.token_many([v or None for v in values], PURPOSES[mapped.column.kind])  # type: ignore[arg-type]
        values = [token.hex() if token else value for token, value in zip(tokens, values, strict=True)]
    wrong = sum(1 for text, value in zip(distinct, values, strict=True) if text and value is None)
    if wrong:
        bad = [text for text, value in zip(distinct, values, strict=True) if text and value is None]
        unread[mapped.header] = int(texts.is_in(bad).sum())
    return texts.replace_strict(dict(zip(distinct, values, strict=True)), return_dtype=pl.String)


def _value(mapped: Mapped, text: str) -> str | None:
    """One cell. Empty is ""; a masked number and what cannot be read are None."""
    column = mapped.column
    if not text:
        return ""
    if column.kind in PURPOSES:
        return None if "*" in text else text.replace(" ", "").upper()
    value, problem = cells.parse(column, text, context=Context(on=clock.today(), synthetic=True))
    if problem:
        return None
    if value is None or value is ERASE:
        return ""
    if mapped.form and column.kind is Kind.CODE:
        value = code_list(mapped.form).to_register(str(value))
    return as_plain(value)


def as_plain(value: Any) -> str:
    """A stored value in plain form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, date) else str(value)
