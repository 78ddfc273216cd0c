"""Who is whom among people: what is compared, which pairs are looked at, and what each agreement weighs.

Both tables come with `unique_id, number_token, number_state, near_tokens, name, sex, born_on, village_id, township_id,
kin`; `prepare` adds the forms of names. m and u of names, days and numbers stand here and in the linkage document;
those of places are computed from the register that is compared with, for they depend on its extent alone.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from fupin.quality.comparison.linking import ELSE, Block, Comparison, Level, Model
from fupin.quality.comparison.names import forms

FOUND_SHARE = 0.2
"""Of the rows that no number settled, as many are about somebody of the register, before anything was looked at."""
_AT_ONCE = 100_000
_TEXTS = pa.list_(pa.string())
_FORMS = pa.schema([("raw", pa.string()), ("name", pa.string()), ("sounds", _TEXTS), ("ordered", pa.string()),
                    ("shape", pa.string()), ("skeleton", pa.string()), ("gaps", _TEXTS), ("family", pa.string())])  # fmt: skip

NUMBER = Comparison("number", "证件号码", "Id number", (
    Level("未填", "not given", "number_state_l = 'missing' or number_state_r = 'missing'"),
    Level("差一位或两位对调", "one digit wrong, or two swapped",
          "list_has_any(near_tokens_l, [number_token_r]) or list_has_any(near_tokens_r, [number_token_l])", 0.85, 1e-7),
    Level("相同", "the same", "number_token_l = number_token_r", 0.1, 1e-8),
    Level("不同，有一方校验不通过", "different, one of them wrong", "number_state_l = 'invalid' or number_state_r = 'invalid'",
          0.05, 0.5),
    Level("不同，双方校验均通过", "different, both of them right", ELSE, 0.0005, 0.5),
))  # fmt: skip
NAME = Comparison("name", "姓名", "Name", (
    Level("未填", "not given", "name_l is null or name_r is null"),
    Level("相同", "the same", "name_l = name_r", 0.88, 0.0005, frequency="name"),
    Level("读音相同", "sounds the same", "list_has_any(sounds_l, sounds_r)", 0.035, 0.0008),
    Level("字序颠倒", "characters swapped", "ordered_l = ordered_r", 0.01, 0.00005),
    Level("字形相近", "characters look alike", "shape_l = shape_r", 0.015, 0.00005),
    Level("蒙古语名的不同译写", "another transliteration of a Mongolian name", "skeleton_l = skeleton_r", 0.02, 0.002),
    Level("一字之差", "one character differs", "list_has_any(gaps_l, gaps_r)", 0.03, 0.03),
    Level("不同", "different", ELSE, 0.01, 0.96),
))  # fmt: skip
BORN = Comparison("born", "出生日期", "Birth day", (
    Level("未填", "not given", "born_text_l is null or born_text_r is null"),
    Level("相同", "the same", "born_text_l = born_text_r", 0.9, 0.00005),
    Level("月日颠倒", "day and month swapped",
          "born_text_l = substr(born_text_r, 1, 4) || substr(born_text_r, 7, 2) || substr(born_text_r, 5, 2)",
          0.01, 0.00002),
    Level("差一位或两位对调", "one digit wrong, or two swapped",
          # Of two days written in eight digits only those differ by one step that differ in two places at most.
          "hamming(born_text_l, born_text_r) <= 2 and damerau_levenshtein(born_text_l, born_text_r) = 1", 0.03, 0.0012),
    Level("同年，只知年份", "same year, only the year is known",
          "born_year_l = born_year_r and (born_text_l like '%0101' or born_text_r like '%0101')", 0.03, 0.0004),
    Level("同年", "same year", "born_year_l = born_year_r", 0.01, 0.013),
    Level("不同", "different", ELSE, 0.02, 0.98),
))  # fmt: skip
SEX = Comparison("sex", "性别", "Sex", (
    Level("未填", "not given", "sex_l is null or sex_r is null"),
    Level("相同", "the same", "sex_l = sex_r", 0.99, 0.5),
    Level("不同", "different", ELSE, 0.01, 0.5),
))  # fmt: skip
KIN = Comparison("kin", "家人", "Family", (
    Level("未填", "not given", "coalesce(len(kin_l), 0) = 0 or coalesce(len(kin_r), 0) = 0"),
    Level("有同名的家人", "shares a member of the family", "list_has_any(kin_l, kin_r)", 0.8, 0.001),
    Level("没有同名的家人", "shares none", ELSE, 0.2, 0.999),
))  # fmt: skip
BLOCKS = (
    Block((), ("number_keys",)),
    Block(("born_text",), ("name_keys",)),
    Block(("born_text", "village_id")),
    Block(("township_id",), ("name_forms",)),
    Block(("born_year",), ("name_forms",)),
    Block(("village_id",), ("kin",)),
)
"""Pairs that are looked at at all: near numbers; one birth day and a name that begins alike; one birth day in one village;
alike names of one township, or of one birth year; shared family in one village."""


def place(connection: duckdb.DuckDBPyConnection, register: str) -> Comparison:
    """Where they live. How often two people share a village or a township is a matter of the register's extent."""
    shares = []
    for column in ("village_id", "township_id"):
        found = connection.execute(
            f"WITH each AS (SELECT count(*) AS n FROM {register} WHERE {column} IS NOT NULL GROUP BY {column})"
            " SELECT sum(n * n) / greatest(sum(n) * sum(n), 1) FROM each"
        ).fetchone()
        shares.append(float(found[0] or 0.5) if found else 0.5)
    village = min(max(shares[0], 1e-6), 0.9)
    township = min(max(shares[1] - village, 1e-6), 0.95 - village)
    return Comparison("place", "所在地", "Place", (
        Level("未填", "not given", "township_id_l is null or township_id_r is null"),
        Level("同一嘎查村", "same village", "village_id_l = village_id_r", 0.9, village),
        Level("同一苏木乡镇", "same township", "township_id_l = township_id_r", 0.06, township),
        Level("不同", "elsewhere", ELSE, 0.04, 1 - village - township),
    ))  # fmt: skip


def model(connection: duckdb.DuckDBPyConnection, register: str) -> Model:
    """The model for rows of a file beside this register."""
    found = connection.execute(f"SELECT count(*) FROM {register}").fetchone()
    prior = FOUND_SHARE / max(found[0] if found else 1, 10)
    return Model((NUMBER, NAME, BORN, SEX, place(connection, register), KIN), BLOCKS, prior)


def add_forms(connection: duckdb.DuckDBPyConnection, texts: str) -> None:
    """Bring the forms of every name of the query `texts` (one column) into the table `name_form`, each once.

    What is only looked for in lists stands there as a hash: numbers are compared and moved in a fraction of the time.
    """
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS name_form (raw VARCHAR, name VARCHAR, sounds UBIGINT[], ordered VARCHAR,"
        " shape VARCHAR, skeleton VARCHAR, gaps UBIGINT[], forms UBIGINT[], keys UBIGINT[])"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE name_new AS SELECT n, row_number() OVER () AS nth FROM (SELECT DISTINCT n FROM"
        f" ({texts}) t(n) WHERE n IS NOT NULL AND n NOT IN (SELECT raw FROM name_form))"
    )
    last = 0
    while some := connection.execute(
        "SELECT n FROM name_new WHERE nth > ? AND nth <= ? ORDER BY nth", [last, last + _AT_ONCE]
    ).fetchall():
        last += _AT_ONCE
        made = [(raw, *found) for (raw,) in some if (found := forms(raw)) is not None]
        columns = list(zip(*made, strict=True)) if made else [()] * len(_FORMS)
        arrays = [pa.array(list(column), kind.type) for column, kind in zip(columns, _FORMS, strict=True)]
        connection.register("name_batch", pa.Table.from_arrays(arrays, schema=_FORMS))
        connection.execute(f"""
            INSERT INTO name_form SELECT raw, name, {_hashed("sounds")}, ordered, shape, nullif(skeleton, ''),
                {_hashed("gaps")}, {_hashed("forms")}, {_hashed("list_append(forms, 'f' || family)")}
            FROM (SELECT *, {_KEYS} AS forms FROM name_batch)""")
        connection.unregister("name_batch")


def _hashed(texts: str) -> str:
    return f"list_transform({texts}, x -> hash(x))"


_KEYS = (
    "list_distinct(list_filter(list_concat(list_transform(sounds, x -> 's' || x),"
    " ['o' || ordered, 'h' || shape, 'm' || nullif(skeleton, '')]), x -> x IS NOT NULL))"
)


def prepare(connection: duckdb.DuckDBPyConnection, table: str, target: str) -> None:
    """Write `target`: the rows of `table` as they are compared, under the names that the model speaks of."""
    add_forms(connection, f"SELECT name FROM {table}")
    add_forms(connection, f"SELECT unnest(kin) FROM {table}")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {target} AS
        WITH family AS (SELECT unique_id, list_distinct(flatten(list(f.sounds))) AS sounds
            FROM (SELECT unique_id, name, unnest(kin) AS relative FROM {table}) t
            JOIN name_form f ON f.raw = t.relative WHERE t.relative IS DISTINCT FROM t.name GROUP BY unique_id)
        SELECT t.unique_id, t.number_token, t.number_state, coalesce(t.near_tokens, []) AS near_tokens,
               CASE WHEN t.number_token IS NULL THEN [] ELSE {_hashed(_NUMBERS)} END AS number_keys,
               f.name, coalesce(f.sounds, []) AS sounds, f.ordered, f.shape, f.skeleton, coalesce(f.gaps, []) AS gaps,
               coalesce(f.forms, []) AS name_forms, coalesce(f.keys, []) AS name_keys,
               strftime(t.born_on, '%Y%m%d') AS born_text, year(t.born_on) AS born_year, t.sex, t.village_id,
               t.township_id, coalesce(k.sounds, []) AS kin
        FROM {table} t LEFT JOIN name_form f ON f.raw = t.name LEFT JOIN family k ON k.unique_id = t.unique_id""")


_NUMBERS = "list_append(coalesce(t.near_tokens, []), t.number_token)"

MOST_CANDIDATES = 5
"""Persons that are shown beside one row, at most."""


def decide(connection: duckdb.DuckDBPyConnection, found: str, *, match_from: float, doubt_from: float,
           target: str) -> None:  # fmt: skip
    """Write `target`: `found` with a `verdict`. One person far ahead of the next is a `match`; whoever else is probable
    enough is a `doubt`, for a person to decide; the rest is left out."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {target} AS
        WITH ranked AS (SELECT *, row_number() OVER each AS nth, lead(probability, 1, 0) OVER each AS following
                        FROM {found} WINDOW each AS (PARTITION BY left_id ORDER BY probability DESC, right_id)),
        best AS (SELECT left_id, probability >= {match_from} AND following < {doubt_from} AS is_clear
                 FROM ranked WHERE nth = 1)
        SELECT r.* EXCLUDE (nth, following), CASE WHEN b.is_clear THEN 'match' ELSE 'doubt' END AS verdict
        FROM ranked r JOIN best b ON b.left_id = r.left_id
        WHERE r.probability >= {doubt_from} AND (r.nth = 1 OR NOT b.is_clear) AND r.nth <= {MOST_CANDIDATES}""")
