"""Quality rules as data: what is found, how grave it is, what the officer is asked, by which source.

A file of the folder holds rules by id (`ID-007`). `finds` is a condition over a dataset; conditions are text here and
are parsed and type-checked by `quality` when the instance starts. A rule whose records are not held yet names in
`waits_for` what it waits for, and has no condition; nor has one that is `compared`: it is judged when a department's file
comes in, by the conditions of the sources that feed it. `found` and `passed` are its own examples: records (with their
`members`) that it must find and must not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy import guarantees
from fupin.policy.documents import Faulty, files, read_file
from fupin.policy.regimes import regime, regimes

FOLDER = Path(__file__).parent
SEVERITIES = ("E", "W", "I")
DATASETS = ("persons", "households", "divisions")
BASES = {
    "corpus": ("规则意图有公开材料可据", "intent seen in published material"),
    "derived": ("由公开的表结构推得", "derived from published structures"),
    "design": ("本系统设定，可按本地要求关闭", "set by this system; an office may switch it off"),
    "unconfirmed": ("尚未核实，可按本地要求关闭", "not confirmed; an office may switch it off"),
}
"""How far a rule can be trusted: nearly all of them come from elsewhere than Inner Mongolia."""
WAITS = {
    "procedures": ("进出程序", "procedures"),
    "projects": ("项目与资金", "projects and funds"),
    "helpers": ("结对帮扶与驻村", "helpers and village teams"),
    "employment": ("务工台账", "employment records"),
    "reported_tables": ("上报报表", "reported tables"),
    "warnings": ("风险线索", "risk signals"),
}
"""The records that rules may wait for."""
GROUPS = {
    "ID": ("身份证件", "identity and papers"),
    "REL": ("家庭关系", "family"),
    "EDU": ("教育", "schooling"),
    "HEA": ("健康残疾", "health and disability"),
    "LAB": ("劳动能力", "ability to work"),
    "EMP": ("务工就业", "work"),
    "SOC": ("社会保障", "insurance and allowances"),
    "INC": ("收入", "income"),
    "LIV": ("生产生活条件", "land, house, water, road"),
    "GUA": ("两不愁三保障", "guarantees"),
    "EXT": ("识别退出", "identification and exit"),
    "RISK": ("监测风险", "monitoring and risk"),
    "MEA": ("帮扶措施", "measures"),
    "PRJ": ("项目资金", "projects and funds"),
    "HLP": ("帮扶责任", "helpers and village teams"),
    "VIL": ("嘎查村", "villages"),
    "CMP": ("部门比对", "comparison with departments"),
    "DAT": ("记录本身", "the records themselves"),
}
"""What the rules of a group are about; an office's own rules have the code of the office for their group."""


class UnknownRule(KeyError):
    """There is no rule of that id."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `finds` holds for the records that are found. `asks` is the sentence that the officer answers. `regimes` names those
    in which it is judged (empty: all). `asks_anew` says that this version wants answers to former versions again.
    """

    name: str
    label: str
    label_en: str
    dataset: str
    severity: str
    asks: str
    asks_en: str
    basis: str
    source: str
    finds: str = ""
    waits_for: str = ""
    compared: bool = False
    regimes: tuple[str, ...] = ()
    version: int = 1
    asks_anew: bool = False
    note: str = ""
    note_en: str = ""
    found: tuple[Mapping[str, Any], ...] = ()
    passed: tuple[Mapping[str, Any], ...] = ()

    @property
    def group(self) -> str:
        """The letters before the number: ID, REL, EDU …"""
        return self.name.partition("-")[0]

    def holds(self, on: date) -> bool:
        """Is it judged under the regime of that day?"""
        return not self.regimes or regime(on).name in self.regimes


def rule(name: str) -> Rule:
    """The shipped rule of that id. Raises UnknownRule."""
    try:
        return rules()[name]
    except KeyError:
        raise UnknownRule(name) from None


@cache
def rules() -> dict[str, Rule]:
    """Every shipped rule by id. Raises Faulty for the first that is not in order."""
    found: dict[str, Rule] = {}
    for _name, path in files(FOLDER):
        for key, body in read_file(path).items():
            if key in found:
                raise Faulty(f"quality/{path.name}：{key} 已在别的文件中定义")
            found[key] = _read(key, body, f"quality/{path.name}")
    return found


_KNOWN = {one.name for one in fields(Rule)} - {"name"}


def _read(name: str, body: Any, where: str) -> Rule:
    if not isinstance(body, dict) or set(body) - _KNOWN:
        unknown = ", ".join(sorted(set(body) - _KNOWN)) if isinstance(body, dict) else str(body)
        raise Faulty(f"{where}：{name} 中有不认识的项 {unknown}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in body.items()}
    if isinstance(body.get("finds"), dict):
        values["finds"] = guarantees.spoken(body["finds"])
    try:
        return Rule(name=name, **values)
    except TypeError as fault:
        raise Faulty(f"{where}：{name} 缺少必填项（{fault}）") from None


def check() -> list[str]:
    """Faults of the rules that need no parser: severity, dataset, basis, regimes, examples; each as place and mend."""
    try:
        known = rules()
    except Faulty as fault:
        return [str(fault)]
    return [fault for one in known.values() for fault in _faults(one, {each.name for each in regimes()})]


def _faults(one: Rule, known_regimes: set[str]) -> list[str]:
    where = f"quality：{one.name}"
    closed = (("severity", one.severity, SEVERITIES), ("dataset", one.dataset, DATASETS), ("basis", one.basis, BASES))
    found = [
        f"{where}：{what} 应为 {', '.join(allowed)} 之一，现为 {value}"
        for what, value, allowed in closed
        if value not in allowed
    ]
    if [bool(one.finds), bool(one.waits_for), one.compared].count(True) != 1:
        found.append(f"{where}：finds（条件）、waits_for（等待的数据）、compared（由部门比对判断）应填且只填一项")
    if one.waits_for and one.waits_for not in WAITS:
        found.append(f"{where}：waits_for 应为 {', '.join(WAITS)} 之一，现为 {one.waits_for}")
    if bool(one.note) != bool(one.note_en):
        found.append(f"{where}：note（说明）与 note_en（英文说明）应同时给出")
    if one.finds and not (one.found and one.passed):
        found.append(f"{where}：缺少自带的例子 found、passed")
    return found + [f"{where}：没有政策时期 {name}" for name in one.regimes if name not in known_regimes]
