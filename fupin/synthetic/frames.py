"""A part of a run as data frames: one for each file, columns by their English names, every cell as text or empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from fupin.policy.catalogue import code_list
from fupin.synthetic import numbers
from fupin.synthetic.draw import EMPTY, Coded
from fupin.synthetic.families import RELATIONS
from fupin.synthetic.headers import LEDGERS, MARK
from fupin.synthetic.homes import Homes
from fupin.synthetic.incomes import ITEMS, TOTALS, Account, line_fen
from fupin.synthetic.names import pools
from fupin.synthetic.persons import HEALTH, People

Columns = dict[str, pl.Series]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a run. `line` counts the households before it."""

    households: pl.DataFrame
    persons: pl.DataFrame
    income: pl.DataFrame


def labels(name: str, values: Coded) -> pl.Series:
    """The Chinese labels of coded values; several codes of a cell are joined by commas."""
    catalogue = code_list(name)
    texts = [",".join(catalogue.label(code) for code in codes.split(",")) for codes in values.codes]
    return texts_of(texts, values.index)


def texts_of(texts: list[str] | tuple[str, ...], index: np.ndarray) -> pl.Series:
    """A text for each index, empty for EMPTY."""
    return pl.Series([*texts, None], dtype=pl.String).gather(np.where(index == EMPTY, len(texts), index))


def yes_no(values: np.ndarray) -> pl.Series:
    """是 or 否."""
    return texts_of(("否", "是"), values.astype(np.int8))


def whole(values: np.ndarray, shown: np.ndarray | None = None) -> pl.Series:
    """Whole numbers as text; empty where not shown."""
    series = pl.Series(values).cast(pl.Int64).cast(pl.String)
    return series if shown is None else _only(series, shown)


def scaled(values: np.ndarray, by: int) -> pl.Series:
    """Numbers held in tenths or hundredths, as text."""
    return pl.Series(np.asarray(values, dtype=np.float64) / by).cast(pl.String)


def days(values: np.ndarray) -> pl.Series:
    """Days as 2018-12-31."""
    return pl.Series(values.astype("datetime64[D]")).cast(pl.Date).cast(pl.String)


def _only(series: pl.Series, shown: np.ndarray) -> pl.Series:
    return pl.select(pl.when(pl.Series(shown)).then(series).otherwise(pl.lit(None, dtype=pl.String))).to_series()


def frame(ledger: str, columns: Columns, rows: int) -> pl.DataFrame:
    """All columns of a file in order, those that are not given empty, under their Chinese headers."""
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, rows)
    return pl.DataFrame({label: columns.get(name, empty) for name, label in LEDGERS[ledger].items()})


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a part is written from."""

    village: pl.Series
    """code of each household's village"""
    banner: pl.Series
    names: pl.Series
    ethnicity: Coded
    people: People
    homes: Homes
    account: Account
    identified: np.ndarray
    exited: np.ndarray
    returned: np.ndarray
    year: int
    block: int
    chance: np.ndarray
    """one random number a person"""


def part(drawn: Drawn) -> Part:
    """The three frames of a part."""
    members = drawn.people.members
    ids = numbers.id_numbers(drawn.people.born, members.is_male, drawn.block)
    heads = np.flatnonzero(members.relation == 0)
    phones = numbers.phones(len(members.age), drawn.block)
    head_ids = ids.gather(heads)
    shared = {"village": drawn.village, "head_id": head_ids, "head_name": drawn.names.gather(heads)}
    return Part(
        frame("households", _households(drawn, phones.gather(heads)) | shared, len(heads)),
        frame("persons", _persons(drawn, ids, head_ids, phones), len(ids)),
        frame("income", _income(drawn) | shared, len(heads)),
    )


def _households(drawn: Drawn, phones: pl.Series) -> Columns:
    home, number = drawn.homes, len(drawn.homes.persons)
    registered = home.status != ""
    exited = np.isin(home.status, ("03", "05", "02")) & (drawn.exited > 0)
    identified = drawn.identified
    statuses = Coded(("02", "03", "04", "05"), _index(home.status, ("02", "03", "04", "05")))
    standard = Coded(("01",), np.where(registered, 0, EMPTY))
    day = whole(identified, registered) + "-12-01"
    has_account = registered & (np.arange(number) % 8 != 0)
    columns: Columns = {
        "village_group": whole(np.arange(number) % 6 + 1) + "组",
        "phone": phones,
        "household_kind": labels("household_kind", home.kind),
        "status": labels("register_status", statuses),
        "standard": labels("poverty_standard", standard),
        "identified_on": day,
        "first_identified_on": day,
        "exit_year": whole(drawn.exited, exited),
        "return_year": whole(drawn.returned, (home.status == "02") & (drawn.returned > 0)),
        "main_cause": labels("main_cause", _coded(home.cause)),
        "other_causes": labels("main_cause", home.coded["other_causes"]),
        "cause_note": texts_of(("意外事故",), np.where(home.cause == "99", 0, EMPTY)),
        "has_no_labour": yes_no(home.has_no_labour),
        "is_herder": yes_no(home.is_herder),
        "road_km": scaled(home.road_tenths, 10),
        "house_area_m2": whole(home.house_m2),
        "house_built_year": whole(home.built),
        "bank_name": texts_of(("农村信用社",), np.where(has_account, 0, EMPTY)),
        "bank_account": _only(numbers.accounts(number, drawn.block), has_account),
        "remark": pl.Series([MARK]).new_from_index(0, number),
        "is_synthetic": yes_no(np.ones(number)),
        "not_exit_reason": _reasons(drawn),
    }
    columns |= {name: scaled(values, 10) for name, values in home.land.items()}
    columns |= {name: yes_no(values) for name, values in home.yes.items()}
    lists = {name: name for name in home.coded if name != "other_causes"}
    columns |= {name: labels(lists[name], home.coded[name]) for name in lists}
    return columns | _camps(drawn)


def _reasons(drawn: Drawn) -> pl.Series:
    """Why a household is still in the register although its income passes the line."""
    poor = np.isin(drawn.homes.status, ("02", "04"))
    above = poor & (drawn.account["per_head"] >= line_fen(drawn.year))
    reason = np.where(drawn.homes.kind.is_any("06"), 2, np.where(drawn.homes.cause == "01", 1, 0))
    return labels("not_exit_reason", Coded(("07", "05", "08"), np.where(above, reason, EMPTY)))


def _camps(drawn: Drawn) -> Columns:
    """Winter and summer camp, herding unit and the months on otor of herders."""
    herder = drawn.homes.is_herder
    names = ("哈日乌苏", "阿日昆都楞", "巴彦塔拉", "查干淖尔", "乌兰额日格", "宝日温都尔", "沙巴尔吐", "都日布勒金")
    turn = np.arange(len(herder))
    moves = herder & (turn % 5 == 0)
    year = str(drawn.year)
    return {
        "winter_camp": texts_of([name + "冬营地" for name in names], np.where(herder, turn % 8, EMPTY)),
        "summer_camp": texts_of([name + "夏营地" for name in names], np.where(herder, (turn * 3 + 1) % 8, EMPTY)),
        "herding_unit": texts_of([name + "浩特" for name in names], np.where(herder, (turn // 6) % 8, EMPTY)),
        "otor_from": texts_of((f"{year}-06-10", f"{year}-07-01"), np.where(moves, turn % 2, EMPTY)),
        "otor_to": texts_of((f"{year}-09-05", f"{year}-09-20"), np.where(moves, turn % 2, EMPTY)),
    }


def _index(values: np.ndarray, codes: tuple[str, ...]) -> np.ndarray:
    """The index of each code text, EMPTY for the rest."""
    index = np.full(len(values), EMPTY, dtype=np.int8)
    for place, code in enumerate(codes):
        index[values == code] = place
    return index


def _coded(values: np.ndarray) -> Coded:
    codes = tuple(str(code) for code in np.unique(values) if code != "")
    return Coded(codes or ("",), _index(values, codes))


def _persons(drawn: Drawn, ids: pl.Series, head_ids: pl.Series, phones: pl.Series) -> Columns:
    people, home = drawn.people, drawn.people.members.household
    grade = people.disability_grade
    card = ids + labels_raw(people.disability) + whole(grade)
    works, posts = people.work_months > 0, people.public_months > 0
    adult = people.age >= 16
    own_phone = adult & (drawn.chance < 0.55)
    columns: Columns = {
        "village": drawn.village.gather(home),
        "head_id": head_ids.gather(home),
        "name": drawn.names,
        "document_kind": labels("document_kind", Coded(("01",), np.zeros(len(ids), dtype=np.int8))),
        "id_number": ids,
        "relation": labels("relation_to_head", Coded(RELATIONS, people.members.relation)),
        "sex": labels("sex", Coded(("1", "2"), np.where(people.members.is_male, 0, 1))),
        "born_on": days(people.born),
        "phone": _only(phones, own_phone | (people.members.relation == 0)),
        "disability_card": _only(card, grade > 0),
        "disability_card_year": whole(people.disability_year, grade > 0),
        "disability_grade": labels(
            "disability_grade", Coded(("1", "2", "3", "4"), np.where(grade > 0, grade - 1, EMPTY))
        ),
        "work_months": whole(people.work_months, works),
        "monthly_wage": whole(people.wage_yuan, works),
        "public_job_months": whole(people.public_months, posts),
        "work_division_code": _work_divisions(drawn),
        "employer": texts_of(pools().employers, np.where(works, np.arange(len(ids)) % len(pools().employers), EMPTY)),
        "remark": pl.Series([MARK]).new_from_index(0, len(ids)),
        "is_synthetic": yes_no(np.ones(len(ids))),
    }
    coded: dict[str, Coded] = {
        "ethnicity": drawn.ethnicity, "education": people.education, "student": people.student,
        "health": Coded(HEALTH, people.health.index), "labour": people.labour, "work_place": people.work_place,
        "job_channel": people.job_channel, "public_job": people.public_job, "disability_category": people.disability,
        "political": _political(drawn),
    }  # fmt: skip
    columns |= {name: labels(name, values) for name, values in coded.items()}
    return columns | _insurance(drawn)


def labels_raw(values: Coded) -> pl.Series:
    """The codes themselves as text."""
    return texts_of(values.codes, values.index)


def _political(drawn: Drawn) -> Coded:
    member = (drawn.people.age >= 24) & (drawn.chance > 0.94)
    youth = (drawn.people.age >= 15) & (drawn.people.age < 28) & (drawn.chance < 0.3)
    return Coded(("01", "03", "13"), np.where(member, 0, np.where(youth, 1, 2)))


def _work_divisions(drawn: Drawn) -> pl.Series:
    """Where somebody works away: the own banner, the league's seat, or beyond the region."""
    place = drawn.people.work_place.index
    own = drawn.banner.gather(drawn.people.members.household)
    beyond = texts_of(("110105000000", "210102000000", "220102000000"), (drawn.chance * 3).astype(np.int64))
    other = texts_of(("150102000000", "150402000000", "150502000000"), (drawn.chance * 3).astype(np.int64))
    at = pl.Series(place.astype(np.int64))
    return pl.select(
        pl.when(at.is_in([0, 1])).then(own).when(at == 2).then(other).when(at == 3).then(beyond)
    ).to_series()


def _insurance(drawn: Drawn) -> Columns:
    people = drawn.people
    pension = (people.age >= 16) & (people.student.index == EMPTY)
    no = np.zeros(len(people.age))
    yes = {
        "has_resident_medical": no + 1,
        "has_employee_medical": no,
        "has_major_illness_insurance": no + 1,
        "has_commercial_medical": drawn.chance < 0.4,
        "has_medical_assistance": people.health.is_any("03"),
        "has_other_health_help": people.health.is_any("02", "02,04") & (drawn.chance < 0.5),
        "gets_subsistence_allowance": people.allowance,
        "gets_destitute_support": people.destitute,
        "is_in_service": no,
        "works_abroad": no,
        "speaks_mandarin": (people.age < 60) | (drawn.chance < 0.7),
    }
    columns = {name: yes_no(values) for name, values in yes.items()}
    columns["has_resident_pension"] = _only(yes_no(pension & ~(people.destitute & (people.age >= 60))), pension)
    columns["has_employee_pension"] = _only(yes_no(no), pension)
    return columns


def _income(drawn: Drawn) -> Columns:
    """The account; items of nothing stay empty, totals are given."""
    account, number = drawn.account, len(drawn.homes.persons)
    money: Callable[[np.ndarray], pl.Series] = lambda fen: scaled(fen, 100)  # noqa: E731
    columns: Columns = {
        "year": pl.Series([str(drawn.year)]).new_from_index(0, number),
        "counted_basis": pl.Series([code_list("counted_basis").label("registered")]).new_from_index(0, number),
        "counted_persons": whole(drawn.homes.persons),
        "line": money(np.full(number, line_fen(drawn.year))),
    }
    columns |= {item: _only(money(account[item]), account[item] != 0) for item in ITEMS}
    return columns | {name: money(account[name]) for name in (*TOTALS, "net", "per_head")}
