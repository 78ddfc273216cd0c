"""Screening rounds and their households."""

from __future__ import annotations

from django.db import models

from fupin.core.dated import Stable
from fupin.core.models import Case
from fupin.divisions.models import Division
from fupin.procedures.screening.words import DONE, STAGES, STATES, Stage, State
from fupin.registry.models import Household


class ScreeningRound(Stable):
    """A screening of all rural households of a division in a period; `groups` are the key groups that it was opened with."""

    name = models.CharField("名称", max_length=80)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    period_from = models.DateField("排查期起")
    period_to = models.DateField("排查期止")
    form = models.CharField("采集表版本", max_length=20)
    stage = models.CharField("状态", max_length=10, choices=STAGES.items(), default=Stage.DRAFTED)
    groups = models.CharField("重点人群", max_length=400, blank=True)
    opened_on = models.DateField("开启日期", null=True)
    closed_on = models.DateField("结束日期", null=True)
    extract = models.CharField("取数编号", max_length=60, blank=True)
    filled_at = models.DateTimeField("名单生成时间", null=True)
    made_by = models.BigIntegerField("草拟人", null=True)
    made_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        app_label = "procedures"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_to__gte=models.F("period_from")), name="screening_period",
                violation_error_message="排查期止不能早于排查期起",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["division", "-id"], name="screening_division")]


class ScreeningHousehold(Stable):
    """A household in a round: which key groups it is of, how it stands, who said so on which day."""

    round = models.ForeignKey(ScreeningRound, models.CASCADE, related_name="households", db_index=False)
    household = models.ForeignKey(Household, models.CASCADE, related_name="screenings", verbose_name="户")
    number = models.CharField("户编号", max_length=20)
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="所在嘎查村")
    groups = models.CharField("所属重点人群", max_length=400, blank=True)
    state = models.CharField("状态", max_length=12, choices=STATES.items(), default=State.TO_CONFIRM)
    joined_on = models.DateField("后加入日期", null=True)
    left_on = models.DateField("离开排查范围日期", null=True)
    reason = models.CharField("须入户的原因", max_length=200, blank=True)
    happened_on = models.DateField("排查日期", null=True)
    entered_at = models.DateTimeField("录入时间", null=True)
    entered_by = models.BigIntegerField("登记人", null=True)
    spoke_to = models.CharField("受访人", max_length=60, blank=True)
    finding = models.CharField("入户所见", max_length=200, blank=True)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+", verbose_name="案卷")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        app_label = "procedures"
        constraints = [
            models.UniqueConstraint(fields=["round", "household"], name="screening_once"),
            models.CheckConstraint(
                condition=~models.Q(state__in=DONE) | models.Q(happened_on__isnull=False, entered_at__isnull=False),
                name="screening_dated", violation_error_message="已确认、已入户、已转核查的户须有排查日期",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.VISITED) | ~models.Q(spoke_to=""),
                name="screening_spoke", violation_error_message="已入户的户须有受访人",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["round", "number"], name="screening_number"),
            models.Index(fields=["round", "village", "state"], name="screening_village"),
        ]

    @property
    def is_done(self) -> bool:
        """Confirmed, visited, a lead, or no longer in the round."""
        return self.state in DONE or self.left_on is not None
