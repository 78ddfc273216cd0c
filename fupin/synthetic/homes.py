"""What is true of a made-up household: kind, land and grassland, camps, water, road, house, relocation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fupin.synthetic.draw import EMPTY, Coded, coded, pick
from fupin.synthetic.persons import DISABLED, HEALTHY, People

FARMING, MIXED, HERDING = range(3)
EXITED = ("03", "05")
MOST_PASTURE = 14_000
"""Tenths of a mu a head: more than a farming district has for one."""


@dataclass(slots=True)
class Homes:
    """The households of a part."""

    persons: np.ndarray
    status: np.ndarray
    cause: np.ndarray
    is_herder: np.ndarray
    has_no_labour: np.ndarray
    kind: Coded
    land: dict[str, np.ndarray]
    """areas in tenths of a mu"""
    yes: dict[str, np.ndarray]
    coded: dict[str, Coded]
    road_tenths: np.ndarray
    house_m2: np.ndarray
    built: np.ndarray


def homes(people: People, status: np.ndarray, cause: np.ndarray, herding: np.ndarray, year: int,
          generator: np.random.Generator) -> Homes:  # fmt: skip
    """Draw the households that these people live in. `status` is the register status code, "" for an ordinary one."""
    number = len(status)
    persons = people.per_household(np.ones(len(people.age)), number).astype(np.int64)
    idle = people.per_household(people.labour.is_any("03", "04"), number)
    no_labour = idle == persons
    herder = (herding == HERDING) & (generator.random(number) < 0.9)
    herder |= (herding == MIXED) & (generator.random(number) < 0.22)
    # Who is poor for want of land counts as lacking fields.
    herder &= cause != "05"
    kind = _kind(people, persons, no_labour, status, generator)
    drawn = Homes(
        persons, status, cause, herder, no_labour, kind, _land(herder, herding, persons, cause, generator), {}, {},
        generator.integers(1, 60, number), np.zeros(number), np.zeros(number),
    )  # fmt: skip
    _living(drawn, herder, generator)
    _house(drawn, year, generator)
    _causes(drawn, people, generator)
    return drawn


def _kind(people: People, persons: np.ndarray, no_labour: np.ndarray, status: np.ndarray,
          generator: np.random.Generator) -> Coded:  # fmt: skip
    """Ordinary, on subsistence allowance, or destitute; and which members get it."""
    number = len(persons)
    chance = generator.random(number)
    # Support is for who was beyond all labour when the register was made; who grows so later gets the allowance.
    first = people.per_household(np.where(people.members.relation == 0, people.first, 0), number)
    destitute = (persons == 1) & no_labour & (first >= 70) & (chance < 0.30)
    allowance = ~destitute & (no_labour | (chance > 0.87))
    kind = coded(("01", "04", "06"), number)
    kind.put(np.ones(number, dtype=bool), "01")
    kind.put(allowance, "04")
    kind.put(destitute, "06")
    home = people.members.household
    weak = ~people.labour.is_any("01", "02") | (people.members.relation == 0)
    people.allowance[:] = allowance[home] & weak
    people.destitute[:] = destitute[home]
    return kind


def _land(herder: np.ndarray, herding: np.ndarray, persons: np.ndarray, cause: np.ndarray,
          generator: np.random.Generator) -> dict[str, np.ndarray]:  # fmt: skip
    """Fields, woods and pasture in tenths of a mu. A herder's pasture is counted in hundreds of mu."""
    number = len(persons)
    field = generator.lognormal(np.log(62), 0.45, number).astype(np.int64) * persons
    field = np.where(cause == "05", field // 6, field)
    field = np.where(herder & (herding == HERDING), 0, field)
    share = np.where(cause == "06", 0.2, generator.random(number) * 0.6)
    share_of = np.minimum(generator.lognormal(np.log(3200), 0.7, number), MOST_PASTURE).astype(np.int64)
    contract = np.where(herder, share_of * persons, 0)
    contract = np.where(herder & (herding == HERDING), contract * 3, contract)
    banned = np.where(generator.random(number) < 0.35, contract, 0)
    some = generator.random(number)
    return {
        "cultivated_mu": field,
        "irrigated_mu": (field * share).astype(np.int64),
        "forest_mu": np.where(some < 0.3, generator.integers(10, 260, number), 0),
        "returned_forest_mu": np.where(some < 0.18, generator.integers(10, 120, number), 0),
        "orchard_mu": np.where(some > 0.93, generator.integers(5, 40, number), 0),
        "pasture_mu": np.where(contract > 0, contract, np.where(some > 0.5, generator.integers(0, 300, number), 0)),
        "water_mu": np.zeros(number, dtype=np.int64),
        "grass_contract_mu": contract,
        "grass_ban_mu": banned,
        "grass_balance_mu": contract - banned,
    }


def _living(home: Homes, herder: np.ndarray, generator: np.random.Generator) -> None:
    """Power, water, road, fuel, sanitation."""
    number = len(herder)
    exited = np.isin(home.status, EXITED)
    lacks_water = ~exited & ((home.cause == "06") | (generator.random(number) < 0.03))
    home.yes |= {
        "in_cooperative": generator.random(number) < 0.31,
        "has_production_power": generator.random(number) < 0.82,
        "has_household_power": np.ones(number, dtype=bool),
        "is_water_difficult": lacks_water,
        "is_water_safe": ~lacks_water,
        "has_toilet": generator.random(number) < 0.28,
        "is_martyr_family": generator.random(number) < 0.004,
        "is_one_child_family": generator.random(number) < 0.06,
        "is_two_daughter_family": generator.random(number) < 0.03,
    }
    water = coded(("01", "02", "03"), number)
    water.index[:] = np.where(generator.random(number) < 0.62, 0, 1)
    water.put(lacks_water, "03")
    road = coded(("01", "02", "03", "04"), number)
    road.index[:] = pick(generator, [0.24, 0.28, 0.36, 0.12], number)
    road.put(home.cause == "10", "01")
    home.road_tenths = np.where(home.cause == "10", home.road_tenths + 20, home.road_tenths)
    fuel = coded(("01", "02", "03", "04"), number)
    fuel.index[:] = pick(generator, [0.46, 0.05, 0.34, 0.15], number)
    fuel.put(herder & (generator.random(number) < 0.7), "02")
    home.coded |= {"water_source": water, "road_type": road, "fuel": fuel}


def _house(home: Homes, year: int, generator: np.random.Generator) -> None:
    """The house: safe for all who have exited, within 25 m² a head for the relocated."""
    number = len(home.persons)
    exited = np.isin(home.status, EXITED)
    moved = np.isin(home.status, (*EXITED, "02", "04")) & (generator.random(number) < 0.028)
    chance = generator.random(number)
    home.built = np.where(
        moved, generator.integers(2016, max(year, 2017), number), generator.integers(1982, year, number)
    )
    home.house_m2 = np.where(
        moved,
        home.persons * generator.integers(16, 25, number),
        np.maximum(home.persons * generator.integers(12, 30, number), 32),
    )
    grade = coded(("A", "B", "C", "D"), number)
    grade.put(chance < 0.55, "A")
    grade.put(chance >= 0.55, "B")
    bad = ~exited & ~moved & (home.status != "")
    grade.put(bad & (chance > 0.90), "C")
    grade.put(bad & (chance > 0.96), "D")
    structure = coded(("01", "02", "03", "04", "06"), number)
    structure.index[:] = pick(generator, [0.02, 0.30, 0.56, 0.12, 0], number)
    structure.put(grade.is_any("D"), "04")
    structure.put(home.is_herder & (chance < 0.04), "06")
    structure.put(moved, "02")
    mode, settled, place = coded(("02", "03"), number), coded(("01", "02"), number), coded(("b", "d", "e"), number)
    mode.index[moved] = pick(generator, [0.4, 0.6], number)[moved]
    settled.index[moved] = pick(generator, [0.7, 0.3], number)[moved]
    place.index[moved] = pick(generator, [0.3, 0.3, 0.4], number)[moved]
    home.yes |= {"is_house_dangerous": grade.is_any("C", "D"), "is_relocated": moved}
    home.coded |= {
        "house_grade": grade, "house_structure": structure, "relocation_mode": mode,
        "relocation_settlement": settled, "relocation_place": place,
    }  # fmt: skip


def _causes(home: Homes, people: People, generator: np.random.Generator) -> None:
    """A further cause where the members show one that is not the main one."""
    number = len(home.persons)
    ill = people.per_household(people.health.index != HEALTHY, number) > 0
    disabled = people.per_household(people.health.index >= DISABLED, number) > 0
    other = coded(("01", "02", "07", "09"), number)
    some = (home.cause != "") & (generator.random(number) < 0.45)
    other.put(some & (home.cause != "09"), "09")
    other.put(some & (home.cause == "09"), "07")
    other.put(some & disabled & (home.cause != "02"), "02")
    other.put(some & ill & ~disabled & (home.cause != "01"), "01")
    home.coded["other_causes"] = other


def let_pass(home: Homes, people: People, born: np.ndarray, gone: np.ndarray) -> None:
    """Births and deaths since: who is gone gets and earns nothing any more, and the account counts who is there."""
    people.age[gone] = 0
    people.disability_grade[gone] = 0
    people.allowance[gone] = people.destitute[gone] = False
    people.work_months[gone] = people.public_months[gone] = EMPTY
    home.persons = home.persons + born - np.bincount(people.members.household[gone], minlength=len(home.persons))
