"""Findings for the tests: made by hand and written as a sweep writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars

from fupin.quality.models import Sweep
from fupin.quality.operations import Settled, settle
from fupin.quality.rules import Found

DAY = date(2020, 5, 6)
RULE = "REL-008"
_moments = iter(range(1, 100_000))


def print_of(text: str) -> str:
    """A fingerprint of something."""
    return hashlib.sha256(text.encode()).hexdigest()


def found(household: Any, values: str = "two spouses", *, rule: str = RULE, village: int | None = None,
          version: int = 1, severity: str = "E") -> Found:  # fmt: skip
    """A finding about a household of `registry.tests.households.family`."""
    at = village or household.card.village_id
    return Found(rule, version, severity, "household", household.pk, household.pk, at, print_of(values))


def found_person(person: int, household: Any, values: str = "sex", *, rule: str = "ID-007") -> Found:
    return Found(rule, 1, "E", "person", person, household.pk, household.card.village_id, print_of(values))


def write(path: Path, findings: Iterable[Found]) -> Path:
    """The findings as a Parquet file."""
    columns = {
        "rule": polars.String, "version": polars.Int32, "severity": polars.String, "subject_kind": polars.String,
        "subject_id": polars.Int64, "household_id": polars.Int64, "village_id": polars.Int64,
        "fingerprint": polars.String,
    }  # fmt: skip
    polars.DataFrame([tuple(one) for one in findings], schema=columns, orient="row").write_parquet(path)
    return path


def sweep(tmp_path: Path, findings: Iterable[Found], *, rules: Iterable[str] = (RULE,), division: Any = None,
          on: date = DAY, by: Any = None, as_of: datetime | None = None) -> Settled:  # fmt: skip
    """Settle these findings as those of a sweep that saw newer records than every sweep before."""
    moment = as_of or datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=next(_moments))
    row = Sweep.objects.create(on=on, as_of=moment, engine="duckdb", division=division)
    return settle(write(tmp_path / "findings.parquet", findings), sweep=row, rules=list(rules),
                  division=division.pk if division else None, by=by, on=on)  # fmt: skip
