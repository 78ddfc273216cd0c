"""The index of acts carries the division along."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="auditentry", name="audit_act"),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["act", "id", "division_id"], name="audit_act_division"),
        ),
    ]
