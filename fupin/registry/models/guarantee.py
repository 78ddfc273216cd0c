"""Guarantee findings: food, clothing, schooling, medical care, housing and water of a household, dated."""

from django.db import models

from fupin.core.dated import DatedFact, dated_constraints
from fupin.registry.models.household import Household


class GuaranteeFinding(DatedFact):
    """One guarantee of one household as found on a day, with who found it and on what evidence."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="guarantee_findings")
    guarantee = models.CharField("保障项目", max_length=12)  # food clothing schooling medical housing water
    outcome = models.CharField("结论", max_length=8)  # met, unmet, unknown
    evidence = models.CharField("依据", max_length=300, blank=True)
    found_by = models.CharField("核查人", max_length=60, blank=True)

    class Meta:
        constraints = dated_constraints("guarantee_finding", "household", "guarantee")
