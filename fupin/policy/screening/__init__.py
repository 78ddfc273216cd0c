"""Key groups of a screening (大排查) as data: which households are visited, from which day, by which source.

A group finds households by a condition over the register (`finds`, over `dataset`), by hits of a comparison with another
department (`compared`: the rules that these hits feed), or by either. `found` and `passed` are its own examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy import quality
from fupin.policy.documents import Faulty, Source, read_day, read_file

FOLDER = Path(__file__).parent
DATASETS = ("persons", "households")


@dataclass(frozen=True, slots=True)
class Group:
    """One key group. From `since` on (before `until`) its households are visited in every screening."""

    name: str
    label: str
    label_en: str
    since: date
    source: Source
    until: date | None = None
    dataset: str = ""
    finds: str = ""
    compared: tuple[str, ...] = ()
    found: tuple[Mapping[str, Any], ...] = ()
    passed: tuple[Mapping[str, Any], ...] = ()


@cache
def groups() -> dict[str, Group]:
    """Every group by name, in the order of the file. Raises Faulty for the first that is not in order."""
    return {
        name: _read(name, body, f"screening/groups.yaml {name}")
        for name, body in read_file(FOLDER / "groups.yaml").items()
    }


def groups_on(day: date) -> list[Group]:
    """The groups that hold on a day."""
    return [one for one in groups().values() if one.since <= day and (one.until is None or day < one.until)]


_KNOWN = ({one.name for one in fields(Group)} - {"name", "since"}) | {"from"}


def _read(name: str, body: Any, where: str) -> Group:
    if not isinstance(body, dict) or set(body) - _KNOWN:
        odd = "、".join(sorted(set(body) - _KNOWN)) if isinstance(body, dict) else str(body)
        raise Faulty(f"{where}：不认识的项 {odd}")
    if not body.get("label") or not body.get("label_en"):
        raise Faulty(f"{where}：缺少中文或英文名称")
    if not body.get("finds") and not body.get("compared"):
        raise Faulty(f"{where}：应有条件 finds 或比对规则 compared")
    if bool(body.get("finds")) != (body.get("dataset") in DATASETS):
        raise Faulty(f"{where}：有条件的应写明 dataset，为 {'、'.join(DATASETS)} 之一")
    compared = tuple(body.get("compared", ()))
    if unknown := [one for one in compared if one not in quality.rules()]:
        raise Faulty(f"{where}：没有比对规则 {'、'.join(unknown)}")
    return Group(
        name, body["label"], body["label_en"], read_day(body.get("from"), where), Source.read(body.get("source"), where),
        read_day(body["until"], where) if "until" in body else None, body.get("dataset", ""), body.get("finds", ""), compared, tuple(body.get("found", ())), tuple(body.get("passed", ())),
    )  # fmt: skip


def check() -> list[str]:
    """Every fault, as file, place and mend."""
    try:
        groups()
    except Faulty as fault:
        return [str(fault)]
    return []
