"""The four legal regimes of the same work: which words, code lists, lines, publicity and windows hold when.

`regime(on).word("household")` is what a screen calls the households of that time: 贫困户 until 2020, no longer after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from fupin.policy import catalogue, parameters
from fupin.policy.documents import Faulty, Source, files, read_day, read_file

FOLDER = Path(__file__).parent


class NoRegime(LookupError):
    """The day lies before the first regime."""


@dataclass(frozen=True, slots=True)
class Word:
    """What something is called under a regime."""

    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One place where lists are put up: where, for how many days at least, and whether holidays count."""

    place: str
    days: int
    counts_holidays: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Regime:
    """A legal regime. `until` is exclusive and None for the one in force."""

    name: str
    label: str
    label_en: str
    since: date
    until: date | None
    source: Source
    words: Mapping[str, Word]
    code_lists: Mapping[str, str]
    publicity: tuple[Stage, ...]
    settings: Mapping[str, Any]
    """what else it binds: income window, line in force, post-exit policy, housing groups, fund name, organisation …"""

    def word(self, key: str, english: bool = False) -> str:
        """The word of this regime. Raises KeyError for a key that it does not have."""
        word = self.words[key]
        return word.label_en if english else word.label

    def code_list(self, name: str) -> catalogue.CodeList:
        """The official list of this regime for one of the register's lists (`education` → `education_2016`)."""
        return catalogue.code_list(self.code_lists.get(name, name))

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


def regime(on: date) -> Regime:
    """The regime in force on a day. Raises NoRegime before the first."""
    for found in regimes():
        if found.holds(on):
            return found
    raise NoRegime(f"{on} 早于第一个政策时期（{regimes()[0].since}）")


@cache
def regimes() -> tuple[Regime, ...]:
    """All regimes in order of time. Raises Faulty for the first that is not in order."""
    return tuple(sorted((_read(name, read_file(path)) for name, path in files(FOLDER)), key=lambda r: r.since))


_KEYS = {"label", "label_en", "since", "until", "source", "words", "code_lists", "publicity", "settings"}


def _read(name: str, body: dict[str, Any]) -> Regime:
    where = f"regimes/{name}.yaml"
    if set(body) - _KEYS:
        raise Faulty(f"{where}：不认识的项 {', '.join(sorted(set(body) - _KEYS))}")
    for key in _KEYS - {"until", "code_lists"}:
        if not body.get(key):
            raise Faulty(f"{where}：缺少 {key}")
    words = {}
    for key, word in body["words"].items():
        if not isinstance(word, dict) or set(word) != {"label", "label_en"}:
            raise Faulty(f"{where}：用语 {key} 应有 label 与 label_en")
        words[key] = Word(**word)
    stages = [
        Stage(row["place"], row["days"], row["counts_holidays"], Source.read(row.get("source"), f"{where} publicity"))
        for row in body["publicity"]
    ]
    return Regime(
        name=name,
        label=body["label"],
        label_en=body["label_en"],
        since=read_day(body["since"], where),
        until=read_day(body["until"], where) if body.get("until") else None,
        source=Source.read(body["source"], where),
        words=words,
        code_lists=body.get("code_lists", {}),
        publicity=tuple(stages),
        settings=body["settings"],
    )


def check() -> list[str]:
    """Faults of the regimes: no day without one, the same words in each, every list and parameter known."""
    faults: list[str] = []
    found: list[Regime] = []
    for name, path in files(FOLDER):
        try:
            found.append(_read(name, read_file(path)))
        except (Faulty, KeyError, TypeError) as fault:
            faults.append(f"regimes/{name}.yaml：{fault}")
    found.sort(key=lambda r: r.since)
    for earlier, later in pairwise(found):
        if earlier.until != later.since:
            faults.append(f"regimes：{earlier.name} 止于 {earlier.until}，{later.name} 始于 {later.since}，应首尾相接")
    if found and found[-1].until is not None:
        faults.append(f"regimes/{found[-1].name}.yaml：最后一个时期不应有 until")
    for each in found:
        missing = set(found[0].words) ^ set(each.words)
        if missing:
            faults.append(f"regimes/{each.name}.yaml：用语与其他时期不一致：{', '.join(sorted(missing))}")
        faults += _bindings(each)
    return faults


def _bindings(found: Regime) -> list[str]:
    where, faults = f"regimes/{found.name}.yaml", []
    lists = {name for name, _ in files(catalogue.FOLDER)}
    settings = {name for name, _ in files(parameters.FOLDER)}
    for name in found.code_lists.values():
        if name not in lists:
            faults.append(f"{where}：没有码表 {name}")
    for key, name in found.settings.items():
        if key.endswith("_parameter") and name not in settings:
            faults.append(f"{where}：{key} 指向不存在的参数 {name}")
    return faults
