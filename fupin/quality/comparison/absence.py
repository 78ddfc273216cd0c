"""Who ought to be in a department's file and is not: asked only where that is sure.

A file speaks of absence only where it was handed in as complete, is not older than its source allows, nearly all of its
rows name somebody, and, township by township, most of those who ought to be in it are (`comparison.absent_least_share`):
a file of another banner, or one that lacks a township, says nothing of who is not in it. Whoever may be one of its rows
(a pair that waits), or has no right number to be found by, is not absent. The answer to a letter says it line by line.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
from django.utils.translation import gettext as _

from fupin.conditions.sqltext import Circumstance, compile_condition
from fupin.core import clock
from fupin.core.duck import name, text
from fupin.core.sentences import listed
from fupin.divisions.queries import tree
from fupin.policy.sources import Feeds, Source
from fupin.quality import applying
from fupin.quality.comparison.letters import returning
from fupin.quality.comparison.matching import SEEN
from fupin.quality.comparison.models import Exchange
from fupin.quality.comparison.sources import absence_of
from fupin.rulebook import queries as rulebook
from fupin.rulebook.conditions import settings

LEAST_SHARE = "comparison.absent_least_share"
MOST_NAMED = 20
"""Townships that are named where absence is not judged."""
_SURE = "number_token IS NOT NULL AND coalesce(is_valid, FALSE) AND NOT coalesce(is_temporary, FALSE)"


def find(
    connection: duckdb.DuckDBPyConnection, exchange: Exchange, source: Source, *, division: int | None
) -> list[str]:
    """Fill `expected`: by rule, who ought to be in the file, with `is_missing` where it is sure that they are not, and
    `is_open` where nothing can be said. Returns what the reader should know, in sentences."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE expected (rule VARCHAR, print VARCHAR, person_id BIGINT, township_id BIGINT, is_sure BOOLEAN,"
        " is_seen BOOLEAN, is_missing BOOLEAN, is_open BOOLEAN)"
    )
    for feeds in source.absent:
        _expect(connection, feeds, on=exchange.on, division=division)
    if not source.absent:
        return []
    if exchange.letter_id is not None:
        returning.find_missing(connection)
        return []
    share = float(rulebook.value(LEAST_SHARE, on=exchange.on, division=exchange.division_id))
    why = _against(exchange, source, share)
    if why:
        connection.execute("UPDATE expected SET is_open = NOT is_seen")
        return [why]
    return _judge(connection, share)


def _expect(connection: duckdb.DuckDBPyConnection, feeds: Feeds, *, on: date, division: int | None) -> None:
    condition, holds, read = absence_of(feeds), "TRUE", ["'absent'"]
    if condition is not None:
        holds = f"coalesce({compile_condition(condition, 'duckdb', Circumstance(on, settings(condition.settings, on, division)))}, FALSE)"
        read += [f"coalesce(CAST(r.{name(one)} AS VARCHAR), chr(30))" for one in sorted(condition.fields)]
    connection.execute(f"""
        INSERT INTO expected
        SELECT {text(feeds.rule)}, any_value(concat_ws(chr(31), {", ".join(read)})), r.person_id, any_value(r.township_id),
               bool_and({_SURE}), bool_or(s.person_id IS NOT NULL), FALSE, FALSE
        FROM persons r LEFT JOIN (SELECT DISTINCT person_id FROM {SEEN}) s ON s.person_id = r.person_id
        WHERE {holds} GROUP BY r.person_id""")


def _against(exchange: Exchange, source: Source, share: float) -> str:
    """Why a file as a whole says nothing of who is not in it; empty where it may."""
    if not exchange.is_complete:
        return _("没有勾选“名册完整”，不判断未在名册中的人")
    if exchange.on + timedelta(days=source.freshness_days) < clock.today():
        return _("数据日期 %(day)s 已超过时效 %(days)d 天，不判断未在名册中的人") % {
            "day": exchange.on, "days": source.freshness_days,
        }  # fmt: skip
    nameless = int(exchange.preview.get("counts", {}).get("no_key", 0))
    if exchange.rows and (exchange.rows - nameless) / exchange.rows < share:
        return _("%(count)d 行看不出是谁，不判断未在名册中的人") % {"count": nameless}
    return ""


def _judge(connection: duckdb.DuckDBPyConnection, share: float) -> list[str]:
    """Missing: sure, not seen, in no doubt, of a township that the file covers. Says which townships it does not."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE covered AS
        SELECT rule, township_id, count(*) FILTER (is_seen) >= {share} * count(*) AS is_covered FROM expected
        WHERE is_sure AND township_id IS NOT NULL GROUP BY ALL""")
    connection.execute("""
        UPDATE expected SET is_missing = is_sure AND NOT is_seen
            AND person_id NOT IN (SELECT right_id FROM doubts WHERE right_id IS NOT NULL)
            AND EXISTS (SELECT 1 FROM covered c WHERE c.is_covered AND c.rule = expected.rule
                        AND c.township_id = expected.township_id)""")
    connection.execute("UPDATE expected SET is_open = NOT is_seen AND NOT is_missing")
    rows = connection.execute("SELECT DISTINCT township_id FROM covered WHERE NOT is_covered ORDER BY 1").fetchall()
    if not rows:
        return []
    named = listed(tree().name(row[0]) for row in rows[:MOST_NAMED])
    sentence = _(
        "%(count)d 个苏木乡镇在名册中的人不到应有的 %(percent)d%%，名册可能不全，不判断那里未在名册中的人：%(places)s"
    )
    return [sentence % {"count": len(rows), "percent": round(share * 100), "places": named}]


def findings(source: Source, *, on: date, division: int | None) -> list[str]:
    """The findings of absence as SQL, in the columns of `findings`, one for each rule."""
    return [_finding(rule, on=on, division=division) for rule in dict.fromkeys(one.rule for one in source.absent)]


def _finding(rule: str, *, on: date, division: int | None) -> str:
    judged = applying.rule(rule, on, division)
    return (
        f"SELECT {text(rule)} AS rule, {judged.version} AS version, {text(judged.severity)} AS severity, 'person' AS subject_kind,"
        " e.person_id AS subject_id, any_value(r.household_id) AS household_id, any_value(r.village_id) AS village_id,"
        f" sha256({text(rule)} || chr(29) || min(e.print)) AS fingerprint FROM expected e"
        f" JOIN persons r ON r.person_id = e.person_id WHERE e.is_missing AND e.rule = {text(rule)} GROUP BY e.person_id"
    )


def counted(connection: duckdb.DuckDBPyConnection) -> int:
    """How many are missing."""
    row: Any = connection.execute("SELECT count(DISTINCT person_id) FROM expected WHERE is_missing").fetchone()
    return int(row[0])
