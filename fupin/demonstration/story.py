"""What happened to a made-up register between two years, as the files and acts that would have entered it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from fupin.demonstration import mistakes, yearly
from fupin.demonstration.natural import Birth, Death, Natural, happened, homes_of
from fupin.synthetic.figures import Targets
from fupin.synthetic.frames import Part
from fupin.synthetic.headers import HOUSEHOLDS as H
from fupin.synthetic.headers import INCOME as I
from fupin.synthetic.make import PART, Order, Passed, Run, make_part, part_count, prepare
from fupin.synthetic.places import Places
from fupin.synthetic.plan import NEW_SHARE

FIRST_YEAR, LAST_YEAR = 2014, 2018
FIRST_ACCOUNTS = LAST_YEAR - 2
WORKED = 12
"""In so many villages nobody exits but by procedure."""


@dataclass(slots=True)
class Story:
    """The files in the order in which they are entered, and the acts between them.

    `households` and `persons` are of all who are ever in the register, as they were in the first year; `opening` are
    those of the first entry, `entries` those whom a later year identified; `changes` and `lives` are the rows in which a
    year says what became of the households and persons that it found. `planted` lists the mistakes of the last year.
    """

    run: Run
    households: pl.DataFrame
    persons: pl.DataFrame
    natural: Natural
    opening: tuple[pl.DataFrame, pl.DataFrame]
    entries: dict[int, tuple[pl.DataFrame, pl.DataFrame]] = field(default_factory=dict)
    changes: dict[int, pl.DataFrame] = field(default_factory=dict)
    lives: dict[int, pl.DataFrame] = field(default_factory=dict)
    income: pl.DataFrame | None = None
    planted: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def births(self) -> dict[int, list[Birth]]:
        """The births of each year."""
        return self.natural.births

    @property
    def deaths(self) -> dict[int, list[Death]]:
        """The deaths of each year."""
        return self.natural.deaths

    def forget_what_is_in(self) -> None:
        """Let the files go that were entered; what the rest of the region is reckoned from stays."""
        self.entries.clear()
        self.changes.clear()
        self.lives.clear()
        self.income = None


def order(households: int, persons: int, left: int, left_persons: int, division: str, seed: int = 1) -> Order:
    """The order of a banner: stocks at the end of 2014 and of 2018, everybody as old as in 2014.

    Beside the households of 2014 there are those who are newly identified in the years after.
    """
    targets = Targets({FIRST_YEAR: households, LAST_YEAR: left}, {FIRST_YEAR: persons, LAST_YEAR: left_persons})
    return Order(households + round(households * NEW_SHARE), division, seed, targets, year=FIRST_YEAR)


@dataclass(slots=True)
class Begun:
    """A story of which the first year is told: what the register opens with is known, and the rest can follow."""

    story: Story
    first: Part


def begin(asked: Order) -> Begun:
    """The first year of an order."""
    run = prepare(asked)
    first = _year(run, FIRST_YEAR)
    natural = happened(run, first.households, first.persons, FIRST_YEAR, LAST_YEAR)
    enter = run.plan.identified == FIRST_YEAR
    opening = first.households.filter(pl.Series(enter)), first.persons.filter(pl.Series(enter[homes_of(first.persons)]))
    return Begun(Story(run, first.households, first.persons, natural, opening), first)


def go_on(begun: Begun) -> Story:
    """The years after, to the end."""
    story, held = begun.story, begun.first
    run, home = story.run, homes_of(held.persons)
    accounts = [held.income.filter(_kept(run, FIRST_YEAR))]
    for year in range(FIRST_YEAR + 1, LAST_YEAR + 1):
        passed = story.natural.passed(year, home)
        held = _live_through(story, held, _year(run, year, passed, home), passed.gone, year)
        accounts.append(held.income.filter(_kept(run, year)))
    # The totals follow from the items; an officer's file has the items only.
    totals = [I[name] for name in ("wage", "business", "property", "transfer", "cost", "net", "per_head")]
    story.income = mistakes.without_missing(pl.concat(accounts).drop(totals), story.planted)
    return story


def tell(asked: Order) -> Story:
    """The whole story of an order."""
    return go_on(begin(asked))


def _kept(run: Run, year: int) -> pl.Series:
    """Whose account of a year is in the register: the last years', of those who left it for good from the year before
    the exit on. A banner that opens its register brings no older ones, and the demonstration is ready sooner."""
    plan = run.plan
    early = ((plan.exited > year + 1) & (plan.returned == 0)) | (year < FIRST_ACCOUNTS)
    worked = is_worked(run) & (plan.exited == year)
    return pl.Series((plan.identified <= year) & (~early | worked))


def worked_villages(places: Places) -> tuple[str, ...]:
    """The first villages of the first township: exits there arise by procedure (see `casework`)."""
    return tuple(code for code in places.codes if code[:9] == places.codes[0][:9])[:WORKED]


def is_worked(run: Run) -> np.ndarray:
    """The households of these villages, as a mask over the run."""
    known = set(worked_villages(run.places))
    return np.array([code in known for code in run.places.codes])[run.plan.village]


def _year(run: Run, year: int, passed: Passed | None = None, home: np.ndarray | None = None) -> Part:
    """All of the run in one part, as of the end of a year."""
    made = []
    for index in range(part_count(run)):
        own = slice(index * PART, (index + 1) * PART)
        here = None
        if passed is not None and home is not None:
            inside = (home >= index * PART) & (home < (index + 1) * PART)
            here = Passed(passed.born[own], passed.gone[inside])
        made.append(make_part(run, index, year, here))
    return Part(*(pl.concat([getattr(part, name) for part in made]) for name in ("households", "persons", "income")))


def _live_through(story: Story, held: Part, now: Part, gone: np.ndarray, year: int) -> Part:
    """Write down what a year brought, from what is `held` of the year before; returns what the register has now."""
    standing, home = _standing(story.run, held.households, year), homes_of(held.persons)
    households = yearly.households_after(held.households, now.households, standing)
    persons, income, extra = now.persons, now.income, mistakes.NOWHERE
    told, fresh = standing.there[home] & ~gone, standing.enters[home]
    if year == LAST_YEAR:
        # A mistake in the records of those who exit by procedure would keep them in: none is made there.
        leaves = is_worked(story.run) & (story.run.plan.exited == year)
        planted = mistakes.plant(story.run, Part(households, persons, income), told & ~leaves[home])
        households, persons, income = planted.part.households, planted.part.persons, planted.part.income
        story.planted, extra = planted.lines, mistakes.FIELDS
    fields = tuple(dict.fromkeys((*yearly.FOLLOWING, *yearly.HOUSE, *extra["households"])))
    rows = yearly.household_rows(held.households, households, standing, fields)
    story.changes[year] = _as_of_the_end(rows) if year < LAST_YEAR else rows
    names = tuple(dict.fromkeys((*yearly.STAGES, *yearly.WORK, *extra["persons"])))
    watched = names if year == LAST_YEAR else yearly.STAGES
    kept, story.lives[year] = yearly.persons_after(held.persons, persons, names, watched, told, fresh)
    story.entries[year] = households.filter(pl.Series(standing.enters)), persons.filter(pl.Series(fresh))
    return Part(households, kept, income)


def _standing(run: Run, held: pl.DataFrame, year: int) -> yearly.Standing:
    plan = run.plan
    before, now = plan.status(year - 1), plan.status(year)
    there = (plan.identified > 0) & (plan.identified < year)
    local = (held[H["house_grade"]] == "局部危房").fill_null(False).to_numpy()
    return yearly.Standing(
        plan.identified == year, there, (before != now) & (now != "03") & there, np.isin(now, ("03", "05")),
        there & np.isin(now, ("02", "04")) & local & (year == LAST_YEAR),
    )  # fmt: skip


def _as_of_the_end(rows: pl.DataFrame) -> pl.DataFrame:
    """An exit of an earlier year than the last is entered as such at once: it is not touched a second time."""
    earlier: Mapping[str, str] = {"新脱贫（当年脱贫）": "已脱贫（往年）"}
    return rows.with_columns(pl.col(H["status"]).replace(earlier))
