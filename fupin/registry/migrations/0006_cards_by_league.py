from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists of a league walk an index of their own; a township's few cards are found by their villages."""

    dependencies = [
        ('registry', '0005_fewer_indexes'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='householdcard',
            name='card_township',
        ),
        migrations.AddIndex(
            model_name='householdcard',
            index=models.Index(fields=['league_id', 'number'], name='card_league'),
        ),
    ]
