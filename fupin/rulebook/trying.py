"""One rule tried over the newest extract before anybody switches it on: how many it finds, some of them, how long it takes.

The condition runs with a time limit: one that is too slow for the register is stopped and refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from fupin.conditions import tree
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
class Sample:
    """One row that was found, with what the condition reads of it and of its members."""

    subject: int
    household: int | None
    village: int
    record: Mapping[str, Any]
    members: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a condition finds: how many of how many rows, some of them, and how many in each division of a level.
    `seconds` is the judging alone."""

    found: int
    rows: int
    sample: tuple[Sample, ...]
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
    relations = {name: extract.relation(name, on) for name in sorted(wanted)}
    connection = engine.connect(folder=settings.DATA_FOLDER)
    try:
        steps = DuckSteps(connection)
        with _stopped(connection, seconds_allowed(on) if limit is None else limit):
            began = time.perf_counter()
            _judge(steps, one, on, relations, within)
            seconds = time.perf_counter() - began
        return _told(steps, one, relations, within, level, seconds, extract.as_of)
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
    for name, sql in sweep.unmarked():
        steps.table(name, sql)


def _told(
    steps: DuckSteps, one: Condition, relations: Mapping[str, str], within: str, level: str, seconds: float,
    as_of: datetime,
) -> Tried:  # fmt: skip
    dataset, name = one.dataset, one.dataset.name
    relation = relations[name]
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
    return Tried(found, rows, _sampled(steps, one, relations, sample), tuple(counts), seconds, as_of)


def _sampled(
    steps: DuckSteps, one: Condition, relations: Mapping[str, str], found: Sequence[tuple[int, int | None, int]]
) -> tuple[Sample, ...]:
    """What was found with the fields that the condition reads: two small looks more, whatever the register's size."""
    if not found:
        return ()
    dataset, links = one.dataset, one.dataset.members
    own = dict.fromkeys((dataset.key, *one.fields, *(links[kind].own_key for kind in one.members)))
    records = {
        row[dataset.key]: row for row in _rows(steps, relations[dataset.name], own, dataset.key, [f[0] for f in found])
    }
    members: dict[str, list[dict[str, Any]]] = {}
    for kind in sorted(one.members):
        link = links[kind]
        read = {n.field.name for n in one.root.walk() if isinstance(n, tree.Ref) and n.depth == 1}
        known = set(declared.dataset(link.dataset).names)
        keys = [row[link.own_key] for row in records.values() if row[link.own_key] is not None]
        wanted = dict.fromkeys((link.their_key, *sorted(read & known)))
        members[kind] = _rows(steps, relations[link.dataset], wanted, link.their_key, keys)
    return tuple(
        Sample(subject, household, village, records[subject],
               {kind: [row for row in rows if row[links[kind].their_key] == records[subject][links[kind].own_key]]
                for kind, rows in members.items()})
        for subject, household, village in found
    )  # fmt: skip


def _rows(
    steps: DuckSteps, relation: str, names: Iterable[str], key: str, keys: Sequence[int]
) -> list[dict[str, Any]]:  # fmt: skip
    columns = list(names)
    said = ", ".join(f"r.{engine.name(name)}" for name in columns)
    where = f"r.{engine.name(key)} IN ({', '.join(map(str, keys)) or 'NULL'})"
    return [
        dict(zip(columns, row, strict=True)) for row in steps.rows(f"SELECT {said} FROM {relation} r WHERE {where}")
    ]


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
