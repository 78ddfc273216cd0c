"""Workbooks of tickets that came back, and their lines."""

from django.db import models

from fupin.core.dated import Stable
from fupin.core.models import Attachment
from fupin.divisions.models import Division
from fupin.quality.offline.words import FATES, STAGES, Fate, Stage


class AnswerBook(Stable):
    """A workbook that one person brought back. The file and what evidence came with it lie sealed among the attachments."""

    division = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+", verbose_name="范围")
    file_name = models.CharField("文件名", max_length=120)
    sha256 = models.CharField("文件校验值", max_length=64)
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+", verbose_name="原文件")
    files = models.PositiveSmallIntegerField("佐证材料份数", default=0)
    state = models.CharField("状态", max_length=10, choices=STAGES.items(), default=Stage.READING)
    refusal = models.TextField("未受理原因", blank=True)
    remarks = models.JSONField("读取说明", default=list)
    made_by = models.BigIntegerField("上传人", null=True)
    made_at = models.DateTimeField("上传时间", auto_now_add=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    keep_until = models.DateField("数据保存到")
    deleted_at = models.DateTimeField("数据删除时间", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["made_by", "-id"], name="answer_book_by"),
            models.Index(fields=["keep_until"], condition=models.Q(deleted_at__isnull=True), name="answer_book_retention"),
        ]  # fmt: skip


class AnswerLine(Stable):
    """A line of such a workbook: where it stands, which ticket it answers with what (sealed), and what becomes of it."""

    book = models.ForeignKey(AnswerBook, models.CASCADE, related_name="lines", db_index=False)
    sheet = models.CharField("工作表", max_length=64)
    row = models.PositiveIntegerField("行")
    ticket = models.ForeignKey("quality.Ticket", models.SET_NULL, null=True, related_name="+")
    answer = models.CharField("答复", max_length=12, blank=True)
    said_sealed = models.BinaryField("所填内容（密文）", null=True)
    fate = models.CharField("处理结果", max_length=10, choices=FATES.items(), default=Fate.EMPTY)
    wrong = models.CharField("有误的列", max_length=12, blank=True)
    why = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["book", "fate", "id"], name="answer_line_fate")]
