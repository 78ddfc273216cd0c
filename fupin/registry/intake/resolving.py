"""Which household and which person a row means (interfaces: identity in files), and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars
from django.utils.translation import gettext as _
from polars import col, lit

from fupin.core import cells, codes, id_numbers
from fupin.core.columns import Column, Kind
from fupin.core.imports.declaration import Work
from fupin.core.sealing import former_index_keys, former_token_many, token_many, unseal_many
from fupin.registry.intake import lookups
from fupin.registry.intake.facts import tokens

PROBLEM_TYPE = polars.List(polars.Struct({"column": polars.String, "code": polars.String, "sentence": polars.String}))
HEAD = "01"
_HOUSEHOLD = {
    "number": polars.String, "household_id": polars.Int64, "village_id": polars.Int64, "known_since": polars.Date,
}  # fmt: skip
_KNOWN = {
    "token": polars.Binary, "person_id": polars.Int64, "at_household": polars.Int64, "at_relation": polars.String,
    "at_village": polars.Int64, "at_since": polars.Date,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbers:
    """The id numbers that a file names: their tokens, and who carries them now."""

    tokens: polars.DataFrame
    """`text token`"""
    known: polars.DataFrame
    """`token person_id at_household at_relation at_village at_since` (the day from which the household is as it is now),
    all but the first two null for who lives in no household"""

    def token_of(self, frame: polars.DataFrame, name: str, when: polars.Expr) -> polars.Series:
        """The tokens of a column of numbers in the rows that meet a condition, else null."""
        text = polars.when(when).then(col(name)).alias("text")
        return frame.select(text).join(self.tokens, on="text", how="left", maintain_order="left")["token"]

    def carriers(self, token: str) -> polars.DataFrame:
        """One person a number, for joining by the column `token`."""
        return self.known.drop("at_village", "at_since").rename({"token": token}).unique(token, keep="first")

    def heads(self) -> polars.DataFrame:
        """Who heads a household: `token household_id head_village head_since`."""
        return self.known.filter(col("at_relation") == HEAD).select(
            "token", col("at_household").alias("household_id"), col("at_village").alias("head_village"),
            col("at_since").alias("head_since"),
        )  # fmt: skip


def look_up(frame: polars.DataFrame, names: Sequence[str]) -> Numbers:
    """Find everyone who carries an id number that a good row has in one of these columns: once for the whole file."""
    good = frame.filter(is_good())
    texts = polars.concat([good[name].rename("text") for name in names]).drop_nulls().unique().to_frame()
    # By area: the numbers of one area stand together in the index.
    texts = texts.with_columns(area_of(col("text")).alias("area")).sort("area", "text")
    made: list[polars.DataFrame] = []
    known = lookups.fetch_carriers(
        "i.number_token, i.person_id, m.household_id, m.relation, f.village_id, CAST(f.valid_from AS text)",
        "LEFT JOIN registry_membership m ON m.person_id = i.person_id AND m.valid_to IS NULL"
        " LEFT JOIN registry_householdfact f ON f.household_id = m.household_id AND f.valid_to IS NULL",
        _asked(texts, made), _KNOWN, many=texts.height > lookups.BATCH,
    )  # fmt: skip
    tokens_ = polars.concat(made) if made else polars.DataFrame(schema={"text": polars.String, "token": polars.Binary})
    for former in [name for name in tokens_.columns if name.startswith("former_")]:
        # While the index key is being changed a number is found by its former token, too, and goes by the present one.
        now = tokens_.select(col("token").alias("now"), col(former).alias("token"))
        known = known.join(now, on="token", how="left", maintain_order="left")
        known = known.with_columns(polars.coalesce("now", "token").alias("token")).drop("now")
    return Numbers(tokens_.select("text", "token"), known)


def _asked(texts: polars.DataFrame, made: list[polars.DataFrame]) -> Iterator[polars.DataFrame]:
    """`area token` of some numbers at a time: tokens are made while others are looked up. Leaves `text token`, and
    the tokens under former keys, in `made`."""
    is_empty = lookups.is_empty("registry_personidentity")
    for some in texts.iter_slices(lookups.BATCH):
        former = [
            polars.Series(f"former_{at}", each, dtype=polars.Binary)
            for at, each in enumerate(former_token_many(some["text"].to_list(), "id"))
        ]
        made.append(some.select("text", tokens(some["text"], "id").alias("token"), *former))
        if not is_empty:
            ways = ["token", *(each.name for each in former)]
            asked = [made[-1].select(some["area"], col(way).alias("token")) for way in ways]
            yield polars.concat(asked).sort("area", "token")


def area_of(number: polars.Expr) -> polars.Expr:
    """`id_numbers.area_of` of a column: what leads the index of tokens."""
    known = number.str.contains(id_numbers.WITH_AREA.pattern) & ~number.str.starts_with(id_numbers.TEMPORARY_AREA)
    return polars.when(known).then(number.str.slice(0, 6)).otherwise(lit(""))


def under_present_key(frame: polars.DataFrame, token: str, cipher: str) -> polars.DataFrame:
    """A column of stored tokens as the present index key makes them: another may have made some, while it is changed."""
    if not former_index_keys():
        return frame
    made = token_many(unseal_many(frame[cipher].to_list()), "id")
    return frame.with_columns(polars.Series(token, made, dtype=polars.Binary))


def read_typed(work: Work, names: Sequence[str]) -> polars.DataFrame:
    """These columns of the checked rows, with `row_id source row problems`."""
    return polars.read_parquet(work.typed, columns=["row_id", "source", "row", *names, "problems"])


def problem(
    frame: polars.DataFrame, when: polars.Expr, column: str, code: str, sentence: polars.Expr | str
) -> polars.DataFrame:
    """Add a problem to the rows that meet a condition."""
    if not frame.select(when.fill_null(False).any()).item():
        return frame
    text = lit(sentence) if isinstance(sentence, str) else sentence
    made = polars.struct(
        lit(column).alias("column"), lit(code).alias("code"), text.cast(polars.String).alias("sentence")
    )
    added = polars.when(when.fill_null(False)).then(polars.concat_list(made)).otherwise(lit([], dtype=PROBLEM_TYPE))
    return frame.with_columns(polars.concat_list(col("problems").cast(PROBLEM_TYPE), added).alias("problems"))


def is_good() -> polars.Expr:
    """The row has no problem so far."""
    return col("problems").list.len() == 0


def reject_repeats(frame: polars.DataFrame, key: str, column: str, label: str) -> polars.DataFrame:
    """The first row with a key stays; every later one is rejected and names the first."""
    keyed = frame.filter(col(key).is_not_null() & is_good())
    if keyed[key].n_unique() == keyed.height:
        return frame
    first = keyed.group_by(key).agg(
        col("row_id").min().alias("first_id"), col("row", "source").sort_by("row_id").first().name.prefix("first_")
    )
    frame = frame.join(first, on=key, how="left", maintain_order="left")
    here = _("%(label)s与本文件第 @ 行重复，请只保留一行") % {"label": label}
    there = _("%(label)s与另一工作表或文件的第 @ 行重复，请只保留一行") % {"label": label}
    sentence = polars.when(col("source") == col("first_source")).then(_at_first(here)).otherwise(_at_first(there))
    frame = problem(frame, col("row_id") > col("first_id"), column, "duplicate_in_file", sentence)
    return frame.drop("first_id", "first_row", "first_source")


def _at_first(template: str) -> polars.Expr:
    before, _mark, after = template.partition("@")
    return polars.concat_str(lit(before), col("first_row").cast(polars.String), lit(after))


def find_households(
    frame: polars.DataFrame, number: str, by_id: Numbers, reach: frozenset[int] | None
) -> polars.DataFrame:
    """Add `household_id`, `village_id` (the household's) and `household_since` (from when on it is as it is now): by
    number, else by village and the head's id number.

    A household beyond the person's reach is told like one that is not there.
    """
    numbers = frame.filter(is_good())[number].drop_nulls().unique()
    by_number = lookups.fetch(
        "SELECT h.number, h.id, f.village_id, CAST(f.valid_from AS text) FROM registry_household h JOIN registry_householdfact f"
        " ON f.household_id = h.id AND f.valid_to IS NULL WHERE {among}",
        numbers.to_list(), _HOUSEHOLD, column="h.number",
    )  # fmt: skip
    by_number = by_number if reach is None else by_number.filter(col("village_id").is_in(list(reach)))
    frame = frame.join(by_number.rename({"number": number, "village_id": "known_village"}), on=number, how="left",
                       maintain_order="left")  # fmt: skip
    frame = problem(frame, is_good() & col(number).is_not_null() & col("household_id").is_null(), number, "household_unknown",
                    _("登记册中没有这个户编号，请核对；新户请留空"))  # fmt: skip
    heads = by_id.heads().rename({"token": "head_token"})
    return _by_head(
        frame, number, by_id, heads if reach is None else heads.filter(col("head_village").is_in(list(reach)))
    )


def _by_head(frame: polars.DataFrame, number: str, by_id: Numbers, heads: polars.DataFrame) -> polars.DataFrame:
    asked = is_good() & col(number).is_null()
    frame = frame.with_columns(by_id.token_of(frame, "head_id", asked).alias("head_token"))
    known = frame.select("row_id", "head_token", "village").filter(col("head_token").is_not_null())
    pairs = known.join(heads, on="head_token", how="inner")
    pairs = pairs.filter(col("village").is_null() | (col("village") == col("head_village")))
    found = pairs.group_by("row_id").agg(
        col("household_id").first().alias("by_head"), col("head_village", "head_since").first(),
        col("household_id").n_unique().alias("candidates"),
    )  # fmt: skip
    frame = frame.join(found, on="row_id", how="left", maintain_order="left")
    frame = problem(frame, col("candidates") > 1, "head_id", "household_ambiguous",
                    _("该户主证件号对应不止一户，请填户编号"))  # fmt: skip
    return frame.with_columns(
        polars.coalesce("household_id", "by_head").alias("household_id"),
        polars.coalesce("known_village", "head_village").alias("village_id"),
        polars.coalesce("known_since", "head_since").alias("household_since"),
    ).drop("by_head", "head_village", "known_village", "head_since", "known_since", "candidates")


def reject_before_household(frame: polars.DataFrame, on: date) -> polars.DataFrame:
    """Rows that would hold from a day on which their household was not in the register yet. Only of households that
    were changed after that day is asked when they began."""
    later = frame.filter(is_good() & (col("household_since") > on))["household_id"].drop_nulls().unique().to_list()
    if later:
        began = lookups.fetch(
            "SELECT household_id, CAST(min(valid_from) AS text) FROM registry_householdfact WHERE {among} GROUP BY household_id",
            later, {"household_id": polars.Int64, "began_on": polars.Date}, column="household_id",
        )  # fmt: skip
        frame = frame.join(began, on="household_id", how="left", maintain_order="left")
        before, _mark, after = _("该户 @ 才登记，家庭成员的资料不能从更早的日期起，请用该日或以后的日期导入").partition(
            "@"
        )
        sentence = polars.concat_str(lit(before), col("began_on").cast(polars.String), lit(after))
        frame = problem(frame, is_good() & (col("began_on") > on), "", "before_household", sentence).drop("began_on")
    return frame.drop("household_since")


def reject_outside(frame: polars.DataFrame, work: Work, inside: frozenset[int] | None) -> polars.DataFrame:
    """Rows in villages outside the import's division, or outside what the person may write to."""
    if inside is None:
        return frame
    outside = col("village_id").is_not_null() & ~col("village_id").is_in(list(inside))
    return problem(frame, is_good() & outside, "village", "outside_division",
                   _("该行不在本次导入的区划或您的管辖范围内"))  # fmt: skip


def reject_codes_of_others(frame: polars.DataFrame, work: Work, columns: Sequence[Column]) -> polars.DataFrame:
    """Rows that use a code which an office added, where that office does not answer, or not on that day.

    What offices added is asked for once a column; where nothing was, no row is looked at again.
    """
    for column in columns:
        if column.kind not in (Kind.CODE, Kind.CODES) or column.name not in work.columns_given:
            continue
        own = {each.item.code for each in codes.added(column.codes)}
        if not own:
            continue
        said = polars.read_parquet(work.typed, columns=["row_id", column.name]).rename({column.name: "said"})
        said = said.filter(col("said").str.split(",").list.set_intersection(list(own)).list.len() > 0)
        pairs = said.join(frame.select("row_id", "village_id"), on="row_id")
        wrong = _wrong_codes(pairs.select("said", "village_id").unique(), column, work)
        found = pairs.join(wrong, on=["said", "village_id"], nulls_equal=True).select("row_id", "told")
        frame = frame.join(found, on="row_id", how="left", maintain_order="left")
        frame = problem(frame, col("told").is_not_null(), column.name, "not_a_code", col("told")).drop("told")
    return frame


def _wrong_codes(pairs: polars.DataFrame, column: Column, work: Work) -> polars.DataFrame:
    """Of values and villages those that do not go together, each with the sentence."""
    rows = []
    for value, village in pairs.rows():
        _value, fault = cells.parse(column, value, context=cells.Context(on=work.on, place=codes.at(village)))
        if fault is not None:
            rows.append((value, village, fault.sentence))
    schema = {"said": polars.String, "village_id": polars.Int64, "told": polars.String}
    return polars.DataFrame(rows, schema=schema, orient="row")


def reject_changed_since(frame: polars.DataFrame, work: Work, kept: Sequence[tuple[str, str, str]]) -> polars.DataFrame:
    """Rows of a workbook of ours that would change what somebody wrote after it was given out. `kept` names what a row
    may replace: the column that says whether it does, the table, the column of the record's id."""
    if not work.exported_at:
        return frame
    sentence = _("该记录在这份工作簿导出之后已被修改，请重新导出后再改")
    for changed, table, name in kept:
        schema = {name: polars.Int64, "written_at": polars.String}
        replaced = frame.filter(is_good() & col(changed))[name].drop_nulls().unique().to_list()
        found = lookups.fetch(f"SELECT id, CAST(recorded_at AS text) FROM {table} WHERE {{among}}", replaced, schema,
                              column="id")  # fmt: skip
        late = found.filter(col("written_at").str.replace(" ", "T") > lit(work.exported_at[:26]))[name]
        frame = problem(
            frame, is_good() & col(changed) & col(name).is_in(late.implode()), "", "changed_since", sentence
        )
    return frame


def label_of(columns: Sequence[Column], name: str) -> str:
    """The official header of a column."""
    return next(column.label for column in columns if column.name == name)
