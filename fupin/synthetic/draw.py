"""Small helpers to draw from weights with numpy: coded values are held as indexes into a tuple of codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

EMPTY = -1
"""The index of a value that is not known or does not apply."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Values of a code list: an index into `codes` for each row, EMPTY where there is none."""

    codes: tuple[str, ...]
    index: np.ndarray

    def is_any(self, *wanted: str) -> np.ndarray:
        """Where the code is one of those wanted."""
        return np.isin(self.index, [self.codes.index(code) for code in wanted if code in self.codes])

    def put(self, where: np.ndarray, code: str) -> None:
        """Set a code where a mask or an index array says."""
        self.index[where] = self.codes.index(code)

    def clear(self, where: np.ndarray) -> None:
        """Take the value away where a mask says."""
        self.index[where] = EMPTY


def coded(codes: tuple[str, ...], number: int) -> Coded:
    """`number` empty values."""
    return Coded(codes, np.full(number, EMPTY, dtype=np.int8))


def weighted(generator: np.random.Generator, weights: Mapping[str, float], number: int) -> Coded:
    """`number` values drawn by weight."""
    codes = tuple(weights)
    return Coded(codes, pick(generator, list(weights.values()), number).astype(np.int8))


def pick(generator: np.random.Generator, weights: list[float], number: int) -> np.ndarray:
    """`number` indexes drawn by weight."""
    return placed(generator.random(number), weights)


def placed(chance: np.ndarray, weights: list[float]) -> np.ndarray:
    """The index that a random number from 0 to 1 falls to by weight: the same number, the same index."""
    edges = np.cumsum(np.array(weights, dtype=float))
    drawn = np.searchsorted(edges / edges[-1], chance, side="right")
    return np.minimum(drawn, len(weights) - 1).astype(np.int16)


def quota(total: int, shares: list[float]) -> np.ndarray:
    """Whole numbers that add to `total`, by largest remainder."""
    exact = np.array(shares, dtype=float)
    exact = exact / exact.sum() * total
    whole = np.floor(exact + 1e-9).astype(np.int64)
    rest = total - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:rest]] += 1
    return whole
