"""Income accounts of made-up households, item by item (handbook §2.2), coherent with the line and with the members.

Who has exited stands above the line, who is registered below it; wages follow from months worked, pensions from age,
allowances from who gets them, ecological compensation from the pasture.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from fupin.policy.parameters import value
from fupin.synthetic.homes import EXITED, Homes
from fupin.synthetic.persons import People

ITEMS = ("a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "b4", "c1", "c2", "c3", "c4", "c5",
         "d1", "d2", "d3", "d4", "d5", "d6", "e1", "e2", "e3", "e4")  # fmt: skip
TOTALS = {"wage": "a", "business": "b", "property": "c", "transfer": "d", "cost": "e"}
POST_MONTH = 830
"""Yuan that a paid post brings a month."""
Account = dict[str, np.ndarray]
"""Amounts in fen by item and total, an array over the households each."""


def accounts(home: Homes, people: People, year: int, exited: np.ndarray, generator: np.random.Generator) -> Account:
    """The account of each household for a year. Wages of the members are brought in line with it.

    `exited` is the year of each household's exit, 0 for none.
    """
    number = len(home.persons)
    line = line_fen(year)
    poor = np.isin(home.status, ("01", "02", "04"))
    _without_posts(people, poor)
    goal = _goal(home, poor, line, np.maximum(year - exited, 0), generator) * home.persons
    account = {item: np.zeros(number, dtype=np.int64) for item in ITEMS}
    _property(account, home, poor, generator)
    _transfers(account, home, people, goal, generator)
    needed = goal - _sum(account, "cd")
    _wages(account, home, people, needed, generator)
    _business(account, home, needed - _sum(account, "a"), generator)
    return total(account, home.persons)


def line_fen(year: int) -> int:
    """The poverty line of a year, fen per head and year."""
    return int(value("lines.poverty_line", on=date(year, 12, 31)) * 100)


def total(account: Account, persons: np.ndarray) -> Account:
    """The account with its totals, net income and income per head rounded half up to a fen."""
    for name, letter in TOTALS.items():
        account[name] = _sum(account, letter)
    account["net"] = _sum(account, "abcd") - account["cost"]
    account["per_head"] = np.floor(account["net"] / persons + 0.5).astype(np.int64)
    return account


def _sum(account: Account, letters: str) -> np.ndarray:
    return np.sum([account[item] for item in ITEMS if item[0] in letters], axis=0)


def _without_posts(people: People, poor: np.ndarray) -> None:
    """A paid post lifts a household over the line: those below it hold none."""
    below = poor[people.members.household]
    people.public_job.clear(below)
    people.public_months[below] = -1


def _goal(home: Homes, poor: np.ndarray, line: int, since: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """The income per head that the account should come to, in fen.

    Who exits does so a little above the line and comes up to the own level over the years `since`: no leap in one.
    """
    number = len(home.persons)
    drawn = generator.lognormal(-0.1, 0.55, number)
    level, start = np.minimum(1.25 + drawn, 4.0), 1.2 + 0.22 * (1 - np.exp(-drawn))
    above = line * (level - (level - start) * 0.7**since)
    below = line * (0.46 + 0.50 * generator.beta(4, 2, number))
    ordinary = line * (2.4 + generator.lognormal(0.4, 0.5, number))
    goal = np.where(poor, below, np.where(np.isin(home.status, EXITED), above, ordinary))
    return (goal // 10 * 10).astype(np.int64)


def _transfers(account: Account, home: Homes, people: People, goal: np.ndarray, generator: np.random.Generator) -> None:
    """Pension, support of the destitute, ecological compensation, farm and disability subsidies; allowance for the rest."""
    number = len(goal)
    month = generator.integers(105, 140, number) * 100
    account["d4"] = people.per_household((people.age >= 60) & ~people.destitute, number).astype(np.int64) * month * 12
    grass = home.land["grass_ban_mu"] * 75 + home.land["grass_balance_mu"] * 25
    account["d5"] = grass + home.land["returned_forest_mu"] * 200
    severe = people.per_household((people.disability_grade > 0) & (people.disability_grade <= 2), number)
    account["d6"] = (home.land["cultivated_mu"] * 620 + severe.astype(np.int64) * 120_000) // 100 * 100
    account["d3"] = people.per_household(people.destitute, number).astype(np.int64) * 520_000
    receivers = people.per_household(people.allowance, number).astype(np.int64)
    full = receivers * generator.integers(215, 345, number) * 1200
    short = np.maximum(goal - _sum(account, "cd"), receivers * 60_000)
    account["d2"] = np.minimum(full, short) // 100 * 100


def _property(account: Account, home: Homes, poor: np.ndarray, generator: np.random.Generator) -> None:
    """Dividends of photovoltaic stations and rent of land, for some of those who have exited."""
    number = len(poor)
    chance = generator.random(number)
    account["c1"] = np.where(~poor & (chance < 0.3) & (home.status != "") & ~home.kind.is_any("06"), 300_000, 0)
    rented = ~poor & (chance > 0.84) & (home.land["cultivated_mu"] > 0)
    account["c2"] = np.where(rented, home.land["cultivated_mu"] * 1500, 0) // 100 * 100


def _wages(account: Account, home: Homes, people: People, needed: np.ndarray, generator: np.random.Generator) -> None:
    """Months and wages of those who work away or hold a post, cut down to what the household's goal leaves room for."""
    number = len(home.persons)
    works = people.work_months > 0
    earned = people.per_household(np.where(works, people.work_months * people.wage_yuan, 0), number)
    workers = people.per_household(works, number)
    room = np.maximum(needed / 100 * generator.uniform(0.6, 0.95, number), workers * 600)
    factor = np.minimum(1.0, room / np.maximum(earned, 1))[people.members.household]
    people.work_months[works] = np.maximum(1, np.ceil(people.work_months * factor))[works].astype(np.int64)
    after = people.per_household(np.where(works, people.work_months * people.wage_yuan, 0), number)
    scale = np.minimum(1.0, room / np.maximum(after, 1))[people.members.household]
    people.wage_yuan[works] = np.maximum(100, (people.wage_yuan * scale) // 10 * 10)[works].astype(np.int64)
    paid = people.per_household(np.where(works, people.work_months * people.wage_yuan, 0), number)
    account["a1"] = paid.astype(np.int64) * 100
    posts = people.public_months > 0
    left = np.maximum((needed / 100 - paid) // POST_MONTH, 1).astype(np.int64)[people.members.household]
    people.public_months[posts] = np.minimum(people.public_months, left)[posts]
    pay = people.per_household(np.where(posts, people.public_months * POST_MONTH, 0), number).astype(np.int64) * 100
    ranger = people.per_household(people.public_job.is_any("01"), number) > 0
    account["a2"], account["a4"] = np.where(ranger, pay, 0), np.where(ranger, 0, pay)


def _business(account: Account, home: Homes, rest: np.ndarray, generator: np.random.Generator) -> None:
    """Farming and stock bring what is missing; where transfers alone pass the goal, fodder and losses eat it up.

    Whoever can work keeps a little of it going in any case.
    """
    idle = home.kind.is_any("06") | home.has_no_labour & (home.land["cultivated_mu"] == 0)
    share = generator.uniform(0.35, 0.58, len(rest))
    gross = np.where(rest >= 0, rest / (1 - share), -rest / 0.4 * 1.15)
    gross = np.where(idle, 0, np.maximum(gross, 60_000 + 90_000 * share)).astype(np.int64) // 100 * 100
    cost = np.where(idle, 0, np.maximum(gross - rest, gross * share)) // 10 * 10
    stock = np.where(home.is_herder, 0.92, np.where(home.land["cultivated_mu"] > 0, 0.35, 1.0))
    orchard = np.where(home.land["orchard_mu"] > 0, 0.1, 0.0)
    account["b2"] = (gross * stock).astype(np.int64) // 100 * 100
    account["b3"] = ((gross - account["b2"]) * orchard).astype(np.int64) // 100 * 100
    account["b1"] = gross - account["b2"] - account["b3"]
    account["e2"] = (cost * stock).astype(np.int64) // 10 * 10
    account["e3"] = ((cost - account["e2"]) * orchard).astype(np.int64) // 10 * 10
    account["e1"] = cost - account["e2"] - account["e3"]
