"""The story goes in as it would in an office: by the staged import while the division is in opening, and by acts."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow
from django.db import connection

from fupin.core import id_numbers, sealing
from fupin.core.audit import Circumstances, acting
from fupin.core.imports import runs
from fupin.core.refusals import Refused
from fupin.demonstration.casework import Casework
from fupin.demonstration.natural import Birth, Death
from fupin.demonstration.story import FIRST_YEAR, LAST_YEAR, Story
from fupin.registry import names
from fupin.registry.models import Membership, PersonIdentity
from fupin.registry.operations.members import Leaving, NewMember, add_members, remove_members
from fupin.registry.words import BIRTH, DEATH
from fupin.synthetic.headers import HOUSEHOLDS as H
from fupin.synthetic.headers import INCOME as I

Tell = Callable[[str], None]


@contextmanager
def unmapped() -> Iterator[None]:
    """While a whole register goes in, SQLite's file is not mapped into this process: a quarter of a gigabyte of pages
    that were just written, which the writing itself has in its own cache anyway."""
    _unmap()
    try:
        yield
    finally:
        if _has_a_file():
            # The next who asks opens it anew, with the ordinary settings and an empty cache.
            connection.close()


def _has_a_file() -> bool:
    return connection.vendor == "sqlite" and not connection.in_atomic_block


def _unmap() -> None:
    if _has_a_file():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size = 0")


def _give_back_memory() -> None:
    """What an import leaves is not added to what the next one needs: 200 MB of pages in its connection, the readings of
    200,000 names, and what the allocators keep in case they are asked again."""
    names.spellings.cache_clear()
    if _has_a_file():
        connection.close()
        _unmap()
    pyarrow.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of the GNU C library only
    if trim is not None:
        trim(0)


def import_frame(ledger: str, frame: pl.DataFrame, *, on: date, by: Any) -> int:
    """Bring a frame in through the staged import; returns the rows read. Raises Refused if a single row is turned back."""
    with tempfile.TemporaryDirectory(prefix="fupin-demonstration-") as folder:
        path = Path(folder) / f"{ledger}.parquet"
        frame.write_parquet(path)
        return import_file(ledger, path, on=on, by=by)


def import_file(ledger: str, path: Path, *, on: date, by: Any) -> int:
    """The same for a file."""
    with acting(Circumstances(channel="import")):
        run = runs.open_run(ledger=ledger, files=[runs.Given(path, path.name)], by=by, on=on)
        run = runs.stage(run=run, by=by)
        if run.state != "ready" or run.rejected:
            raise Refused(f"{ledger}: {run.refusal} {run.reasons}")
        _give_back_memory()
        run = runs.merge(run=runs.accept(run=run, by=by), by=by)
    _give_back_memory()
    return run.read


def load_opening(opening: tuple[pl.DataFrame, pl.DataFrame], *, by: Any, tell: Tell) -> None:
    """The first entry: households, then persons."""
    entered = date(FIRST_YEAR, 12, 31)
    tell("户")
    import_frame("households", opening[0], on=entered, by=by)
    tell("人")
    import_frame("persons", opening[1], on=entered, by=by)


def load_years(story: Story, *, by: Any, tell: Tell, casework: Casework | None = None) -> None:
    """Every year after the first, and the accounts. With `casework` its villages' exits arise by procedure."""
    for year in range(FIRST_YEAR + 1, LAST_YEAR + 1):
        tell(f"{year} 年动态调整")
        round_ = casework.begin_round(year) if casework else 0
        _births(story.births.get(year, []), by)
        _deaths(story.deaths.get(year, []), by)
        _adjust(story, year, by, casework)
        if casework:
            _exit(story, year, casework, by)
            casework.end_round(round_, year)
    if story.income is not None:
        tell("收入")
        rest = story.income.filter(~_brought(casework)) if casework else story.income
        import_frame("income", rest, on=date(LAST_YEAR, 12, 25), by=by)


def _adjust(story: Story, year: int, by: Any, casework: Casework | None) -> None:
    """A year's round: who exits or returns, whose life took a turn, and who is newly identified, with all members."""
    on = date(year, 12, 20)
    entering, members = story.entries[year]
    rows = casework.without_exits(story.changes[year], year) if casework else story.changes[year]
    import_frame("households", pl.concat([rows, entering], how="diagonal"), on=on, by=by)
    import_frame("persons", pl.concat([story.lives[year], members], how="diagonal"), on=on, by=by)


def _brought(casework: Casework) -> pl.Expr:
    """The accounts that came in before their household's exit: that of its year."""
    return pl.any_horizontal(
        (pl.col(I["year"]) == str(year)) & pl.col(I["head_id"]).is_in(heads) for year, heads in casework.asked.items()
    )


def _exit(story: Story, year: int, casework: Casework, by: Any) -> None:
    """The accounts of those who are to exit, then their cases; with them one in which the meeting says no."""
    heads = casework.asked[year]
    accounts = (
        story.income.filter(_brought(casework) & (pl.col(I["year"]) == str(year))) if story.income is not None else None
    )
    if accounts is None or not accounts.height:
        return
    import_frame("income", accounts, on=date(year, 12, 20), by=by)
    homes = households_of(heads)
    able = casework.able({homes[head]: head for head in heads}, year)
    casework.work(year, [homes[head] for head in able])
    rest = story.changes[year].filter(pl.col(H["head_id"]).is_in(heads) & ~pl.col(H["head_id"]).is_in(able))
    if rest.height:
        import_frame("households", rest, on=date(year, 12, 20), by=by)


def persons_of(numbers: list[str]) -> dict[str, int]:
    """Person ids by id number."""
    tokens = dict(zip(numbers, sealing.token_many(numbers, "id"), strict=True))
    found: dict[bytes, int] = {}
    for area, group in groupby(sorted(tokens), key=id_numbers.area_of):
        here = [tokens[number] for number in group]
        for start in range(0, len(here), 500):
            rows = PersonIdentity.objects.open().filter(number_area=area, number_token__in=here[start : start + 500])
            found.update((bytes(token), person) for token, person in rows.values_list("number_token", "person_id"))
    return {number: found[token] for number, token in tokens.items() if token in found}


def households_of(heads: list[str]) -> dict[str, int]:
    """Household ids by the head's id number."""
    persons = persons_of(heads)
    rows = Membership.objects.open().filter(person_id__in=persons.values())
    homes = dict(rows.values_list("person_id", "household_id"))
    return {number: homes[person] for number, person in persons.items() if person in homes}


def _births(births: list[Birth], by: Any) -> None:
    homes = households_of([birth.head_id for birth in births])
    days = sorted({_month_end(birth.born_on) for birth in births})
    for day in days:
        members = [
            NewMember(homes[birth.head_id], birth.values, BIRTH)
            for birth in births
            if _month_end(birth.born_on) == day and birth.head_id in homes
        ]
        add_members(members=members, by=by, on=day, source="screen")


def _month_end(day: date) -> date:
    """Births are entered at the end of their quarter."""
    month = (day.month - 1) // 3 * 3 + 4
    return date(day.year + month // 13, (month - 1) % 12 + 1, 1) - timedelta(days=1)


def _deaths(deaths: list[Death], by: Any) -> None:
    persons = persons_of([death.id_number for death in deaths])
    leavings = [Leaving(person, DEATH) for person in persons.values()]
    if leavings:
        remove_members(leavings=leavings, by=by, on=deaths[0].died_on)
