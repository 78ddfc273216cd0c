"""What monitoring keeps: warnings with their visits, what went to and came from civil affairs, areas at risk, relief."""

from __future__ import annotations

from django.db import models

from fupin.core.dated import Stable
from fupin.core.models import Case
from fupin.divisions.models import Division
from fupin.procedures.monitoring.words import DECISIONS, STATES, WAYS, State
from fupin.quality.models import Ticket
from fupin.registry.models import Household, IncomeAccount


class AreaEvent(Stable):
    """A risk of a whole area, declared for divisions with a document: every household in scope is visited by a day."""

    kind = models.CharField("区域性风险类别", max_length=12)
    name = models.CharField("名称", max_length=80)
    document = models.CharField("依据文件", max_length=200)
    herders_only = models.BooleanField("只走访牧户", default=False)
    declared_on = models.DateField("宣布日期")
    visit_by = models.DateField("走访期限")
    ended_on = models.DateField("结束日期", null=True)
    households = models.PositiveIntegerField("应走访户数", default=0)
    version = models.PositiveIntegerField("版本", default=1)
    banner = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="宣布的旗县")
    declared_by = models.BigIntegerField("宣布人", null=True)
    declared_at = models.DateTimeField("登记时间", auto_now_add=True)


class AreaPlace(models.Model):
    """A division for which an area risk is declared."""

    event = models.ForeignKey(AreaEvent, models.CASCADE, related_name="places")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "division"], name="area_place_once", violation_error_message="区划重复"
            )
        ]


class Signal(Stable):
    """A warning about a household: from where, of what, to be visited by when; what the visit found. It moves no status."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="signals", verbose_name="户")
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="嘎查村")
    origin = models.CharField("预警来源", max_length=12)
    key = models.CharField("预警事项", max_length=40)
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, related_name="signals", verbose_name="问题单")
    fingerprint = models.CharField("取值摘要", max_length=64, blank=True)
    event = models.ForeignKey(AreaEvent, models.PROTECT, null=True, related_name="signals", verbose_name="区域性风险")
    risks = models.CharField("致贫返贫风险", max_length=60, blank=True)
    about = models.CharField("预警情况", max_length=500)
    told_by = models.CharField("反映人", max_length=60, blank=True)
    raised_on = models.DateField("预警日期")
    due_on = models.DateField("入户期限")
    state = models.CharField("状态", max_length=12, choices=STATES.items(), default=State.OPEN)
    answer = models.CharField("核实结论", max_length=12, blank=True)
    visited_on = models.DateField("入户日期", null=True)
    spoke_to = models.CharField("受访人", max_length=60, blank=True)
    finding = models.CharField("入户情况和理由", max_length=500, blank=True)
    days_late = models.PositiveIntegerField("逾期天数", default=0)
    late_reason = models.CharField("逾期原因", max_length=300, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="signals", verbose_name="案卷")
    recorded_by = models.BigIntegerField("登记人", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    answered_by = models.BigIntegerField("核实人", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "key"], condition=models.Q(state="open"), name="signal_open_once",
                violation_error_message="该户的这项预警已在待核实清单中",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", answer="", visited_on=None)
                | models.Q(state="answered", visited_on__isnull=False) & ~models.Q(answer="") & ~models.Q(finding=""),
                name="signal_answered", violation_error_message="已核实的预警须有入户日期、结论和情况",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["village", "state", "due_on"], name="signal_village"),
            models.Index(fields=["event", "village", "state"], name="signal_event"),
        ]


class Referral(Stable):
    """A household handed over between monitoring and civil affairs: one visit, one income account, two decisions."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="referrals", verbose_name="户")
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="嘎查村")
    way = models.CharField("方向", max_length=4, choices=WAYS.items())
    kind = models.CharField("民政救助类别", max_length=12)
    signal = models.ForeignKey(Signal, models.PROTECT, null=True, related_name="referrals", verbose_name="预警")
    account = models.ForeignKey(IncomeAccount, models.SET_NULL, null=True, related_name="+", verbose_name="收入核算")
    per_head_fen = models.BigIntegerField("转办时人均纯收入（分）", null=True)
    reason = models.CharField("转办理由", max_length=500)
    handed_on = models.DateField("转办日期")
    document = models.CharField("文号", max_length=200, blank=True)
    decision = models.CharField("民政决定", max_length=12, choices=DECISIONS.items(), blank=True)
    decided_on = models.DateField("决定日期", null=True)
    decision_note = models.CharField("决定说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    recorded_by = models.BigIntegerField("登记人", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "kind"], condition=models.Q(decision=""), name="referral_open_once",
                violation_error_message="该户的这类救助已转民政，尚未登记民政决定",
            )
        ]  # fmt: skip


class Relief(Stable):
    """Relief that came before the decision: given at once with its reason, the case of identification is completed after."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="reliefs", verbose_name="户")
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="嘎查村")
    event = models.ForeignKey(AreaEvent, models.PROTECT, null=True, related_name="reliefs", verbose_name="区域性风险")
    kind = models.CharField("先行救助类别", max_length=12)
    what = models.CharField("救助内容", max_length=120)
    amount_fen = models.BigIntegerField("折合金额（分）", null=True)
    reason = models.CharField("先行救助理由", max_length=500)
    given_on = models.DateField("救助日期")
    due_on = models.DateField("补办期限")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="reliefs", verbose_name="案卷")
    recorded_by = models.BigIntegerField("登记人", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["village", "due_on"], name="relief_village")]
