"""Lists issued from above, their lines, and the forms whose columns are known."""

from django.db import models

from fupin.core.dated import Stable
from fupin.core.models import Attachment
from fupin.divisions.models import Division
from fupin.quality.issued.words import FATES, STAGES, Stage
from fupin.registry.models import Household, Person


class IssuedForm(Stable):
    """What the columns of a form of lists hold, as somebody confirmed it; recognised by its headings."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField("表头摘要", max_length=64)
    columns = models.JSONField("列的用途", default=dict)
    answers = models.JSONField("答复写法", default=dict)
    saved_by = models.BigIntegerField("核对人", null=True)
    saved_at = models.DateTimeField("核对时间", auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "key"], name="issued_form_once")]


class IssuedList(Stable):
    """One file of problem data from above, for the area of one office. The file lies sealed among the attachments."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    title = models.CharField("名单名称", max_length=120)
    sender = models.CharField("下发单位", max_length=80)
    on = models.DateField("下发日期")
    taken_on = models.DateField("接收日期")
    due_on = models.DateField("办理期限", null=True)
    file_name = models.CharField("文件名", max_length=120)
    sha256 = models.CharField("文件校验值", max_length=64)
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+", verbose_name="原文件")
    state = models.CharField("状态", max_length=10, choices=STAGES.items(), default=Stage.READING)
    refusal = models.TextField("未受理原因", blank=True)
    remarks = models.JSONField("读取说明", default=list)
    preview_sealed = models.BinaryField("表头与首行（密文）", null=True)
    sheets = models.JSONField("工作表与列", default=list)
    answers = models.JSONField("答复写法", default=dict)
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, related_name="newer", verbose_name="更新的名单")
    made_by = models.BigIntegerField("接收人", null=True)
    made_name = models.CharField("接收人", max_length=150)
    made_at = models.DateTimeField("接收时间", auto_now_add=True)
    given_back_at = models.DateTimeField("最近回填时间", null=True)
    keep_until = models.DateField("数据保存到")
    deleted_at = models.DateTimeField("数据删除时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division", "sha256"], name="issued_list_once", violation_error_message="该文件已经上传过"
            )
        ]
        indexes = [
            models.Index(fields=["division", "-id"], name="issued_division"),
            models.Index(fields=["keep_until"], condition=models.Q(deleted_at__isnull=True), name="issued_retention"),
        ]


class IssuedLine(Stable):
    """A line of a list: where it stands in the sender's file, what it says (sealed), and whom it was matched to."""

    candidates = models.JSONField("可能对应的户和人", default=list)
    list = models.ForeignKey(IssuedList, models.CASCADE, related_name="lines", db_index=False)
    sheet = models.CharField("工作表", max_length=64)
    row = models.PositiveIntegerField("行")
    key = models.CharField("名单编号", max_length=80)
    content_sealed = models.BinaryField("行内容（密文）", null=True)
    digest = models.CharField("内容摘要", max_length=64)
    fate = models.CharField("对应情况", max_length=10, choices=FATES.items())
    reason = models.CharField("说明", max_length=200, blank=True)
    village = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+", db_index=False)
    household = models.ForeignKey(Household, models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    ticket = models.OneToOneField("quality.Ticket", models.SET_NULL, null=True, related_name="issued_line")
    due_on = models.DateField("办理期限", null=True)
    was_found = models.BooleanField("本系统规则已先发现", default=False)
    decided_by = models.BigIntegerField("处理人", null=True)
    decided_on = models.DateField("处理日期", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "sheet", "row"], name="issued_line_once")]
        indexes = [
            models.Index(fields=["list", "fate", "id"], name="issued_line_fate"),
            models.Index(fields=["list", "key"], name="issued_line_key"),
        ]
