"""How often the tests for made-up figures err: `python -m bench.signs [--runs N] [--households N]` prints four tables.

Made-up registers of one banner, in which nobody invented anything (`bench.honest`), are looked at for false clues. Then
each statistic by itself: how often its chance falls below 5 % and 1 % there, which it should in no more than 5 % and 1 % of
the tests. Then villages and officers who did invent, more or less, are planted among them, to see how many are found and
which share of all clues is false. Last, honest groups whose figures are no work of chance, as the tests take it: how many
of them are said to be a clue all the same. Shares stand with the interval of 95 %; pictures have a calibration of their
own (`bench.sign_photos`). Same arguments, same answer; nothing is timed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from bench.honest import DEADLINE, HELD, LINE, YEAR, Random, Register, about_the_line, far_apart, made, rounded, share
from fupin.bulk import steps
from fupin.quality.signs import laying
from fupin.quality.signs.clues import Clue, Limits
from fupin.quality.signs.judging import judge
from fupin.synthetic.incomes import ITEMS

EVERY = replace(HELD, rate=1.0)
"""Every test is told, whether it counts or not."""
PLANTED = 10


def heaped(register: Register, places: list[int], random: Random, households: int = 20) -> None:
    """Of every village so many households stand up to 150 yuan above the line."""
    some = _some(register, places, households, random)
    _set(register, "per_head", some, lambda _old: LINE + int(random.integers(0, 15_000)))


def lucky(register: Register, places: list[int], random: Random, part: float = 0.5) -> None:
    """Half of the incomes end in 8, or another part."""
    _set(register, "per_head", _some(register, places, part, random), lambda old: old // 1_000 * 1_000 + 800)


def invented(register: Register, places: list[int], random: Random) -> None:
    """Half of the incomes begin with 5, 6, 7, 8 or 9, whatever their size."""
    some = _some(register, places, 0.5, random)
    _set(register, "per_head", some, lambda old: _begun(old, int(random.integers(5, 10))))


def _begun(fen: int, digit: int) -> int:
    size = 10 ** (len(str(fen)) - 1)
    return digit * size + fen % size


def copied(register: Register, places: list[int], random: Random, households: int = 12) -> None:
    """So many households carry the items of another of their village, half of them with one amount changed."""
    for place in places:
        mine = register.frame.filter(pl.col("place_id") == place)
        told = mine.filter(pl.sum_horizontal([pl.col(item) > 0 for item in ITEMS]) >= HELD.least_items + 1)
        rows = told["household_id"].to_numpy()[random.permutation(told.height)[: 2 * households]]
        pairs = list(zip(rows[: len(rows) // 2], rows[len(rows) // 2 :], strict=False))
        given = {row["household_id"]: row for row in told.iter_rows(named=True)}
        for item in (*ITEMS, "per_head"):
            changed = {int(to): given[int(of)][item] for of, to in pairs}
            if item == "e2":
                changed = {to: old + 12_300 * (nth % 2) for nth, (to, old) in enumerate(changed.items())}
            _set(register, item, changed, lambda old: old, values=changed)


def rushed(register: Register, places: list[int], random: Random, accounts: int = 30) -> None:
    """Of every village so many accounts are changed in the last week, and nine of ten rise."""
    rows = register.frame.filter(pl.col("place_id").is_in(places)).select("household_id", "place_id", "author")
    for place in places:
        some = rows.filter(pl.col("place_id") == place).sample(
            accounts, with_replacement=True, seed=int(random.integers(2**31))
        )
        register.changes += [
            (household, author, DEADLINE - timedelta(days=int(random.integers(0, 7))), bool(random.random() < 0.9))
            for household, _place, author in some.iter_rows()
        ]


def raised(register: Register, officers: list[int], random: Random, times: float = 1.3) -> None:
    """What an officer entered lies 30 % higher, or by another factor."""
    mine = pl.col("author").is_in(officers)
    register.frame = register.frame.with_columns(
        per_head=pl.when(mine).then((pl.col("per_head") * times).cast(pl.Int64)).otherwise("per_head")
    )


def by_hamlets(register: Register, officers: list[int], random: Random) -> None:
    """An officer has another hamlet of each village, better or worse off by about a tenth."""
    mine = register.frame.filter(pl.col("author").is_in(officers))
    own = {
        pair: random.lognormal(0, 0.1) for pair in mine.select("author", "place_id").unique(maintain_order=True).rows()
    }
    rows = mine.select("household_id", "author", "place_id", "per_head").rows()
    changed = {home: int(fen * own[author, place]) for home, author, place, fen in rows}
    _set(register, "per_head", changed, lambda old: old, values=changed)


def fixed(register: Register, places: list[int], random: Random) -> None:
    """Two of five households of a village live on one fixed sum, the same for all of them, that is not round."""
    for place in places:
        sum_fen = int(random.integers(400, 900)) * 1_000 + int(random.choice([1, 2, 3, 4, 6, 7, 8, 9])) * 100
        _set(register, "per_head", _some(register, [place], 0.4, random), lambda _old, same=sum_fen: same)


def together(register: Register, places: list[int], random: Random) -> None:
    """Three households of a village farm together and share alike."""
    for place in places:
        mine = register.frame.filter(pl.col("place_id") == place)
        told = mine.filter(pl.sum_horizontal([pl.col(item) > 0 for item in ITEMS]) >= HELD.least_items + 1)
        first, *others = told.sample(3, seed=int(random.integers(2**31))).rows(named=True)
        for item in (*ITEMS, "per_head"):
            changed = {one["household_id"]: first[item] for one in others}
            _set(register, item, changed, lambda old: old, values=changed)


def lifted(register: Register, places: list[int], random: Random) -> None:
    """A measure lifts eight households of a village to just above the line."""
    heaped(register, places, random, 8)


KINDS = (
    ("heaping", "village"), ("heaping", "officer"), ("last_digit", "village"), ("last_digit", "officer"),
    ("first_digit", "village"), ("first_digit", "officer"), ("copied", "village"), ("copied", "officer"),
    ("late_rises", "village"), ("late_rises", "officer"), ("level", "officer"),
)  # fmt: skip
Plant = Callable[[Register, list[int], Random], None]
Make = Callable[[int], Register]
PLANTS: tuple[tuple[str, str, str, Plant, bool], ...] = (
    ("twenty households just above the line", "heaping", "village", heaped, True),
    ("ten", "heaping", "village", partial(heaped, households=10), False),
    ("half of the incomes end in 8", "last_digit", "village", lucky, True),
    ("a quarter", "last_digit", "village", partial(lucky, part=0.25), False),
    ("twelve accounts, half of them with one amount changed", "copied", "village", copied, True),
    ("four", "copied", "village", partial(copied, households=4), False),
    ("thirty changes in the last week, nine of ten rise", "late_rises", "village", rushed, False),
    ("sixty", "late_rises", "village", partial(rushed, accounts=60), False),
    ("what an officer entered lies 30 % higher", "level", "officer", raised, False),
    ("15 %", "level", "officer", partial(raised, times=1.15), False),
)
"""What is planted, the sign that should find it, and whether among villages that round, too."""
REASONS: tuple[tuple[str, str, str, Plant], ...] = (
    ("officers have hamlets of their own, better or worse off by a tenth", "level", "officer", by_hamlets),
    ("two of five households live on one fixed sum", "last_digit", "village", fixed),
    ("three households farm together and share alike", "copied", "village", together),
    ("a measure lifts eight households to just above the line", "heaping", "village", lifted),
)
"""Honest groups that are not as chance would have them."""


def _some(register: Register, places: list[int], wanted: float, random: Random) -> dict[int, int]:
    """So many households of each of these villages (below one: such a part of them), with their income."""
    found: dict[int, int] = {}
    for place in places:
        mine = register.frame.filter((pl.col("place_id") == place) & (pl.col("per_head") > 0))
        number = int(wanted if wanted >= 1 else wanted * mine.height)
        rows = mine.select("household_id", "per_head").sample(
            min(number, mine.height), seed=int(random.integers(2**31))
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


def honest(name: str, registers: Iterable[Register], folder: Path) -> tuple[str, list[str]]:
    """A line of the first table, what was raised where nobody invented anything, and the lines of each statistic."""
    tests, groups = [], 0
    for register in registers:
        tests.append(looked_at(register, folder, EVERY))
        groups += sum(register.frame.group_by(by).len().filter(pl.col("len") >= HELD.least_incomes).height
                      for by in ("place_id", "author"))  # fmt: skip
    found = [[clue for clue in run if clue.q <= HELD.rate] for run in tests]
    kinds = Counter(f"{clue.kind}/{clue.by}" for clues in found for clue in clues)
    said = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) or "none"
    line = f"| {name} | {len(tests)} | {groups} | {share(sum(map(bool, found)), len(tests))} | {said} |"
    return line, [_statistic(name, kind, [one for run in tests for one in run]) for kind in KINDS]


def _statistic(name: str, kind: tuple[str, str], tests: list[Clue]) -> str:
    """How often one statistic errs by itself, before the many tests of a run are taken together."""
    own = [one for one in tests if (one.kind, one.by) == kind]
    below = (sum(one.chance <= limit for one in own) for limit in (0.05, 0.01))
    shares = " | ".join(share(count, len(own)) for count in below)
    return f"| {kind[0]} ({kind[1]}) | {name} | {len(own)} | {shares} | {sum(one.q <= HELD.rate for one in own)} |"


def planted(told: str, kind: str, by: str, plant: Plant, make: Make, runs: int, folder: Path) -> str:
    """A line of the third table: what was found where some invented, and which share of all clues is false."""
    asked = hits = false = clues = 0
    for seed in range(runs):
        register, random = make(seed), np.random.default_rng([seed, 9])
        groups = large(register, "author" if by == "officer" else "place_id", random)
        plant(register, groups, random)
        # Who entered what a village invented, and the villages in which an officer did, are no false clues.
        touched = register.frame.filter(pl.col("author" if by == "officer" else "place_id").is_in(groups))
        own = {"village": set(touched["place_id"]), "officer": set(touched["author"])}
        found = looked_at(register, folder)
        asked += len(groups)
        hits += len({clue.group for clue in found if clue.kind == kind and clue.by == by and clue.group in groups})
        false += sum(clue.group not in own[clue.by] for clue in found)
        clues += len(found)
    return f"| {kind} ({by}) | {told} | {asked} | {share(hits, asked)} | {clues} | {share(false, clues)} |"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=10)
    asked.add_argument("--households", type=int, default=31_000)
    given = asked.parse_args()
    size, runs = given.households, given.runs
    made_up: tuple[tuple[str, Make], ...] = (
        ("as made", lambda seed: made(size, seed)), ("5 % of defects", lambda seed: made(size, seed, dirty=5)),
        ("rounded", lambda seed: rounded(made(size, seed), seed)),
        ("villages differ, about the line", lambda seed: about_the_line(made(size, seed), seed)),
        ("incomes far apart", lambda seed: far_apart(made(size, seed), seed)),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as text:
        _of_honest(made_up, runs, Path(text))
        _of_planted(dict(made_up), min(5, runs), Path(text))


def _of_honest(made_up: Iterable[tuple[str, Make]], runs: int, folder: Path) -> None:
    print("| register without inventions | runs | groups tested | runs with a clue | clues |\n|---|---|---|---|---|")
    told = []
    for name, make in made_up:
        line, statistics = honest(name, map(make, range(runs)), folder)
        print(line, flush=True)
        told += statistics
    print("\n| statistic | register | tests | chance ≤ 5 % | chance ≤ 1 % | clues |\n|---|---|---|---|---|---|")
    print("\n".join(sorted(told)), flush=True)


def _of_planted(made_up: dict[str, Make], runs: int, folder: Path) -> None:
    print("\n| sign | planted | groups | found | clues | false |\n|---|---|---|---|---|---|")
    as_made, as_rounded = made_up["as made"], made_up["rounded"]
    for told, kind, by, plant, is_rounded in PLANTS:
        print(planted(told, kind, by, plant, as_made, runs, folder), flush=True)
        if is_rounded:
            print(planted(f"{told}, rounded", kind, by, plant, as_rounded, runs, folder), flush=True)
    half = "half of the incomes begin with 5 to 9"
    print(planted(half, "first_digit", "village", invented, made_up["incomes far apart"], runs, folder), flush=True)
    print("\n| sign | honest, but no chance | groups | flagged | clues | elsewhere |\n|---|---|---|---|---|---|")
    for told, kind, by, plant in REASONS:
        print(planted(told, kind, by, plant, as_made, runs, folder), flush=True)


if __name__ == "__main__":
    main()
