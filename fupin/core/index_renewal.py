"""Changing the index key while the register runs: every token that an older key made is made anew, in chunks.

While it lasts `FUPIN_INDEX_KEY` names two keys: tokens are made with the first and looked for under both, so that
everyone is found at every moment. A token does not say which key made it, so each is compared with the one that the
sealed value beside it gives under the new key: done again the work finds nothing, killed it begins again and passes
quickly over what is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from fupin.core import audit, sealing
from fupin.core.imports.models import ImportRun
from fupin.core.jobs import Running

KIND = "keys.index"
CHUNK = 150
SETTLED_SECONDS = 10.0
"""An edit that began under the former key has ended after so long: only then does a walk prove that none is left."""
PURPOSES: dict[str, sealing.Purpose] = {"number": "id", "id_number": "id", "phone": "phone", "said": "pair"}
"""What the token column beside a sealed one is made of, by the name before `_sealed`."""
FORGET: list[Callable[[], bool]] = []
"""Takes the former keys out of `keys.env`; handed in by `config`. False where they come from the environment."""

ALSO: list[Callable[[type[models.Model], list[Any]], None]] = []
"""What else is derived from tokens, in the same transaction: gets the table and the keys of the rows that changed."""
FILES: list[Callable[[Callable[[], None]], int]] = []
"""Brings the tokens over that lie in sealed files, while both keys are there; gets the beat of the job, returns how many
files it wrote anew. Done again it finds nothing."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A sealed column of a table with its token."""

    model: type[models.Model]
    sealed: str
    token: str
    purpose: sealing.Purpose

    @property
    def names(self) -> list[str]:
        """The columns to read: the cipher, its token."""
        return [self.sealed, self.token]


def indexed_columns() -> list[Indexed]:
    """Every sealed column that has a token: `x_token` stands beside `x_sealed`."""
    found = []
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields if isinstance(field, models.BinaryField)}
        for token in sorted(name for name in names if name.endswith("_token") and model._meta.managed):
            kept = token.removesuffix("_token")
            if f"{kept}_sealed" in names:
                found.append(Indexed(model, f"{kept}_sealed", token, PURPOSES[kept]))
    return found


def renew(run: Running) -> None:
    """The job: walk until a walk finds nothing left, bring the files over, then forget the former key."""
    columns = indexed_columns()
    total = sum(each.model._default_manager.exclude(**{each.sealed: None}).count() for each in columns)
    began, renewed = time.monotonic(), 0
    while True:
        settled = time.monotonic() - began >= SETTLED_SECONDS
        found = _walk(columns, run, total)
        renewed += found
        if not found and settled:
            break
        if not found:
            time.sleep(min(1.0, SETTLED_SECONDS))
    files = sum(function(run.beat) for function in FILES)
    run.result = {"renewed": renewed, "files": files, "former": _forget_former()}
    # The subject tells the figures that the tokens of all records are others now.
    audit.record(by=None, act=KIND, subject=f"index:{run.job.pk}", detail={"renewed": renewed, "files": files})


def _forget_former() -> str:
    """Let the former key go. Returns `gone`, or why it is still there: `imports` or `environment`."""
    if not sealing.former_index_keys():
        return "gone"
    # A merge prepares some rows ahead of writing them: those of one that began under the former key may still come.
    if ImportRun.objects.filter(state=ImportRun.State.MERGING).exists():
        return "imports"
    return "gone" if all(forget() for forget in FORGET) else "environment"


def _walk(columns: Sequence[Indexed], run: Running, total: int) -> int:
    """Once over every table; returns how many rows were changed."""
    done = changed = 0
    for each in columns:
        for chunk in _chunks(each):
            done += len(chunk)
            changed += _renew_chunk(each, chunk)
            run.progress(min(done, total), total, _("更新检索值"))
    return changed


def _chunks(each: Indexed) -> Iterator[list[tuple[Any, ...]]]:
    last: Any = None
    rows = each.model._default_manager.exclude(**{each.sealed: None}).order_by("pk")
    while True:
        later = rows.filter(pk__gt=last) if last is not None else rows
        chunk = list(later.values_list("pk", *each.names)[:CHUNK])
        if not chunk:
            return
        last = chunk[-1][0]
        yield chunk


def _renew_chunk(each: Indexed, chunk: Sequence[tuple[Any, ...]]) -> int:
    """Write the tokens anew that another key made, each only if its value is still what was read."""
    texts = sealing.unseal_many(bytes(row[1]) for row in chunk)
    wrong = []
    for row, token in zip(chunk, sealing.token_many(texts, each.purpose), strict=True):
        if token != _bytes(row[2]):
            wrong.append((token, row[0], bytes(row[1])))
    if wrong:
        meta = each.model._meta
        columns = [meta.get_field(name).column for name in each.names]
        written = ", ".join(f'"{column}" = %s' for column in columns[1:])
        where = f'"{meta.pk.column}" = %s AND "{columns[0]}" = %s'
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.executemany(f'UPDATE "{meta.db_table}" SET {written} WHERE {where}', wrong)
            for function in ALSO:
                function(each.model, [row[-2] for row in wrong])
    return len(wrong)


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def counts() -> dict[str, int]:
    """How many tokens are of the present key, and how many are not."""
    found = {"present": 0, "former": 0}
    for each in indexed_columns():
        for chunk in _chunks(each):
            made = sealing.token_many(sealing.unseal_many(bytes(row[1]) for row in chunk), each.purpose)
            same = sum(_bytes(row[2]) == token for row, token in zip(chunk, made, strict=True))
            found["present"] += same
            found["former"] += len(chunk) - same
    return found
