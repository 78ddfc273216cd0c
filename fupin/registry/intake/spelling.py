"""The search keys of a column of names: most at once, the others one by one (`registry.names`)."""

from __future__ import annotations

import polars
from polars import col

from fupin.registry import names

SPELLING = ("key", "pinyin", "initials")
_SCHEMA = dict.fromkeys(("name", *SPELLING), polars.String)
_IDEOGRAPHS = rf"^[\u4e00-\u9fff]{{1,{names.KEY_LENGTH}}}$"
"""A name of these alone is kept as it is typed."""


def spelled(texts: polars.Series) -> polars.DataFrame:
    """`name key pinyin initials`: every way to type each of these names, as `names.spellings` gives them."""
    given = texts.unique().alias("name").to_frame()
    is_plain = col("name").str.contains(_IDEOGRAPHS) & ~col("name").str.contains_any(sorted(names.AMBIGUOUS))
    plain, other = given.filter(is_plain), given.filter(~is_plain)
    rows = [(text, *each) for text in other["name"].to_list() for each in names.spellings(text)]
    return polars.concat([_read_in_one_way(plain), polars.DataFrame(rows, schema=_SCHEMA, orient="row")])


def _read_in_one_way(plain: polars.DataFrame) -> polars.DataFrame:
    # An empty list of patterns has no type of its own: a blank, which no name here holds, stands in.
    characters = plain["name"].str.split("").explode().drop_nulls().unique().to_list() or [" "]
    read = [names.reading(each) for each in characters]

    def spell(readings: list[str]) -> polars.Expr:
        text = col("name").str.replace_many(characters, readings).str.slice(0, names.KEY_LENGTH)
        return polars.when(text != "").then(text)

    return plain.select("name", col("name").alias("key"), spell(read).alias("pinyin"),
                        spell([each[:1] for each in read]).alias("initials"))  # fmt: skip
