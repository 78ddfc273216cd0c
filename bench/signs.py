"""How often the tests for made-up figures err: `python -m bench.signs [--runs N] [--households N]` prints three tables.

Made-up registers of one banner, in which nobody invented anything, are looked at for false clues: as they are made, with
5 % of defects, and rounded the way people round. Then villages and officers who did invent are planted among them, to see
how many are found and which share of all clues is false. Between the two stands each statistic by itself: how often its
chance falls below 5 % and 1 % where nobody invented anything, which it should in no more than 5 % and 1 % of the tests. Same arguments, same answer; nothing is timed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from fupin.bulk import steps
from fupin.quality.signs import laying
from fupin.quality.signs.clues import Clue, Limits
from fupin.quality.signs.judging import judge
from fupin.synthetic.defects import Planter
from fupin.synthetic.frames import Part
from fupin.synthetic.headers import INCOME
from fupin.synthetic.incomes import ITEMS, line_fen
from fupin.synthetic.make import Order, parts, prepare

BANNER, YEAR = "150522000000", 2018
LINE = line_fen(YEAR)
DEADLINE = date(YEAR, 12, 31)
HELD = Limits(LINE, deadline=DEADLINE)
EVERY = replace(HELD, rate=1.0)
"""Every test is told, whether it counts or not."""
PLANTED = 10
VILLAGES_AN_OFFICER, OFFICERS_A_VILLAGE = 4, 2
Random = np.random.Generator


@dataclass(slots=True)
class Register:
    """One row a household: village, officer, income a head and the amount of each item in fen; and changes of accounts."""

    frame: pl.DataFrame
    changes: list[laying.Change]


def made(households: int, seed: int, *, dirty: float = 0) -> Register:
    """A register of one banner as the synthetic files have it."""
    run, planter = prepare(Order(households, BANNER, seed)), Planter(dirty, seed, "csv")
    found = [planter.plant(part, nth)[0] if dirty else part for nth, part in enumerate(parts(run, YEAR))]
    frame = pl.concat([_plain(part) for part in found]).with_row_index("household_id")
    random = np.random.default_rng([seed, 7])
    place = frame["place_id"].to_numpy()
    # Two officers share four villages: who came to which household is chance.
    author = (
        1_000 + place // VILLAGES_AN_OFFICER * OFFICERS_A_VILLAGE + random.integers(0, OFFICERS_A_VILLAGE, len(place))
    )
    frame = frame.with_columns(author=pl.Series(author), household_id=pl.col("household_id").cast(pl.Int64))
    return Register(frame, _changes(frame, random))


def _plain(part: Part) -> pl.DataFrame:
    village = pl.col(INCOME["village"])
    codes = sorted(part.income[INCOME["village"]].unique())
    fen = [
        (pl.col(INCOME[name]).cast(pl.Float64, strict=False).fill_null(0) * 100).round().cast(pl.Int64).alias(name)
        for name in (*ITEMS, "per_head")
    ]
    places = village.replace_strict(codes, [int(code[6:12]) for code in codes], return_dtype=pl.Int64)
    persons = pl.col(INCOME["counted_persons"]).cast(pl.Int64, strict=False).fill_null(1).alias("persons")
    return part.income.select(places.alias("place_id"), persons, *fen)


def _changes(frame: pl.DataFrame, random: Random) -> list[laying.Change]:
    """Every third account is changed once in the year, on a day of the village's own, and rises as often as not."""
    found = []
    for household, place, author in frame.select("household_id", "place_id", "author").iter_rows():
        if random.random() < 0.34:
            days = 3 if place % 5 == 0 else int(random.integers(0, 364))
            found.append((household, author, DEADLINE - timedelta(days=days), bool(random.random() < 0.55)))
    return found


def rounded(register: Register, seed: int) -> Register:
    """The same with amounts said as people say them: to 1, 10, 50, 100, 500 yuan, and by village more or less coarsely."""
    random, frame = np.random.default_rng([seed, 8]), register.frame
    habit = {place: random.dirichlet((2, 2, 1, 2, 1)) for place in frame["place_id"].unique(maintain_order=True)}
    way = np.array([random.choice((100, 1_000, 5_000, 10_000, 50_000), p=habit[place]) for place in frame["place_id"]])
    amounts = {name: (frame[name].to_numpy() + way // 2) // way * way for name in (*ITEMS, "per_head")}
    return Register(frame.with_columns(**{name: pl.Series(said) for name, said in amounts.items()}), register.changes)


def heaped(register: Register, places: list[int], random: Random) -> None:
    """Of every village twenty households stand up to 150 yuan above the line."""
    _set(register, "per_head", _some(register, places, 20, random), lambda _old: LINE + int(random.integers(0, 15_000)))


def lucky(register: Register, places: list[int], random: Random) -> None:
    """Half of the incomes end in 8."""
    _set(register, "per_head", _some(register, places, None, random), lambda old: old // 1_000 * 1_000 + 800)


def copied(register: Register, places: list[int], random: Random) -> None:
    """Twelve households carry the items of another of their village, half of them with one amount changed."""
    for place in places:
        mine = register.frame.filter(pl.col("place_id") == place)
        told = mine.filter(pl.sum_horizontal([pl.col(item) > 0 for item in ITEMS]) >= HELD.least_items + 1)
        rows = told["household_id"].to_numpy()[random.permutation(told.height)[:24]]
        pairs = list(zip(rows[: len(rows) // 2], rows[len(rows) // 2 :], strict=False))
        given = {row["household_id"]: row for row in told.iter_rows(named=True)}
        for item in (*ITEMS, "per_head"):
            changed = {int(to): given[int(of)][item] for of, to in pairs}
            if item == "e2":
                changed = {to: old + 12_300 * (nth % 2) for nth, (to, old) in enumerate(changed.items())}
            _set(register, item, changed, lambda old: old, values=changed)


def rushed(register: Register, places: list[int], random: Random) -> None:
    """Of every village thirty accounts are changed in the last week, and nine of ten rise."""
    rows = register.frame.filter(pl.col("place_id").is_in(places)).select("household_id", "place_id", "author")
    for place in places:
        some = rows.filter(pl.col("place_id") == place).sample(
            30, with_replacement=True, seed=int(random.integers(2**31))
        )
        register.changes += [
            (household, author, DEADLINE - timedelta(days=int(random.integers(0, 7))), bool(random.random() < 0.9))
            for household, _place, author in some.iter_rows()
        ]


def raised(register: Register, officers: list[int], random: Random) -> None:
    """What an officer entered lies 30 % higher."""
    mine = pl.col("author").is_in(officers)
    register.frame = register.frame.with_columns(
        per_head=pl.when(mine).then((pl.col("per_head") * 1.3).cast(pl.Int64)).otherwise("per_head")
    )


KINDS = (
    ("heaping", "village"), ("heaping", "officer"), ("last_digit", "village"), ("last_digit", "officer"),
    ("first_digit", "village"), ("first_digit", "officer"), ("copied", "village"), ("copied", "officer"),
    ("late_rises", "village"), ("late_rises", "officer"), ("level", "officer"),
)  # fmt: skip
Plant = Callable[[Register, list[int], Random], None]
PLANTS: tuple[tuple[str, str, Plant], ...] = (
    ("heaping", "village", heaped), ("last_digit", "village", lucky), ("copied", "village", copied),
    ("late_rises", "village", rushed), ("level", "officer", raised),
)  # fmt: skip


def _some(register: Register, places: list[int], number: int | None, random: Random) -> dict[int, int]:
    """So many households of each of these villages (half of them where no number is said), with their income."""
    found: dict[int, int] = {}
    for place in places:
        mine = register.frame.filter((pl.col("place_id") == place) & (pl.col("per_head") > 0))
        rows = mine.select("household_id", "per_head").sample(
            min(number or mine.height // 2, mine.height), seed=int(random.integers(2**31))
        )
        found |= dict(rows.iter_rows())
    return found


def _set(
    register: Register,
    name: str,
    rows: dict[int, int],
    after: Callable[[int], int],
    values: dict[int, int] | None = None,
) -> None:
    given = values or {household: after(old) for household, old in rows.items()}
    changed = pl.DataFrame(
        {"household_id": list(given), "\0new": list(given.values())}, schema_overrides={"household_id": pl.Int64}
    )
    register.frame = (
        register.frame.join(changed, on="household_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("\0new", name).alias(name)).drop("\0new")
    )  # fmt: skip


def looked_at(register: Register, folder: Path, held: Limits = HELD) -> list[Clue]:
    """The clues of a register, by the product's own tests."""
    frame = register.frame
    with steps.duck(folder) as where:
        where.connection.register("made", frame.to_arrow())
        where.table(laying.HOUSEHOLDS, f"""
            SELECT household_id, place_id, place_id // 1000 AS township_id, 1 AS banner_id, 1 AS league_id,
                   per_head AS per_head_fen, {YEAR} AS income_year, household_id AS account_id, author FROM made""")  # fmt: skip
        columns = ", ".join(ITEMS)
        where.table(laying.ITEMS, f"""
            SELECT household_id, place_id, 1 AS banner_id, author, item, amount_fen FROM
            (UNPIVOT (SELECT household_id, place_id, author, {columns} FROM made) ON {columns}
             INTO NAME item VALUE amount_fen) WHERE amount_fen <> 0""")  # fmt: skip
        laying.lay_changes(where, register.changes)
        return judge(where, held)


def large(register: Register, column: str, random: Random) -> list[int]:
    """Groups with enough households to be tested, drawn by chance."""
    counts = register.frame.group_by(column, maintain_order=True).len().filter(pl.col("len") >= 2 * HELD.least_incomes)
    return [int(one) for one in random.permutation(counts[column].to_numpy())[:PLANTED]]


def honest(name: str, registers: list[Register], folder: Path) -> tuple[str, list[str]]:
    """A line of the first table, what was raised where nobody invented anything, and the lines of each statistic."""
    tests = [looked_at(register, folder, EVERY) for register in registers]
    found = [[clue for clue in run if clue.q <= HELD.rate] for run in tests]
    kinds = Counter(f"{clue.kind}/{clue.by}" for clues in found for clue in clues)
    said = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) or "none"
    groups = sum(register.frame.group_by(by).len().filter(pl.col("len") >= HELD.least_incomes).height
                 for register in registers for by in ("place_id", "author"))  # fmt: skip
    line = f"| {name} | {len(registers)} | {groups} | {sum(map(bool, found))} | {said} |"
    return line, [_statistic(name, kind, [one for run in tests for one in run]) for kind in KINDS]


def _statistic(name: str, kind: tuple[str, str], tests: list[Clue]) -> str:
    """How often one statistic errs by itself, before the many tests of a run are taken together."""
    own = [one for one in tests if (one.kind, one.by) == kind]
    below = (sum(one.chance <= limit for one in own) for limit in (0.05, 0.01))
    shares = " | ".join(f"{100 * count / len(own):.1f} %" if own else "–" for count in below)
    return f"| {kind[0]} ({kind[1]}) | {name} | {len(own)} | {shares} | {sum(one.q <= HELD.rate for one in own)} |"


def planted(kind: str, by: str, plant: Plant, make: Callable[[int], Register], runs: int, folder: Path) -> str:
    """A line of the second table: what was found where some invented, and which share of all clues is false."""
    told = hits = false = clues = 0
    for seed in range(runs):
        register, random = make(seed), np.random.default_rng([seed, 9])
        groups = large(register, "author" if by == "officer" else "place_id", random)
        plant(register, groups, random)
        # Who entered what a village invented, and the villages in which an officer did, are no false clues.
        touched = register.frame.filter(pl.col("author" if by == "officer" else "place_id").is_in(groups))
        own = {"village": set(touched["place_id"]), "officer": set(touched["author"])}
        found = looked_at(register, folder)
        told += len(groups)
        hits += len({clue.group for clue in found if clue.kind == kind and clue.by == by and clue.group in groups})
        false += sum(clue.group not in own[clue.by] for clue in found)
        clues += len(found)
    return f"| {kind} ({by}) | {told} | {hits} | {clues} | {false / clues if clues else 0:.1%} |"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=20)
    asked.add_argument("--households", type=int, default=31_000)
    given = asked.parse_args()
    size, runs = given.households, range(given.runs)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        print(
            "| register without inventions | runs | groups tested | runs with a clue | clues |\n|---|---|---|---|---|"
        )
        made_up: tuple[tuple[str, Callable[[int], Register]], ...] = (
            ("as made", lambda seed: made(size, seed)), ("5 % of defects", lambda seed: made(size, seed, dirty=5)),
            ("rounded", lambda seed: rounded(made(size, seed), seed)),
        )  # fmt: skip
        told = []
        for name, make in made_up:
            line, statistics = honest(name, [make(seed) for seed in runs], folder)
            print(line, flush=True)
            told += statistics
        print("\n| statistic | register | tests | chance ≤ 5 % | chance ≤ 1 % | clues |\n|---|---|---|---|---|---|")
        print("\n".join(sorted(told)), flush=True)
        print("\n| planted | groups | found | clues | false |\n|---|---|---|---|---|")
        for kind, by, plant in PLANTS:
            print(planted(kind, by, plant, lambda seed: made(size, seed), min(5, given.runs), folder), flush=True)
            again = planted(kind, by, plant, lambda seed: rounded(made(size, seed), seed), min(5, given.runs), folder)
            print(again.replace(" |", ", rounded |", 1), flush=True)


if __name__ == "__main__":
    main()
