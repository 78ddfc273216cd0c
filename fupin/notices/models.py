"""What is made public: the notice, its frozen body, its lines, the proof that it hung, and what was objected."""

from __future__ import annotations

from django.db import models

from fupin.core.dated import Stable
from fupin.core.ids import new_id
from fupin.core.models import Attachment
from fupin.divisions.models import Division
from fupin.notices.words import CHANNELS, KINDS, OUTCOMES, PLACES, STATES, State


class Notice(Stable):
    """A list put up in one place. What it says was rendered once (`NoticeBody`); `until` moves with objections."""

    code = models.CharField("公示编号", max_length=12, unique=True)
    kind = models.CharField("类别", max_length=16, choices=KINDS.items())
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="公示区划", db_index=False)
    place = models.CharField("公示地点", max_length=10, choices=PLACES.items())
    subject = models.CharField("所属事项", max_length=120, blank=True)
    regime = models.CharField("政策时期", max_length=20)
    title = models.CharField("标题", max_length=120)
    contact = models.CharField("受理异议的单位和电话", max_length=120)
    posted_on = models.DateField("张贴日期")
    posted_at = models.DateTimeField("录入时间")
    posted_by = models.BigIntegerField("张贴人", null=True)
    posted_name = models.CharField("张贴人", max_length=150)
    days = models.PositiveSmallIntegerField("公示天数")
    counts_holidays = models.BooleanField("节假日计入", default=True)
    first_day_counts = models.BooleanField("首日计入", default=False)
    pauses = models.BooleanField("异议暂停计时", default=True)
    planned_until = models.DateField("原定公示至")
    until = models.DateField("公示至")
    state = models.CharField("状态", max_length=12, choices=STATES.items(), default=State.POSTED)
    households = models.PositiveIntegerField("行数", default=0)
    persons = models.PositiveIntegerField("人数", default=0)
    objections_open = models.PositiveIntegerField("待答复异议", default=0)
    photographs = models.PositiveSmallIntegerField("张贴照片", default=0)
    ended_on = models.DateField("期满日期", null=True)
    taken_down_on = models.DateField("撤下日期", null=True)
    taken_down_reason = models.CharField("撤下原因", max_length=300, blank=True)
    sha256 = models.CharField("公示内容校验值", max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["division", "-id"], name="notice_division"),
            models.Index(fields=["state", "until"], name="notice_until"),
            models.Index(fields=["subject"], condition=~models.Q(subject=""), name="notice_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("posted_on")), name="notice_period",
                violation_error_message="公示截止日期不应早于张贴日期",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code


class NoticeBody(models.Model):
    """The body in each of its forms, as it was rendered when the notice was posted; never rendered again."""

    notice = models.OneToOneField(Notice, models.CASCADE, primary_key=True, related_name="body")
    sheet = models.TextField("公示单")
    masked_name = models.TextField("互联网公开（隐去部分姓名）")
    count_only = models.TextField("互联网公开（只有户数人数）")


class NoticeLine(models.Model):
    """A line of a notice: whose it is, as the one who posted calls it (`case:123`, `household:123`, `division:123`)."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField("行号")
    subject = models.CharField("对象", max_length=120)
    name = models.CharField("公示的姓名或名称", max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "position"], name="notice_line_position", violation_error_message="同一公示中行号重复"
            )
        ]
        indexes = [models.Index(fields=["subject", "notice"], name="notice_line_subject")]


class Proof(models.Model):
    """A photograph of the sheet where it hangs, with the day on which it was taken."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="proofs")
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+")
    sha256 = models.CharField("照片校验值", max_length=64)
    on = models.DateField("拍摄日期")
    added_at = models.DateTimeField("录入时间", auto_now_add=True)
    added_by = models.BigIntegerField("录入人", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "sha256"], name="notice_proof_once", violation_error_message="这张照片已经上传过"
            )
        ]


class Objection(Stable):
    """What somebody says against a notice or one of its lines. Who it is and what was said lie encrypted."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="objections", db_index=False)
    line = models.ForeignKey(NoticeLine, models.PROTECT, null=True, related_name="+", verbose_name="针对的行")
    receipt = models.CharField("受理编号", max_length=16, unique=True)
    channel = models.CharField("途径", max_length=8, choices=CHANNELS.items())
    who_sealed = models.BinaryField("提出人", null=True)
    contact_sealed = models.BinaryField("联系方式", null=True)
    what_sealed = models.BinaryField("异议内容")
    origin = models.BinaryField("来源地址检索值", max_length=8, null=True)
    raised_on = models.DateField("提出日期")
    entered_at = models.DateTimeField("录入时间")
    entered_by = models.BigIntegerField("录入人", null=True)
    due_on = models.DateField("应答复日期")
    outcome = models.CharField("处理结果", max_length=12, choices=OUTCOMES.items(), blank=True)
    reason_sealed = models.BinaryField("调查情况和理由", null=True)
    answered_on = models.DateField("答复日期", null=True)
    answered_by = models.BigIntegerField("答复人", null=True)
    answered_name = models.CharField("答复人", max_length=150, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_on__isnull=True) | models.Q(answered_on__gte=models.F("raised_on")),
                name="objection_answered_after", violation_error_message="答复日期不应早于提出日期",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["notice", "id"], name="objection_notice"),
            models.Index(
                fields=["origin", "entered_at"], name="objection_origin", condition=models.Q(origin__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.receipt
