"""Quick made-up files in the templates' columns for the import benchmark and its tests: every column filled."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fupin.core.columns import Column, Kind
from fupin.core.sealing import check_character
from fupin.policy.catalogue import code_list
from fupin.registry.sheets import HOUSEHOLDS, PERSONS

SURNAMES = (
    "包白宝韩金乌王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
)
GIVEN = "巴图孟和乌云其木格额尔敦斯琴娜仁花高娃伟芳秀英敏静丽强磊洋艳勇军杰娟涛明超霞平刚桂香红梅国华建文志海龙玉兰春生德宝音山"


def id_number(serial: int, born: str, sex: int) -> str:
    """A valid number under the area that is assigned to nobody; `serial` makes it unique."""
    area = 159900 + serial // 500 % 100
    body = f"{area:06d}{born}{(serial % 500) * 2 + (sex == 1):03d}"
    return body + check_character(body)


def _value(column: Column, rng: random.Random) -> str:
    match column.kind:
        case Kind.CODE:
            return rng.choice(_labels(column.codes))
        case Kind.CODES:
            return rng.choice(_labels(column.codes))
        case Kind.YES_NO:
            return "是" if rng.random() < 0.4 else "否"
        case Kind.INTEGER:
            return str(rng.randint(0, 12))
        case Kind.DECIMAL:
            return f"{rng.randint(0, 8000) / 100:.2f}"
        case Kind.MONEY:
            return f"{rng.randint(0, 900000) / 100:.2f}"
        case Kind.DATE:
            return f"{rng.randint(2014, 2018)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        case Kind.YEAR:
            return str(rng.randint(1990, 2018))
        case Kind.PHONE:
            return f"13{rng.randint(0, 999999999):09d}"
        case Kind.ACCOUNT:
            return f"62284804{rng.randint(1, 99999999):08d}1"
    return f"备注{rng.randint(0, 5000)}"


_known: dict[str, list[str]] = {}


def _labels(name: str) -> list[str]:
    if name not in _known:
        from datetime import date

        _known[name] = [item.label for item in code_list(name).on(date(2018, 12, 31))]
    return _known[name]


def register(
    persons: int, villages: list[str], seed: int = 1, start: int = 0
) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    """Households with their members, village by village, until `persons` persons are there."""
    rng = random.Random(seed)
    made = 0
    at = start
    while made < persons:
        village = villages[made * len(villages) // persons]
        size = min(rng.choice((1, 2, 2, 3, 3, 4)), persons - made)
        members = []
        for place in range(size):
            sex = 3 - members[0][2] if place == 1 else rng.choice((1, 2))  # the second is the head's spouse
            # 500 numbers a day and area, 100 areas: the day moves on when they are used up.
            day = at // 50_000
            born = f"{1935 + day % 80:04d}{1 + day // 80 % 12:02d}{1 + day // 960 % 28:02d}"
            number = id_number(at, born, sex)
            name = rng.choice(SURNAMES) + "".join(rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2, 3))))
            members.append((name, number, sex, f"{born[:4]}-{born[4:6]}-{born[6:]}", place))
            at += 1
        made += size
        head = members[0]
        yield _household(village, head, rng), [_person(village, head[1], each, rng) for each in members]


def _household(village: str, head: tuple[Any, ...], rng: random.Random) -> dict[str, str]:
    row = {column.label: _value(column, rng) for column in HOUSEHOLDS}
    row |= {
        "户编号": "",
        "国家系统户编号": "",
        "行政村": village,
        "户主姓名": head[0],
        "户主证件号": head[1],
        "合成数据": "是",
    }
    # As an officer's form demands: another cause is another one, and who comes back from the pastures went there before.
    row["其他致贫原因"] = rng.choice([label for label in _labels("main_cause") if label != row["主要致贫原因"]])
    row["走敖特尔起"], row["走敖特尔止"] = sorted((row["走敖特尔起"], row["走敖特尔止"]))
    return row


def _person(village: str, head_id: str, member: tuple[Any, ...], rng: random.Random) -> dict[str, str]:
    name, number, sex, born, place = member
    row = {column.label: _value(column, rng) for column in PERSONS}
    relation = "01" if place == 0 else "02" if place == 1 else "99"
    row |= {"人编号": "", "国家系统人口编号": "", "户编号": "", "行政村": village, "户主证件号": head_id, "姓名": name,
            "证件号码": number, "证件类型": "居民身份证", "与户主关系": relation, "性别": str(sex), "出生日期": born,
            "残疾证号": "", "务工所在地": "150522", "合成数据": "是"}  # fmt: skip
    # As an officer's form demands: who has left school is no pupil, and nobody is insured or supported twice.
    row["在校生状况"] = "非在校生"
    for one, other in (
        ("是否参加城乡居民基本医疗保险", "是否参加城镇职工基本医疗保险"),
        ("是否享受低保", "是否特困供养"),
    ):
        row[other] = "否" if row[one] == "是" else row[other]
    return row


def write_csv(folder: Path, persons: int, villages: list[str], seed: int = 1, start: int = 0) -> tuple[Path, Path, int]:
    """`households.csv` and `persons.csv`; returns their paths and the number of households."""
    folder.mkdir(parents=True, exist_ok=True)
    one, two = folder / "households.csv", folder / "persons.csv"
    count = 0
    with one.open("w", encoding="utf-8", newline="") as first, two.open("w", encoding="utf-8", newline="") as second:
        households = csv.DictWriter(first, [column.label for column in HOUSEHOLDS])
        people = csv.DictWriter(second, [column.label for column in PERSONS])
        households.writeheader()
        people.writeheader()
        for household, members in register(persons, villages, seed, start):
            count += 1
            households.writerow(household)
            people.writerows(members)
    return one, two, count
