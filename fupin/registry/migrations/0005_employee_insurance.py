"""The national code of the document kind stood at the employees' insurance as well."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_one_key_a_name")]

    operations = [
        migrations.AlterField(
            model_name="personfact",
            name="has_employee_medical",
            field=models.BooleanField("城镇职工医保", null=True, blank=True, db_comment=""),
        ),
    ]
