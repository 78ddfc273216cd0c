"""Two workers abreast: the results in order, in the language of the first, and no fault is lost."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import translation
from django.utils.translation import gettext

from fupin.core import abreast


def test_what_is_made_by_two_comes_in_the_order_of_the_items():
    def slow_at_first(item):
        time.sleep(0.02 if item % 3 == 0 else 0)
        return item * item

    with ThreadPoolExecutor(1) as second:
        assert list(abreast.in_order(slow_at_first, range(40), second)) == [item * item for item in range(40)]
    assert list(abreast.in_order(slow_at_first, range(4), None)) == [0, 1, 4, 9]
    assert list(abreast.in_order(slow_at_first, [], None)) == []


def test_no_more_results_lie_waiting_than_memory_was_promised():
    taken = 0

    def items():
        nonlocal taken
        for item in range(50):
            taken += 1
            yield item

    with ThreadPoolExecutor(1) as second:
        for at, _result in enumerate(abreast.in_order(lambda item: item, items(), second)):
            assert taken - at <= abreast.MOST_WAITING + 1


def test_a_fault_of_either_worker_reaches_who_asked():
    def breaks(item):
        if item == 7:
            raise ValueError("7")
        return item

    with ThreadPoolExecutor(1) as second, pytest.raises(ValueError, match="7"):
        list(abreast.in_order(breaks, range(20), second))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "word"), [("en", "Checking"), ("zh-hans", "校验")])
def test_the_second_thread_speaks_the_language_of_the_first(language, word):
    with translation.override(language), abreast.second_thread() as second:
        assert second.submit(gettext, "校验").result() == word


@pytest.mark.django_db
def test_inside_a_transaction_there_is_no_second_thread():
    with abreast.second_thread() as second:
        assert second is None
