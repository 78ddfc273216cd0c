"""One import: what was given, how far it is, what came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fupin.core.ids import new_id


class ImportRun(models.Model):
    """A staged import from the upload to its end. Its files lie in the data folder until it ends."""

    class State(models.TextChoices):
        STAGING = "staging", _("正在校验")
        READY = "ready", _("待确认")
        MERGING = "merging", _("正在写入")
        DONE = "done", _("已完成")
        REFUSED = "refused", _("未导入")
        CANCELLED = "cancelled", _("已取消")

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    ledger = models.CharField("台账", max_length=60)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.STAGING)
    files = models.JSONField("文件", default=list)
    digest = models.CharField("文件摘要", max_length=64, blank=True)
    holds_on = models.DateField("生效日期")
    division_id = models.BigIntegerField("限于区划", null=True)
    options = models.JSONField("选项", default=dict)
    key = models.CharField("幂等键", max_length=120, null=True, unique=True)
    read = models.PositiveIntegerField("读入行数", default=0)
    created = models.PositiveIntegerField("新增", default=0)
    updated = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    rejected = models.PositiveIntegerField("退回", default=0)
    reasons = models.JSONField("退回原因", default=dict)
    findings = models.JSONField("提示", default=list)
    preview = models.JSONField("预览", default=dict)
    refusal = models.TextField("未导入原因", blank=True)
    done = models.PositiveIntegerField("已写入", default=0)
    total = models.PositiveIntegerField("应写入", default=0)
    phase = models.CharField("阶段", max_length=60, blank=True)
    seconds = models.FloatField("用时（秒）", default=0)
    user_id = models.BigIntegerField("导入人", null=True)
    posting_id = models.BigIntegerField("导入岗位", null=True)
    job_id = models.BigIntegerField("任务", null=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    heartbeat_at = models.DateTimeField("心跳", auto_now=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-id"], name="import_user"),
            models.Index(fields=["ledger", "digest"], name="import_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.ledger} {self.pk}"
