"""Household exit (贫困户退出) as data: what must be reached, and who is not to exit however high the income is.

`standards.yaml` holds what besides the six guarantees (`policy/guarantees`) must be reached: `holds` is a condition over
households, text here, parsed when it is judged. `held_back.yaml` is the list of those who are not to exit, by the code of
`not_exit_reason`: `holds` finds them in the records. `villages.yaml` is what the exit of a village is judged by. Every entry has its days, its source and its own examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy.catalogue import code_list
from fupin.policy.documents import Faulty, Source, read_day, read_file

FOLDER = Path(__file__).parent
WRITTEN = "written"
"""The entry that takes whatever reason an officer has written into the register."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One standard, or one reason not to exit, from `since` until `until` (not included)."""

    name: str
    label: str
    label_en: str
    holds: str
    says: str
    says_en: str
    since: date
    until: date | None
    source: Source
    examples: tuple[Mapping[str, Any], ...]
    considered: bool = False

    def is_in_force(self, on: date) -> bool:
        """Does it hold on a day?"""
        return self.since <= on and (self.until is None or on < self.until)


@cache
def standards() -> dict[str, Rule]:
    """What must be reached besides the guarantees, by name. Raises Faulty."""
    return _read("standards.yaml")


@cache
def held_back() -> dict[str, Rule]:
    """Who is not to exit, by the code of the reason. Raises Faulty."""
    return _read("held_back.yaml")


@cache
def villages() -> dict[str, Rule]:
    """What the exit of a village is judged by, by name; what is only `considered` refuses nothing. Raises Faulty."""
    return _read("villages.yaml")


def _read(name: str) -> dict[str, Rule]:
    return {str(key): _rule(str(key), body, f"exits/{name} {key}") for key, body in read_file(FOLDER / name).items()}


_NEEDED = {"label", "label_en", "holds", "says", "says_en", "since", "source", "examples"}


def _rule(name: str, body: Any, where: str) -> Rule:
    if not isinstance(body, dict) or not set(body) >= _NEEDED or set(body) - _NEEDED - {"until", "considered"}:
        raise Faulty(f"{where}：应有 {', '.join(sorted(_NEEDED))}，可有 until、considered")
    label, label_en, holds, says, says_en = (
        str(body[key]) for key in ("label", "label_en", "holds", "says", "says_en")
    )
    until = read_day(body["until"], where) if "until" in body else None
    return Rule(name, label, label_en, holds, says, says_en, read_day(body["since"], where), until,
                Source.read(body["source"], where), tuple(body["examples"]), bool(body.get("considered", False)))  # fmt: skip


def check() -> list[str]:
    """Faults of the standards and of the list, each as file, place and mend."""
    try:
        known = [*standards().values(), *held_back().values(), *villages().values()]
    except Faulty as fault:
        return [str(fault)]
    codes = code_list("not_exit_reason").codes
    faults = [f"exits/held_back.yaml：码表 not_exit_reason 中没有 {name}" for name in held_back()
              if name != WRITTEN and name not in codes]  # fmt: skip
    return faults + [
        f"exits {one.name}：examples 应有 outcome 为 {outcome} 的例子"
        for one in known
        for outcome in ("yes", "no")
        if outcome not in {example.get("outcome") for example in one.examples}
    ]
