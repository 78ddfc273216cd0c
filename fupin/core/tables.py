"""The tables of a new instance, made at once from the models instead of step by step through every migration.

Migrations carry a database that holds something from version to version. An empty one has nothing to carry, and to
walk through what the tables once were took most of the time that an instance needs to be ready. Both ways end in the
same tables (`tests/architecture/test_new_tables.py`).
"""

from __future__ import annotations

from django.apps import apps
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


class Shaping(RunPython):
    """A step of a migration that shapes tables beyond what their models say: new tables need it as well."""


def make() -> None:
    """Make every table in an empty database and note all migrations as done: all of it, or nothing where it fails."""
    loader = MigrationExecutor(connection).loader
    with connection.schema_editor(atomic=True) as editor:
        editor.create_model(MigrationRecorder.Migration)
        for model in apps.get_models():
            if model._meta.app_label in loader.migrated_apps and model._meta.can_migrate(connection):
                editor.create_model(model)
        # Indexes and references wait for the end of the work, and shapes are given to what is there.
        for statement in editor.deferred_sql:
            editor.execute(statement)
        editor.deferred_sql.clear()
        done = _in_order(loader)
        for key in done:
            for step in loader.graph.nodes[key].operations:
                if isinstance(step, Shaping):
                    step.code(apps, editor)
        noted = [key for each in done for key in (*loader.graph.nodes[each].replaces, each)]
        MigrationRecorder.Migration.objects.bulk_create(
            [MigrationRecorder.Migration(app=app, name=name) for app, name in noted]
        )


def _in_order(loader: MigrationLoader) -> list[tuple[str, str]]:
    """Every migration once, each after those that it needs."""
    every = (key for leaf in loader.graph.leaf_nodes() for key in loader.graph.forwards_plan(leaf))
    return list(dict.fromkeys(every))
