"""Pairs of persons who may be one."""

from django.db import models

from fupin.core.dated import Stable
from fupin.divisions.models import Division
from fupin.registry.models.person import Person


class DuplicatePair(Stable):
    """Two members of one banner who may be one person. Found anew each day; who was told apart stays told apart."""

    banner_id = models.BigIntegerField("旗县")
    first = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Person, models.CASCADE, related_name="+")
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False)
    other_village = models.ForeignKey(Division, models.PROTECT, related_name="+")
    kind = models.CharField("理由", max_length=12)  # number, birth
    found_at = models.DateTimeField("发现时间", auto_now_add=True)
    decided_at = models.DateTimeField("核对时间", null=True)
    decided_by = models.BigIntegerField("核对人", null=True)
    reason = models.CharField("核对说明", max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once")]
        indexes = [
            models.Index(fields=["village", "decided_at", "id"], name="duplicate_pair_open"),
            models.Index(fields=["banner_id"], name="duplicate_pair_banner"),
        ]
