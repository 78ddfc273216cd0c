"""The merge: the plan in portions of whole households, prepared by a second process, written in short transactions."""

from __future__ import annotations

import bisect
import multiprocessing
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars
from django.db import connection, transaction
from django.db.models import F
from polars import col

from fupin.core.audit import Circumstances
from fupin.core.imports.declaration import Work
from fupin.core.imports.models import ImportRun
from fupin.core.imports.runs import note_chunk
from fupin.divisions.queries import tree
from fupin.registry import cards, numbers
from fupin.registry.intake import lookups, starting, tables

PORTION_ROWS = 250
LOCK_SECONDS = 0.09
"""What one transaction should take; the bound is 0.2 s, and a busy machine doubles a measured time."""
AHEAD = 2
"""Parts that are prepared before they are written."""


class Changed(Exception):
    """Somebody changed the records of a portion between plan and merge."""


@dataclass(slots=True)
class Portion:
    """Rows of whole households, ready to be written: what is removed, ended, inserted, and what it touches."""

    end: int
    """rows of the plan up to and including this portion"""
    row_ids: list[int]
    created: int = 0
    updated: int = 0
    removes: list[tuple[str, list[int]]] = field(default_factory=list)
    closes: list[tuple[str, list[int]]] = field(default_factory=list)
    inserts: list[tuple[str, Sequence[str], list[tuple[Any, ...]]]] = field(default_factory=list)
    bumps: list[tuple[str, list[int]]] = field(default_factory=list)
    new_tokens: list[bytes] = field(default_factory=list)
    stable: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    renamed: list[int] = field(default_factory=list)
    wipes: list[tuple[str, str, list[int]]] = field(default_factory=list)
    """rows that are written anew whenever their owner changes: table, column of the owner, owners"""
    households: list[int] = field(default_factory=list)


class Batch:
    """The portions of one part, filled table by table: rows come in the order of their portions."""

    def __init__(self, frame: polars.DataFrame) -> None:
        facts = frame.group_by("portion", maintain_order=True).agg(
            col("end").first(), col("row_id"), (col("action") == "created").sum().alias("created"),
            (col("action") == "updated").sum().alias("updated"), col("household_id").unique(maintain_order=True),
        )  # fmt: skip
        self.portions = {
            portion: Portion(end, rows, created, updated, households=households)
            for portion, end, rows, created, updated, households in facts.rows()
        }

    def _split(self, values: Sequence[Any], of: Sequence[int]) -> Iterator[tuple[Portion, list[Any]]]:
        start = 0
        while start < len(of):
            stop = bisect.bisect_right(of, of[start], start)
            yield self.portions[of[start]], list(values[start:stop])
            start = stop

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], of: Sequence[int]) -> None:
        """Rows for a table, with the portion of each."""
        for portion, part in self._split(rows, of):
            portion.inserts.append((table, columns, part))

    def note(self, name: str, table: str, ids: Sequence[int], of: Sequence[int]) -> None:
        """Ids of a table to remove, close or bump (`name`), with the portion of each."""
        for portion, part in self._split(ids, of):
            getattr(portion, name).append((table, part))

    def extend(self, name: str, values: Sequence[Any], of: Sequence[int]) -> None:
        """Values for a list of the portions (`name`), with the portion of each."""
        for portion, part in self._split(values, of):
            getattr(portion, name).extend(part)

    def wipe(self, table: str, column: str, owners: Sequence[int], of: Sequence[int]) -> None:
        """Owners whose dependent rows are written anew."""
        for portion, part in self._split(owners, of):
            portion.wipes.append((table, column, part))


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What the preparing process must know beside the rows. It never opens the database."""

    run_id: int
    on: str
    now: Any
    actor_id: int | None
    actor: str
    where: Circumstances
    banners: dict[int, int]
    folder: str


def write_plan(work: Work, slices: Iterable[polars.DataFrame]) -> None:
    """Write the compared rows as numbered part files, rows of one household in one portion.

    A slice may end inside a household: its last household waits for the next slice.
    """
    for stale in work.folder.glob("plan-*.parquet"):
        stale.unlink()
    waiting: polars.DataFrame | None = None
    part = rows = 0
    for frame in slices:
        whole = frame if waiting is None else polars.concat([waiting, frame], how="vertical_relaxed")
        last = whole["household_id"][-1]
        keep = whole["household_id"].eq_missing(polars.Series([last], dtype=polars.Int64)) if last is not None else None
        if keep is not None and not keep.all():
            waiting, whole = whole.filter(keep), whole.filter(~keep)
        else:
            waiting = None
        rows = _write_part(work, whole, part, rows)
        part += 1
    if waiting is not None or part == 0:
        rows = _write_part(work, waiting if waiting is not None else _nothing(), part, rows)


def _nothing() -> polars.DataFrame:
    none: dict[str, Any] = {
        "row_id": polars.Int64, "source": polars.Int64, "row": polars.Int64, "label": polars.String,
        "action": polars.String, "changes": polars.String, "household_id": polars.Int64, "village_id": polars.Int64,
        "problems": polars.List(polars.Struct({"column": polars.String, "code": polars.String, "sentence": polars.String})),
    }  # fmt: skip
    return polars.DataFrame(schema=none)


def _write_part(work: Work, frame: polars.DataFrame, part: int, rows: int) -> int:
    """Add `end`: how many rows to be written there are up to the end of the row's portion."""
    applied = col("action").is_in(["created", "updated"])
    counted = frame.select(applied.cast(polars.Int64).cum_sum().alias("n"), col("household_id"))
    starts = counted.select((col("household_id").ne_missing(col("household_id").shift(1))).alias("s"))["s"]
    first = counted.select(polars.when(starts.fill_null(True)).then(col("n")).forward_fill())["n"]
    portion = (first // PORTION_ROWS).alias("portion")
    frame = frame.with_columns(portion)
    end = frame.group_by("portion").agg(applied.sum().alias("size")).sort("portion")
    end = end.with_columns((col("size").cum_sum() + rows).alias("end")).drop("size")
    frame = frame.join(end, on="portion", how="left", maintain_order="left")
    frame.write_parquet(work.folder / f"plan-{part:05d}.parquet", compression="lz4")
    return rows + int(frame.select(applied.sum()).item() or 0)


def merge(work: Work, kind: str, done: int) -> int:
    """Write the plan from row `done` on; returns how many rows there are to write."""
    parts = sorted(work.folder.glob("plan-*.parquet"))
    ends = [polars.scan_parquet(part, glob=False).select(col("end").max()).collect().item() or 0 for part in parts]
    total = max(ends, default=0)
    if not total:
        return 0
    left = [str(part) for part, end in zip(parts, ends, strict=True) if end > done]
    # Spawned, not forked: the child must not inherit this process's connection to the database.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=starting.begin) as pool:
        if len(left) > 1:
            pool.submit(starting.warm)
        _allocate(work, kind, parts)
        about = _circumstance(work)
        pace = _Pace(kind)
        tables.ready()
        for portions in _prepared(kind, left, about, pool):
            group: list[Portion] = []
            for portion in portions:
                if portion.end <= done:
                    continue
                group.append(portion)
                if len(group) >= pace.portions:
                    _write(work, group, total, pace)
                    group = []
            if group:
                _write(work, group, total, pace)
    note_chunk(work.run_id, total, total)
    return total


class _Pace:
    """How many portions one transaction takes, learned from the last ones; and which cards it brings up to date."""

    def __init__(self, kind: str) -> None:
        # A person file changes nothing of a card but its members.
        self.refresh = cards.refresh_members if kind == "persons" else cards.refresh_cards
        self.portions = 1
        self.longest = 0.0

    def learn(self, seconds: float, portions: int) -> None:
        self.longest = max(self.longest, seconds)
        each = seconds / portions
        self.portions = max(1, min(24, int(LOCK_SECONDS / each) if each else 24, self.portions * 2))


def _prepared(
    kind: str, parts: Sequence[str], about: Circumstance, pool: ProcessPoolExecutor
) -> Iterator[list[Portion]]:
    """The parts in order, each prepared in the second process while the one before is written."""
    from fupin.registry.intake import preparing

    if len(parts) == 1:
        yield preparing.prepare(kind, parts[0], about)
        return
    waiting: deque[Future[list[Portion]]] = deque()
    for part in parts:
        waiting.append(pool.submit(preparing.prepare, kind, part, about))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _write(work: Work, group: list[Portion], total: int, pace: _Pace) -> None:
    """One transaction. Where somebody was faster, the portions are tried one by one and the changed ones given back."""
    started = time.monotonic()
    try:
        with transaction.atomic():
            _make_room(group, work)
            _fill(group)
            households = sorted({each for portion in group for each in portion.households})
            pace.refresh(households)
            note_chunk(work.run_id, group[-1].end, total)
    except Changed:
        if len(group) == 1:
            _give_back(work, group[0], total)
        else:
            for portion in group:
                _write(work, [portion], total, pace)
        return
    pace.learn(time.monotonic() - started, len(group))
    work.progress(group[-1].end, total, "")


def _fill(group: Sequence[Portion]) -> None:
    """The new rows of all portions, table by table."""
    together: dict[tuple[str, Sequence[str]], list[tuple[Any, ...]]] = {}
    for portion in group:
        for table, columns, rows in portion.inserts:
            together.setdefault((table, tuple(columns)), []).extend(rows)
    for (table, columns), rows in together.items():
        tables.insert(table, columns, rows)


def _together(group: Sequence[Portion], name: str) -> dict[str, list[int]]:
    """The ids of all portions for an act (`removes`, `closes`, `bumps`), table by table."""
    found: dict[str, list[int]] = {}
    for portion in group:
        for table, ids in getattr(portion, name):
            found.setdefault(table, []).extend(ids)
    return found


def _make_room(group: Sequence[Portion], work: Work) -> None:
    tokens = [token for portion in group for token in portion.new_tokens]
    if tokens and _are_known(tokens):
        raise Changed
    for table, ids in _together(group, "removes").items():
        if tables.remove(table, ids) != len(ids):
            raise Changed
    for table, ids in _together(group, "closes").items():
        if tables.close(table, ids, work.on.isoformat()) != len(ids):
            raise Changed
    renamed = [person for portion in group for person in portion.renamed]
    if renamed:
        households = [each for portion in group if portion.renamed for each in portion.households]
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM registry_searchkey WHERE {cards.among('household_id')} AND {cards.among('person_id')}",
                [cards.listed(households), cards.listed(renamed)],
            )
    wipes: dict[tuple[str, str], list[int]] = {}
    for portion in group:
        for table, column, owners in portion.wipes:
            wipes.setdefault((table, column), []).extend(owners)
    for (table, column), owners in wipes.items():
        tables.wipe(table, column, owners)
    for table, ids in _together(group, "bumps").items():
        tables.bump(table, ids)
    with connection.cursor() as cursor:
        for portion in group:
            for statement, values in portion.stable:
                cursor.execute(statement, values)


def _are_known(tokens: list[bytes]) -> bool:
    """Whether one of these id numbers came into the register since the plan was made."""
    start = "SELECT 1 FROM registry_personidentity WHERE valid_to IS NULL AND number_token"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{start} = ANY(%s) LIMIT 1", [tokens])
            return cursor.fetchone() is not None
        for at in range(0, len(tokens), lookups.BATCH):
            batch = tokens[at : at + lookups.BATCH]
            cursor.execute(f"{start} IN ({','.join(['%s'] * len(batch))}) LIMIT 1", batch)
            if cursor.fetchone() is not None:
                return True
    return False


def _give_back(work: Work, portion: Portion, total: int) -> None:
    """Reject the rows of a portion whose records were changed by somebody else meanwhile."""
    rows = len(portion.row_ids)
    with (work.folder / "late.jsonl").open("ab") as file:
        file.write(orjson.dumps(portion.row_ids) + b"\n")
    run = ImportRun.objects.only("reasons").get(pk=work.run_id)
    reasons = {**run.reasons, "changed_meanwhile": run.reasons.get("changed_meanwhile", 0) + rows}
    ImportRun.objects.filter(pk=work.run_id).update(
        created=F("created") - portion.created, updated=F("updated") - portion.updated, rejected=F("rejected") + rows,
        reasons=reasons,
    )  # fmt: skip
    note_chunk(work.run_id, portion.end, total)


def _circumstance(work: Work) -> Circumstance:
    from django.utils import timezone

    from fupin.core import audit

    today = tree()
    villages = polars.scan_parquet(work.planned).select(col("village_id").unique()).collect()["village_id"]
    banners = {village: cards.banner_of(today, village) for village in villages.drop_nulls().to_list()}
    where = audit.circumstances()
    return Circumstance(
        run_id=work.run_id, on=work.on.isoformat(), now=timezone.now(), actor_id=getattr(work.by, "pk", None),
        actor=str(work.by) if work.by is not None else "system",
        where=Circumstances(where.posting, "import", where.request_id, where.address),
        banners=banners, folder=str(work.folder),
    )  # fmt: skip


def _allocate(work: Work, kind: str, parts: Sequence[Path]) -> None:
    """Give numbers to the new records of the plan, once: a merge that goes on finds them written down."""
    target = work.folder / "numbers.parquet"
    if target.exists():
        return
    today = tree()
    wanted = {"persons": ("person",), "households": ("household", "person")}.get(kind, ())
    found = []
    for each in wanted:
        column = f"{each}_id"
        new = polars.concat(
            [
                polars.read_parquet(part, columns=["action", column, "village_id"], glob=False)
                .filter(col("action") == "created")
                .select(col(column).alias("id"), "village_id")
                for part in parts
            ]
        )
        found.append(_number(each, new, today))
    schema: dict[str, Any] = {"id": polars.Int64, "number": polars.String}
    made = polars.concat(found) if found else polars.DataFrame(schema=schema)
    made.write_parquet(target.with_suffix(".new"))
    target.with_suffix(".new").rename(target)


def _number(kind: Any, new: polars.DataFrame, today: Any) -> polars.DataFrame:
    counts = new.group_by("village_id").len().rows()
    codes = {village: today.by_id(village).code for village, _count in counts}
    totals: dict[str, int] = {}
    for village, count in counts:
        totals[codes[village]] = totals.get(codes[village], 0) + count
    taken = numbers.allocate(kind, totals)
    digits = numbers.SERIAL_DIGITS[kind]
    code = col("village_id").replace_strict(codes, return_dtype=polars.String).alias("code")
    first = col("code").replace_strict({code: taken[code].start for code in totals}, return_dtype=polars.Int64)
    serial = (first + col("code").cum_count().over("code") - 1).cast(polars.String).str.zfill(digits)
    return (
        new.with_columns(code)
        .with_columns(polars.concat_str(col("code"), serial).alias("number"))
        .select("id", "number")
    )
