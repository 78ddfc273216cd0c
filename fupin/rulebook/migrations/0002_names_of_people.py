"""Requests name people as colleagues call them, no longer by their account."""

from django.db import migrations


def name(apps, schema_editor):
    override, user = apps.get_model("rulebook", "Override"), apps.get_model("accounts", "User")
    for field in ("proposed", "decided"):
        ids = override.objects.exclude(**{f"{field}_by": None}).values_list(f"{field}_by", flat=True).distinct()
        for one in user.objects.filter(pk__in=list(ids)).exclude(full_name=""):
            override.objects.filter(**{f"{field}_by": one.pk}).update(**{f"{field}_name": one.full_name})


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_initial"), ("accounts", "0001_initial")]

    operations = [migrations.RunPython(name, migrations.RunPython.noop)]
