"""Frozen years (row A4): the register as it was known, as immutable hashed Parquet, people by their permanent number.

A frozen year answers from its files ever after; what was corrected later is shown beside it, never in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from pyarrow import parquet

from fupin.bulk import engine
from fupin.bulk.datasets import declared
from fupin.bulk.extracts import Extract
from fupin.core import audit
from fupin.core.refusals import Refused
from fupin.registry.models import Snapshot


@dataclass(frozen=True, slots=True)
class Broken:
    """A snapshot file that is not what was frozen."""

    year: int
    file: str
    fault: str


def folder() -> Path:
    """Where the frozen years of this instance lie."""
    return settings.DATA_FOLDER / "snapshots"


def is_frozen(on: date) -> bool:
    """Is the year that ends on this day frozen?"""
    return (on.month, on.day) == (12, 31) and (folder() / str(on.year) / "manifest.json").exists()


def relation(dataset: str, on: date) -> str | None:
    """The frozen rows of a dataset as of a year's end, to select from; None where the year is not frozen."""
    path = folder() / str(on.year) / f"{dataset}.parquet"
    return f"read_parquet({engine.text(path)})" if is_frozen(on) and path.exists() else None


def frozen_years() -> list[Snapshot]:
    """The frozen years, newest first."""
    return list(Snapshot.objects.order_by("-year"))


def freeze(*, year: int, extract: Extract, by: Any, on: date) -> Snapshot:
    """Freeze the register as of the end of `year`. Raises Refused for a frozen year and one that is not over."""
    as_of = date(year, 12, 31)
    if Snapshot.objects.filter(year=year).exists() or is_frozen(as_of):
        raise Refused(_("%d 年度已冻结，冻结后不可更改；之后的更正会在统计页并列显示") % year, "frozen")
    if on < as_of:
        raise Refused(
            _("%(year)d 年度尚未结束，%(day)s 起可以冻结") % {"year": year, "day": as_of.isoformat()}, "early"
        )
    target = folder() / str(year)
    making = folder() / f".making-{year}-{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True, mode=0o700)
    try:
        files = {
            name: _copy(extract.path(name, as_of), making / f"{name}.parquet") for name in sorted(declared.datasets)
        }
        total = sum(one["rows"] for one in files.values())
        document = {"year": year, "as_of": as_of.isoformat(), "extract": extract.id, "rows": total, "files": files}
        sha256 = _fingerprint(files)
        (making / "manifest.json").write_text(json.dumps({**document, "sha256": sha256}, indent=1), encoding="utf-8")
        with transaction.atomic():
            row = Snapshot.objects.create(year=year, as_of=as_of, rows=total, sha256=sha256, files=files,
                                          frozen_by=getattr(by, "pk", None))  # fmt: skip
            audit.record(by=by, act="snapshot.freeze", subject=f"snapshot:{row.pk}", on=on,
                         detail={"year": [None, year], "rows": total, "sha256": sha256})  # fmt: skip
            making.rename(target)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return row


def _copy(source: Path, target: Path) -> dict[str, Any]:
    shutil.copyfile(source, target)
    target.chmod(0o440)
    return {"rows": parquet.read_metadata(target).num_rows, "sha256": _digest(target)}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fingerprint(files: dict[str, Any]) -> str:
    """One hash over the names, rows and hashes of all files."""
    lines = (f"{name} {one['rows']} {one['sha256']}\n" for name, one in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def verify() -> list[Broken]:
    """What of the frozen years is not as it was frozen: changed, removed or added files, or rows of the table."""
    broken = []
    known = {row.year: row for row in Snapshot.objects.all()}
    there = {int(path.name) for path in folder().glob("[0-9]*") if path.is_dir()} if folder().exists() else set()
    for year in sorted(there - set(known)):
        broken.append(Broken(year, "", _("文件在，登记不在")))
    for year, row in sorted(known.items()):
        if _fingerprint(row.files) != row.sha256:
            broken.append(Broken(year, "", _("登记的摘要与文件清单不符")))
        for name, one in sorted(row.files.items()):
            path = folder() / str(year) / f"{name}.parquet"
            if not path.exists():
                broken.append(Broken(year, path.name, _("文件不在")))
            elif _digest(path) != one["sha256"]:
                broken.append(Broken(year, path.name, _("文件被改动")))
        extra = {path.stem for path in (folder() / str(year)).glob("*.parquet")} - set(row.files)
        broken += [Broken(year, f"{name}.parquet", _("多出的文件")) for name in sorted(extra)]
    return broken
