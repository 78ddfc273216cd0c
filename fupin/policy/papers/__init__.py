"""Documents that an office prints (申请书、承诺授权书、核查表 …) as data: their pages, fields and marks, by the days of use.

The layout of the paper is not policy; that a paper is asked for, and who signs it, is, so every document has its source.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy.documents import Faulty, Source, files, read_day, read_file

FOLDER = Path(__file__).parent
_KEYS = {"label", "label_en", "subjects", "evidence", "source", "editions", "returns"}


@cache
def papers() -> dict[str, dict[str, Any]]:
    """Every document by its name, as it stands in its file. Raises Faulty."""
    return {name: _read(name, read_file(path)) for name, path in files(FOLDER)}


def _read(name: str, body: dict[str, Any]) -> dict[str, Any]:
    where = f"papers/{name}.yaml"
    if set(body) - _KEYS:
        raise Faulty(f"{where}：不认识的项 {', '.join(sorted(set(body) - _KEYS))}")
    for key in _KEYS - {"returns"}:
        if not body.get(key):
            raise Faulty(f"{where}：缺少 {key}")
    body["source"] = Source.read(body["source"], where)
    before = None
    for edition in body["editions"]:
        since = read_day(edition.get("since"), where)
        if before is not None and edition["since"] != before:
            raise Faulty(f"{where}：版本 {edition.get('name')} 始于 {since}，应接着上一版本止于的 {before}")
        before = read_day(edition["until"], where) if edition.get("until") else None
        if not edition.get("title") or not edition.get("pages"):
            raise Faulty(f"{where}：版本 {edition.get('name')} 缺少标题或页")
    return body


def check() -> list[str]:
    """Faults of the documents' files."""
    faults = []
    for name, path in files(FOLDER):
        try:
            _read(name, read_file(path))
        except (Faulty, KeyError, TypeError) as fault:
            faults.append(str(fault))
    return faults
