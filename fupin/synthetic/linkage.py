"""A test set of known truth for linkage: a register of made-up persons, and a department's file about some of them.

Each row of the file bears one kind of error (or two), which is written beside it together with the person that it is
about; rows about nobody of the register are there too, namesakes and neighbours among them. The errors are planted from
the dictionary of readings and from lists of its own, not from the tables that the comparison works with.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from fupin.core.sealing import check_character
from fupin.synthetic.names import pools
from fupin.synthetic.numbers import AREA

MISWRITTEN = {
    "土": "士", "未": "末", "清": "青", "玲": "伶", "梅": "海", "杨": "扬", "伟": "炜", "兰": "三", "红": "江", "萍": "苹", "芳": "苏",
    "峰": "锋", "海": "梅", "福": "幅", "莲": "连", "丽": "俪", "娟": "捐", "图": "圆", "巴": "已", "斯": "期", "嘎": "戛", "格": "恪",
    "日": "曰", "王": "玉", "田": "由", "金": "全", "建": "健", "明": "朋", "波": "坡", "飞": "气", "荣": "营", "志": "忘", "军": "车",
}  # fmt: skip
"""How a hurried hand or a scan turns a character into another."""
TRANSLITERATED = (
    ("巴特尔", "巴特"), ("巴特尔", "巴特日"), ("其其格", "琪琪格"), ("其其格", "齐齐格"), ("斯琴", "苏琴"), ("苏和", "斯和"), ("宝音", "布音"),
    ("朝鲁", "潮洛"), ("图雅", "托娅"), ("托娅", "图雅"), ("吉日嘎拉", "吉尔嘎拉"), ("乌日娜", "吴日娜"), ("萨仁", "沙仁"), ("格日勒", "格尔勒"),
    ("特木尔", "铁木尔"), ("铁木尔", "特木日"), ("巴雅尔", "巴雅日"), ("额尔敦", "额日敦"), ("阿拉坦", "阿勒坦"), ("满都拉", "满都勒"),
    ("道尔吉", "道日吉"), ("苏日娜", "苏尔娜"), ("萨日朗", "萨仁朗"), ("毕力格", "必力格"), ("达来", "达赖"), ("呼和", "胡和"), ("高娃", "高哇"),
)  # fmt: skip
"""How another hand writes the same Mongolian name in Chinese characters."""
VILLAGES = 262
VILLAGES_OF_A_TOWNSHIP = 15
PERSONS_OF_A_VILLAGE = 1_500
"""About as many as are registered in a village; a register of the poor holds fewer of each."""
_FIRST, _LAST = date(1930, 1, 1), date(2017, 12, 31)


@dataclass(frozen=True, slots=True)
class Individual:
    """A person, or what a file says of one. `village` is 0 where it is not said."""

    id: int
    number: str
    name: str
    sex: str
    born_on: date | None
    village: int
    kin: tuple[str, ...]
    kind: str = ""
    """the error that was planted; empty for a person of the register"""
    is_about: int = 0
    """the person that a row is about; 0 for a stranger"""

    @property
    def township(self) -> int:
        return (self.village - 1) // VILLAGES_OF_A_TOWNSHIP + 1 if self.village else 0


@dataclass(slots=True)
class TestSet:
    """The register and the file."""

    persons: list[Individual]
    rows: list[Individual]


def make(persons: int = 20_000, seed: int = 1, per_kind: int | None = None) -> TestSet:
    """A register of `persons` and a file with `per_kind` rows of each kind of error (a fortieth of the register).

    They live in the villages of one banner; of more than it holds, in as many as so many people live in.
    """
    draw = random.Random(seed)  # noqa: S311 (made-up people, not secrets)
    villages = max(VILLAGES, persons // PERSONS_OF_A_VILLAGE)
    people = _register(persons, draw, villages)
    each = per_kind or max(persons // 40, 1)
    order = draw.sample(people, len(people))
    rows: list[Individual] = []
    for kind, change in KINDS.items():
        fitting = [one for one in order if (changed := change(one, draw)) is not None and changed != one][:each]
        taken = {one.id for one in fitting}
        order = [one for one in order if one.id not in taken]
        for one in fitting:
            changed = change(one, draw)
            if changed is not None:
                rows.append(replace(changed, kind=kind, is_about=one.id))
    rows += _strangers(people, each * 6, draw, villages)
    draw.shuffle(rows)
    return TestSet(people, [replace(row, id=at) for at, row in enumerate(rows, start=1)])


def _register(number: int, draw: random.Random, villages: int) -> list[Individual]:
    people: list[Individual] = []
    numbers: set[str] = set()
    while len(people) < number:
        village = draw.randint(1, villages)
        is_mongolian = draw.random() < 0.5
        family = _family(is_mongolian, draw)
        members = []
        for _member in range(draw.choice((1, 1, 2, 2, 2, 3, 4))):
            sex = draw.choice("12")
            born_on = _FIRST + timedelta(days=draw.randrange((_LAST - _FIRST).days))
            number_ = _number(born_on, sex, draw)
            while number_ in numbers:
                number_ = _number(born_on, sex, draw)
            numbers.add(number_)
            members.append((number_, _name(is_mongolian, family, sex, draw), sex, born_on))
        for one in members:
            kin = tuple(other[1] for other in members if other is not one)
            people.append(Individual(len(people) + 1, *one, village, kin))
    return people[:number]


def _family(is_mongolian: bool, draw: random.Random) -> str:
    pool = pools()
    if not is_mongolian:
        return draw.choices(pool.han_family, pool.han_weight)[0]
    style = draw.random()
    if style < 0.5:
        return draw.choices(pool.mongolian_family, pool.mongolian_weight)[0]
    return "" if style < 0.85 else draw.choice(pool.clan) + "·"


def _name(is_mongolian: bool, family: str, sex: str, draw: random.Random) -> str:
    given = pools().given[f"{'mongolian' if is_mongolian else 'han'}_{'male' if sex == '1' else 'female'}"]
    return family + given[draw.randrange(len(given))]


def _number(born_on: date, sex: str, draw: random.Random) -> str:
    serial = draw.randrange(1, 499) * 2 + (1 if sex == "1" else 0)
    body = f"{AREA}{draw.randrange(1, 30):02}{born_on:%Y%m%d}{serial:03}"
    return body + check_character(body)


@cache
def _homophones() -> dict[str, tuple[str, ...]]:
    """Common characters by how they are read: the characters of names, and the first level of GB 2312."""
    from pypinyin import lazy_pinyin

    common = "".join(
        bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)
    )
    found: dict[str, list[str]] = {}
    for character in common:
        found.setdefault(lazy_pinyin(character)[0], []).append(character)
    return {character: tuple(each) for each in found.values() for character in each}


def _replaced(name: str, at: int, character: str) -> str:
    return name[:at] + character + name[at + 1 :]


def _homophone(one: Individual, draw: random.Random) -> str | None:
    places = [at for at, character in enumerate(one.name) if at and len(_homophones().get(character, ())) > 1]
    if not places:
        return None
    at = draw.choice(places)
    return _replaced(one.name, at, draw.choice([c for c in _homophones()[one.name[at]] if c != one.name[at]]))


def _miswritten(one: Individual, draw: random.Random) -> str | None:
    places = [at for at, character in enumerate(one.name) if character in MISWRITTEN]
    at = draw.choice(places) if places else None
    return None if at is None else _replaced(one.name, at, MISWRITTEN[one.name[at]])


def _transliterated(one: Individual, draw: random.Random) -> str | None:
    fitting = [pair for pair in TRANSLITERATED if pair[0] in one.name]
    return one.name.replace(*draw.choice(fitting), 1) if fitting else None


def _swapped(one: Individual, draw: random.Random) -> str | None:
    if len(one.name) != 3 or one.name[1] == one.name[2]:
        return None
    return one.name[0] + one.name[2] + one.name[1]


def _other_interpunct(one: Individual, draw: random.Random) -> str | None:
    return one.name.replace("·", draw.choice(("•", "・", "‧", ".", ""))) if "·" in one.name else None


def _wrong_digit(number: str, draw: random.Random) -> str:
    at = draw.randrange(6, 17)
    return _replaced(number, at, draw.choice([digit for digit in "0123456789" if digit != number[at]]))


def _swapped_digits(number: str, draw: random.Random) -> str:
    places = [at for at in range(6, 16) if number[at] != number[at + 1]]
    at = draw.choice(places)
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def _wrong_day(born_on: date, draw: random.Random) -> date:
    text = f"{born_on:%Y%m%d}"
    while True:
        at = draw.randrange(3, 8)
        changed = _replaced(text, at, draw.choice("0123456789"))
        try:
            found = date(int(changed[:4]), int(changed[4:6]), int(changed[6:]))
        except ValueError:
            continue
        if found != born_on:
            return found


def _turned_day(one: Individual, draw: random.Random) -> date | None:
    day = one.born_on
    assert day is not None
    return date(day.year, day.day, day.month) if day.day <= 12 and day.day != day.month else None


def _neighbour(one: Individual, draw: random.Random) -> int:
    first = (one.township - 1) * VILLAGES_OF_A_TOWNSHIP + 1
    last = first + VILLAGES_OF_A_TOWNSHIP - 1
    last = VILLAGES if first <= VILLAGES < last else last  # the banner's last township has fewer
    return draw.choice([village for village in range(first, last + 1) if village != one.village])


Change = Callable[[Individual, random.Random], Individual | None]


def _named(change: Callable[[Individual, random.Random], str | None]) -> Change:
    """The name changed, and no number to go by."""

    def changed(one: Individual, draw: random.Random) -> Individual | None:
        name = change(one, draw)
        return None if name is None else replace(one, name=name, number="")

    return changed


def _born(change: Callable[[Individual, random.Random], date | None]) -> Change:
    def changed(one: Individual, draw: random.Random) -> Individual | None:
        born_on = change(one, draw)
        return None if born_on is None else replace(one, born_on=born_on, number="")

    return changed


def _two(one: Individual, draw: random.Random) -> Individual | None:
    name = _homophone(one, draw)
    assert one.born_on is not None
    return None if name is None else replace(one, name=name, number="", born_on=_wrong_day(one.born_on, draw))


KINDS: dict[str, Change] = {
    "interpunct": _named(_other_interpunct),
    "transliteration": _named(_transliterated),
    "near_character": _named(_miswritten),
    "homophone": _named(_homophone),
    "swapped_characters": _named(_swapped),
    "number_missing": lambda one, draw: replace(one, number=""),
    "number_digit_wrong": lambda one, draw: replace(one, number=_wrong_digit(one.number, draw)),
    "number_digits_swapped": lambda one, draw: replace(one, number=_swapped_digits(one.number, draw)),
    "number_wrong_place_unknown": lambda one, draw: replace(one, number=_wrong_digit(one.number, draw), village=0, kin=()),
    "day_and_month_swapped": _born(_turned_day),
    "birth_digit_wrong": _born(lambda one, draw: _wrong_day(one.born_on, draw) if one.born_on else None),
    "birth_year_only": _born(lambda one, draw: date(one.born_on.year, 1, 1) if one.born_on else None),
    "birth_missing": lambda one, draw: replace(one, born_on=None, number="") if one.kin else None,
    "village_missing": lambda one, draw: replace(one, village=0, number="", kin=()),
    "village_wrong": lambda one, draw: replace(one, village=_neighbour(one, draw), number="", kin=()),
    "homophone_and_birth": _two,
}  # fmt: skip
"""Each kind of error with what it does to a row; None where a person cannot bear it."""


def _strangers(people: list[Individual], number: int, draw: random.Random, villages: int) -> list[Individual]:
    """Rows about nobody of the register: others of the same name, of the same birth day, of the same home; and anybody."""
    outside = _register(number, draw, villages)
    found = []
    for at, one in enumerate(outside):
        like = draw.choice(people)
        match at % 4:
            case 0:  # a namesake of the next village, as old
                day = _wrong_year(like.born_on, draw)
                one = replace(like, number="", born_on=day, village=_neighbour(like, draw), kin=one.kin)
            case 1:  # somebody else of the same home and day
                one = replace(one, number="", born_on=like.born_on, village=like.village, kin=())
            case 2:  # the same name and day, and a right number of their own
                number_ = _number(like.born_on or _FIRST, like.sex, draw)
                one = replace(like, number=number_, village=draw.randint(1, villages), kin=())
            case _:
                one = replace(one, number="")
        found.append(replace(one, kind="stranger", is_about=0))
    return found


def _wrong_year(day: date | None, draw: random.Random) -> date | None:
    if day is None:
        return None
    return day.replace(year=day.year + draw.choice((-7, -4, 4, 7)), day=min(day.day, 28), month=draw.randint(1, 12))
