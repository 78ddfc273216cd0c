from django.db import migrations, models


def keep_wrong_heads(apps, schema_editor):
    """What spot checks found of heads before, set beside the household of the round."""
    line, compared = apps.get_model("quality", "CollectionHousehold"), apps.get_model("quality", "SpotCheckField")
    rows = compared.objects.filter(field="head_name", household__checked_on__isnull=False).order_by(
        "household__checked_on", "pk"
    )
    for pk, day, held, is_right in rows.values_list(
        "household__line_id", "household__checked_on", "held", "is_right"
    ).iterator():
        line.objects.filter(pk=pk).update(head_checked_on=day, wrong_head="" if is_right else held[:60])


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0014_answer_books"),
    ]

    operations = [
        migrations.AddField(
            model_name="collectionhousehold",
            name="head_checked_on",
            field=models.DateField(null=True, verbose_name="抽查核对户主日期"),
        ),
        migrations.AddField(
            model_name="collectionhousehold",
            name="wrong_head",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="抽查不符的户主姓名"),
            preserve_default=False,
        ),
        migrations.RunPython(keep_wrong_heads, migrations.RunPython.noop),
    ]
