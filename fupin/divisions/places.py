"""Divisions as the engines of `core` see them: names, codes and what lies below (`core.places.Places`)."""

from __future__ import annotations

from typing import Any

from fupin.divisions import queries
from fupin.divisions.models import Reach


class TreePlaces:
    """Answers from today's tree. Handed to the engines at start."""

    def find(self, text: str) -> int | None:
        """The id for a code (short or full), a name that only one division has, or a path of names."""
        return queries.find(text)

    def name(self, id: int) -> str:
        return queries.tree().name(id)

    def full_name(self, id: int) -> str:
        return queries.tree().full_name(id)

    def code(self, id: int) -> str:
        return queries.tree().by_id(id).code

    def below(self, id: int) -> Any:
        return Reach.objects.filter(ancestor=id).values("descendant")

    def suggest(self, text: str, roots: list[int] | None, limit: int) -> list[tuple[str, str]]:
        return queries.suggest(text, roots, limit)
