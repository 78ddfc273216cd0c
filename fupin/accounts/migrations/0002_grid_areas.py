from django.db import migrations, models


class Migration(migrations.Migration):
    """The part of a village that a grid officer answers for."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField("posting", "area", models.CharField("负责片区", max_length=200, blank=True, default=""), preserve_default=False),
    ]
