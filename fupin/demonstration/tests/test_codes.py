"""A made-up register can be brought in on any day: each of its codes is in every form."""

from datetime import date

import pytest

from fupin.policy.catalogue import code_list
from fupin.registry.sheets import HOUSEHOLDS, INCOME, PERSONS
from fupin.synthetic.make import Order, make_part, prepare

PART = make_part(prepare(Order(600, "150522")), 0, 2018)
FRAMES = ((HOUSEHOLDS, PART.households), (PERSONS, PART.persons), (INCOME, PART.income))


def said(columns, frame):
    """Every coded cell of a frame: column, code list, text."""
    for column in columns:
        if column.codes and column.label in frame.columns:
            for text in frame[column.label].drop_nulls().unique():
                yield from ((column.label, code_list(column.codes), part) for part in text.split(","))


@pytest.mark.parametrize("day", [date(2014, 12, 31), date(2019, 12, 31), date(2020, 1, 1), date(2026, 1, 1)])
def test_every_code_of_a_file_without_a_day_of_its_own_may_be_chosen_on_that_day(day):
    for columns, frame in FRAMES:
        for header, known, text in said(columns, frame):
            assert known.read(text) in {item.code for item in known.on(max(day, known.since))}, (header, text)


def test_a_register_of_2014_speaks_in_the_words_of_its_own_form():
    persons = make_part(prepare(Order(600, "150522", year=2014)), 0, 2014).persons

    assert {"大专及以上", "学龄前儿童"} <= set(persons["文化程度"])
