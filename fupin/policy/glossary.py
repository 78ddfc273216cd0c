"""The glossary: Chinese terms, the English of screens and documents, the identifiers of the code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fupin.policy.documents import Faulty, read_file

FILE = Path(__file__).parent / "glossary.yaml"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the field in its three forms."""

    term: str
    english: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The terms of one part of the work."""

    label: str
    label_en: str
    terms: tuple[Term, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """Every chapter of the glossary. Raises Faulty where one is not in order."""
    found = []
    for name, body in read_file(FILE).items():
        try:
            terms = tuple(Term(**row) for row in body["terms"])
            found.append(Chapter(body["label"], body["label_en"], terms))
        except (KeyError, TypeError) as fault:
            raise Faulty(f"glossary.yaml：{name} 应有 label、label_en、terms（{fault}）") from None
    return tuple(found)
