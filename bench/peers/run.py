"""One library over one file: `python -m bench.peers.run LIBRARY FILE`, prints what it found and how long it took.

From the opened Parquet file to the keys of every row that breaks a rule, as a sweep has to name them.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import reduce
from typing import Any

from bench.peers.rules import COLUMNS, TESTS, Test

KEY = "person_id"
Found = dict[str, int]


def _polars(file: str) -> Any:
    import polars

    return polars.read_parquet(file, columns=[KEY, *COLUMNS])


def _broken(test: Test) -> Any:
    """The polars expression that is true in the rows that break a rule."""
    import polars

    tests = [_where(polars.col(name), how, value) for name, how, value in test.when]
    return reduce(lambda one, other: one & other, [*tests, _wrong(polars.col(test.column), test)]).fill_null(False)


def _where(column: Any, how: str, value: Any) -> Any:
    return {"in": column.is_in, "ge": column.ge, "lt": column.lt}[how](value)


def _wrong(column: Any, test: Test) -> Any:
    if test.kind == "not_null":
        return column.is_null()
    if test.kind == "in_set":
        return ~column.is_in(test.values)
    if test.kind == "not_in_set":
        return column.is_in(test.values)
    low, high = test.values
    ends = [end for end in (column < low if low is not None else None, column > high if high is not None else None)
            if end is not None]  # fmt: skip
    return reduce(lambda one, other: one | other, ends)


def great_expectations(file: str) -> Found:
    import great_expectations as gx
    import pandas

    rows = pandas.read_parquet(file, columns=[KEY, *COLUMNS])
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("file").add_dataframe_asset("persons")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(batch_parameters={"dataframe": rows})
    suite = gx.ExpectationSuite(name="rules")
    for at, test in enumerate(TESTS):
        suite.add_expectation(_expectation(gx.expectations, test, at))
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": [KEY], "include_unexpected_rows": False}
    found: Found = Counter()
    for one in batch.validate(suite, result_format=wanted).results:
        if one.exception_info.get("raised_exception"):
            raise SystemExit(str(one.exception_info))
        keys = [each[KEY] for each in one.result.get("unexpected_index_list") or ()]
        found[TESTS[one.expectation_config.meta["at"]].rule] += len(keys)
    return dict(found)


def _expectation(kinds: Any, test: Test, at: int) -> Any:
    given: dict[str, Any] = {"column": test.column, "meta": {"at": at}}
    if test.when:
        given |= {"row_condition": " and ".join(_as_text(*each) for each in test.when), "condition_parser": "pandas"}
    if test.kind == "not_null":
        return kinds.ExpectColumnValuesToNotBeNull(**given)
    if test.kind == "between":
        return kinds.ExpectColumnValuesToBeBetween(min_value=test.values[0], max_value=test.values[1], **given)
    kind = kinds.ExpectColumnValuesToBeInSet if test.kind == "in_set" else kinds.ExpectColumnValuesToNotBeInSet
    return kind(value_set=list(test.values), **given)


def _as_text(name: str, how: str, value: Any) -> str:
    return f"{name} in {list(value)}" if how == "in" else f"{name} {'>=' if how == 'ge' else '<'} {value}"


def pandera(file: str) -> Found:
    import pandera.polars as pandera_polars
    from pandera.errors import SchemaErrors

    rows = _polars(file)
    checks = [
        pandera_polars.Check(lambda data, test=test: data.lazyframe.select(~_broken(test)), name=f"{at}")
        for at, test in enumerate(TESTS)
    ]
    try:
        pandera_polars.DataFrameSchema(checks=checks).validate(rows, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        found: Found = Counter()
        for check, index in cases.group_by("check").agg("index").iter_rows():
            found[TESTS[int(check)].rule] += len(rows[KEY].gather(index))
        return dict(found)
    return {}


def pointblank(file: str) -> Found:
    import pointblank as pb

    validation = pb.Validate(_polars(file))
    for test in TESTS:
        validation = validation.col_vals_expr(expr=~_broken(test))
    validation = validation.interrogate(get_first_n=None, collect_extracts=True, extract_limit=10**9)
    found: Found = Counter()
    for at, test in enumerate(TESTS, start=1):
        found[test.rule] += len(validation.get_data_extracts(i=at, frame=True)[KEY])
    return dict(found)


def dataframely(file: str) -> Found:
    import dataframely as dy

    rules = {f"r{at}": dy.rule()(lambda cls, test=test: ~_broken(test)) for at, test in enumerate(TESTS)}
    columns = {KEY: dy.Int64(), **{name: dy.Any() for name in COLUMNS}}
    schema = type("Rules", (dy.Schema,), {**columns, **rules})
    _good, failure = schema.filter(_polars(file))
    invalid = failure.details()
    found: Found = Counter()
    for at, test in enumerate(TESTS):
        found[test.rule] += len(invalid.filter(invalid[f"r{at}"] == "invalid")[KEY])
    return dict(found)


LIBRARIES: dict[str, Callable[[str], Found]] = {
    each.__name__: each for each in (great_expectations, pandera, pointblank, dataframely)
}


def main() -> None:
    library, file = sys.argv[1:]
    __import__(library)
    began, used = time.perf_counter(), time.process_time()
    found = LIBRARIES[library](file)
    print(json.dumps({
        "found": {rule: count for rule, count in found.items() if count},
        "seconds": time.perf_counter() - began, "processor": time.process_time() - used,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
