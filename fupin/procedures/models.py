"""What procedures keep beside the case itself: what a case is about, meetings with votes, verifications."""

from __future__ import annotations

from django.db import models

from fupin.core.dated import Stable
from fupin.core.ids import new_id
from fupin.core.models import Attachment, Case
from fupin.divisions.models import Division
from fupin.procedures.monitoring.tables import AreaEvent, AreaPlace, Referral, Relief, Signal  # noqa: F401
from fupin.procedures.words import MEETINGS, VERIFICATIONS
from fupin.registry.models import Household


class CaseFile(models.Model):
    """What a case is about: which household or place, from where that is known, as what, and what its decision stood on."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="file", verbose_name="案卷")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="case_files", verbose_name="户")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="所在地")
    origin = models.CharField("线索来源", max_length=4, blank=True)
    kind = models.CharField("类别", max_length=12)
    risks = models.CharField("致贫返贫风险", max_length=60, blank=True)
    statement = models.CharField("申请理由或线索情况", max_length=500, blank=True)
    applicant = models.CharField("申请人", max_length=60, blank=True)
    compared_on = models.DateField("比对日期", null=True)
    compared_note = models.CharField("比对结果", max_length=300, blank=True)
    per_head_fen = models.BigIntegerField("审定时人均纯收入（分）", null=True)
    line_fen = models.BigIntegerField("审定时标准（分）", null=True)
    kept = models.JSONField("审定依据", default=dict)

    class Meta:
        indexes = [models.Index(fields=["division", "case"], name="case_file_division")]


class Meeting(Stable):
    """A meeting that reviews cases: who was called, who came. The paper minutes are the original."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="嘎查村")
    kind = models.CharField("会议类别", max_length=20, choices=MEETINGS.items())
    held_on = models.DateField("召开日期")
    place = models.CharField("地点", max_length=100)
    chair = models.CharField("主持人", max_length=60)
    called = models.PositiveIntegerField("应到人数")
    present = models.PositiveIntegerField("实到人数")
    recorded_by = models.BigIntegerField("登记人", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(present__lte=models.F("called")), name="meeting_present",
                violation_error_message="实到人数不能多于应到人数",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["division", "-held_on", "-id"], name="meeting_division")]


class MeetingItem(models.Model):
    """What a meeting resolved on one case: votes for, against, abstained."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items", db_index=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="meeting_items")
    round = models.PositiveIntegerField("轮次", default=1)
    votes_for = models.PositiveIntegerField("赞成")
    votes_against = models.PositiveIntegerField("反对", default=0)
    abstained = models.PositiveIntegerField("弃权", default=0)
    remark = models.CharField("评议意见", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "case"], name="meeting_item_once", violation_error_message="一次会议对一户只表决一次"
            )
        ]


class Verification(models.Model):
    """One verification as structured evidence: what kind, by or from whom, where, with photograph and signature."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="verifications")
    round = models.PositiveIntegerField("轮次", default=1)
    kind = models.CharField("类别", max_length=16, choices=VERIFICATIONS.items())
    on = models.DateField("日期")
    person = models.CharField("核查人或印证人", max_length=60)
    user_id = models.BigIntegerField("核查人账号", null=True)
    agrees = models.BooleanField("与申报情况一致", null=True)
    finding = models.CharField("情况", max_length=500)
    place = models.CharField("地点", max_length=120)
    photo = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+", verbose_name="照片")
    signature = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+", verbose_name="签字")
    recorded_by = models.BigIntegerField("登记人", null=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)


from fupin.procedures.rounds.tables import Round  # noqa: E402, F401 (its own tables)
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound  # noqa: E402, F401 (its own tables)
