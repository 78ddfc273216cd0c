"""English of what the documents say besides their labels: titles of sources, clauses and notes.

A title stands in many documents; its English stands once, in `english.yaml`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fupin.policy.documents import Faulty, read_file

FILE = Path(__file__).parent / "english.yaml"


@cache
def texts() -> dict[str, str]:
    """English by Chinese. Raises Faulty where one is no text."""
    found = read_file(FILE)
    for chinese, english in found.items():
        if not isinstance(chinese, str) or not isinstance(english, str) or not english.strip():
            raise Faulty(f"english.yaml：{chinese} 应译为一句英文，现为 {english!r}")
    return found


def english(text: str) -> str:
    """The English of a text; the text itself where it has none, such as the number of a standard."""
    return texts().get(text, text)


def check() -> list[str]:
    """The fault of the file, if it cannot be read: every page in English would end in it."""
    try:
        texts()
    except Faulty as fault:
        return [str(fault)]
    return []
