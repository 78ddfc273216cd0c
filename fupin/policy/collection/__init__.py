"""Forms of information collection (信息采集表) as data: which fields a version asks for, from which day, by which source.

The fields are columns of the register's sheets; that there are such columns is held by a test of `quality`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy.documents import Faulty, Source, read_day, read_file

FOLDER = Path(__file__).parent
_LISTS = ("households", "persons", "compared")
_KNOWN = {"label", "label_en", "from", "source", *_LISTS}


class UnknownForm(KeyError):
    """There is no form of that version."""


@dataclass(frozen=True, slots=True)
class Form:
    """A version of the form: what is asked of a household, of each member, and again in a spot check."""

    name: str
    label: str
    label_en: str
    valid_from: date
    source: Source
    households: tuple[str, ...]
    persons: tuple[str, ...]
    compared: tuple[str, ...]


@cache
def forms() -> dict[str, Form]:
    """Every version by name, the earliest first. Raises Faulty for the first that is not in order."""
    found = [
        _read(name, body, f"collection/forms.yaml {name}") for name, body in read_file(FOLDER / "forms.yaml").items()
    ]
    return {one.name: one for one in sorted(found, key=lambda one: one.valid_from)}


def form(name: str) -> Form:
    """The form of that version. Raises UnknownForm."""
    try:
        return forms()[name]
    except KeyError:
        raise UnknownForm(name) from None


def form_on(day: date) -> Form:
    """The newest version in force on a day; the first where none was yet."""
    every = list(forms().values())
    return next((one for one in reversed(every) if one.valid_from <= day), every[0])


def _read(name: str, body: Any, where: str) -> Form:
    if not isinstance(body, dict) or set(body) != _KNOWN:
        odd = "、".join(sorted(set(body) ^ _KNOWN)) if isinstance(body, dict) else str(body)
        raise Faulty(f"{where}：缺少或不认识的项 {odd}")
    for part in _LISTS:
        given = body[part]
        if not isinstance(given, list) or not given or len(set(given)) != len(given):
            raise Faulty(f"{where}：{part} 应为不重复的列名")
    return Form(
        name, body["label"], body["label_en"], read_day(body["from"], where), Source.read(body["source"], where),
        *(tuple(body[part]) for part in _LISTS),
    )  # fmt: skip


def check() -> list[str]:
    """Every fault, as file, place and mend."""
    try:
        forms()
    except Faulty as fault:
        return [str(fault)]
    return []
