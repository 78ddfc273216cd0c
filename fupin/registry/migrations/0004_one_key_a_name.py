"""A name's search keys in one row; on PostgreSQL room in pages for rows that change, and no second index of numbers.

Where its page has room, a changed row stays in it and out of its indexes. The second indexes were Django's, for
`LIKE`, by which nobody looks for a number.
"""

from itertools import islice

from django.db import migrations, models

from fupin.core.tables import Shaping
from fupin.registry import names

CHUNK = 20_000
ROOMY = ("registry_household", "registry_person", "registry_householdcard")
COLUMNS = "key, pinyin, initials, banner_id, village_id, person_id, household_id"


def make_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in ROOMY:
            schema_editor.execute(f"ALTER TABLE {table} SET (fillfactor = 50)")
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname FROM pg_indexes WHERE tablename = ANY(%s) AND schemaname = current_schema()"
                " AND indexdef LIKE '%%_pattern_ops)'",
                [list(ROOMY)],
            )
            for (index,) in cursor.fetchall():
                schema_editor.execute(f'DROP INDEX "{index}"')


def as_before(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in ROOMY:
            schema_editor.execute(f"ALTER TABLE {table} RESET (fillfactor)")


def write_keys(apps, schema_editor):
    """The spellings of every member's name, and the phones, out of the facts that are open."""
    connection = schema_editor.connection
    hexed = "encode({0}, 'hex')" if connection.vendor == "postgresql" else "lower(hex({0}))"
    start = (
        f"INSERT INTO registry_searchkey ({COLUMNS})"
        f" SELECT '#' || {hexed.format('f.phone_token')}, NULL, NULL, c.banner_id, c.village_id,"
    )
    members = (
        " FROM registry_membership m JOIN registry_personfact f ON f.person_id = m.person_id AND f.valid_to IS NULL"
        " JOIN registry_householdcard c ON c.household_id = m.household_id WHERE m.valid_to IS NULL"
    )
    schema_editor.execute(f"{start} m.person_id, m.household_id {members} AND f.phone_token IS NOT NULL")
    schema_editor.execute(
        f"{start} NULL, f.household_id FROM registry_householdfact f"
        " JOIN registry_householdcard c ON c.household_id = f.household_id"
        " WHERE f.valid_to IS NULL AND f.phone_token IS NOT NULL"
    )
    insert = f"INSERT INTO registry_searchkey ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)"
    last = -1
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT m.id, f.name, c.banner_id, c.village_id, m.person_id, m.household_id {members} AND m.id > %s"
                f" ORDER BY m.id LIMIT {CHUNK}",
                [last],
            )
            found = cursor.fetchall()
            if not found:
                return
            last = found[-1][0]
            rows = ((*each, *places) for _id, name, *places in found for each in names.spellings(name))
            while some := list(islice(rows, CHUNK)):
                cursor.executemany(insert, some)


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0003_temporary_numbers"),
    ]

    operations = [
        migrations.DeleteModel(name="SearchKey"),
        migrations.CreateModel(
            name="SearchKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, null=True)),
                ("pinyin", models.CharField(max_length=60, null=True)),
                ("initials", models.CharField(max_length=60, null=True)),
                ("banner_id", models.BigIntegerField()),
                ("village_id", models.BigIntegerField()),
                (
                    "household",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=models.deletion.CASCADE,
                        related_name="+",
                        to="registry.household",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=models.deletion.CASCADE,
                        related_name="+",
                        to="registry.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["banner_id", kept],
                        name=f"search_{kept}",
                        condition=models.Q((f"{kept}__isnull", False)),
                    )
                    for kept in ("key", "pinyin", "initials")
                ],
            },
        ),
        Shaping(make_room, as_before),
        migrations.RunPython(write_keys, migrations.RunPython.noop),
    ]
