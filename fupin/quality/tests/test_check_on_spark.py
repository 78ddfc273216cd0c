"""A check on Spark finds in the register what it finds on DuckDB."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fupin.bulk import taking
from fupin.core.refusals import Refused
from fupin.quality.applying import applied
from fupin.quality.checking import running
from fupin.quality.sweeping import sweep
from fupin.registry.tests.made_register import MadeRegister

ON = date(2018, 12, 31)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER = tmp_path


def findings(engine: str, folder: Path) -> tuple[str, list[Any]]:
    with running(engine) as steps:
        swept = sweep(taking.current(), ON, applied(ON), steps, folder / f"{engine}.parquet")
    return swept.engine, pq.read_table(swept.findings).to_pylist()


@pytest.mark.django_db
def test_both_engines_find_the_same_in_the_register(tmp_path: Path) -> None:
    made = MadeRegister()
    village = made.villages_of("150522", 1)[0]
    for number in range(4):
        name = f"family {number}"
        made.add(name, village, [{"sex": "1"}], per_head={2018: 1000 * number, 2017: 9000})
        for spouse in range(number):
            made.join(made.households[name], f"{name} spouse {spouse}", {"sex": "2"}, "02", date(2014, 1, 1))
    name, on_spark = findings("spark", tmp_path)
    assert "sail" in name
    engine, on_duckdb = findings("duckdb", tmp_path)
    assert engine == "duckdb"
    assert on_spark == on_duckdb
    assert {"REL-008"} <= {row["rule"] for row in on_duckdb}


def test_a_server_that_does_not_answer_is_told_by_its_address(settings: Any) -> None:
    settings.SPARK = "sc://127.0.0.1:9"
    with pytest.raises(Refused, match=r"sc://127\.0\.0\.1:9"), running("spark"):
        pass
