from django.db import migrations, models


def ask_again(apps, _editor):
    """What was decided before a digest was kept cannot be found again in a later file: it is asked again."""
    for name in ("Candidate", "PairDecision"):
        apps.get_model("quality", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0012_own_sources"),
    ]

    operations = [
        migrations.RunPython(ask_again, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="pairdecision", name="pair_decision_once"),
        migrations.RemoveField(model_name="candidate", name="row_key"),
        migrations.RemoveField(model_name="pairdecision", name="row_key"),
        migrations.AddField(
            model_name="candidate",
            name="said_sealed",
            field=models.BinaryField(default=b"", verbose_name="行摘要"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="pairdecision",
            name="said_sealed",
            field=models.BinaryField(default=b"", verbose_name="行摘要"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="pairdecision",
            name="said_token",
            field=models.BinaryField(default=b"", max_length=16, verbose_name="行摘要检索值"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="pairdecision",
            constraint=models.UniqueConstraint(fields=("person", "said_token"), name="pair_decision_once"),
        ),
    ]
