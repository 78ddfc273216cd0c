from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rulebook", "0003_rules_of_offices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="override",
            name="kind",
            field=models.CharField(
                choices=[
                    ("parameter", "参数"),
                    ("code", "编码"),
                    ("rule", "质量规则"),
                    ("switch", "规则开关"),
                    ("source", "数据来源"),
                ],
                max_length=10,
                verbose_name="类别",
            ),
        ),
    ]
