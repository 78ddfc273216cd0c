from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0011_signs"),
    ]

    operations = [
        migrations.AddField(
            model_name="exchange",
            name="definition",
            field=models.BigIntegerField(default=0, verbose_name="来源设定"),
        ),
        migrations.AddField(
            model_name="letter",
            name="definition",
            field=models.BigIntegerField(default=0, verbose_name="来源设定"),
        ),
    ]
