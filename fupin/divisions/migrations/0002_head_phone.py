"""The phone of the village's head on the yearly sheet, sealed like every personal number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("divisions", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="villageyear",
            name="head_phone_sealed",
            field=models.BinaryField("负责人电话", null=True, blank=True, db_comment="aar012"),
        ),
    ]
