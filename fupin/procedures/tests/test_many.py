"""A step in many cases asks the database as often as in two."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from fupin.procedures import operations
from fupin.procedures.tests.cases import ago, led, poor, put


def asked(work):
    with CaptureQueriesContext(connection) as found:
        work()
    return len(found)


def of(cast, count):
    cases = [led(cast, poor(cast.village, by=cast.village_officer)) for _ in range(count)]
    for case in cases:
        put(f"case:{case}", "application", "authorisation")
    return cases


def test_a_step_in_ten_cases_asks_as_often_as_in_two(cast):
    few, many = of(cast, 2), of(cast, 10)

    def apply(cases):
        return asked(
            lambda: operations.act(cases=cases, act="apply", by=cast.village_officer, on=ago(12), today=ago(12))
        )

    apply(of(cast, 1))
    assert apply(many) <= apply(few)
