"""One rule tried over the newest extract before anybody switches it on: how many it finds, some of them, how long it takes.

The condition runs with a time limit: one that is too slow for the register is stopped and refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
from django.conf import settings
from django.utils.translation import gettext as _

from fupin.bulk import engine, taking
from fupin.bulk.datasets import declared
from fupin.bulk.steps import DuckSteps
from fupin.conditions.parsing import Condition
from fupin.conditions.sweeps import Asked, Sweep
from fupin.core.refusals import Refused
from fupin.rulebook import queries
from fupin.rulebook.conditions import circumstance, columns, read_condition

SAMPLE = 20
_HOUSEHOLD = {"persons": "household_id", "households": "household_id"}


class TooSlow(Refused):
    """The condition was not judged within its time."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a condition finds: how many of how many rows, some of them as (subject, household, village), and how many in
    each division of a level. `seconds` is the judging alone."""

    found: int
    rows: int
    sample: tuple[tuple[int, int | None, int], ...]
    by_division: tuple[tuple[int, int], ...]
    seconds: float
    as_of: datetime


def tried(
    dataset: str, finds: str, on: date, *, within: str = "TRUE", level: str = "", limit: float | None = None
) -> Tried:
    """Judge a condition over the register as of `on`. `within` is a predicate on rows `r` of whose making the caller is
    sure; counts are told by the divisions of `level`. Raises BadCondition, TooSlow."""
    one = read_condition(dataset, finds)
    extract = taking.newest()
    extract.used()
    own = declared.dataset(dataset)
    wanted = {dataset, *(link.dataset for link in own.members.values())}
    paths = {name: extract.path(name, on) for name in sorted(wanted)}
    connection = engine.connect(folder=settings.DATA_FOLDER)
    try:
        steps = DuckSteps(connection)
        relations = {name: steps.relation(path) for name, path in paths.items()}
        with _stopped(connection, seconds_allowed(on) if limit is None else limit):
            began = time.perf_counter()
            _judge(steps, one, on, relations, within)
            seconds = time.perf_counter() - began
        return _told(steps, dataset, relations[dataset], within, level, seconds, extract.as_of)
    finally:
        connection.close()


def seconds_allowed(on: date) -> float:
    """How long one rule may take over the register."""
    return float(queries.value("quality.rule_seconds", on=on))


def _judge(steps: DuckSteps, one: Condition, on: date, relations: dict[str, str], within: str) -> None:
    dataset = one.dataset
    given = circumstance([one], on, {kind: relations[link.dataset] for kind, link in dataset.members.items()})
    wanted = dict.fromkeys((_HOUSEHOLD.get(dataset.name, ""), dataset.division, *columns(dataset).values()))
    keep = tuple(name for name in wanted if name and name != dataset.key)
    sweep = Sweep(dataset, [Asked("it", one)], relations[dataset.name], given, "duckdb", keep, within)
    for name, sql in sweep.steps():
        steps.table(name, sql)
        if name == "found":
            return


def _told(
    steps: DuckSteps, name: str, relation: str, within: str, level: str, seconds: float, as_of: datetime
) -> Tried:
    dataset = declared.dataset(name)
    key, village = engine.name(dataset.key), engine.name(dataset.division)
    household = engine.name(_HOUSEHOLD[name]) if name in _HOUSEHOLD else "NULL"
    found = steps.rows("SELECT count(*) FROM found")[0][0]
    rows = steps.rows(f"SELECT count(*) FROM {relation} r WHERE {within}")[0][0]
    sample = steps.rows(f"SELECT {key}, {household}, {village} FROM found ORDER BY hash({key}), {key} LIMIT {SAMPLE}")
    column = columns(dataset, by_level=True).get(level)
    counts: Sequence[Any] = ()
    if column is not None:
        counts = steps.rows(
            f"SELECT {engine.name(column)}, count(*) FROM found WHERE {engine.name(column)} IS NOT NULL"
            " GROUP BY 1 ORDER BY 2 DESC, 1"
        )
    return Tried(found, rows, tuple(sample), tuple(counts), seconds, as_of)


@contextmanager
def _stopped(connection: duckdb.DuckDBPyConnection, limit: float) -> Iterator[None]:
    """Stop what the connection does once its time is over, and say so."""
    ended, began = threading.Event(), time.perf_counter()
    watch = threading.Thread(target=_interrupt, args=(connection, limit, ended), name="rule limit", daemon=True)
    watch.start()
    try:
        yield
    except duckdb.InterruptException:
        raise _too_slow(limit) from None
    finally:
        ended.set()
        watch.join()
    if time.perf_counter() - began > limit:
        raise _too_slow(limit)


def _interrupt(connection: duckdb.DuckDBPyConnection, limit: float, ended: threading.Event) -> None:
    """Once the time is over, again and again: what is said between two statements stops neither."""
    if ended.wait(limit):
        return
    connection.interrupt()
    while not ended.wait(0.05):
        connection.interrupt()


def _too_slow(limit: float) -> TooSlow:
    said = _("这条规则在全库上判断超过 %(seconds)s 秒，太慢，不能使用：请简化条件，或拆成几条")
    return TooSlow(said % {"seconds": f"{limit:g}"}, "slow")
