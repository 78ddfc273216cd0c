"""The merge: the plan in portions of whole households, prepared by a second process, written in short transactions."""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from polars import col

from fupin.core import abreast
from fupin.core.audit import Circumstances
from fupin.core.imports.declaration import Work
from fupin.core.imports.models import ImportRun
from fupin.core.imports.runs import begin_parts, note_chunk, note_part
from fupin.core.refusals import Refused
from fupin.divisions.queries import tree
from fupin.registry import cards, numbers
from fupin.registry.intake import carrying, keys, lookups, references, starting, tables
from fupin.registry.intake.beside import Others
from fupin.registry.intake.portions import Circumstance, Part, Portion

MOST_PORTIONS = 120
"""So many portions one transaction takes at most."""
LAST_IN_TURN = 0.02
"""Seconds between two looks of an import at the turn: five times as many as of who saves a form."""
FIRST_KNOWN = 1_000
"""Rows after which the statistics of an empty register are worth taking."""
GROWING = tuple(
    f"registry_{name}"
    for name in (
        "household", "householdfact", "registerstatus", "householdcard", "person", "personfact", "personidentity",
        "membership", "incomeaccount", "searchkey",
    )
)  # fmt: skip
FEW_PARTS = 2
"""So many parts are prepared and written by one process."""


class Changed(Exception):
    """Somebody changed the records of a portion between plan and merge."""


def merge(work: Work, kind: str, done: int) -> int:
    """Write the plan from row `done` on; returns how many rows there are to write."""
    parts = sorted(work.folder.glob("plan-*.parquet"))
    if not parts:
        raise Refused(_("这次导入的暂存文件已不在，请重新上传"), "no_plan")
    ends = [polars.scan_parquet(part, glob=False).select(col("end").max()).collect().item() or 0 for part in parts]
    total = max(ends, default=0)
    if not total:
        return 0
    names = [part.stem.removeprefix("plan-") for part in parts]
    written = begin_parts(work.run_id, total)
    if done and not written:
        # A merge of an earlier version noted how far the whole plan was written, and nothing of its parts. It is
        # written down for each of them, so that a second stop finds it too.
        written = dict.fromkeys(names, done)
        for name in names:
            note_part(work.run_id, name, done, 0, before=0)
    left = [str(part) for part, name, end in zip(parts, names, ends, strict=True) if end > written.get(name, 0)]
    with ExitStack() as stack:
        # A second process for a few rows would take longer to begin than they take to be written; and a file of
        # prepared rows cannot be attached inside a transaction.
        # One that was killed may have laid keys for its next part, which a process of its own takes apart.
        alone = (len(left) <= FEW_PARTS and not written) or connection.in_atomic_block
        pool = None if alone else stack.enter_context(_second_process())
        _allocate(work, kind, parts)
        about = _circumstance(work)
        _ready()
        merge_ = _Merge(work, _Pace(kind), Others(), written, total, done)
        _write_all(merge_, _prepared(kind, left, about, pool), alone=alone)
    note_chunk(work.run_id, total, total)
    return total


@contextmanager
def _second_process() -> Iterator[ProcessPoolExecutor]:
    # Spawned, not forked: the child must not inherit this process's connection to the database.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=starting.begin) as pool:
        pool.submit(starting.warm)
        yield pool


def _ready() -> None:
    """Keep more pages of SQLite in memory than one screen needs: the transactions touch the same indexes again."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -200000")
            # Pages are read where the system keeps them instead of being copied: a tenth of the time in a large register.
            cursor.execute("PRAGMA mmap_size = 2147418112")
        connection.asks_after = LAST_IN_TURN


@dataclass(slots=True)
class _Merge:
    """A merge at work: how far each part is written, and how many rows are written now."""

    work: Work
    pace: _Pace
    others: Others
    written: dict[str, int]
    total: int
    done: int
    parts: int = 0
    """begun by this process: a merge that was killed may have laid keys for the first one"""
    laid: keys.Laid | None = None


def _write_all(merge_: _Merge, parts: Iterable[Part], *, alone: bool) -> None:
    """SQLite has one writer at a time. On PostgreSQL two connections write parts side by side, each on a processor."""
    if alone or connection.vendor != "postgresql":
        for part in parts:
            _write_part(merge_, part)
        return
    with ThreadPoolExecutor(2, "writer") as writers:
        at_work: deque[Future[None]] = deque()
        for part in parts:
            at_work.append(writers.submit(_write_apart, merge_, part))
            while len(at_work) > 2 or (at_work and at_work[0].done()):
                at_work.popleft().result()
        for each in at_work:
            each.result()


def _write_apart(merge_: _Merge, part: Part) -> None:
    try:
        _write_part(merge_, part)
    finally:
        connection.close()


def _write_part(merge_: _Merge, part: Part) -> None:
    before = merge_.written.get(part.name, 0)
    group: list[Portion] = []
    with carrying.attached(part.path), lookups.by_index():
        merge_.laid = keys.lay(part, merge_.others.wrote) if merge_.parts else None
        merge_.parts += 1
        for portion in part.portions:
            if portion.end <= before:
                continue
            group.append(portion)
            if len(group) >= merge_.pace.portions:
                _write(merge_, part, group)
                group = []
        if group:
            _write(merge_, part, group)


class _Pace:
    """How many portions one transaction takes, learned from the last ones; and which cards it brings up to date."""

    def __init__(self, kind: str) -> None:
        # A person file changes nothing of a card but its members.
        self.refresh = cards.refresh_members if kind == "persons" else cards.refresh_cards
        self.portions = 1
        self.known_at = FIRST_KNOWN

    def keep_statistics(self, rows: int) -> None:
        """Let PostgreSQL count its tables anew when they were nearly empty: it does so by itself after a minute, and until
        then takes hardly any row for an open fact, and reads all of them."""
        if connection.vendor != "postgresql" or rows < self.known_at:
            return
        self.known_at = rows * 10
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'registry_membership'")
            if cursor.fetchone()[0] < rows:
                # How many rows there are is what matters now; PostgreSQL itself looks closer later.
                cursor.execute("SET default_statistics_target = 10")
                cursor.execute(f"ANALYZE {', '.join(GROWING)}")
                cursor.execute("RESET default_statistics_target")

    def learn(self, seconds: float, portions: int, most: float) -> None:
        """`portions` took so many seconds; the next transaction may take `most`."""
        each = seconds / portions
        self.portions = max(1, min(MOST_PORTIONS, int(most / each) if each else MOST_PORTIONS, self.portions * 2))


def _prepared(kind: str, parts: Sequence[str], about: Circumstance, pool: ProcessPoolExecutor | None) -> Iterator[Part]:
    """The parts in order, prepared in the second process while the ones before are written."""
    from fupin.registry.intake import preparing

    prepare = partial(preparing.prepare, kind, about=about, vendor=connection.vendor, is_near=pool is None)
    return abreast.in_order(prepare, parts, pool)


def _write(merge_: _Merge, part: Part, group: list[Portion]) -> None:
    """One transaction. Where somebody was faster, the portions are tried one by one and the changed ones given back."""
    try:
        with transaction.atomic():
            # From here on others wait; for how long one waited oneself says nothing of that.
            started = time.monotonic()
            numbers = [portion.number for portion in group]
            _hold(group)
            _make_room(group, merge_.work)
            # After it, for who changes the same households has been waited for.
            if carrying.is_carried(part.numbers, numbers, None if part.path is None else len(part.loads)):
                raise Changed  # one of the new id numbers came into the register since the plan was made
            keys.complete(part, numbers, merge_.laid)
            with references.checked_together(part.outside, numbers):
                carrying.write(part.loads, numbers, is_stored=part.path is not None)
                households = sorted({each for portion in group for each in portion.households})
                merge_.pace.refresh(households)
            _note(merge_, part, group)
    except (Changed, IntegrityError):
        # A constraint speaks of the same: there is a row already where the plan found none.
        if len(group) == 1:
            _give_back(merge_, part, group[0])
        else:
            for portion in group:
                _write(merge_, part, [portion])
        return
    # Not before the commit: that can be refused too, for SQLite looks at the references only then.
    merge_.written[part.name] = group[-1].end
    seconds = time.monotonic() - started
    merge_.pace.learn(seconds, len(group), merge_.others.wrote(seconds))
    merge_.pace.keep_statistics(group[-1].end)
    merge_.done += sum(len(portion.row_ids) for portion in group)
    merge_.work.progress(merge_.done, merge_.total, "")


def _note(merge_: _Merge, part: Part, group: Sequence[Portion]) -> None:
    # The last statement, after the references are checked: two writers note in one row, and the second waits for the
    # first one's commit.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    rows, end = sum(len(portion.row_ids) for portion in group), group[-1].end
    note_part(merge_.work.run_id, part.name, end, rows, before=merge_.written.get(part.name, 0))


def _together(group: Sequence[Portion], name: str) -> dict[str, list[int]]:
    """The ids of all portions for an act (`removes`, `closes`, `bumps`), table by table."""
    found: dict[str, list[int]] = {}
    for portion in group:
        for table, ids in getattr(portion, name):
            found.setdefault(table, []).extend(ids)
    return found


def _hold(group: Sequence[Portion]) -> None:
    """Lock the households before anything of theirs and in the order of their ids, as every act of an officer does: of
    two who wait for each other PostgreSQL ends one."""
    if connection.vendor != "postgresql":
        return
    households = sorted({each for portion in group for each in portion.households})
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM registry_household WHERE {cards.among('id')} ORDER BY id FOR NO KEY UPDATE",
            [cards.listed(households)],
        )


def _make_room(group: Sequence[Portion], work: Work) -> None:
    for table, ids in _together(group, "removes").items():
        if tables.remove(table, ids) != len(ids):
            raise Changed
    for table, ids in _together(group, "closes").items():
        if tables.close(table, ids, work.on.isoformat()) != len(ids):
            raise Changed
    _drop_keys(group)
    for table, ids in _together(group, "bumps").items():
        tables.bump(table, ids)
    with connection.cursor() as cursor:
        for portion in group:
            for statement, values in portion.stable:
                cursor.execute(statement, values)
                if statement.startswith("UPDATE") and cursor.rowcount != 1:
                    raise Changed
    _require_homes(group)


def _require_homes(group: Sequence[Portion]) -> None:
    """Raises Changed where a household is no longer in the register, or not in the village that the plan found it in."""
    homes = {home for portion in group for home in portion.homes}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT household_id, village_id FROM registry_householdcard WHERE {cards.among('household_id')}",
            [cards.listed([household for household, _village in homes])],
        )
        if set(cursor.fetchall()) != homes:
            raise Changed


def _drop_keys(group: Sequence[Portion]) -> None:
    """Remove the search keys that are written anew."""
    renamed = [person for portion in group for person in portion.renamed]
    rephoned = [household for portion in group for household in portion.rephoned]
    start = f"DELETE FROM registry_searchkey WHERE {cards.among('household_id')} AND"
    with connection.cursor() as cursor:
        if renamed:
            households = [each for portion in group if portion.renamed for each in portion.households]
            cursor.execute(f"{start} {cards.among('person_id')}", [cards.listed(households), cards.listed(renamed)])
        if rephoned:
            cursor.execute(f"{start} person_id IS NULL", [cards.listed(rephoned)])


def _give_back(merge_: _Merge, part: Part, portion: Portion) -> None:
    """Reject the rows of a portion whose records were changed by somebody else meanwhile."""
    with transaction.atomic():
        if part.ahead is not None:
            cards.refresh_keys(portion.households)
        _note(merge_, part, [portion])
        _count_given_back(merge_.work.run_id, part.name, portion)
    merge_.written[part.name] = portion.end


def _count_given_back(run_id: int, part: str, portion: Portion) -> None:
    """Keep in the run, whose row `_note` has locked, which portions came back: a file would outlive a transaction that
    is undone, and the rows may be written after all."""
    rows = len(portion.row_ids)
    run = ImportRun.objects.only("reasons", "options").get(pk=run_id)
    reasons = {**run.reasons, "changed_meanwhile": run.reasons.get("changed_meanwhile", 0) + rows}
    run.options.setdefault("given_back", {}).setdefault(part, []).append(portion.number)
    ImportRun.objects.filter(pk=run_id).update(
        created=F("created") - portion.created, updated=F("updated") - portion.updated, rejected=F("rejected") + rows,
        reasons=reasons, options=run.options,
    )  # fmt: skip


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
        banners=banners, folder=str(work.folder), index_mark=work.index_mark,
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
