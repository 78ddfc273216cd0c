"""Letters to departments, and how the answers of each are read."""

from django.db import models

from fupin.core.dated import Stable
from fupin.divisions.models import Division
from fupin.quality.comparison.letters.words import WHOMS, Whom
from fupin.quality.comparison.words import ASKINGS, Way


class Letter(Stable):
    """A list of persons of the register that a department is asked about. The list lies sealed until `keep_until`."""

    source = models.CharField("数据来源", max_length=42)
    definition = models.BigIntegerField("来源设定", default=0)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="比对范围")
    way = models.CharField("方式", max_length=8, choices=ASKINGS.items(), default=Way.FILE)
    whom = models.CharField("查询对象", max_length=12, choices=WHOMS.items(), default=Whom.BOTH)
    on = models.DateField("名单日期")
    number = models.CharField("文号", max_length=60)
    addressee = models.CharField("收函单位", max_length=80)
    basis = models.CharField("法律依据", max_length=300)
    purpose = models.CharField("用途", max_length=200)
    due_on = models.DateField("请于此日前回函")
    state = models.CharField("状态", max_length=12, default="drafted")
    households = models.PositiveIntegerField("户数", default=0)
    persons = models.PositiveIntegerField("人数", default=0)
    sample = models.JSONField("名单样例", default=list)
    left_out = models.JSONField("未列入", default=dict)
    extract = models.CharField("取数编号", max_length=60, blank=True)
    as_of = models.DateTimeField("数据时点", null=True)
    prepared_at = models.DateTimeField("名单生成时间", null=True)
    sha256 = models.CharField("名单校验值", max_length=64, blank=True)
    size = models.BigIntegerField("字节数", default=0)
    key_sealed = models.BinaryField("交换密钥", null=True)
    keep_until = models.DateField("数据保存到")
    deleted_at = models.DateTimeField("数据删除时间", null=True)
    made_by = models.BigIntegerField("拟稿人", null=True)
    made_name = models.CharField("拟稿人", max_length=150)
    made_at = models.DateTimeField("拟稿时间", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division", "number"], name="letter_number", violation_error_message="该文号已用于另一份比对函"
            )
        ]
        indexes = [
            models.Index(fields=["division", "-id"], name="letter_division"),
            models.Index(fields=["keep_until"], condition=models.Q(deleted_at__isnull=True), name="letter_retention"),
        ]


class ReturnLayout(Stable):
    """How a department's answers are read, said once: which of its headers is which column, which word means what."""

    source = models.CharField("数据来源", max_length=42)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False)
    headers = models.JSONField("列的对应", default=dict)
    words = models.JSONField("结果的写法", default=dict)
    only_hits = models.BooleanField("没有结果列，回函只列查有的人", default=False)
    said_by = models.BigIntegerField("登记人", null=True)
    said_at = models.DateTimeField("登记时间", auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "source"], name="return_layout_once")]
