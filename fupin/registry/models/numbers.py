"""How far the numbers of a village have been handed out."""

from django.db import models


class NumberSeries(models.Model):
    """The last serial given to a household or a person first registered under a village code."""

    kind = models.CharField(max_length=12)  # household, person
    village_code = models.CharField(max_length=15)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "village_code"], name="number_series_once")]
