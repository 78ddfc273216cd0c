"""Loading what published texts say of divisions: designations with names and days, figures with their source."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml
from django.db import transaction

from fupin.divisions import queries
from fupin.divisions.models import Designation, ReferenceFigure


def read() -> dict[str, Any]:
    """The shipped file `data/published.yaml`."""
    path = resources.files("fupin.divisions") / "data" / "published.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@transaction.atomic
def load() -> dict[str, int]:
    """Bring in what is not there yet; nothing that an office has entered or changed is touched. Returns counts."""
    document = read()
    return {"reference_figures": _figures(document), "designations": _designations(document)}


def _figures(document: dict[str, Any]) -> int:
    tree = queries.tree()
    held = set(ReferenceFigure.objects.values_list("division_id", "indicator", "period"))
    fresh = []
    for code, indicator, period, value, unit, source, implied in document["figures"]:
        division, text = tree.by_code(code).id, document["sources"][source]
        if (division, indicator, period) in held:
            continue
        fresh.append(
            ReferenceFigure(
                division_id=division, indicator=indicator, period=period, value=value, unit=unit,
                source="；".join(filter(None, (text["title"], implied))), published_on=text["published_on"],
            )
        )  # fmt: skip
    ReferenceFigure.objects.bulk_create(fresh)
    return len(fresh)


def _designations(document: dict[str, Any]) -> int:
    tree = queries.tree()
    held = set(Designation.objects.values_list("division_id", "kind", "valid_from"))
    fresh = [
        Designation(
            division_id=tree.by_code(code).id, kind=one["kind"], valid_from=one["valid_from"],
            valid_to=one["valid_to"], document=one["document"], source="published",
        )
        for one in document["designations"]
        for code in one["codes"]
        if (tree.by_code(code).id, one["kind"], one["valid_from"]) not in held
    ]  # fmt: skip
    Designation.objects.bulk_create(fresh)
    return len(fresh)
