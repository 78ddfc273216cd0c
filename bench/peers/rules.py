"""The quality rules that every library can say: where some fields are so, another one must be so.

The thresholds are those of `fupin/policy/parameters/quality` on the day of the demonstration; that they ask the same is
seen by the counts, which must be equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Test:
    """`column` must be so (`kind`, `values`) in the rows in which all of `when` holds; a missing value passes all but
    `not_null`. Kinds: `not_null`, `in_set`, `not_in_set`, `between` (both ends belong to it, None is open)."""

    rule: str
    column: str
    kind: str
    values: tuple[Any, ...] = ()
    when: tuple[tuple[str, str, Any], ...] = ()


_MALE = ("04", "05", "08", "10", "12", "14", "16", "18", "20", "23", "25", "26")
_FEMALE = ("03", "06", "07", "09", "11", "13", "15", "17", "19", "22", "24", "27")
_JUNIOR, _SENIOR = ("04", "05", "06"), ("07", "08", "09", "10", "11", "12")
_COLLEGE = ("13", "14", "15", "16", "18", "19", "20", "21", "22", "23", "24", "25", "26")

TESTS = (
    Test("ID-001", "number_token", "not_null"),
    Test("ID-005", "is_area_known", "not_in_set", (False,), (("number_kind", "in", ("resident",)),)),
    Test("REL-005", "relation", "not_null"),
    Test("REL-006", "relation", "not_in_set", _MALE, (("sex", "in", ("1",)),)),
    Test("REL-006", "relation", "not_in_set", _FEMALE, (("sex", "in", ("2",)),)),
    Test("HEA-001", "health", "not_null"),
    Test("LAB-001", "labour", "not_null", (), (("age", "ge", 16),)),
    Test("LAB-002", "labour", "in_set", ("04",), (("age", "lt", 16),)),
    Test("LAB-004", "labour", "not_in_set", ("01", "02"), (("age", "ge", 60),)),
    Test("EDU-005", "age", "between", (6, 14), (("student", "in", ("03",)),)),
    Test("EDU-006", "age", "between", (12, 17), (("student", "in", _JUNIOR),)),
    Test("EDU-007", "age", "between", (15, 20), (("student", "in", _SENIOR),)),
    Test("EDU-008", "age", "between", (18, None), (("student", "in", _COLLEGE),)),
    Test("EDU-009", "age", "between", (20, None), (("student", "in", ("27",)),)),
    Test("EDU-011", "education", "not_in_set", ("01", "02"), (("age", "ge", 16), ("age", "lt", 23))),
    Test("SOC-002", "has_employee_medical", "not_in_set", (True,), (("has_resident_medical", "in", (True,)),)),
    Test("SOC-007", "gets_destitute_support", "not_in_set", (True,), (("gets_subsistence_allowance", "in", (True,)),)),
    Test("EMP-001", "work_months", "between", (0, 12)),
    Test("EMP-003", "work_months", "between", (None, 0), (("labour", "in", ("03", "04")),)),
    Test("EMP-004", "work_months", "between", (None, 3), (("student", "in", ("02", "03", *_JUNIOR, *_SENIOR)),)),
    Test("EMP-005", "work_months", "between", (None, 0), (("age", "lt", 16),)),
    Test("EMP-006", "monthly_wage_fen", "between", (10_000, 3_000_000)),
    Test("EMP-010", "job_channel", "not_in_set", ("04", "05"), (("work_place", "in", ("03", "04")),)),
)
RULES = tuple(dict.fromkeys(test.rule for test in TESTS))
COLUMNS = tuple(dict.fromkeys(name for test in TESTS for name in (test.column, *(each[0] for each in test.when))))
