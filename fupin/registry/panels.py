"""What the duties above the register add to the page of a household, handed in by `config`: the register knows none of them.

A panel is loaded by its own address after the page stands, so that the page waits for nobody; until then, and without
scripts, a link leads there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

LIGHTS, CARDS, NOTES = "lights", "cards", "notes"
"""Where a panel stands: in the place of the recorded guarantees, as a card below the members, or as notes at the head of
the pages that the forms of a household, its members and its income lead to once they are saved."""


@dataclass(frozen=True, slots=True)
class Panel:
    """An address that takes the number of the household (`quality:lights`), with its title and the permission it asks."""

    place: str
    address: str
    title: Any
    permission: str


PANELS: list[Panel] = []


def panels(place: str, held: Collection[str]) -> list[Panel]:
    """The panels of a place for somebody with these permissions over the household, in the order of handing in."""
    return [one for one in PANELS if one.place == place and one.permission in held]
