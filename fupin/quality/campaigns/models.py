"""Collection rounds, their households, and the spot checks of what was collected."""

from django.db import models

from fupin.accounts.models import User
from fupin.core.dated import Stable
from fupin.divisions.models import Division
from fupin.quality.campaigns.words import DONE, KINDS, STAGES, STATES, WHO, Kind, Stage, State, Who
from fupin.registry.models import Household


class CollectionRound(Stable):
    """A collection of information in a division and a period; its households are frozen when it opens."""

    name = models.CharField("名称", max_length=80)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    kind = models.CharField("类别", max_length=12, choices=KINDS.items(), default=Kind.FIRST)
    period_from = models.DateField("采集期起")
    period_to = models.DateField("采集期止")
    form = models.CharField("采集表版本", max_length=20)
    who = models.CharField("采集对象", max_length=12, choices=WHO.items(), default=Who.REGISTERED)
    condition = models.CharField("条件", max_length=2000, blank=True)
    stage = models.CharField("状态", max_length=10, choices=STAGES.items(), default=Stage.DRAFTED)
    opened_on = models.DateField("开启日期", null=True)
    opened_at = models.DateTimeField("开启时间", null=True)
    closed_on = models.DateField("结束日期", null=True)
    extract = models.CharField("取数编号", max_length=60, blank=True)
    filled_at = models.DateTimeField("名单生成时间", null=True)
    made_by = models.BigIntegerField("草拟人", null=True)
    made_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_to__gte=models.F("period_from")),
                name="collection_period",
                violation_error_message="采集期止不能早于采集期起",
            )
        ]
        indexes = [models.Index(fields=["division", "-id"], name="collection_division")]


class CollectionHousehold(Stable):
    """A household in a round: who goes there, how it stands, the day of the visit beside the moment of entry."""

    round = models.ForeignKey(CollectionRound, models.CASCADE, related_name="households", db_index=False)
    household = models.ForeignKey(Household, models.CASCADE, related_name="collections", verbose_name="户")
    number = models.CharField("户编号", max_length=20)
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="所在嘎查村")
    officer = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="采集人"
    )
    joined_on = models.DateField("后加入日期", null=True)
    left_on = models.DateField("离开采集范围日期", null=True)
    state = models.CharField("状态", max_length=10, choices=STATES.items(), default=State.TO_DO)
    visited_on = models.DateField("走访日期", null=True)
    entered_at = models.DateTimeField("录入时间", null=True)
    spoke_to = models.CharField("受访人", max_length=60, blank=True)
    is_changed = models.BooleanField("有变化", null=True)
    note = models.CharField("情况说明", max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField("走访次数", default=0)
    collected_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="登记人"
    )
    again = models.PositiveSmallIntegerField("重新采集次数", default=0)
    head_checked_on = models.DateField("抽查核对户主日期", null=True)
    wrong_head = models.CharField("抽查不符的户主姓名", max_length=60, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "household"], name="collection_once"),
            models.CheckConstraint(
                condition=~models.Q(state=State.COLLECTED)
                | models.Q(visited_on__isnull=False, entered_at__isnull=False, is_changed__isnull=False)
                & ~models.Q(spoke_to=""),
                name="collection_collected",
                violation_error_message="已采集的户须有走访日期、受访人和有无变化",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.LEFT_OUT) | ~models.Q(note=""),
                name="collection_left_out",
                violation_error_message="不采集的户须写明原因",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "number"], name="collection_number"),
            models.Index(fields=["round", "village", "state"], name="collection_village"),
            models.Index(fields=["officer", "state"], name="collection_officer"),
        ]

    @property
    def is_done(self) -> bool:
        """Collected, left out, or no longer in the round."""
        return self.state in DONE or self.left_on is not None


class SpotCheck(Stable):
    """A random sample of what was collected below a division. Seed and population are kept: it can be drawn again."""

    round = models.ForeignKey(CollectionRound, models.CASCADE, related_name="spot_checks")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="抽查范围")
    seed = models.BigIntegerField("随机种子")
    share = models.FloatField("抽查比例")
    least = models.PositiveSmallIntegerField("每名采集人最少户数")
    most_wrong = models.FloatField("差错率上限")
    population = models.BinaryField("抽样总体")
    population_size = models.PositiveIntegerField("总体户数")
    size = models.PositiveIntegerField("样本户数")
    drawn_on = models.DateField("抽取日期")
    drawn_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="抽取人"
    )


class SpotCheckHousehold(Stable):
    """A drawn household: checked by another person than collected it."""

    spot_check = models.ForeignKey(SpotCheck, models.CASCADE, related_name="households", db_index=False)
    line = models.ForeignKey(CollectionHousehold, models.CASCADE, related_name="spot_checks", verbose_name="采集户")
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="所在嘎查村")
    officer = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="采集人"
    )
    checked_on = models.DateField("核查日期", null=True)
    entered_at = models.DateTimeField("录入时间", null=True)
    checked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="核查人"
    )
    compared = models.PositiveSmallIntegerField("核对项数", default=0)
    wrong = models.PositiveSmallIntegerField("差错项数", default=0)
    recollected_on = models.DateField("要求重新采集日期", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["spot_check", "line"], name="spot_check_once"),
            models.CheckConstraint(
                condition=models.Q(wrong__lte=models.F("compared")),
                name="spot_check_wrong",
                violation_error_message="差错项数不能多于核对项数",
            ),
        ]
        indexes = [models.Index(fields=["village", "checked_on"], name="spot_check_village")]


class SpotCheckField(models.Model):
    """One compared field of a drawn household: what the register held, and whether it is right."""

    household = models.ForeignKey(SpotCheckHousehold, models.CASCADE, related_name="fields", db_index=False)
    field = models.CharField("核对项", max_length=40)
    held = models.CharField("登记的值", max_length=200, blank=True)
    is_right = models.BooleanField("是否相符")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["household", "field"], name="spot_check_field_once")]
