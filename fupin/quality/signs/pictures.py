"""Knowing a picture again: a print of 128 bits, how far two prints are apart, and how likely that is by chance.

The print says for each place of a small grey picture whether it is brighter than the place to its right, and whether it is
brighter than the place below (a difference hash both ways). Writing a photo anew, making it smaller or a little brighter
changes few of the bits. A sheet of paper is bright with little on it: every form looks like every other, so papers are
not compared.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from PIL import Image

from fupin.quality.signs import chance

BITS = 128
BANDS = 8
"""Two prints that differ in fewer bits than there are bands agree in one band at least."""
MOST_IN_BAND = 200
"""What more pictures than this have alike in a band (a clear sky) brings none of them together."""
LEAST_BITS = 10
"""A picture with fewer bright or dark steps than this shows nothing by which to know it."""
_EDGE, _STEP = 8, 3
_PAPER_LIGHT, _PAPER_COLOUR, _PAPER_SHARE = 185, 45, 0.6
_SAMPLE, _LEAST_SAMPLE = 200_000, 300
_NEAREST, _LEAST_NEAR = (0.01, 0.001, 0.0001), 10
"""The nearest of all pairs by which the chance of near ones is held to what is there, if so many pairs are among them."""
_FEW_FREE = 24.0
"""Free bits that are assumed of prints where too few pictures are there to measure it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is compared; `file` is the digest of its file."""

    attachment: int
    household: int
    bits: bytes
    file: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """Two pictures of different households that are one, by how many bits they differ."""

    one: Picture
    other: Picture
    apart: int

    @property
    def is_one_file(self) -> bool:
        """Is it byte for byte the same file? No camera takes one twice."""
        return self.one.file != "" and self.one.file == self.other.file


def print_of(data: bytes) -> tuple[bytes, bool] | None:
    """The print of a picture and whether it is a paper; None for what cannot be read."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.draft("RGB", (256, 256))
            whole = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None
    return _bits(whole), _is_paper(whole)


def _bits(picture: Image.Image) -> bytes:
    grey = picture.convert("L")
    across = np.asarray(grey.resize((_EDGE + 1, _EDGE), Image.Resampling.BOX), dtype=np.int16)
    down = np.asarray(grey.resize((_EDGE, _EDGE + 1), Image.Resampling.BOX), dtype=np.int16)
    # A step is needed: in an even sky the noise of the file format would draw the bits.
    steps = np.concatenate([(across[:, :-1] - across[:, 1:] >= _STEP).ravel(), (down[:-1] - down[1:] >= _STEP).ravel()])
    return np.packbits(steps).tobytes()


def _is_paper(picture: Image.Image) -> bool:
    small = np.asarray(picture.resize((32, 32), Image.Resampling.BOX), dtype=np.int16)
    light, colour = small.min(axis=2), small.max(axis=2) - small.min(axis=2)
    return bool(((light >= _PAPER_LIGHT) & (colour <= _PAPER_COLOUR)).mean() >= _PAPER_SHARE)


def is_telling(bits: bytes) -> bool:
    """Has the picture enough to be known by?"""
    ones = int.from_bytes(bits, "big").bit_count()
    return LEAST_BITS <= ones <= BITS - LEAST_BITS


def apart(one: bytes, other: bytes) -> int:
    """By how many bits two prints differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def alike(pictures: Sequence[Picture], most_apart: int) -> list[Alike]:
    """Pictures of different households that are one file or within so many bits of each other, brought together by equal
    files and bands: never each against each. Of one household's own nothing is said."""
    told = [one for one in pictures if is_telling(one.bits)]
    found = {(pair.one.attachment, pair.other.attachment): pair for pair in _one_file(pictures)}
    for one, other in _candidates(told):
        first, second = told[one], told[other]
        pair = first.attachment, second.attachment
        if first.household != second.household and pair not in found:
            distance = apart(first.bits, second.bits)
            if distance <= most_apart:
                found[pair] = Alike(first, second, distance)
    return sorted(
        found.values(), key=lambda each: (not each.is_one_file, each.apart, each.one.attachment, each.other.attachment)
    )


def _one_file(pictures: Iterable[Picture]) -> Iterator[Alike]:
    """Links of a chain: each picture with the one of the same file before it that another household has."""
    known: dict[str, list[Picture]] = {}
    for one in pictures:
        before = known.setdefault(one.file, []) if one.file else []
        other = next((each for each in reversed(before) if each.household != one.household), None)
        if other is not None:
            yield Alike(other, one, apart(other.bits, one.bits))
        if not any(each.household == one.household for each in before):
            before.append(one)


def _candidates(pictures: Sequence[Picture]) -> Iterator[tuple[int, int]]:
    width = BITS // 8 // BANDS
    for band in range(BANDS):
        buckets: dict[bytes, list[int]] = {}
        for nth, one in enumerate(pictures):
            buckets.setdefault(one.bits[band * width : (band + 1) * width], []).append(nth)
        for bucket in buckets.values():
            if 1 < len(bucket) <= MOST_IN_BAND:
                yield from combinations(bucket, 2)


@dataclass(frozen=True, slots=True)
class Spread:
    """How prints of different households lie apart: the mean share of bits, and how many bits are free (Daugman 2004)."""

    share: float
    free: float

    def by_chance(self, distance: int) -> float:
        """The chance that two pictures which have nothing to do with each other are as near."""
        free = max(1, round(self.free))
        return chance.at_least(free - int(distance / BITS * free), free, 1 - self.share)


def spread_of(pictures: Sequence[Picture], seed: int = 1) -> Spread:
    """Measured on pairs drawn from the register's own pictures; half and few where too few are there to tell."""
    told = [one for one in pictures if is_telling(one.bits)]
    if len(told) < 2:
        return Spread(0.5, _FEW_FREE)
    bits = np.unpackbits(
        np.frombuffer(b"".join(one.bits for one in told), dtype=np.uint8).reshape(len(told), -1), axis=1
    )
    homes = np.array([one.household for one in told])
    random = np.random.default_rng(seed)
    drawn = np.sort(random.integers(0, len(told), (2, _SAMPLE)), axis=0)
    first, second = np.unique(drawn[:, homes[drawn[0]] != homes[drawn[1]]], axis=1)
    if len(first) < _LEAST_SAMPLE:
        return Spread(0.5, _FEW_FREE)
    distances = (bits[first] != bits[second]).sum(axis=1)
    share, variance = float(distances.mean()) / BITS, float(distances.var()) / BITS**2
    # Pictures of one pattern differ by nearly the same number of bits; no more of them are free for that than there are.
    return _held_to(Spread(share, min(BITS, share * (1 - share) / variance) if variance else _FEW_FREE), distances)


def _held_to(spread: Spread, distances: np.ndarray) -> Spread:
    """With fewer free bits where near pairs are more common than the variance tells: pictures come in kinds."""
    for part in _NEAREST:
        if part * len(distances) < _LEAST_NEAR:
            break
        near = int(np.quantile(distances, part, method="lower"))
        measured = float((distances <= near).mean())
        while spread.free > 1 and spread.by_chance(near) < measured:
            spread = Spread(spread.share, spread.free - 1)
    return spread


def that_count(found: Sequence[Alike], pictures: Sequence[Picture], rate: float) -> list[tuple[Alike, float, float]]:
    """Those of the pairs that count, with chance and q-value: every pair of two households' pictures was a test."""
    spread, sizes = spread_of(pictures), _sizes(pictures)
    total = sum(sizes)
    tests = (total * total - sum(size * size for size in sizes)) // 2
    told, least = [], 1.0
    for rank in range(len(found), 0, -1):
        pair = found[rank - 1]
        likely = 0.0 if pair.is_one_file else spread.by_chance(pair.apart)
        least = min(least, likely * tests / rank)
        if least <= rate:
            told.append((pair, likely, least))
    return told[::-1]


def _sizes(pictures: Iterable[Picture]) -> list[int]:
    sizes: dict[int, int] = {}
    for one in pictures:
        sizes[one.household] = sizes.get(one.household, 0) + 1
    return list(sizes.values())
