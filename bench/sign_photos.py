"""How often photos are wrongly held to be one: `python -m bench.sign_photos [--runs N] [--pictures N]` prints three tables.

Made-up photos of households, no two of them one (`bench.made_pictures`): how many pairs lie within so many bits of each
other beside how many the stated chance lets expect, and in how many runs a clue was raised. Then photos that were handed in
a second time, which should be found. Last, houses of one design side by side, which are not one photo and look like it.
Same arguments, same answer; nothing is timed.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import made_pictures
from bench.honest import share
from fupin.quality.signs import pictures
from fupin.quality.signs.pictures import BITS, Picture

MOST_APART, RATE = 7, 0.05
A_HOUSEHOLD = 2
AGAIN, HOUSES = 20, 60
DISTANCES = (4, 7, 10, 14, 20)
_ONES = np.array([bin(byte).count("1") for byte in range(256)], dtype=np.uint8)


@dataclass(slots=True)
class Taken:
    """Prints of a run, with the files of the first of them."""

    prints: list[Picture]
    files: list[bytes]


def taken(number: int, seed: int) -> Taken:
    """So many photos of different things, two a household; papers and what shows nothing are left out as in a look."""
    random, prints, files = np.random.default_rng([seed, 20]), [], []
    for nth in range(number):
        draw = made_pictures.KINDS[int(random.integers(len(made_pictures.KINDS)))]
        data = made_pictures.taken(draw(random), random)
        if (one := _print(nth, nth // A_HOUSEHOLD, data)) is not None:
            prints.append(one)
            files.append(data)
    return Taken(prints, files)


def _print(nth: int, household: int, data: bytes) -> Picture | None:
    read = pictures.print_of(data)
    if read is None or read[1] or not pictures.is_telling(read[0]):
        return None
    return Picture(nth, household, read[0])


def distances(prints: Sequence[Picture]) -> np.ndarray:
    """How many pairs of two households' pictures differ by 0, 1, … 128 bits."""
    bits = np.frombuffer(b"".join(one.bits for one in prints), dtype=np.uint8).reshape(len(prints), -1)
    homes, counts = np.array([one.household for one in prints]), np.zeros(BITS + 1, dtype=np.int64)
    for nth in range(len(prints) - 1):
        apart = _ONES[bits[nth + 1 :] ^ bits[nth]].sum(axis=1)
        counts += np.bincount(apart[homes[nth + 1 :] != homes[nth]], minlength=BITS + 1)
    return counts


def clues(prints: Sequence[Picture]) -> set[tuple[int, int]]:
    """The pairs that count."""
    found = pictures.that_count(pictures.alike(prints, MOST_APART), prints, RATE)
    return {(pair.one.attachment, pair.other.attachment) for pair, *_ in found}


def reused(run: Taken, seed: int) -> tuple[list[Picture], set[tuple[int, int]]]:
    """The run with some of its photos handed in a second time for other households; which pairs are one."""
    random, prints, pairs = np.random.default_rng([seed, 21]), list(run.prints), set()
    for which in random.choice(len(run.prints), AGAIN, replace=False):
        one, nth = run.prints[which], 1_000_000 + int(which)
        again = _print(nth, nth, made_pictures.used_again(run.files[which], random))
        if again is not None:
            prints.append(again)
        pairs.add((one.attachment, nth))
    return prints, pairs


def alike_houses(run: Taken, seed: int) -> list[Picture]:
    """The run with the houses of one design beside it, each of another household."""
    random, prints = np.random.default_rng([seed, 22]), list(run.prints)
    for nth in range(2_000_000, 2_000_000 + HOUSES):
        one = _print(nth, nth, made_pictures.taken(made_pictures.house(random), random))
        prints += [one] if one is not None else []
    return prints


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=10)
    asked.add_argument("--pictures", type=int, default=1500)
    given = asked.parse_args()
    counted, stated, raised = np.zeros(BITS + 1), dict.fromkeys(DISTANCES, 0.0), 0
    found = told = false = flagged = free = 0.0
    for seed in range(given.runs):
        run = taken(given.pictures, seed)
        here, spread = distances(run.prints), pictures.spread_of(run.prints)
        counted, free = counted + here, free + spread.free
        for distance in DISTANCES:
            stated[distance] += here.sum() * spread.by_chance(distance)
        raised += bool(clues(run.prints))
        again, pairs = reused(run, seed)
        mine = clues(again)
        found, told, false = found + len(mine & pairs), told + len(pairs), false + len(mine - pairs)
        flagged += len({one for pair in clues(alike_houses(run, seed)) for one in pair if one >= 2_000_000})
        print(f"run {seed}: {len(run.prints)} pictures compared, {spread.free:.1f} free bits", flush=True)
    print(f"\n{counted.sum():,.0f} pairs of different households, {free / given.runs:.1f} free bits in the mean\n")
    print("| differ in at most | pairs counted | pairs stated |\n|---:|---:|---:|")
    for distance in DISTANCES:
        print(f"| {distance} | {counted[: distance + 1].sum():,.0f} | {stated[distance]:,.2f} |")
    print("\n| pictures | number | clues |\n|---|---:|---|")
    print(f"| runs of different photos | {given.runs} | {share(raised, given.runs)} |")
    print(f"| photos handed in again | {told:.0f} | {share(int(found), int(told))}, {false:.0f} false beside them |")
    print(f"| houses of one design | {HOUSES * given.runs} | {share(int(flagged), HOUSES * given.runs)} |")


if __name__ == "__main__":
    main()
