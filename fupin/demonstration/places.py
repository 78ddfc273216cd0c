"""What a demonstration loads where. The figures are those of the published texts; see `docs/operations/demonstration.md`."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from django.db import connection

from fupin.accounts import scopes
from fupin.bulk import taking
from fupin.demonstration import beside, casework, designations, loading, people, present, touches
from fupin.demonstration.story import FIRST_YEAR, LAST_YEAR, Story, order, worked_villages
from fupin.registry import snapshots
from fupin.registry.intake import starting
from fupin.synthetic import numbers
from fupin.synthetic.defects import DOUBTFUL
from fupin.synthetic.figures import Targets
from fupin.synthetic.files import file_of
from fupin.synthetic.make import REGION, Order
from fupin.synthetic.plan import CAUSES, PUBLISHED
from fupin.synthetic.write import write

BANNER = "150522"
HOUSEHOLDS, PERSONS, LEFT, LEFT_PERSONS = 13_065, 34_261, 1_375, 3_976
REGION_HOUSEHOLDS, REGION_PERSONS, FOUR_LEAGUES, REGION_YEAR = 250_000, 556_000, 474_000, 2016
OTHER_BANNER_HOUSEHOLDS = 4_000
PRESENT = "present"
MISTAKEN = 0.1
"""Percent of the persons of a whole region in whose records there is a mistake."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Told:
    """A story that is being made up: what the register opens with, and all of it."""

    opening: Future[tuple[pl.DataFrame, pl.DataFrame]]
    whole: Future[Story]


@dataclass(slots=True)
class Loaded:
    """What was loaded."""

    households: int = 0
    persons: int = 0
    accounts: list[dict[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def today_of(kind: str) -> date:
    """The day on which the demonstration stands."""
    if kind == PRESENT:
        return present.TODAY
    return date(REGION_YEAR if kind == "region" else LAST_YEAR, 12, 31)


@contextmanager
def told_beside(kind: str, division: str, households: int | None) -> Iterator[Told | None]:
    """The story of a banner, made up in a process beside this one; none of a region or of the present."""
    if kind in ("region", PRESENT):
        yield None
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=starting.begin) as pool:
        opening = pool.submit(beside.opening, banner_order(division, households))
        yield Told(opening, pool.submit(beside.whole))


def load(kind: str, division: str, households: int | None, tell_: Tell, told: Told | None) -> Loaded:
    """Load a demonstration into a fresh instance. `kind`: banner, region, documents or present; `told` is its story."""
    today = today_of(kind)
    with loading.unmapped(), ThreadPoolExecutor(1, thread_name_prefix="demonstration") as pool:
        # Files are written while an import waits for its second process: that needs no database.
        if told is not None:
            tell_("生成合成数据")
        loaded = Loaded(accounts=people.enlist(division, on=date(FIRST_YEAR, 1, 1)))
        files = pool.submit(_files, touches.example_village(division), told)
        if kind == PRESENT:
            asked = Order(households or present.HOUSEHOLDS, division, year=present.YEAR)
            _count(loaded, _load_order(asked, present.YEAR, tell_))
        elif told is None:
            _count(loaded, _load_region(households or REGION_HOUSEHOLDS, tell_))
        else:
            _load_banner(told, loaded, tell_, division, around=kind == "documents")
        _touch(kind, division, today, tell_)
        loaded.files = [str(path) for path in files.result()]
    return loaded


def _load_banner(told: Told, loaded: Loaded, tell_: Tell, division: str, *, around: bool) -> None:
    opening = told.opening.result()
    loading.load_opening(opening, by=scopes.SYSTEM, tell=tell_)
    story = told.whole.result()
    worked = casework.prepare(division, worked_villages(story.run.places))
    loading.load_years(story, by=scopes.SYSTEM, tell=tell_, casework=worked)
    story.forget_what_is_in()
    _count(loaded, (opening[0].height, opening[1].height))
    if around:
        _count(loaded, _load_rest(story, tell_))


def _touch(kind: str, division: str, today: date, tell_: Tell) -> None:
    """What else an office would have by now: findings, photos, requests that wait, frozen years; now, a case under way."""
    if kind == PRESENT:
        tell_("2026 年案卷")
        present.begin_case(today=today)
        return
    if kind != "banner":
        tell_("区划认定")
        designations.designate(by=scopes.SYSTEM, on=today)
    tell_("材料与待办")
    with ThreadPoolExecutor(1, thread_name_prefix="freezing") as pool:
        # The years that are frozen ended before anything that is done meanwhile.
        frozen = pool.submit(_freeze, today) if kind == "banner" else None
        touches.found_and_pictured(REGION if kind == "region" else division, by=scopes.SYSTEM, on=today)
        touches.pending(division, on=today)
        if frozen is not None:
            tell_("年度快照")
            frozen.result()


def _freeze(today: date) -> None:
    """Freeze the years that are over; in a thread of its own, which has its own connection to the database."""
    try:
        extract = taking.current()
        for year in range(FIRST_YEAR, LAST_YEAR):
            snapshots.freeze(year=year, extract=extract, by=None, on=today)
    finally:
        connection.close()


def _files(village: tuple[str, str], told: Told | None) -> Sequence[Path]:
    """The files to try; in a thread of its own, which opens no connection to the database."""
    folder = Path(settings.DATA_FOLDER) / "examples"
    story = told.whole.result() if told is not None else None
    paths = touches.example_files(folder, village, story.run if story else None)
    if story is None:
        return paths
    story.planted.write_csv(folder / "mistakes.csv", include_bom=True)
    return [*paths, folder / "mistakes.csv"]


def _count(loaded: Loaded, more: tuple[int, int]) -> None:
    loaded.households += more[0]
    loaded.persons += more[1]


def banner_order(division: str, households: int | None) -> Order:
    """The banner's own figures for Horqin Left Rear Banner; the same proportions elsewhere and for other sizes."""
    number = households or (HOUSEHOLDS if division.startswith(BANNER) else OTHER_BANNER_HOUSEHOLDS)
    scale = number / HOUSEHOLDS
    left = max(1, round(LEFT * scale))
    return order(number, round(PERSONS * scale), left, round(left * LEFT_PERSONS / LEFT), division)


def _load_order(asked: Order, year: int, tell_: Tell) -> tuple[int, int]:
    """A register as of the end of one year: households, persons, accounts, a few of them with a mistake.

    The files lie on disk, not in memory.
    """
    on = date(year, 12, 31)
    with tempfile.TemporaryDirectory(prefix="fupin-demonstration-") as folder:
        tell_("生成合成数据")
        made = write(asked, Path(folder), "parquet", MISTAKEN, defects=DOUBTFUL)
        for ledger, label in (("households", "户"), ("persons", "人"), ("income", "收入")):
            tell_(label)
            path = file_of(Path(folder), ledger, "parquet")
            loading.import_file(ledger, path, on=on, by=scopes.SYSTEM)
            path.unlink()
    return made.households, made.persons


def _shares() -> dict[str, Decimal]:
    return {code: Decimal(str(share)) for code, share in PUBLISHED.items()}


def _load_region(households: int, tell_: Tell) -> tuple[int, int]:
    """All leagues at the end of 2016."""
    scale = households / REGION_HOUSEHOLDS
    loose = dict.fromkeys(PUBLISHED, Decimal(1) if households < REGION_HOUSEHOLDS else Decimal("0.005"))
    targets = Targets(
        {REGION_YEAR: households}, {REGION_YEAR: round(REGION_PERSONS * scale)}, causes=_shares(), cause_year=REGION_YEAR,
        tolerances=loose, four_leagues_persons=round(FOUR_LEAGUES * scale), four_leagues_year=REGION_YEAR,
    )  # fmt: skip
    return _load_order(Order(households, REGION, 1, targets), REGION_YEAR, tell_)


def _load_rest(story: Story, tell_: Tell) -> tuple[int, int]:
    """The region around a banner whose story is in already, so that together they are what was published for 2016."""
    plan = story.run.plan
    counted = plan.is_registered(REGION_YEAR)
    there, persons_there = int(counted.sum()), int(plan.size[counted].sum())
    persons_there += _natural(story, counted)
    number = REGION_HOUSEHOLDS - there
    wanted = {code: round(REGION_HOUSEHOLDS * share / 100) for code, share in PUBLISHED.items()}
    held = {code: int((plan.cause[counted] == CAUSES.index(code)).sum()) for code in wanted}
    causes = {code: Decimal(wanted[code] - held[code]) * 100 / Decimal(number) for code in wanted}
    persons = REGION_PERSONS - persons_there
    targets = Targets(
        {REGION_YEAR: number}, {REGION_YEAR: persons}, causes=causes, cause_year=REGION_YEAR,
        tolerances=dict.fromkeys(causes, Decimal("0.005")), four_leagues_persons=FOUR_LEAGUES - persons_there,
        four_leagues_year=REGION_YEAR,
    )  # fmt: skip
    first = numbers.first_block(story.run.order.division, story.run.order.seed) + 50
    asked = Order(number, REGION, 2, targets, first_block=first, without=story.run.order.division)
    return _load_order(asked, REGION_YEAR, tell_)


def _natural(story: Story, counted: np.ndarray) -> int:
    """Births less deaths up to 2016 in the households counted then."""
    heads = story.households["户主证件号"].filter(pl.Series(counted)).to_list()
    held = set(heads)
    home = dict(story.persons.select("证件号码", "户主证件号").iter_rows())
    born = sum(b.head_id in held for year, births in story.births.items() if year <= REGION_YEAR for b in births)
    died = sum(
        home[d.id_number] in held for year, deaths in story.deaths.items() if year <= REGION_YEAR for d in deaths
    )
    return born - died


def cast(accounts: list[dict[str, str]]) -> dict[str, Any]:
    """The accounts by user name."""
    return {account["username"]: account for account in accounts}
