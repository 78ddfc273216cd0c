"""What is true of a made-up person: schooling by age, health, labour, work, insurance, in keeping with each other.

The rules of handbook §5.3 pass over what is drawn here: a pupil has no labour, a healthy adult has some, nobody
works away without a place, no household is poor through illness whose members are all well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fupin.synthetic.draw import EMPTY, Coded, coded, pick, placed, weighted
from fupin.synthetic.families import Members

EDUCATION = ("01", "02", "03", "04", "05", "06", "07")
STUDENT = ("02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "22", "23",
           "24", "25")  # fmt: skip
FORM_OF_2020 = np.datetime64("2020-01-01")
"""From this day schooling has other words for a college and for a small child."""
HEALTH = ("01", "02", "03", "04", "02,04")
LABOUR = ("01", "02", "03", "04", "05")
HEALTHY, CHRONIC, MAJOR, DISABLED, BOTH = range(5)
BY_AGE = ((16, (0.95, 0.02, 0.01, 0.02, 0)), (45, (0.70, 0.13, 0.05, 0.11, 0.01)),
          (60, (0.45, 0.31, 0.08, 0.14, 0.02)), (200, (0.22, 0.53, 0.09, 0.12, 0.04)))  # fmt: skip
"""Health by age, so that the whole comes near the shares of handbook §9: 45, 30, 8 and 17 percent."""
GROWN_UP = 23
SCHOOLING_BY_AGE = ((45, (0.01, 0.15, 0.56, 0.20, 0.08)),
                    (65, (0.08, 0.42, 0.41, 0.08, 0.01)), (200, (0.35, 0.46, 0.16, 0.03, 0)))  # fmt: skip


@dataclass(slots=True)
class People:
    """The persons of a part: who they are (from `families`) and what is drawn for them here."""

    members: Members
    first: np.ndarray
    """age in the year that the run stands at"""
    age: np.ndarray
    born: np.ndarray
    education: Coded
    student: Coded
    health: Coded
    disability: Coded
    disability_grade: np.ndarray
    disability_year: np.ndarray
    labour: Coded
    work_place: Coded
    work_months: np.ndarray
    wage_yuan: np.ndarray
    job_channel: Coded
    public_job: Coded
    public_months: np.ndarray
    allowance: np.ndarray
    destitute: np.ndarray

    def per_household(self, values: np.ndarray, households: int) -> np.ndarray:
        """The sum of a person's value over each household."""
        return np.bincount(self.members.household, weights=values, minlength=households)


def births(age: np.ndarray, day: np.datetime64, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Days of birth for ages reckoned on `day`, and the ages that follow from them exactly."""
    days = np.round(age * 365.2425).astype(np.int64) + generator.integers(1, 360, len(age))
    born = day - days.astype("timedelta64[D]")
    return born, ages(born, day)


def ages(born: np.ndarray, day: np.datetime64) -> np.ndarray:
    """Completed years on a day."""
    return (_calendar(np.array([day]))[0] - _calendar(born)) // 10000


def _calendar(days: np.ndarray) -> np.ndarray:
    """Days as numbers YYYYMMDD."""
    years, months = days.astype("datetime64[Y]"), days.astype("datetime64[M]")
    of_month = (days - months).astype(np.int64) + 1
    of_year = (months - years).astype(np.int64) + 1
    return (years.astype(np.int64) + 1970) * 10000 + of_year * 100 + of_month


def people(
    members: Members, cause: np.ndarray, day: np.datetime64, generator: np.random.Generator, *, is_dated: bool = False,
    until: np.datetime64 | None = None,
) -> People:  # fmt: skip
    """Draw everything about the members of a part. `cause` is the household's cause of poverty, "" for none.

    Their ages are those of `day`; shown they are as of `until`, some years on: the same persons, who have grown older,
    gone to school and left it, begun to work and grown old. Files that are brought in as of their own day (`is_dated`)
    use the codes of that day's form, others only codes that every form has: they can be imported on any day.
    """
    number = len(members.age)
    born, first = births(members.age, day, generator)
    health = _health(members, first, cause, generator)
    shown = day if until is None else until
    age, school_age = ages(born, shown), ages(born, september(shown))
    student, education = schooling(age, school_age, first, generator)
    disability, grade, year = _disability(health, day, generator)
    labour = _labour(age, student, health, grade, cause[members.household], generator)
    drawn = People(
        members, first, age, born, education, student, health, disability, grade, year, labour,
        coded(("01", "02", "03", "04"), number), np.full(number, EMPTY), np.zeros(number, dtype=np.int64),
        coded(("05", "06", "07", "01", "02", "03"), number), coded(("01", "02", "03", "04"), number),
        np.full(number, EMPTY), np.zeros(number, dtype=bool), np.zeros(number, dtype=bool),
    )  # fmt: skip
    _work(drawn, generator)
    if not is_dated:
        _keep_lasting(student, education, school_age)
    elif shown >= FORM_OF_2020:
        _say_as_of_2020(student, education, school_age)
    return drawn


def _say_as_of_2020(student: Coded, education: Coded, school_age: np.ndarray) -> None:
    """Colleges by their years, and small children among the pupils."""
    college, small = student.is_any("16"), education.is_any("06")
    for years, code in ((18, "22"), (19, "23"), (20, "24"), (21, "25")):
        student.put(college & (school_age == years), code)
    education.put(education.is_any("05"), "07")
    education.clear(small)
    student.put(small, "17")


def _keep_lasting(student: Coded, education: Coded, school_age: np.ndarray) -> None:
    """Codes that the forms of 2016 and of 2020 share: neither has the other's word for a college or a small child."""
    college = student.is_any("16")
    for years, code in ((18, "13"), (19, "14"), (20, "15")):
        student.put(college & (school_age == years), code)
    student.put(college & (school_age > 20), "15")
    education.put(education.is_any("05"), "04")
    education.clear(education.is_any("06"))


def september(day: np.datetime64) -> np.datetime64:
    """The last day of August before the school year that `day` lies in."""
    year = int(str(day)[:4])
    this = np.datetime64(f"{year}-08-31")
    return this if day > this else np.datetime64(f"{year - 1}-08-31")


def schooling(
    age: np.ndarray, school_age: np.ndarray, first: np.ndarray, generator: np.random.Generator
) -> tuple[Coded, Coded]:
    """Pupils by the age at the start of the school year; schooling of all who are not pupils.

    One random number takes a person through all stages, so that the years of one life follow from each other. Who was
    grown up at the `first` age that is known of them has the schooling of their generation.
    """
    number = len(age)
    student, education = coded(STUDENT, number), coded(EDUCATION, number)
    chance, luck = generator.random(number), generator.random(number)
    student.put((age >= 3) & (school_age < 6) & ((chance < 0.8) | (age >= 6)), "02")
    student.put((school_age >= 6) & (school_age <= 11), "03")
    for years, code in ((12, "04"), (13, "05"), (14, "06")):
        student.put(school_age == years, code)
    for years, general, vocational in ((15, "07", "10"), (16, "08", "11"), (17, "09", "12")):
        student.put((school_age == years) & (chance < 0.58), general)
        student.put((school_age == years) & (chance >= 0.58) & (chance < 0.88), vocational)
    for years, vocational in ((18, "13"), (19, "14"), (20, "15")):
        student.put((school_age == years) & (chance < 0.15), vocational)
    student.put((school_age >= 18) & (school_age <= 21) & (chance >= 0.15) & (chance < 0.45), "16")
    left = student.index == EMPTY
    education.put(left & (school_age < 6), "06")
    education.put(left & (school_age >= 15), "03")
    education.put(left & (school_age >= 18) & (chance < 0.88), "04")
    education.put(left & (chance < 0.45) & (school_age >= np.where(chance < 0.15, 21, 22)), "05")
    youngest = GROWN_UP
    for oldest, weights in SCHOOLING_BY_AGE:
        where = np.flatnonzero((first >= youngest) & (first < oldest) & left)
        education.index[where] = placed(luck[where], list(weights))
        youngest = oldest
    return student, education


def _health(members: Members, age: np.ndarray, cause: np.ndarray, generator: np.random.Generator) -> Coded:
    """Health by age; the head or spouse is made to fit a cause of illness or disability that no member shows."""
    health = coded(HEALTH, len(age))
    youngest = 0
    for oldest, weights in BY_AGE:
        where = np.flatnonzero((age >= youngest) & (age < oldest))
        health.index[where] = pick(generator, list(weights), len(where))
        youngest = oldest
    households = len(cause)
    for code, shown, need in (("01", (CHRONIC, MAJOR, BOTH), CHRONIC), ("02", (DISABLED, BOTH), DISABLED)):
        shows = np.bincount(members.household, weights=np.isin(health.index, shown), minlength=households) > 0
        heads = np.flatnonzero((members.relation == 0) & ((cause == code) & ~shows)[members.household])
        health.index[heads] = need
    short = (cause == "08")[members.household] & (age >= 16) & (age < 60) & (health.index == HEALTHY)
    health.index[short] = CHRONIC
    return health


def _disability(
    health: Coded, day: np.datetime64, generator: np.random.Generator
) -> tuple[Coded, np.ndarray, np.ndarray]:
    """Kind, grade (1 to 4) and year of the card of those whose health says so; 0 for the others."""
    number = len(health.index)
    has = np.isin(health.index, (DISABLED, BOTH))
    kind = weighted(generator, {"1": 12, "2": 12, "3": 2, "4": 52, "5": 8, "6": 10, "7": 4}, number)
    kind.clear(~has)
    grade = np.where(has, pick(generator, [10, 24, 36, 30], number) + 1, 0)
    latest = int(str(day)[:4])
    return kind, grade, np.where(has, generator.integers(latest - 9, latest + 1, number), 0)


def _labour(age: np.ndarray, student: Coded, health: Coded, grade: np.ndarray, cause: np.ndarray,
            generator: np.random.Generator) -> Coded:  # fmt: skip
    """Ability to work by age, school, health and grade of disability."""
    labour = coded(LABOUR, len(age))
    chance = generator.random(len(age))
    labour.put(age >= 60, "04")
    labour.put((age >= 60) & (age < 70) & (chance < 0.42) & (grade == 0), "05")
    grown = (age >= 16) & (age < 60)
    well, chronic, major = health.index == HEALTHY, health.index == CHRONIC, health.index == MAJOR
    labour.put(grown & well, "01")
    labour.put(grown & well & (chance < 0.12), "02")
    labour.put(grown & chronic, "05")
    labour.put(grown & chronic & (chance < 0.55) & (cause != "08"), "01")
    labour.put(grown & chronic & (chance > 0.97), "03")
    labour.put(grown & major, "03")
    labour.put(grown & major & (chance < 0.4), "05")
    labour.put(grown & (grade > 0), "03")
    labour.put(grown & (grade == 2) & (chance < 0.4) | grown & (grade >= 3), "05")
    labour.put(grown & (grade >= 3) & (chance < 0.3) & (cause != "08"), "01")
    labour.put((age < 16) | (student.index != EMPTY), "04")
    return labour


def _work(drawn: People, generator: np.random.Generator) -> None:
    """Work away from home, and public-welfare posts, for those able to."""
    number = len(drawn.age)
    able = drawn.labour.is_any("01", "02") & (drawn.age >= 16) & (drawn.age < 60)
    chance = generator.random(number)
    away = able & ((chance < 0.40) | drawn.education.is_any("05") & (drawn.age < 35))
    place = pick(generator, [0.22, 0.30, 0.32, 0.16], number)
    drawn.work_place.index[away] = place[away]
    drawn.work_months[away] = generator.integers(3, 11, number)[away]
    base = np.where(drawn.labour.is_any("02"), 3200, 2200) + place * 350
    drawn.wage_yuan[away] = (base + generator.normal(0, 420, number)).clip(900, 9000).astype(np.int64)[away] // 10 * 10
    channel = pick(generator, [0, 0.45, 0.35, 0.10, 0.04, 0.06], number)
    drawn.job_channel.index[away] = channel[away]
    post = (drawn.members.relation == 0) & (drawn.labour.is_any("01", "05")) & (drawn.age >= 18) & (drawn.age < 65)
    post &= ~away & (chance > 0.92)
    drawn.public_job.index[post] = pick(generator, [0.45, 0.3, 0.2, 0.05], number)[post]
    drawn.public_months[post] = generator.integers(6, 13, number)[post]
