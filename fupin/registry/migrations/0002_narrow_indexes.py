"""Tokens in narrow indexes: an id number's is led by its area, a phone's is a search key, which is led by the banner.

Scattered tokens made an import write a page for each, all over two large indexes.
"""

from django.db import migrations, models


def phones_as_keys(apps, schema_editor):
    """Write the search keys of the phones that are known."""
    hexed = "encode({0}, 'hex')" if schema_editor.connection.vendor == "postgresql" else "lower(hex({0}))"
    start = (
        "INSERT INTO registry_searchkey (key, banner_id, village_id, person_id, household_id)"
        f" SELECT '#' || {hexed.format('f.phone_token')}, c.banner_id, c.village_id,"
    )
    schema_editor.execute(
        f"{start} m.person_id, m.household_id FROM registry_membership m"
        " JOIN registry_personfact f ON f.person_id = m.person_id AND f.valid_to IS NULL"
        " JOIN registry_householdcard c ON c.household_id = m.household_id"
        " WHERE m.valid_to IS NULL AND f.phone_token IS NOT NULL"
    )
    schema_editor.execute(
        f"{start} NULL, f.household_id FROM registry_householdfact f"
        " JOIN registry_householdcard c ON c.household_id = f.household_id"
        " WHERE f.valid_to IS NULL AND f.phone_token IS NOT NULL"
    )


def keys_without_phones(apps, schema_editor):
    schema_editor.execute("DELETE FROM registry_searchkey WHERE key LIKE '#%%'")


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="householdfact",
            name="household_phone",
        ),
        migrations.RemoveIndex(
            model_name="personfact",
            name="person_phone",
        ),
        migrations.RemoveIndex(
            model_name="personidentity",
            name="identity_token",
        ),
        migrations.AlterField(
            model_name="searchkey",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=models.CASCADE,
                related_name="+",
                to="registry.person",
            ),
        ),
        migrations.RunPython(phones_as_keys, keys_without_phones),
        migrations.AddIndex(
            model_name="personidentity",
            index=models.Index(fields=["number_area", "number_token"], name="identity_area_token"),
        ),
    ]
