"""The files that the items of an income account rest on."""

import django.db.models.deletion
from django.db import migrations, models

import fupin.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_audit_act_division"),
        ("registry", "0007_duplicate_pairs"),
    ]

    operations = [
        migrations.CreateModel(
            name="IncomeEvidence",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=fupin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("item", models.CharField(max_length=6, verbose_name="收支项目")),
                ("amount_fen", models.BigIntegerField(verbose_name="引用时金额（分）")),
                ("name", models.CharField(max_length=200, verbose_name="材料名称")),
                ("sha256", models.CharField(max_length=64, verbose_name="文件校验值")),
                ("cited_on", models.DateField(verbose_name="引用日期")),
                ("withdrawn_on", models.DateField(blank=True, null=True, verbose_name="材料移除日期")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="registry.incomeaccount",
                    ),
                ),
                (
                    "attachment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.attachment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "item", "attachment"), name="income_evidence_once")
                ],
            },
        ),
    ]
