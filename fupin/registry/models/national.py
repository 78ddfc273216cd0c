"""The national register's exports as they came in, what differs, what must still be keyed in there (row A8)."""

from django.db import models

from fupin.core.dated import Stable
from fupin.core.ids import new_id
from fupin.divisions.models import Division
from fupin.registry.models.household import Household


class NationalExport(Stable):
    """One file of the national register, compared with ours. Its job tells how far it is."""

    kind = models.CharField("类别", max_length=12)  # household person monitored measure
    name = models.CharField("文件名", max_length=200)
    map_version = models.CharField("列对照版本", max_length=40, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    as_of = models.DateField("导出日期")
    sha256 = models.CharField("文件摘要", max_length=64)
    job_id = models.BigIntegerField("作业", null=True)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    uploaded_by = models.BigIntegerField("上传人", null=True)
    compared_at = models.DateTimeField("比对时间", null=True)
    counts = models.JSONField("结果", default=dict)
    message = models.TextField("说明", blank=True)

    class Meta:
        indexes = [models.Index(fields=["division", "id"], name="national_export_division")]


class NationalRow(models.Model):
    """A row of an export that has no counterpart: new there, or gone there. What is new is kept sealed."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    export = models.ForeignKey(NationalExport, models.CASCADE, related_name="rows")
    outcome = models.CharField("结果", max_length=8)  # new gone
    number = models.CharField("国家系统编号", max_length=28)
    household_number = models.CharField("国家系统户编号", max_length=28, blank=True)
    village = models.ForeignKey(Division, models.PROTECT, related_name="+")
    name = models.CharField("姓名", max_length=60, blank=True)
    subject_id = models.BigIntegerField("本系统对象", null=True)
    values_sealed = models.BinaryField("内容（密文）", null=True)
    taken_over_at = models.DateTimeField("接收时间", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "outcome", "number"], name="national_row_once")]
        indexes = [models.Index(fields=["village", "export"], name="national_row_village")]


class KeyingItem(models.Model):
    """One field (or whole record) in which we differ from the national register, until it no longer does.

    Ticked off by the next export in which the two agree; `theirs` where an officer found that they are right.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("类别", max_length=12)
    subject_id = models.BigIntegerField("对象")
    household = models.ForeignKey(Household, models.CASCADE, related_name="keying_items")
    village = models.ForeignKey(Division, models.PROTECT, related_name="+")
    number = models.CharField("国家系统编号", max_length=28, blank=True)
    name = models.CharField("姓名", max_length=60, blank=True)
    field = models.CharField("字段", max_length=40)
    label = models.CharField("字段名称", max_length=60)
    screen = models.CharField("录入页面", max_length=40, blank=True)
    order = models.PositiveIntegerField("录入顺序", default=0)
    here = models.CharField("本系统", max_length=300, blank=True)
    there = models.CharField("国家系统", max_length=300, blank=True)
    state = models.CharField("状态", max_length=8, default="open")  # open done theirs
    first_export = models.ForeignKey(NationalExport, models.PROTECT, related_name="+")
    last_export = models.ForeignKey(NationalExport, models.PROTECT, related_name="items")
    done_at = models.DateTimeField("销号时间", null=True)
    decided_by = models.BigIntegerField("处理人", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id", "field"], name="keying_item_once")]
        indexes = [
            models.Index(fields=["village", "state", "order", "id"], name="keying_item_list"),
            models.Index(fields=["last_export", "state"], name="keying_item_export"),
        ]


class NationalMeasure(models.Model):
    """A measure of assistance as the national register has it."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    export = models.ForeignKey(NationalExport, models.CASCADE, related_name="measures")
    household = models.ForeignKey(Household, models.CASCADE, related_name="national_measures")
    as_of = models.DateField("导出日期", null=True)
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("措施大类", max_length=12)
    name = models.CharField("措施名称", max_length=120, blank=True)
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    started_on = models.DateField("开始时间", null=True)

    class Meta:
        indexes = [models.Index(fields=["household", "year"], name="national_measure_year")]


class TakeOver(Stable):
    """Households of an export that one person asks to enter into the register and another confirms."""

    export = models.ForeignKey(NationalExport, models.PROTECT, related_name="take_overs")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    numbers = models.JSONField("户编号", default=list)
    document = models.CharField("依据文件", max_length=200)
    on = models.DateField("进入日期")
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField("确认时间", null=True)
    refused_at = models.DateTimeField("退回时间", null=True)
    counts = models.JSONField("结果", default=dict)
