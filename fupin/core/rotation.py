"""Changing the field key while the register runs: everything that an older key sealed is sealed anew, in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from fupin.core import attachments, audit, sealing
from fupin.core.jobs import Running
from fupin.core.models import Attachment

KIND = "keys.rotate"
CHUNK = 500
ALSO: list[Callable[[str], int]] = []
"""What is sealed elsewhere than in a `*_sealed` column; handed in by `config`. Each gets the key id, returns a count."""


def sealed_columns() -> list[tuple[type[models.Model], list[str]]]:
    """Every table with sealed columns: binary fields whose name ends in `_sealed`."""
    found: list[tuple[type[models.Model], list[str]]] = []
    for model in apps.get_models():
        names = [
            field.name for field in model._meta.concrete_fields
            if isinstance(field, models.BinaryField) and field.name.endswith("_sealed")
        ]  # fmt: skip
        if names and model._meta.managed:
            found.append((model, names))
    return found


def rotate(run: Running) -> None:
    """The job: tables, then files, then the rest. Done again it finds nothing; killed, it goes on where it was."""
    key = sealing.current_key_id()
    total = sum(model._default_manager.count() for model, _names in sealed_columns())
    rotated, done = int(run.reached.get("rotated", 0)), 0
    for model, names in sealed_columns():
        label = model._meta.label_lower
        if label in run.reached.get("tables", []):
            done += model._default_manager.count()
            continue
        for seen, changed in _rotate_table(model, names):
            rotated += changed
            done += seen
            run.progress(done, max(total, done), _("重新加密"))
        run.checkpoint({"rotated": rotated, "tables": [*run.reached.get("tables", []), label]})
    rotated += _rotate_files(key, run)
    rotated += sum(function(key) for function in ALSO)
    run.result = {"rotated": rotated, "key": key}
    audit.record(by=None, act="keys.rotate", subject=f"key:{key}", detail={"rotated": rotated})


def _rotate_table(model: type[models.Model], names: list[str]) -> Iterator[tuple[int, int]]:
    """Chunk by chunk in the order of keys; yields how many rows were looked at and how many values were changed."""
    last: Any = None
    while True:
        rows = model._default_manager.order_by("pk")
        rows = rows.filter(pk__gt=last) if last is not None else rows
        chunk = list(rows.values_list("pk", *names)[:CHUNK])
        if not chunk:
            return
        last = chunk[-1][0]
        yield len(chunk), sum(_reseal_column(model, name, at, chunk) for at, name in enumerate(names, 1))


def _reseal_column(model: type[models.Model], name: str, at: int, chunk: list[tuple[Any, ...]]) -> int:
    """Write the values anew that another key sealed, each only if it is still what was read: an edit goes first."""
    head = sealing.current_head()
    old = [(row[0], bytes(row[at])) for row in chunk if row[at] is not None and not bytes(row[at]).startswith(head)]
    if not old:
        return 0
    fresh = sealing.seal_many(sealing.unseal_many(value for _pk, value in old))
    table, column = model._meta.db_table, model._meta.get_field(name).column
    sql = f'UPDATE "{table}" SET "{column}" = %s WHERE "{model._meta.pk.column}" = %s AND "{column}" = %s'
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, [(new, pk, value) for new, (pk, value) in zip(fresh, old, strict=True)])
    return len(old)


def _rotate_files(key: str, run: Running) -> int:
    changed = 0
    for row in Attachment.objects.filter(is_sealed=True).order_by("pk").iterator(chunk_size=500):
        path = attachments.path_of(row)
        if not path.exists() or _key_of(path) == key:
            continue
        fresh = path.with_suffix(".tmp")
        fresh.write_bytes(sealing.seal_bytes(sealing.unseal_bytes(path.read_bytes())))
        fresh.replace(path)
        changed += 1
        run.beat()
    return changed


def _key_of(path: Path) -> str:
    with path.open("rb") as file:
        return sealing.key_id(file.read(64))


def counts() -> dict[str, int]:
    """How many sealed values each key holds, tables and files together."""
    found: dict[str, int] = {}
    for model, names in sealed_columns():
        for name in names:
            values = model._default_manager.exclude(**{name: None}).values_list(name, flat=True)
            for value in values.iterator(chunk_size=5000):
                key = sealing.key_id(bytes(value)[:24])
                found[key] = found.get(key, 0) + 1
    for row in Attachment.objects.filter(is_sealed=True).iterator(chunk_size=500):
        path = attachments.path_of(row)
        if path.exists():
            key = _key_of(path)
            found[key] = found.get(key, 0) + 1
    return found
