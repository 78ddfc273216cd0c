import django.db.models.deletion
from django.db import migrations, models

import fupin.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0015_head_checked"),
    ]

    operations = [
        migrations.CreateModel(
            name="DepartmentFact",
            fields=[
                ("id", models.BigIntegerField(default=fupin.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=42, verbose_name="数据来源")),
                ("rule", models.CharField(max_length=40, verbose_name="规则")),
                ("filled", models.CharField(blank=True, max_length=1000, verbose_name="有内容的列")),
                ("said_sealed", models.BinaryField(verbose_name="部门数据所载")),
                ("exchange", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="facts", to="quality.exchange", verbose_name="部门数据")),
                ("person", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.person", verbose_name="人")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "rule", "source"), name="department_fact_once")],
            },
        ),
    ]
