"""The plan of a register before anybody in it has a name: how many in which village, in what state, since when.

Everything that a published figure counts is settled here, exactly, for the whole run; the parts only fill it in.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from fupin.synthetic import families
from fupin.synthetic.draw import pick, quota
from fupin.synthetic.figures import FOUR_LEAGUES, Targets, check_shares
from fupin.synthetic.places import Places
from fupin.synthetic.refusal import Impossible

CAUSES = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "99")
PUBLISHED = {"01": 41.44, "09": 16.74, "08": 8.32, "04": 8.05, "03": 4.3}
"""The region's shares at the end of 2016; what they leave goes over the other causes."""
REST = {"02": 28, "05": 8, "06": 4, "07": 34, "10": 6, "11": 14, "12": 2, "13": 1, "99": 3}
MEAN_SIZE = 2.4
DEFAULT_YEAR = 2018
FIRST_YEAR = 2014
LEFT_IN_YEAR = {1: [1.0], 2: [0.5, 0.5], 3: [0.35, 0.35, 0.3], 4: [0.24, 0.31, 0.29, 0.16]}
NEW_SHARE, RETURN_SHARE = 0.015, 0.02
ORDINARY, POOR, RETURNED, EXITED = 0.08, 0.11, 0.01, 0.80
"""Without figures: ordinary rural households, registered, returned to poverty, exited."""


@dataclass(slots=True)
class Plan:
    """Arrays over all households in the order of their villages; years are 0 where there is none."""

    year: int
    village: np.ndarray
    size: np.ndarray
    shape: np.ndarray
    cause: np.ndarray
    """index into CAUSES, -1 for a household that was never registered"""
    identified: np.ndarray
    exited: np.ndarray
    returned: np.ndarray
    mongolian: np.ndarray | None
    """whether a household counts as Mongolian where the share is prescribed"""

    def is_registered(self, year: int) -> np.ndarray:
        """Registered and not exited at the end of a year."""
        came = (self.identified > 0) & (self.identified <= year)
        gone = (self.exited > 0) & (self.exited <= year)
        back = (self.returned > 0) & (self.returned <= year)
        return came & (~gone | back)

    def status(self, year: int) -> np.ndarray:
        """The register status code at the end of a year, "" for a household that is not in the register."""
        status = np.full(len(self.size), "", dtype="U2")
        came = (self.identified > 0) & (self.identified <= year)
        gone = came & (self.exited > 0) & (self.exited <= year)
        status[came] = "04"
        status[gone] = np.where(self.exited[gone] == year, "05", "03")
        status[gone & (self.returned > 0) & (self.returned <= year)] = "02"
        return status


def plan(households: int, places: Places, targets: Targets | None, generator: np.random.Generator) -> Plan:
    """Settle the whole run. Raises Impossible naming what cannot be met together."""
    targets = targets or Targets()
    strata = [_stratum(number, targets_of, generator) for number, targets_of in _strata(households, targets)]
    masks = _villages_of_strata(places, len(strata))
    village = np.concatenate([_spread(len(s.size), places, m, generator) for s, m in zip(strata, masks, strict=True)])
    order = np.argsort(village, kind="stable")
    joined = {
        name: np.concatenate([getattr(stratum, name) for stratum in strata])[order]
        for name in ("size", "identified", "exited", "returned")
    }
    made = Plan(
        targets.years[-1] if targets.years else DEFAULT_YEAR, village[order], shape=joined["size"],
        cause=np.full(households, -1, dtype=np.int8), mongolian=None, **joined,
    )  # fmt: skip
    made.shape = families.shapes(made.size, generator)
    _assign_causes(made, targets, generator)
    if targets.mongolian_percent is not None:
        made.mongolian = _mongolian(made.size, float(targets.mongolian_percent) / 100, generator)
    return made


@dataclass(slots=True)
class Stratum:
    """One part of the whole with stocks of its own."""

    size: np.ndarray
    identified: np.ndarray
    exited: np.ndarray
    returned: np.ndarray


def _strata(households: int, targets: Targets) -> list[tuple[int, Targets]]:
    """The run in one piece, or in two where the four leagues have a stock of their own."""
    four, year = targets.four_leagues_persons, targets.four_leagues_year
    if four is None:
        return [(households, targets)]
    for each in targets.years:
        _complete(targets, each)
    persons = targets.persons.get(year, 0)
    if four > persons:
        raise Impossible(
            [
                f"四盟市 {four} 人不能多于全区 {persons} 人",
                f"the four leagues' {four} persons exceed the {persons} in all",
            ]
        )
    share = four / persons
    _enough(households, targets.households[targets.years[0]])
    inside = Targets(
        {each: round(number * share) for each, number in targets.households.items()},
        {each: round(number * share) for each, number in targets.persons.items()} | {year: four},
    )
    outside = Targets(
        {each: number - inside.households[each] for each, number in targets.households.items()},
        {each: number - inside.persons[each] for each, number in targets.persons.items()},
    )
    first = targets.years[0]
    number = inside.households[first] + round((households - targets.households[first]) * share)
    return [(number, inside), (households - number, outside)]


def _villages_of_strata(places: Places, number: int) -> list[np.ndarray]:
    everywhere = np.ones(len(places.codes), dtype=bool)
    if number == 1:
        return [everywhere]
    inside = np.array([code.startswith(FOUR_LEAGUES) for code in places.codes])
    if not inside.any() or inside.all():
        raise Impossible(
            ["本区划不含四盟市与其他盟市", "this division does not hold both the four leagues and the others"]
        )
    return [inside, ~inside]


def _spread(number: int, places: Places, mask: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A village for each household, by weight."""
    weights = np.where(mask, places.weights, 0.0)
    return np.repeat(np.arange(len(weights)), generator.multinomial(number, weights / weights.sum()))


def _enough(households: int, needed: int) -> None:
    if needed > households:
        raise Impossible(
            [
                f"--households {households} 少于指标要求的 {needed} 户，请至少给 {needed}",
                f"--households {households} is less than the {needed} that the figures need",
            ]
        )


def _stratum(households: int, targets: Targets, generator: np.random.Generator) -> Stratum:
    """Sizes and years of one stratum."""
    years = targets.years
    if not years:
        return _without_figures(households, generator)
    for year in years:
        _complete(targets, year)
    first = targets.households[years[0]]
    _enough(households, first)
    rest = households - first
    size = np.concatenate(
        [
            families.sizes(first, targets.persons[years[0]], generator),
            families.sizes(rest, round(rest * MEAN_SIZE), generator),
        ]
    )
    identified = np.zeros(households, dtype=np.int16)
    identified[:first] = min(years[0], FIRST_YEAR)
    made = Stratum(size, identified, np.zeros_like(identified), np.zeros_like(identified))
    for begin, end in itertools.pairwise(years):
        _step(made, begin, end, targets, generator)
    return made


def _complete(targets: Targets, year: int) -> None:
    """Fill in households from persons, or persons from households, at the usual size."""
    if year not in targets.households:
        targets.households[year] = round(targets.persons[year] / MEAN_SIZE)
    if year not in targets.persons:
        targets.persons[year] = round(targets.households[year] * MEAN_SIZE)


def _without_figures(households: int, generator: np.random.Generator) -> Stratum:
    """A register as one looks in the middle of the work."""
    size = families.sizes(households, max(households, round(households * MEAN_SIZE)), generator)
    state = pick(generator, [ORDINARY, POOR, RETURNED, EXITED], households)
    identified = np.where(state == 0, 0, FIRST_YEAR)
    late = generator.random(households) < 0.06
    identified[(state == 1) & late] = DEFAULT_YEAR - 1
    left = FIRST_YEAR + 1 + pick(generator, LEFT_IN_YEAR[4], households)
    exited = np.where(state == 3, left, np.where(state == 2, FIRST_YEAR + 2, 0))
    returned = np.where(state == 2, DEFAULT_YEAR, 0)
    return Stratum(size, identified.astype(np.int16), exited.astype(np.int16), returned.astype(np.int16))


def _step(made: Stratum, begin: int, end: int, targets: Targets, generator: np.random.Generator) -> None:
    """From one stock to the next: who comes new, who leaves and in which year, who left and came back."""
    in_register = (made.identified > 0) & (made.exited == 0)
    current, free = np.flatnonzero(in_register), np.flatnonzero(made.identified == 0)
    before, after = len(current), targets.households[end]
    leaving = targets.exited_households.get((begin, end))
    coming = after - before + leaving if leaving is not None else max(after - before, round(before * NEW_SHARE))
    coming = coming if leaving is not None else min(coming, len(free)) if after <= before else coming
    if coming < 0 or coming > len(free):
        raise Impossible(
            [
                f"{begin}–{end} 年需新识别 {coming} 户，而 --households 只余 {len(free)} 户",
                f"{coming} households must come in over {begin}–{end}, but --households leaves {len(free)}",
            ]
        )
    persons_leaving = targets.exited_persons.get((begin, end))
    entering_persons = None
    if persons_leaving is not None:
        entering_persons = targets.persons[end] - int(made.size[current].sum()) + persons_leaving
    new = choose(made.size, free, coming, entering_persons, generator)
    gone_persons = int(made.size[current].sum()) + int(made.size[new].sum()) - targets.persons[end]
    gone = choose(made.size, current, before + coming - after, gone_persons, generator)
    span = end - begin
    weights = LEFT_IN_YEAR.get(span, [1.0] * span)
    made.identified[new] = begin + 1 + pick(generator, weights[::-1], len(new))
    made.exited[gone] = begin + 1 + pick(generator, weights, len(gone))
    if span > 1:
        _come_back(made, np.setdiff1d(current, gone), begin, end, generator)


def _come_back(made: Stratum, staying: np.ndarray, begin: int, end: int, generator: np.random.Generator) -> None:
    """A few of those in the register at the end left in between and returned to poverty."""
    back = generator.permutation(staying)[: round(len(staying) * RETURN_SHARE)]
    made.returned[back] = begin + 2 + pick(generator, [1.0] * (end - begin - 1), len(back))
    made.exited[back] = made.returned[back] - 1


def choose(size: np.ndarray, among: np.ndarray, households: int, persons: int | None,
           generator: np.random.Generator) -> np.ndarray:  # fmt: skip
    """Pick `households` of the indexes `among` so that they hold exactly `persons`. Raises Impossible."""
    if households < 0 or households > len(among):
        raise Impossible(
            [
                f"无法从 {len(among)} 户中选出 {households} 户",
                f"{households} households cannot be chosen of {len(among)}",
            ]
        )
    mixed = generator.permutation(among)
    if persons is None:
        return np.sort(mixed[:households])
    limits = np.bincount(size[mixed], minlength=families.LARGEST + 1)[1:]
    counts = quota(households, list(limits)) if households else np.zeros(families.LARGEST, dtype=np.int64)
    counts = families.shift(counts, limits, persons)
    picked = [mixed[size[mixed] == step + 1][:count] for step, count in enumerate(counts)]
    return np.sort(np.concatenate(picked))


def _mongolian(size: np.ndarray, share: float, generator: np.random.Generator) -> np.ndarray:
    """Households that together hold the prescribed share of the persons, to the person."""
    persons = round(int(size.sum()) * share)
    chosen = np.zeros(len(size), dtype=bool)
    chosen[choose(size, np.arange(len(size)), round(len(size) * share), persons, generator)] = True
    return chosen


def _assign_causes(made: Plan, targets: Targets, generator: np.random.Generator) -> None:
    """Causes by exact quota, each to households that can show it."""
    counted = made.is_registered(targets.cause_year) if targets.cause_year else made.identified > 0
    shares = _shares({code: float(share) for code, share in targets.causes.items()} or PUBLISHED)
    for group in (np.flatnonzero(counted), np.flatnonzero((made.identified > 0) & ~counted)):
        numbers = _numbers(len(group), shares, set(targets.causes))
        left = generator.permutation(group)
        left = _take(made, left, "03", numbers["03"], families.has_school_child(made.shape[left]))
        alone = np.isin(made.shape[left], (families.OLD_ALONE, families.OLD_COUPLE))
        left = _take(made, left, "08", numbers["08"], alone)
        others = [code for code in CAUSES if code not in ("03", "08")]
        made.cause[left] = np.repeat([CAUSES.index(code) for code in others], [numbers[code] for code in others])
    if targets.cause_year and targets.causes:
        picked = made.cause[counted]
        check_shares(targets, int(counted.sum()), lambda code: int((picked == CAUSES.index(code)).sum()))


def _numbers(households: int, shares: dict[str, float], fixed: set[str]) -> dict[str, int]:
    """Households by cause: the prescribed shares to the nearest household, the others in what is left."""
    numbers = {code: round(households * shares[code] / 100) for code in CAUSES if code in fixed}
    others = [code for code in CAUSES if code not in fixed]
    left = households - sum(numbers.values())
    if left < 0 or (left and not sum(shares[code] for code in others)):
        largest = max(numbers, key=lambda code: numbers[code])
        return numbers | dict.fromkeys(others, 0) | {largest: numbers[largest] + left}
    drawn = quota(left, [shares[code] for code in others]) if left else [0] * len(others)
    return numbers | {code: int(number) for code, number in zip(others, drawn, strict=True)}


def _shares(fixed: dict[str, float]) -> dict[str, float]:
    """The fixed shares and what they leave over the others. All fixed ones may already be everything."""
    over = max(100 - sum(fixed.values()), 0.0)
    rest = {code: weight for code, weight in (REST | dict.fromkeys(PUBLISHED, 10)).items() if code not in fixed}
    rest = {code: weight for code, weight in rest.items() if code in REST or len(fixed) < len(PUBLISHED)}
    total = sum(rest.values()) or 1
    return {code: fixed.get(code, rest.get(code, 0) / total * over) for code in CAUSES}


def _take(made: Plan, left: np.ndarray, code: str, number: int, fits: np.ndarray) -> np.ndarray:
    """Give a cause to `number` of those that fit, and return the others. Raises Impossible."""
    if number > int(fits.sum()):
        raise Impossible(
            [
                f"原因 {code} 需 {number} 户，而只有 {int(fits.sum())} 户的家庭构成与之相符",
                f"cause {code} needs {number} households, but only {int(fits.sum())} families fit it",
            ]
        )
    chosen = np.flatnonzero(fits)[:number]
    made.cause[left[chosen]] = CAUSES.index(code)
    return np.delete(left, chosen)
