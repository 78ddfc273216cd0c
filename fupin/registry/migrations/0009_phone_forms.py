from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0008_income_evidence"),
    ]

    operations = [
        migrations.AddField(
            model_name=name,
            name="phone_form",
            field=models.CharField(blank=True, max_length=6, null=True, verbose_name="电话形式"),
        )
        for name in ("householdfact", "personfact")
    ]
