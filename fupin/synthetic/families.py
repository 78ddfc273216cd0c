"""Families: how many live in a household, who they are to its head, and how old.

The shapes lean to the old, as the register does (handbook §9): more than half of the households have one or two
members, a third of the persons are sixty and older. Ages keep a generation apart wherever two stand in line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fupin.synthetic.refusal import Impossible

BASE_SIZES = np.array([0.24, 0.40, 0.18, 0.11, 0.045, 0.02, 0.005])
"""Share of households with 1 … 7 members before it is tilted to the mean that is asked for."""
LARGEST = len(BASE_SIZES)
HEAD, SPOUSE, SON, DAUGHTER, DAUGHTER_IN_LAW, SON_IN_LAW = "01", "02", "03", "04", "05", "06"
GRANDSON, GRANDDAUGHTER, DAUGHTERS_SON, DAUGHTERS_DAUGHTER, FATHER, MOTHER = "07", "08", "09", "10", "11", "12"
RELATIONS = (HEAD, SPOUSE, SON, DAUGHTER, DAUGHTER_IN_LAW, SON_IN_LAW, GRANDSON, GRANDDAUGHTER,
             DAUGHTERS_SON, DAUGHTERS_DAUGHTER, FATHER, MOTHER)  # fmt: skip
"""Codes of `relation_to_head` in the order of the indexes that the arrays hold."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of family: its weight among those of its size, the head's age, the others in order.

    S spouse, C child, W the child's spouse, G grandchild, P parent of the head.
    """

    members: str
    weight: float
    youngest: int
    oldest: int
    male_head: float = 0.88
    apart: tuple[int, int] = (22, 32)
    """years between the head and a child (G without C: a grandchild)"""

    @property
    def size(self) -> int:
        return 1 + len(self.members)


SHAPES = (
    Shape("", 0.72, 62, 88, 0.52),
    Shape("", 0.28, 50, 60, 0.86),
    Shape("S", 0.46, 60, 84),
    Shape("S", 0.24, 40, 60),
    Shape("C", 0.12, 38, 58, 0.45),
    Shape("P", 0.12, 40, 60, 0.8),
    Shape("G", 0.06, 60, 74, 0.4, (46, 58)),
    Shape("SC", 0.38, 32, 50),
    Shape("SC", 0.30, 48, 66, apart=(22, 28)),
    Shape("SP", 0.18, 42, 60),
    Shape("SG", 0.14, 60, 74, apart=(46, 58)),
    Shape("SCC", 0.50, 32, 52),
    Shape("SCP", 0.30, 34, 54),
    Shape("SCW", 0.20, 52, 70, apart=(21, 27)),
    Shape("SCCP", 0.40, 34, 52),
    Shape("SCWG", 0.40, 54, 68, apart=(21, 27)),
    Shape("SCPP", 0.20, 34, 50),
    Shape("SCWGG", 0.60, 54, 68, apart=(21, 27)),
    Shape("SCCPP", 0.40, 34, 48),
    Shape("SPCWGG", 1.00, 54, 62, apart=(21, 24)),
)
OLD_ALONE, OLD_COUPLE = 0, 2


def sizes(households: int, persons: int, generator: np.random.Generator) -> np.ndarray:
    """A size for each of `households` so that they hold exactly `persons`, in random order. Raises Impossible."""
    if not households <= persons <= LARGEST * households:
        raise Impossible(
            [
                f"{households} 户不能容纳 {persons} 人：每户应为 1 至 {LARGEST} 人",
                f"{households} households cannot hold {persons} persons: each has 1 to {LARGEST}",
            ]
        )
    if not households:
        return np.zeros(0, dtype=np.int8)
    counts = np.floor(_tilted(persons / households) * households).astype(np.int64)
    counts[0] += households - counts.sum()
    counts = shift(counts, np.full(LARGEST, households), persons)
    drawn = np.repeat(np.arange(1, LARGEST + 1, dtype=np.int8), counts)
    generator.shuffle(drawn)
    return drawn


def _tilted(mean: float) -> np.ndarray:
    """The base shares, tilted so that their mean is `mean`."""
    steps = np.arange(1, LARGEST + 1)
    low, high = -40.0, 40.0
    share = BASE_SIZES
    for _ in range(80):
        middle = (low + high) / 2
        weight = np.log(BASE_SIZES) + middle * steps
        share = np.exp(weight - weight.max())
        share /= share.sum()
        low, high = (middle, high) if (share * steps).sum() < mean else (low, middle)
    return share


def shift(counts: np.ndarray, limits: np.ndarray, persons: int) -> np.ndarray:
    """Move households between size classes, none above its limit, until they hold `persons`. Raises Impossible."""
    counts = counts.copy()
    steps = np.arange(1, len(counts) + 1)
    moved = True
    while moved and (lack := persons - int((counts * steps).sum())):
        moved = False
        for gap in range(1, len(counts)):
            for low in range(len(counts) - gap):
                source, target = (low, low + gap) if lack > 0 else (low + gap, low)
                number = min(int(counts[source]), int(limits[target] - counts[target]), abs(lack) // gap)
                if number > 0:
                    counts[source] -= number
                    counts[target] += number
                    lack -= number * gap * (1 if lack > 0 else -1)
                    moved = True
    if int((counts * steps).sum()) != persons:
        raise Impossible(
            [f"无法从现有户中选出合计 {persons} 人的户", f"no choice of households holds {persons} persons together"]
        )
    return counts


def shapes(size: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """The index of a shape for each household of the given sizes."""
    chosen = np.zeros(len(size), dtype=np.int8)
    for members in range(1, LARGEST + 1):
        indexes = [i for i, shape in enumerate(SHAPES) if shape.size == members]
        where = np.flatnonzero(size == members)
        weight = np.array([SHAPES[i].weight for i in indexes])
        chosen[where] = generator.choice(indexes, len(where), p=weight / weight.sum())
    return chosen


def has_school_child(shape: np.ndarray) -> np.ndarray:
    """Whether a family of this shape has, as a rule, a child at school."""
    return np.array([s.members in ("SCC", "SCP", "SCCP", "SCPP", "SCCPP", "SG") or s == SHAPES[7] for s in SHAPES])[
        shape
    ]


@dataclass(frozen=True, slots=True)
class Members:
    """The persons of a part in the order of households and of their place in them."""

    household: np.ndarray
    relation: np.ndarray
    age: np.ndarray
    is_male: np.ndarray


def members(shape: np.ndarray, generator: np.random.Generator) -> Members:
    """Draw the members of households with these shapes."""
    pieces: list[tuple[np.ndarray, int, np.ndarray, np.ndarray, np.ndarray]] = []
    for index, form in enumerate(SHAPES):
        where = np.flatnonzero(shape == index)
        if len(where):
            pieces += [(where, place, *drawn) for place, drawn in enumerate(_family(form, len(where), generator))]
    household = np.concatenate([piece[0] for piece in pieces])
    place = np.concatenate([np.full(len(piece[0]), piece[1]) for piece in pieces])
    order = np.lexsort((place, household))
    relation, age, is_male = (np.concatenate([piece[i] for piece in pieces])[order] for i in (2, 3, 4))
    return Members(household[order], relation, age, is_male)


Drawn = tuple[np.ndarray, np.ndarray, np.ndarray]
"""relation index, age, whether male"""


def _family(form: Shape, number: int, generator: np.random.Generator) -> list[Drawn]:
    """`number` families of one shape: head first, then the others in the order of the shape."""
    age = generator.integers(form.youngest, form.oldest + 1, number)
    male = generator.random(number) < form.male_head
    family: list[Drawn] = [(np.zeros(number, dtype=np.int8), age, male)]
    child: Drawn | None = None
    parents = 0
    for member in form.members:
        if member == "S":
            drawn = (_all(SPOUSE, number), np.maximum(age + generator.integers(-5, 4, number), 22), ~male)
        elif member == "C":
            drawn = _child(form, age, child, generator)
            child = child or drawn
        elif member == "W" and child:
            is_son = child[2]
            years = np.maximum(child[1] + generator.integers(-3, 3, number), 20)
            drawn = (_either(is_son, DAUGHTER_IN_LAW, SON_IN_LAW), years, ~is_son)
        elif member == "G":
            drawn = _grandchild(form, age, child, generator)
        else:
            years = np.minimum(age + generator.integers(20, 30, number), 97)
            father = np.full(number, parents == 0) if form.members.count("P") == 2 else generator.random(number) < 0.38
            drawn = (_either(father, FATHER, MOTHER), years, father)
            parents += 1
        family.append(drawn)
    return family


def _child(form: Shape, head: np.ndarray, elder: Drawn | None, generator: np.random.Generator) -> Drawn:
    """A child of the head; the second is younger than the first."""
    number = len(head)
    if elder is None:
        age = np.maximum(head - generator.integers(form.apart[0], form.apart[1] + 1, number), 0)
    else:
        age = np.maximum(elder[1] - generator.integers(1, 9, number), 0)
    male = generator.random(number) < (0.85 if "W" in form.members else 0.53)
    return _either(male, SON, DAUGHTER), age, male


def _grandchild(form: Shape, head: np.ndarray, child: Drawn | None, generator: np.random.Generator) -> Drawn:
    """A grandchild, of the child in the household where there is one."""
    number = len(head)
    male = generator.random(number) < 0.53
    if child is None:
        age = np.maximum(head - generator.integers(form.apart[0], form.apart[1] + 1, number), 1)
        of_son = generator.random(number) < 0.7
    else:
        age = np.maximum(child[1] - generator.integers(22, 31, number), 0)
        of_son = child[2]
    son, daughter = _either(male, GRANDSON, GRANDDAUGHTER), _either(male, DAUGHTERS_SON, DAUGHTERS_DAUGHTER)
    return np.where(of_son, son, daughter).astype(np.int8), age, male


def _all(code: str, number: int) -> np.ndarray:
    return np.full(number, RELATIONS.index(code), dtype=np.int8)


def _either(condition: np.ndarray, code: str, other: str) -> np.ndarray:
    return np.where(condition, RELATIONS.index(code), RELATIONS.index(other)).astype(np.int8)
