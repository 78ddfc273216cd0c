"""Tables without a domain word: the trail and its seals, jobs, attachments, answers kept for repeated requests."""

from django.db import models

from fupin.core.ids import new_id


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
