"""A sweep: every rule over every record of an extract, set-wise, into one Parquet file of findings.

The file's columns: `rule`, `version`, `severity`, `subject_kind`, `subject_id`, `household_id` (NULL for a division),
`village_id` (the stored village, which scopes are compiled for), `fingerprint`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

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
    relations, inputs = _relations(extract, on, steps, applied)
    parts: list[str] = []
    rows: dict[str, int] = {}
    for name in DATASETS:
        own = [one for one in applied if one.rule.dataset == name]
        where = place(name, node)
        if name in relations:
            rows[name] = steps.rows(f"SELECT count(*) FROM {relations[name]} r WHERE {where}")[0][0]
        for start in range(0, len(own), _AT_ONCE):
            tell(len(parts), len(applied) // _AT_ONCE + 3, name)
            parts.append(f"findings_{len(parts)}")
            _pass(own[start : start + _AT_ONCE], on, steps, relations, where, parts[-1])
    _write(parts, applied, steps, into)
    counts: dict[str, int] = {}
    for part in parts:
        counts |= dict(steps.rows(f"SELECT rule, count(*) FROM {part} GROUP BY rule"))
    by_rule = dict.fromkeys((one.rule.name for one in applied), 0)
    for one in applied:
        by_rule[one.rule.name] += counts.get(one.name, 0)
    return Swept(into, steps.name, list(by_rule), rows, by_rule, time.perf_counter() - began, inputs)


def _relations(
    extract: Extract, on: date, steps: Steps, applied: Sequence[Applied]
) -> tuple[dict[str, str], dict[str, str]]:
    """What the datasets are read from, those of members included, and what the files that they lie in hash to."""
    wanted = {"persons", "households", *(one.rule.dataset for one in applied)}
    wanted |= {link.dataset for name in list(wanted) for link in declared.dataset(name).members.values()}
    paths = {name: extract.path(name, on) for name in sorted(wanted)}
    return {name: steps.relation(path) for name, path in paths.items()}, {n: digest(p) for n, p in paths.items()}


def _pass(own: Sequence[Applied], on: date, steps: Steps, relations: Mapping[str, str], within: str, into: str) -> None:
    """Judge some rules of one dataset; the table `into` has the columns of the file but what a rule says by itself."""
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
    steps.keep(
        into,
        f"SELECT rule, '{SUBJECTS[dataset.name]}' AS subject_kind, {key} AS subject_id,"
        f" {_quoted(steps, household) if household else 'CAST(NULL AS BIGINT)'} AS household_id,"
        f" {_quoted(steps, dataset.division)} AS village_id, fingerprint FROM ({findings}) f",
    )
    steps.drop([name for name, _sql in before])


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


def _write(parts: Sequence[str], applied: Sequence[Applied], steps: Steps, into: Path) -> None:
    names = " ".join(f"WHEN '{one.key}' THEN '{one.rule.name}'" for one in applied if one.key)
    name = f"CASE rule {names} ELSE rule END" if names else "rule"
    said = " ".join(f"WHEN '{one.name}' THEN '{one.rule.severity}'" for one in applied)
    versions = " ".join(f"WHEN '{one.name}' THEN {one.rule.version}" for one in applied)
    every = " UNION ALL ".join(f"SELECT * FROM {part}" for part in parts)
    columns = "subject_kind, subject_id, household_id, village_id, fingerprint"
    steps.write(
        f"SELECT {name} AS rule, CAST(CASE rule {versions} END AS INTEGER) AS version, CASE rule {said} END AS severity,"
        f" {columns} FROM ({every}) ORDER BY 1, subject_id",
        into,
    )


def _quoted(steps: Steps, name: str) -> str:
    return f"`{name}`" if steps.dialect == "spark" else engine.name(name)
