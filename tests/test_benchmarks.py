"""The red lines of the benchmarks: a run is held to the ratios that were taken as the measure, of the same sizes only."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import bench.__main__ as benchmarks
from bench import pages

STAGED, EXTRACT = "staged import ÷ bare insert", "whole extract ÷ SQLite's backup"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """One run whose benchmarks come out as said: how it ends, and its report."""
    monkeypatch.setattr(benchmarks, "DOCUMENTED", tmp_path / "documented.json")

    def carry(staged: float, extract: float, *words: str) -> tuple[int, str]:
        def found(bench: benchmarks.Bench, *_sizes: object) -> None:
            bench.ratios |= {STAGED: staged, EXTRACT: extract}

        monkeypatch.setattr(benchmarks, "everything", found)
        report = tmp_path / "report.md"
        monkeypatch.setattr(sys, "argv", ["bench", "--report", str(report), *words])
        return benchmarks.main(), report.read_text(encoding="utf-8")

    return carry


def test_a_run_is_taken_as_the_measure_and_the_next_one_stands_beside_it(run: Run) -> None:
    assert run(0.8, 2.0, "--accept")[0] == 0
    kept = json.loads(benchmarks.DOCUMENTED.read_text(encoding="utf-8"))
    assert kept["ratios"] == {STAGED: 0.8, EXTRACT: 2.0}
    code, report = run(0.7, 2.5)
    assert code == 0
    assert f"| {EXTRACT} | 2.50 | 2.00 |  |" in report


@pytest.mark.parametrize(
    ("staged", "extract", "red"),
    [(0.6, 2.0, STAGED), (0.8, 2.7, EXTRACT), (0.62, 2.59, ""), (2.0, 0.5, "")],
)
def test_what_is_more_than_thirty_per_cent_worse_is_red_and_what_is_better_never(
    run: Run, staged: float, extract: float, red: str
) -> None:
    run(0.8, 2.0, "--accept")
    code, report = run(staged, extract)
    assert code == int(bool(red))
    assert [line.split(" | ")[0].removeprefix("| ") for line in report.splitlines() if "**RED**" in line] == (
        [red] if red else []
    )


def test_a_run_of_other_sizes_is_held_to_nothing(run: Run) -> None:
    run(0.8, 2.0, "--accept")
    code, report = run(0.1, 20.0, "--persons", "1500")
    assert code == 0
    assert "other sizes" in report


def test_a_page_is_red_by_its_processor_time_in_units_of_the_machines_pace() -> None:
    page = {"p95": 20.0, "cpu": pages.DOCUMENTED_CPU_MS["list"] * 1.4, "pace": 1.0}
    assert pages.faults({"list": page}, "banner_officer") == ["list: RED, above the documented"]
    assert pages.faults({"list": page | {"pace": 1.2}}, "banner_officer") == []
    assert pages.faults({"list": page | {"p95": 101.0, "pace": 2.0}}, "banner_officer") == [
        "list: p95 above the contract"
    ]


def test_nobody_is_sent_to_the_pages_of_another_while_a_server_warms_up() -> None:
    addresses = [f"/{person}/{at}" for person in "abcd" for at in range(9)]
    warm = pages.first_of_each(addresses, 2)
    assert warm == ["/a/0", "/a/1", "/b/0", "/b/1", "/c/0", "/c/1", "/d/0", "/d/1"]
    assert pages.first_of_each([]) == []
