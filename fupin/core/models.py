"""Tables without a domain word: the trail and its seals, jobs, attachments, answers kept for repeated requests."""

from django.db import models

from fupin.core.ids import new_id
from fupin.core.imports.models import ImportRun

__all__ = ["Attachment", "AuditEntry", "ImportRun", "Job"]


class AuditEntry(models.Model):
    """One act in the trail; see `core.audit`."""

    at = models.DateTimeField("录入时间")
    happened_on = models.DateField("发生日期")
    actor_id = models.BigIntegerField("操作人", null=True)
    actor = models.CharField("操作人", max_length=150)
    posting = models.CharField("岗位", max_length=200, blank=True)
    channel = models.CharField("途径", max_length=20, blank=True)
    request_id = models.CharField("请求号", max_length=64, blank=True)
    address = models.CharField("网络地址", max_length=64, blank=True)
    act = models.CharField("操作", max_length=80)
    subject = models.CharField("对象", max_length=120)
    division_id = models.BigIntegerField("所属区划", null=True)
    detail = models.JSONField("内容", default=dict)
    digest = models.BinaryField("摘要", max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_subject"),
            models.Index(fields=["actor_id", "id"], name="audit_actor"),
            models.Index(fields=["division_id", "id"], name="audit_division"),
            # The division rides along: a small office asks for an act that is frequent elsewhere without reading entries.
            models.Index(fields=["act", "id", "division_id"], name="audit_act_division"),
        ]


class Job(models.Model):
    """Work that outlives a request: unique key, heartbeat, progress, checkpoint, result file (see `core.jobs`)."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("类别", max_length=60)
    key = models.CharField("唯一键", max_length=120, unique=True)
    state = models.CharField("状态", max_length=12, default="waiting")  # waiting running done failed interrupted
    arguments = models.JSONField("参数", default=dict)
    checkpoint = models.JSONField("检查点", default=dict)
    done = models.BigIntegerField("已完成", default=0)
    total = models.BigIntegerField("总数", default=0)
    phase = models.CharField("阶段", max_length=60, blank=True)
    message = models.TextField("说明", blank=True)
    result = models.JSONField("结果", default=dict)
    result_file = models.CharField("结果文件", max_length=300, blank=True)
    attempts = models.PositiveIntegerField("次数", default=0)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    heartbeat_at = models.DateTimeField("心跳", null=True)
    worker = models.CharField("执行者", max_length=80, blank=True)
    user_id = models.BigIntegerField("发起人", null=True)
    posting_id = models.BigIntegerField("发起岗位", null=True)
    division_id = models.BigIntegerField("区划", null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"], name="job_queue")]


class Attachment(models.Model):
    """A file that belongs to a record of any app; its bytes lie in the data folder (see `core.attachments`).

    Of one that was destroyed the row stays and names the register of destruction: what rests on it stays readable.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField("对象", max_length=120)
    kind = models.CharField("类别", max_length=40)
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("内容类型", max_length=100)
    size = models.BigIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)
    width = models.PositiveIntegerField("宽", null=True)
    height = models.PositiveIntegerField("高", null=True)
    is_sealed = models.BooleanField("加密存放", default=True)
    taken_on = models.DateField("拍摄日期", null=True)
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    created_by = models.BigIntegerField("上传人", null=True)
    destroyed_on = models.DateField("销毁日期", null=True)
    destroyed_by = models.CharField("销毁清册", max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "kind", "id"], name="attachment_subject")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(destroyed_on__isnull=True, destroyed_by="")
                | models.Q(destroyed_on__isnull=False) & ~models.Q(destroyed_by=""),
                name="attachment_destroyed", violation_error_message="已销毁的材料须有销毁日期和清册编号",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Seal(models.Model):
    """A link of the chain that seals the trail: which entries, their root, the link before (see `core.seals`)."""

    number = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("封存时间")
    from_id = models.BigIntegerField("起")
    to_id = models.BigIntegerField("止")
    count = models.BigIntegerField("条数")
    spans = models.TextField("编号区间", help_text="1-500,502-600")
    root = models.BinaryField("根", max_length=32)
    previous = models.BinaryField("上一封存", max_length=32)
    digest = models.BinaryField("封存值", max_length=32)


class OutboxMessage(models.Model):
    """What must happen outside the database after a commit (mail, a file for another zone); see `core.outbox`."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    topic = models.CharField("主题", max_length=60)
    body = models.JSONField("内容", default=dict)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    due_at = models.DateTimeField("应发时间")
    sent_at = models.DateTimeField("发出时间", null=True)
    attempts = models.PositiveIntegerField("次数", default=0)
    fault = models.CharField("故障", max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["sent_at", "due_at"], name="outbox_due")]


class CalendarDay(models.Model):
    """An office's own free or worked day, beside the State Council's notices (`core.working_days`)."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班", default=False)
    name = models.CharField("名称", max_length=60)
    document = models.CharField("依据文件", max_length=200, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Case(models.Model):
    """Something that goes through a procedure: where it stands, since which day, until when (see `core.steps`).

    A subject may have several over the years, of which one is open at a time.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    procedure = models.CharField("程序", max_length=60)
    subject = models.CharField("对象", max_length=120)
    state = models.CharField("状态", max_length=40)
    since = models.DateField("进入该状态之日")
    due_on = models.DateField("应办结之日", null=True)
    division_id = models.BigIntegerField("区划", null=True)
    round = models.PositiveIntegerField("轮次", default=1)
    version = models.PositiveIntegerField("版本", default=1)
    edition = models.CharField("程序版本", max_length=40, blank=True)
    parent = models.CharField("所属批次", max_length=120, blank=True)
    code = models.CharField("案卷编号", max_length=16, null=True, unique=True)
    entered_at = models.DateTimeField("进入该状态的录入时间", null=True)
    whole_due_on = models.DateField("全程应办结之日", null=True)
    last_on = models.DateField("最近办理之日", null=True)
    began_on = models.DateField("开始之日", null=True)
    ended_on = models.DateField("办结之日", null=True)
    escalated_on = models.DateField("逾期上报之日", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "subject"], condition=models.Q(ended_on__isnull=True), name="case_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["procedure", "state", "due_on"], name="case_due"),
            models.Index(fields=["subject", "procedure"], name="case_subject"),
            models.Index(
                fields=["division_id", "procedure", "state"],
                condition=models.Q(ended_on__isnull=True),
                name="case_place",
            ),
            models.Index(fields=["parent"], condition=~models.Q(parent=""), name="case_parent"),
        ]


class StepTaken(models.Model):
    """One act in a case: who, on which day it happened and on which it was entered, and whether it was late."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    act = models.CharField("操作", max_length=40)
    from_state = models.CharField("原状态", max_length=40, blank=True)
    to_state = models.CharField("新状态", max_length=40)
    happened_on = models.DateField("发生之日")
    entered_at = models.DateTimeField("录入时间", auto_now_add=True)
    actor_id = models.BigIntegerField("操作人", null=True)
    round = models.PositiveIntegerField("轮次", default=1)
    days_late = models.PositiveIntegerField("逾期天数", default=0)
    note = models.CharField("说明", max_length=500, blank=True)
    confirmed_by = models.BigIntegerField("补录复核人", null=True)
    late_reason = models.CharField("逾期原因", max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="step_case")]


class StepAsked(models.Model):
    """An act that is said to have happened long before it was entered: it holds once a second person confirms it."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="asked")
    case_version = models.PositiveIntegerField("申请时的版本")
    act = models.CharField("操作", max_length=40)
    happened_on = models.DateField("发生之日")
    note = models.CharField("说明", max_length=500, blank=True)
    late_reason = models.CharField("逾期原因", max_length=300, blank=True)
    asked_by = models.BigIntegerField("申请人")
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    state = models.CharField("状态", max_length=10, default="waiting")  # waiting confirmed refused lapsed
    decided_by = models.BigIntegerField("复核人", null=True)
    decided_at = models.DateTimeField("复核时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="waiting"), name="step_asked_once")
        ]


class CasePause(models.Model):
    """While an objection is answered the clock of a case may stand still: from a day until (not including) another."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="pauses")
    began_on = models.DateField("停止计算之日")
    ended_on = models.DateField("恢复计算之日", null=True)
    reason = models.CharField("原因", max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(ended_on__isnull=True), name="case_pause_open")
        ]


class Preference(models.Model):
    """What a person has set for themselves: the columns of a list, for one (see `core.preferences`)."""

    user_id = models.BigIntegerField("用户")
    name = models.CharField("名称", max_length=80)
    value = models.JSONField("内容")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "name"], name="preference_once")]
