"""The round itself; where it stands is said by its case (`core.steps`), of which the stage is kept beside it for lists."""

from __future__ import annotations

from django.db import models

from fupin.core.dated import Stable
from fupin.divisions.models import Division
from fupin.procedures.rounds.words import STAGES, STOCKS, Stage


class Round(Stable):
    """A round of adjustment in a division and all below it; its table goes from the end of one day to that of another."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="区划")
    year = models.PositiveSmallIntegerField("年度")
    name = models.CharField("名称", max_length=80)
    stock = models.CharField("统计口径", max_length=12, choices=STOCKS.items())
    begins_on = models.DateField("期初日（当日终了）")
    collect_until = models.DateField("采集调整至")
    compare_until = models.DateField("比对清洗至")
    document = models.CharField("依据文件", max_length=200, blank=True)
    stage = models.CharField("状态", max_length=12, choices=STAGES.items(), default=Stage.OPENED)
    opened_by = models.BigIntegerField("开启人", null=True)
    opened_on = models.DateField("开启之日")
    ended_on = models.DateField("期末日（办结之日终了）", null=True)
    kept = models.JSONField("办结时的增减变动表", null=True)
    """The table as it was when the round closed: village → line → [households, persons]."""
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(compare_until__gte=models.F("collect_until")), name="round_days",
                violation_error_message="比对清洗止日不能早于采集调整止日",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["division", "-year", "-id"], name="round_division")]

    @property
    def subject(self) -> str:
        """What the trail, the round's own case and the cases in it name it by."""
        return f"round:{self.pk}"
