from typing import Any

from django.db import migrations, models


def take_from_exports(apps: Any, schema_editor: Any) -> None:
    """Each measure stands as of the day of the export that it came with."""
    measures, exports = apps.get_model("registry", "NationalMeasure"), apps.get_model("registry", "NationalExport")
    for pk, as_of in exports.objects.filter(kind="measure").values_list("pk", "as_of"):
        measures.objects.filter(export_id=pk).update(as_of=as_of)


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0009_phone_forms"),
    ]

    operations = [
        migrations.AddField(
            model_name="nationalmeasure",
            name="as_of",
            field=models.DateField(null=True, verbose_name="导出日期"),
        ),
        migrations.RunPython(take_from_exports, migrations.RunPython.noop),
    ]
