"""Indicators as data: what a figure counts, of which records, in which unit, by which definition.

A file is a mapping of indicator ids; the ids are those of the published figures. Conditions in them are text here and
are parsed and checked by `conditions` when the instance starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy import guarantees, parameters
from fupin.policy.documents import Faulty, files, read_file

FOLDER = Path(__file__).parent
KINDS = ("stock", "flow", "rate", "average", "target", "limit")
MEASURES = ("count", "sum", "mean", "share", "gini", "s80s20", "fgt0", "fgt1", "fgt2", "reduction", "incidence", "reference",
            "parameter", "ratio")  # fmt: skip


class UnknownIndicator(KeyError):
    """There is no indicator of that id."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator.

    `where` chooses the records that it counts, `of` those that a share is taken of; `value` and `weight` are fields for
    sums, means and measures of inequality; `base` the indicator that a reduction or incidence starts from; `reference`
    the reference figure that stands for it or under it; `within` the codes of the divisions that alone are counted;
    `parts` are indicators that add up to it where one of them is known from reference statistics alone; `is_open` shows a value however few records stand behind it.
    """

    name: str
    label: str
    label_en: str
    row: str
    kind: str
    unit: str
    measure: str
    definition: str
    definition_en: str
    dataset: str = ""
    where: str = ""
    of: str = ""
    value: str = ""
    weight: str = ""
    line: str = ""
    base: str = ""
    reference: str = ""
    parameter: str = ""
    within: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    is_open: bool = False
    tile: int = 0
    group: str = ""

    @property
    def is_of_register_only(self) -> bool:
        """Does it speak of how incomes are spread, which for the registered alone says nothing of everybody?"""
        return self.measure in ("gini", "s80s20", "fgt0", "fgt1", "fgt2")


@dataclass(frozen=True, slots=True)
class Table:
    """A table or chart of a register dashboard: a measure broken down by one or two fields.

    For those from whom small numbers are hidden: `subtotal` is a condition whose records a figure beside the table counts;
    `fewest_hidden` of its cells are hidden together, as more sums than one are known of them.
    """

    name: str
    label: str
    label_en: str
    dataset: str
    where: str
    rows: str
    columns: str = ""
    measure: str = "count"
    values: tuple[str, ...] = ()
    bands: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unit: str = "household"
    subtotal: str = ""
    fewest_hidden: int = 2
    chart: str = "bar"
    definition: str = ""
    definition_en: str = ""


def _read(kind: type[Any], name: str, body: Any, where: str) -> Any:
    known = {one.name for one in fields(kind)}
    if not isinstance(body, dict) or set(body) - known:
        unknown = ", ".join(sorted(set(body) - known)) if isinstance(body, dict) else str(body)
        raise Faulty(f"{where}：{name} 中有不认识的项 {unknown}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in body.items()}
    if "bands" in values:
        values["bands"] = {key: tuple(edges) for key, edges in values["bands"].items()}
    for key in ("where", "of"):
        if isinstance(body.get(key), dict):
            values[key] = guarantees.spoken(body[key])
    try:
        return kind(name=name, **values)
    except TypeError as fault:
        raise Faulty(f"{where}：{name} 缺少必填项（{fault}）") from None


@cache
def indicators() -> dict[str, Indicator]:
    """Every indicator by id. Raises Faulty for the first that is not in order."""
    found: dict[str, Indicator] = {}
    for name, path in files(FOLDER):
        if name.startswith("tables"):
            continue
        for key, body in read_file(path).items():
            if key in found:
                raise Faulty(f"indicators/{path.name}：{key} 已在别的文件中定义")
            found[key] = _read(Indicator, key, body, f"indicators/{path.name}")
    return found


@cache
def tables() -> dict[str, Table]:
    """Every table of the dashboard by name, in the order of the file."""
    return {
        key: _read(Table, key, body, "indicators/tables.yaml")
        for key, body in read_file(FOLDER / "tables.yaml").items()
    }


def indicator(name: str) -> Indicator:
    """The indicator of that id. Raises UnknownIndicator."""
    try:
        return indicators()[name]
    except KeyError:
        raise UnknownIndicator(name) from None


def check() -> list[str]:
    """Faults of the indicators: an unknown kind, measure, base or parameter; each as file, place and mend."""
    faults = []
    try:
        known = indicators()
        tables()
    except Faulty as fault:
        return [str(fault)]
    for one in known.values():
        where = f"indicators：{one.name}"
        if one.kind not in KINDS:
            faults.append(f"{where}：kind 应为 {', '.join(KINDS)} 之一，现为 {one.kind}")
        if one.measure not in MEASURES:
            faults.append(f"{where}：measure 应为 {', '.join(MEASURES)} 之一，现为 {one.measure}")
        if one.base and one.base not in known:
            faults.append(f"{where}：base 指向不存在的指标 {one.base}")
        faults += [f"{where}：parts 指向不存在的指标 {name}" for name in one.parts if name not in known]
        settings = [name for name in (one.parameter, one.line) if name]
        faults += [f"{where}：没有参数 {name}" for name in settings if name not in parameters.parameters()]
    return faults
