"""What the tables of a database are, in words that do not depend on the order in which they came to be.

`python -m tests.architecture.described` walks an empty database through every migration and prints its tables as JSON.
"""

import json
import re
import sys

POSTGRESQL = {
    "columns": "SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,"
    " is_nullable, column_default, is_identity FROM information_schema.columns WHERE table_schema = current_schema()",
    "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
    "constraints": "SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = current_schema()::regnamespace",
    "room": "SELECT relname, reloptions::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace",
    "words": "SELECT c.relname, a.attname, col_description(c.oid, a.attnum) FROM pg_class c JOIN pg_attribute a ON"
    " a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'",
}
SQLITE = {
    "columns": "SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk FROM sqlite_master m"
    " JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table'",
    "indexes": "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "references": "SELECT m.name, f.\"from\", f.\"table\", f.\"to\", f.on_delete FROM sqlite_master m"
    " JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
    "unique": "SELECT m.name, l.\"unique\", l.partial, (SELECT group_concat(name) FROM pragma_index_info(l.name))"
    " FROM sqlite_master m JOIN pragma_index_list(m.name) l WHERE m.type = 'table'",
}  # fmt: skip
_NAME = re.compile(r"(INDEX )\S+( ON )")
"""An index is named after the migration that made it."""


def described(connection):
    """By kind of thing, sorted."""
    asked = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    found = {}
    with connection.cursor() as cursor:
        for kind, question in asked.items():
            cursor.execute(question)
            found[kind] = sorted({_NAME.sub(r"\1\2", "|".join(str(value) for value in row)) for row in cursor})
    if connection.vendor == "sqlite":
        found["checks"] = _checks(connection)
    return found


def _checks(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        return sorted({f"{name}|{check}" for name, sql in cursor for check in re.findall(r"CHECK \(.*?\)[,)]", sql)})


def main():
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from fupin.core import schema

    call_command("migrate", interactive=False, verbosity=0)
    sys.stdout.write(json.dumps(described(connection) | {"state": schema.schema().state}))


if __name__ == "__main__":
    main()
