"""Addresses of the built styles and scripts, with the fingerprint of their content."""

import json
from functools import cache
from pathlib import Path

from django.templatetags.static import static

FOLDER = Path(__file__).parent / "static" / "built"


@cache
def _fingerprints() -> dict[str, str]:
    path = FOLDER / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@cache
def address(name: str) -> str:
    """The address of a built file; it changes when the file does, so that browsers may keep it."""
    mark = _fingerprints().get(name, "")
    return static(f"built/{name}") + (f"?v={mark}" if mark else "")
