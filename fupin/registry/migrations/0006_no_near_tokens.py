"""Tokens of near misses are no longer kept.

Of two accepted numbers none differs from the other in one digit alone, for the check digit differs too: suspected
duplicates are found by name, birth day and the numbers without it. The column stays in the table, empty for new rows,
so that the release before this one can still write; the next release removes it.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0005_employee_insurance"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="personidentity", name="near_tokens")],
        ),
    ]
