"""Peers of the staged import: the bare insert of the very rows that it wrote, and django-import-export.

The bare insert writes rows of the import's own tables with their indexes (`executemany` on SQLite, `COPY` on PostgreSQL,
one transaction): nothing is read, checked, enciphered, compared or derived. django-import-export is given persons and
their facts in checked and coded form: it keeps no documents, memberships, keys, ciphers or trail.
"""

from __future__ import annotations

import time
from typing import Any

from bench.import_bench import cpu, say

PEER_ROWS = 2_000
FACTS = ("registry_personfact", "registry_personidentity", "registry_membership")
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def written(run: int, most: int) -> Rows:
    """Rows of an import: facts of at most so many persons, the new ones among the persons, their search keys."""
    from django.db import connection

    found: Rows = {}
    with connection.cursor() as cursor:
        for table in FACTS:
            cursor.execute(f"SELECT * FROM {table} WHERE source = %s ORDER BY id LIMIT %s", [f"import:{run}", most])
            found[table] = [each[0] for each in cursor.description], cursor.fetchall()
        columns, lines = found["registry_membership"]
        persons = [line[columns.index("person_id")] for line in lines]
        for table, key in (("registry_person", "id"), ("registry_searchkey", "person_id")):
            from fupin.registry.cards import among, listed

            cursor.execute(f"SELECT * FROM {table} WHERE {among(key)}", [listed(persons)])
            found[table] = [each[0] for each in cursor.description], cursor.fetchall()
    return found


def bare_insert(run: int, most: int) -> float:
    """The rows of the import (as many as asked) taken out of their tables and inserted again, bare; rows a minute."""
    from django.db import connection, transaction

    from fupin.registry.cards import among, listed

    rows = written(run, most)
    persons = len(rows["registry_membership"][1])
    order = ["registry_person", *FACTS, "registry_searchkey"]
    with transaction.atomic(), connection.cursor() as cursor:
        # The references are deferred to the end of a transaction: persons go first and come back before it ends.
        for table in reversed(order):
            columns, lines = rows[table]
            ids = [line[columns.index("id")] for line in lines]
            cursor.execute(f"DELETE FROM {table} WHERE {among('id')}", [listed(ids)])
        began, before = time.perf_counter(), cpu()
        for table in order:
            _insert(cursor, table, *rows[table])
    seconds = time.perf_counter() - began
    say("bare insert of the same rows into the same tables", persons, seconds, cpu() - before)
    return persons / seconds * 60


def _insert(cursor: Any, table: str, columns: list[str], lines: list[tuple[Any, ...]]) -> None:
    from django.db import connection

    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        with cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for line in lines:
                copy.write_row(line)
        return
    places = ", ".join(["?"] * len(columns))
    connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", lines)


def import_export(run: int) -> float:
    """django-import-export in its bulk mode: a person and the fact for each row, already checked and coded."""
    from django.db import transaction
    from import_export import resources
    from tablib import Dataset

    from fupin.core.ids import new_ids
    from fupin.registry.models import Person, PersonFact

    columns, facts = written(run, PEER_ROWS)["registry_personfact"]
    names = [name for name in columns if not name.endswith(("_sealed", "_token")) and name != "recorded_at"]
    data = Dataset(headers=["person" if name == "person_id" else name for name in names])
    ids, persons = new_ids(len(facts)), new_ids(len(facts))
    for at, line in enumerate(facts):
        row = dict(zip(columns, line, strict=True)) | {"id": ids[at], "person_id": persons[at]}
        data.append(["" if row[name] is None else row[name] for name in names])

    class FactResource(resources.ModelResource):
        class Meta:
            model = PersonFact
            fields = tuple(data.headers)
            import_id_fields = ("id",)
            use_bulk = skip_diff = True
            batch_size = 1_000

        def before_import(self, dataset: Any, **_options: Any) -> None:
            made = [Person(id=each, number=f"peer{each}"[:24], is_synthetic=True) for each in persons]
            Person.objects.bulk_create(made, batch_size=1_000)

    began, before = time.perf_counter(), cpu()
    with transaction.atomic():
        FactResource().import_data(data, raise_errors=True)
    seconds = time.perf_counter() - began
    assert PersonFact.objects.filter(person_id__in=list(persons)[:100]).count() == min(100, len(facts))
    Person.objects.filter(id__gte=persons.start, id__lt=persons.stop).delete()
    say(f"django-import-export, {len(facts):,} rows: persons and facts alone", len(facts), seconds, cpu() - before)
    return len(facts) / seconds * 60
