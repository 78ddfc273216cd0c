"""A sweep: every rule over every record of an extract, set-wise, into one Parquet file of findings.

The file's columns: `rule`, `version`, `severity`, `subject_kind`, `subject_id`, `household_id` (NULL for a division),
`village_id` (the stored village, which scopes are compiled for), `fingerprint`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from fupin.bulk import engine
from fupin.bulk.child import digest
from fupin.bulk.datasets import Dataset, declared
from fupin.bulk.extracts import Extract
from fupin.bulk.steps import Steps
from fupin.conditions.sweeps import Asked, Sweep
from fupin.divisions.tree import Node
from fupin.quality.applying import Applied, Places
from fupin.quality.words import SUBJECTS
from fupin.rulebook.conditions import circumstance, columns, condition

DATASETS = ("persons", "households", "divisions")
_AT_ONCE = 100
"""Conditions judged in one pass: with more, the columns that are held at a time take more memory than they save."""
_HOUSEHOLD = {"persons": "household_id", "households": "household_id"}
_COLUMNS = {"region": "region_id", "league": "league_id", "banner": "banner_id", "township": "township_id",
            "village": "place_id"}  # fmt: skip
Tell = Callable[[int, int, str], None]


@dataclass(slots=True)
class Swept:
    """What a sweep looked at and found. `inputs` are the SHA-256 of the files that it read, by dataset."""

    findings: Path
    engine: str
    rules: list[str]
    rows: dict[str, int]
    by_rule: dict[str, int]
    seconds: float
    inputs: dict[str, str] = field(default_factory=dict)

    @property
    def found(self) -> int:
        return sum(self.by_rule.values())


def sweep(
    extract: Extract, on: date, applied: Sequence[Applied], steps: Steps, into: Path, *, node: Node | None = None,
    tell: Tell = lambda done, total, phase: None,
) -> Swept:  # fmt: skip
    """Judge rules over the register as of `on`, for a division or everywhere, and write what is found into `into`."""
    began = time.perf_counter()
    paths = _paths(extract, on, applied)
    relations = {name: steps.relation(path) for name, path in paths.items()}
    rows = {}
    for name in set(DATASETS) & relations.keys():
        rows[name] = steps.rows(f"SELECT count(*) FROM {relations[name]} r WHERE {place(name, node)}")[0][0]
    ordered = sorted(applied, key=lambda one: one.rule.name)
    passes = _passes(ordered)
    parts: list[str] = []
    with ThreadPoolExecutor(1) as beside:
        digests = beside.map(_digest, paths.values())
        for name, numbers in passes:
            tell(len(parts), len(passes) + 1, name)
            own = [ordered[number] for number in numbers]
            found, made = _pass(own, numbers, on, steps, relations, place(name, node))
            if len(passes) > 1:
                # What the next pass makes takes the names of what this one stands on.
                part = f"findings_{len(parts)}"
                steps.keep(part, found)
                steps.drop(made)
                found = f"SELECT * FROM {part}"
            parts.append(found)
        _write(parts, ordered, steps, into)
        inputs = dict(zip(paths, digests, strict=True))
    counts = _counted(into)
    by_rule = {one.rule.name: counts.get(one.rule.name, 0) for one in applied}
    return Swept(into, steps.name, list(by_rule), rows, by_rule, time.perf_counter() - began, inputs)


def _digest(path: Path) -> str:
    """The hash of a file as it lies there now: read once for as long as it stays the same file, since sweeps follow one another."""
    now = path.stat()
    return _digest_of(path, now.st_ino, now.st_size, now.st_mtime_ns)


@lru_cache(maxsize=64)
def _digest_of(path: Path, inode: int, size: int, changed: int) -> str:
    return digest(path)


def _passes(ordered: Sequence[Applied]) -> list[tuple[str, list[int]]]:
    """The rules that are judged together, as numbers in their order: of one dataset, and not too many."""
    by_dataset = {name: [n for n, one in enumerate(ordered) if one.rule.dataset == name] for name in DATASETS}
    return [
        (name, numbers[start : start + _AT_ONCE])
        for name, numbers in by_dataset.items()
        for start in range(0, len(numbers), _AT_ONCE)
    ]


def _counted(findings: Path) -> dict[str, int]:
    found = pq.read_table(findings, columns=["rule"])["rule"].value_counts()
    return {one["values"].as_py(): one["counts"].as_py() for one in found}


def _paths(extract: Extract, on: date, applied: Sequence[Applied]) -> dict[str, Path]:
    """The files that the datasets lie in, those of members included."""
    wanted = {"persons", "households", *(one.rule.dataset for one in applied)}
    wanted |= {link.dataset for name in list(wanted) for link in declared.dataset(name).members.values()}
    return {name: extract.path(name, on) for name in sorted(wanted)}


def _pass(
    own: Sequence[Applied], numbers: Sequence[int], on: date, steps: Steps, relations: Mapping[str, str], within: str
) -> tuple[str, list[str]]:
    """The query that judges some rules of one dataset, and the tables that were made for it.

    It gives the columns of the file, but the `number` of a rule for what the rule says by itself.
    """
    dataset = declared.dataset(own[0].rule.dataset)
    conditions = [condition(one.rule.dataset, one.rule.finds) for one in own]
    given = circumstance(conditions, on, {kind: relations[link.dataset] for kind, link in dataset.members.items()})
    household = _HOUSEHOLD.get(dataset.name)
    keep = tuple(name for name in (household, dataset.division) if name and name != dataset.key)
    asked = [Asked(one.name, each, _where(dataset, one)) for one, each in zip(own, conditions, strict=True)]
    *before, (_last, findings) = Sweep(
        dataset, asked, relations[dataset.name], given, steps.dialect, keep, within
    ).steps()
    for name, sql in before:
        steps.table(name, sql)
    key = _quoted(steps, dataset.key)
    query = (
        f"SELECT {_at(steps, numbers, 'nth')} AS number, '{SUBJECTS[dataset.name]}' AS subject_kind, {key} AS subject_id,"
        f" {_quoted(steps, household) if household else 'CAST(NULL AS BIGINT)'} AS household_id,"
        f" {_quoted(steps, dataset.division)} AS village_id, fingerprint FROM ({findings}) f"
    )
    return query, [name for name, _sql in before]


def _at(steps: Steps, values: Sequence[int | str], place: str) -> str:
    """The value that stands at a place: texts and numbers are laid beside rows last, when these have been sorted."""
    said = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
    return (
        f"element_at(array({said}), CAST({place} + 1 AS INT))"
        if steps.dialect == "spark"
        else f"([{said}])[{place} + 1]"
    )


def _where(dataset: Dataset, one: Applied) -> str:
    """The rows that a rule is judged for: where its version is the nearest, and nobody near has switched it off."""
    return " AND ".join(_said(dataset, places) for places in one.where)


def _said(dataset: Dataset, places: Places) -> str:
    by_column = columns(dataset, by_level=True)
    cases = [
        f"WHEN r.{engine.name(column)} IN ({', '.join(map(str, ids))}) THEN {value}"
        for level, column in by_column.items()
        for value in ("TRUE", "FALSE")
        if (ids := sorted(i for (at, i), holds in places.nearest.items() if at == level and holds is (value == "TRUE")))
    ]
    default = "TRUE" if places.default else "FALSE"
    return f"(CASE {' '.join(cases)} ELSE {default} END)" if cases else default


def place(dataset: str, node: Node | None) -> str:
    """A predicate on rows `r` of a dataset: those that lie at a division."""
    if node is None or node.level == "region":
        return "TRUE"
    return f"r.{_COLUMNS[node.level]} = {node.id}"


def _write(parts: Sequence[str], ordered: Sequence[Applied], steps: Steps, into: Path) -> None:
    sorted_ = f"SELECT * FROM ({' UNION ALL '.join(parts)}) f ORDER BY number, subject_id"
    rules = [one.rule for one in ordered]
    columns = "subject_kind, subject_id, household_id, village_id, fingerprint"
    steps.write(
        f"SELECT {_at(steps, [one.name for one in rules], 'number')} AS rule,"
        f" CAST({_at(steps, [one.version for one in rules], 'number')} AS INTEGER) AS version,"
        f" {_at(steps, [str(one.severity) for one in rules], 'number')} AS severity, {columns} FROM ({sorted_}) f",
        into,
    )


def _quoted(steps: Steps, name: str) -> str:
    return f"`{name}`" if steps.dialect == "spark" else engine.name(name)
