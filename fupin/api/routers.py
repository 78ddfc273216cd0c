"""Which app's endpoints hang where: one line an app, in the order of the description."""

from __future__ import annotations

from ninja import Router

from fupin.divisions.api import router as divisions
from fupin.registry.api import router as registry
from fupin.rulebook.api import router as rulebook

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("", divisions),
    ("", registry),
    ("", rulebook),
)
