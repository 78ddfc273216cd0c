"""What sweeps found, kept as files beside the data for some days: counts by rule and lists open from them.

The files hold ids and fingerprints, no names or numbers. They are in no backup: a sweep can be made again.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from fupin.accounts import scopes
from fupin.bulk import engine
from fupin.core import clock
from fupin.quality.models import Sweep
from fupin.rulebook import queries as rulebook


def keep(findings: Path, sweep: Sweep) -> None:
    """Keep the file of findings of a sweep."""
    target = _path(sweep.pk)
    fresh = target.with_suffix(".new")
    shutil.copyfile(findings, fresh)
    fresh.replace(target)


def path_of(sweep: Sweep) -> Path | None:
    """The file of findings of a sweep; None where it is not kept any more."""
    path = _path(sweep.pk)
    return path if path.is_file() else None


def by_rule(user: Any, sweep: Sweep, *, permission: str = "quality.view") -> dict[str, int] | None:
    """How often each rule found something in the user's area; None where nobody can tell any more."""
    scope, path = scopes.scope_of(user, permission), path_of(sweep)
    if path is None:
        is_its_area = scope.roots == (None if sweep.division_id is None else frozenset({sweep.division_id}))
        return dict(sweep.by_rule) if is_its_area else None
    where, given = scope.predicate("village_id")
    connection = engine.connect(folder=settings.DATA_FOLDER, threads=1)
    try:
        found = connection.execute(
            f"SELECT rule, count(*) FROM read_parquet({engine.text(path)}) WHERE {where} GROUP BY rule", given
        ).fetchall()
    finally:
        connection.close()
    return dict.fromkeys(sweep.by_rule, 0) | dict(found)


def forget() -> None:
    """Once a day: remove the files that were kept long enough, and those of sweeps that are no more."""
    days = int(rulebook.value("quality.findings_days", on=clock.today()))
    recent = Sweep.objects.filter(made_at__gte=timezone.now() - timedelta(days=days)).values_list("pk", flat=True)
    names = {f"{pk}.parquet" for pk in recent}
    for path in _folder().glob("*.parquet"):
        if path.name not in names:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    place: Path = settings.DATA_FOLDER / "sweeps"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def _path(sweep: int) -> Path:
    return _folder() / f"{sweep}.parquet"
