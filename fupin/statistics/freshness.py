"""An accepted change is on screen within ten seconds (statistics.freshness_seconds): the extract follows the trail."""

from __future__ import annotations

from fupin.bulk import extracts, taking
from fupin.core import clock

WARM = ("households", "persons", "findings", "divisions")
"""What every dashboard reads: made before the first reader asks."""


def keep_fresh() -> None:
    """Bring the extract up to date where acts were recorded since, and clean old ones. Cheap when nothing happened."""
    before = extracts.latest()
    newest = taking.current()
    if before is not None and newest.id == before.id:
        return
    for dataset in WARM:
        newest.relation(dataset, clock.today())
    extracts.clean()
