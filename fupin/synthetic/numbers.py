"""Numbers that look right and belong to nobody: id numbers of an unassigned area, phones of an unassigned range.

Each part of a run draws from blocks of its own, so that numbers are unique within a run, and runs for another
division or with another seed start at another block.
"""

from __future__ import annotations

import zlib

import numpy as np
import polars as pl

AREA = "1599"
"""The unassigned area that marks a synthetic id number; the id rules accept it for rows marked synthetic only."""
BLOCKS = 1000
"""100 areas, each with ten bands of the sequence number."""
BAND = 50
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
PHONE_PREFIX = "161"
"""Mobile numbers with this beginning are given to no carrier; their form is right all the same."""


def first_block(division: str, seed: int) -> int:
    """Where a run for this division and seed starts."""
    return zlib.crc32(f"{division}/{seed}".encode()) % BLOCKS


def id_numbers(born: np.ndarray, is_male: np.ndarray, block: int) -> pl.Series:
    """An 18-character number for each person of a part, unique within the block, with the right check digit."""
    days = born.astype("datetime64[D]").astype(np.int64)
    rank = _rank(days * 2 + is_male)
    if len(rank) and rank.max() >= BAND - 1:
        raise ValueError("too many persons of one part share a birthday")
    # The first of each band stays free: no number ends in 000, as one does that a spreadsheet has cut.
    sequence = ((block // 100) * BAND + rank + 1) * 2 + is_male
    area = np.full(len(days), int(AREA) * 100 + block % 100)
    years, months = born.astype("datetime64[Y]"), born.astype("datetime64[M]")
    date = (years.astype(np.int64) + 1970) * 10000 + ((months - years).astype(np.int64) + 1) * 100
    date += (born - months).astype(np.int64) + 1
    body = area.astype(np.int64) * 10**11 + date * 1000 + sequence
    return (pl.Series(body).cast(pl.String) + pl.Series(list(CHECK)).gather(_check(body))).alias("id")


def _rank(keys: np.ndarray) -> np.ndarray:
    """The running number of each key among equal keys, in order of appearance."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, dtype=np.int64)
    running = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    rank = np.empty(len(keys), dtype=np.int64)
    rank[order] = running
    return rank


def _check(body: np.ndarray) -> np.ndarray:
    """Index into CHECK for 17-digit bodies (GB 11643)."""
    total = np.zeros(len(body), dtype=np.int64)
    rest = body.copy()
    for weight in reversed(WEIGHTS):
        rest, digit = np.divmod(rest, 10)
        total += digit * weight
    return total % 11


def phones(number: int, block: int) -> pl.Series:
    """`number` phones of a block, each once."""
    return pl.Series(int(PHONE_PREFIX) * 10**8 + (block % BLOCKS) * 100_000 + np.arange(number)).cast(pl.String)


def accounts(number: int, block: int) -> pl.Series:
    """`number` bank accounts of no bank: their first six digits belong to no issuer."""
    return pl.Series(999_999 * 10**12 + (block % BLOCKS) * 100_000 + np.arange(number)).cast(pl.String)
