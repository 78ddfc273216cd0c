"""Signs with the households behind them, and the prints of pictures by which the same photo is found again."""

from django.db import models

from fupin.accounts.models import User
from fupin.core.dated import Stable
from fupin.core.ids import new_id
from fupin.core.models import Attachment
from fupin.divisions.models import Division
from fupin.quality.signs.words import ANSWERS, BY, KINDS, STATES, State
from fupin.registry.models import Household


class Sign(Stable):
    """A clue about a village, an officer's entries or pictures: what was counted, what chance would give, what came of
    it. One for each test, subject and year; a look that finds it again brings the numbers up to date."""

    kind = models.CharField("线索", max_length=12, choices=KINDS.items())
    by = models.CharField("对象类别", max_length=8, choices=BY.items())
    subject = models.CharField("对象", max_length=60)
    year = models.PositiveSmallIntegerField("年度")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="区划")
    officer = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="录入人")
    found_on = models.DateField("首次发现日期")
    looked_on = models.DateField("最近发现日期")
    as_of = models.DateTimeField("数据时点")
    statistic = models.FloatField("统计量")
    chance = models.FloatField("偶然概率")
    q = models.FloatField("误报率")
    rate = models.FloatField("设定误报率")
    observed = models.FloatField("实际")
    expected = models.FloatField("应有")
    counts = models.JSONField("计数", default=list)
    awaited = models.JSONField("应有计数", default=list)
    households = models.PositiveIntegerField("涉及户数", default=0)
    fingerprint = models.CharField("取值摘要", max_length=64)
    gone_on = models.DateField("不再成立日期", null=True)
    state = models.CharField("状态", max_length=10, choices=STATES.items(), default=State.FOUND)
    released_on = models.DateField("下发日期", null=True)
    answer = models.CharField("核实结果", max_length=12, choices=ANSWERS.items(), blank=True)
    reason = models.CharField("情况说明", max_length=500, blank=True)
    answered_on = models.DateField("核实日期", null=True)
    answered_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="核实人"
    )
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "year"], name="sign_once", violation_error_message="该对象本年度已有这条线索"
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.CLOSED, answered_on__isnull=False) & ~models.Q(answer="")
                | ~models.Q(state=State.CLOSED) & models.Q(answered_on__isnull=True, answer=""),
                name="sign_answered",
                violation_error_message="已核实的线索须有核实结果和日期，未核实的不得有",
            ),
        ]
        indexes = [models.Index(fields=["division", "state", "id"], name="sign_division")]


class SignHousehold(models.Model):
    """A household behind a sign; beside it, where two are alike, the other, and the pictures where those are."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    sign = models.ForeignKey(Sign, models.CASCADE, related_name="behind")
    household = models.ForeignKey(Household, models.CASCADE, related_name="+", verbose_name="户")
    other = models.ForeignKey(Household, models.CASCADE, null=True, related_name="+", verbose_name="另一户")
    per_head_fen = models.BigIntegerField("人均纯收入（分）", null=True)
    picture = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+", verbose_name="照片")


class PicturePrint(models.Model):
    """What is kept of a picture to know it again: 128 bits of light and dark, nothing that shows it. Empty for one
    that could not be read or that belongs to no household."""

    attachment = models.OneToOneField(Attachment, models.CASCADE, primary_key=True, related_name="+")
    household = models.ForeignKey(Household, models.CASCADE, null=True, related_name="+", verbose_name="户")
    bits = models.BinaryField("特征", max_length=16, null=True)
    is_paper = models.BooleanField("纸质材料", default=False)
