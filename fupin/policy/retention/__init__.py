"""Classes of evidence (材料类别) as data: what is kept how long, counted from which day, by which document.

A class covers the files of kinds of subjects, or refers to what another rule keeps and deletes by itself. Its period is a
dated parameter, so an office may lengthen it and never shorten it below the floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy import parameters
from fupin.policy.documents import Faulty, Source, read_day, read_file

FOLDER = Path(__file__).parent
COUNTED = ("filed", "ended")
"""From which day a period counts: on which the file came to be, or on which what it belongs to was closed. A file that is
younger than the closing counts from its own day."""
ALL = "*"
NOT_KEPT = "not_kept"
"""What `refers` says of working copies that are made anew or go as soon as they are filed."""
_KNOWN = {"label", "label_en", "covers", "refers", "counted", "years", "note", "from", "source"}


@dataclass(frozen=True, slots=True)
class EvidenceClass:
    """A class of evidence. `covers`: kind of subjects → kinds of files, empty for every kind that no other class names.

    `years` names the parameter of the period; empty: kept for ever. `refers` names what rules it instead: a parameter by
    which another duty deletes by itself, or that it is a working copy which nobody keeps.
    """

    name: str
    label: str
    label_en: str
    since: date
    source: Source
    covers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counted: str = ""
    years: str = ""
    refers: str = ""
    note: str = ""

    @property
    def is_permanent(self) -> bool:
        """Is it kept for ever?"""
        return not self.years and not self.refers


@cache
def classes() -> dict[str, EvidenceClass]:
    """Every class by its name, in the order of the file. Raises Faulty for the first that is not in order."""
    return {name: _read(name, body, f"retention/classes.yaml {name}") for name, body in _body().items()}


def _body() -> dict[str, Any]:
    return read_file(FOLDER / "classes.yaml")


def class_of(subject: str, kind: str, on: date) -> EvidenceClass | None:
    """The class of a file by the kind of its subject and its own, on a day; None where none covers it.

    The class that names the kind goes before the one that covers whatever is left.
    """
    found = _covering().get((subject, kind)) or _covering().get((subject, ALL))
    return found if found is not None and found.since <= on else None


@cache
def _covering() -> dict[tuple[str, str], EvidenceClass]:
    return {(subject, kind): one for one in classes().values() for subject, kinds in one.covers.items()
            for kind in kinds or (ALL,)}  # fmt: skip


def _read(name: str, body: Any, where: str) -> EvidenceClass:
    if not isinstance(body, dict) or set(body) - _KNOWN:
        odd = "、".join(sorted(set(body) - _KNOWN)) if isinstance(body, dict) else str(body)
        raise Faulty(f"{where}：不认识的项 {odd}")
    if not body.get("label") or not body.get("label_en"):
        raise Faulty(f"{where}：缺少 label 或 label_en")
    covers = {subject: tuple(kinds or ()) for subject, kinds in (body.get("covers") or {}).items()}
    counted, years, refers = (body.get(key, "") for key in ("counted", "years", "refers"))
    if covers and refers:
        raise Faulty(f"{where}：covers 与 refers 不能并列：一份材料只按一条规则保管")
    if bool(years) != bool(counted) or (counted and counted not in COUNTED):
        raise Faulty(f"{where}：有期限的应写明 counted（{'、'.join(COUNTED)}），永久保管的不写")
    for parameter in filter(None, (years, refers)):
        if parameter != NOT_KEPT and parameter not in parameters.parameters():
            raise Faulty(f"{where}：没有参数 {parameter}")
    if years and parameters.parameter(years).floor is None:
        raise Faulty(f"{where}：参数 {years} 应有下限 floor，各地只能延长")
    return EvidenceClass(
        name, body["label"], body["label_en"], read_day(body.get("from"), where), Source.read(body.get("source"), where),
        covers, counted, years, refers, body.get("note", ""),
    )  # fmt: skip


def check() -> list[str]:
    """Every fault, as file, place and mend."""
    faults: list[str] = []
    taken: dict[tuple[str, str], str] = {}
    for name, body in _body().items():
        where = f"retention/classes.yaml {name}"
        try:
            one = _read(name, body, where)
        except Faulty as fault:
            faults.append(str(fault))
            continue
        for subject, kinds in one.covers.items():
            for kind in kinds or (ALL,):
                if (subject, kind) in taken:
                    faults.append(f"{where}：{subject} 的 {kind} 已属于 {taken[subject, kind]}")
                taken[subject, kind] = name
    return faults
