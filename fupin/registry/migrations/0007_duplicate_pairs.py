"""Pairs of persons who may be one, as the daily search finds them."""

import django.db.models.deletion
from django.db import migrations, models

import fupin.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("divisions", "0002_head_phone"),
        ("registry", "0006_no_near_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=fupin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("banner_id", models.BigIntegerField(verbose_name="旗县")),
                ("kind", models.CharField(max_length=12, verbose_name="理由")),
                ("found_at", models.DateTimeField(auto_now_add=True, verbose_name="发现时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="核对时间")),
                ("decided_by", models.BigIntegerField(null=True, verbose_name="核对人")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="核对说明")),
                (
                    "first",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="registry.person",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "village",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="divisions.division",
                    ),
                ),
                (
                    "other_village",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="divisions.division"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["village", "decided_at", "id"], name="duplicate_pair_open"),
                    models.Index(fields=["banner_id"], name="duplicate_pair_banner"),
                ],
                "constraints": [models.UniqueConstraint(fields=("first", "second"), name="duplicate_pair_once")],
            },
        ),
    ]
