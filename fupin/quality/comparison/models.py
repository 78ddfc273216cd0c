"""Exchanges with departments, the pairs that a person decides, and what was decided."""

from django.db import models

from fupin.core.dated import Stable
from fupin.divisions.models import Division
from fupin.quality.comparison.letters.models import Letter, ReturnLayout
from fupin.quality.comparison.words import STAGES, VERDICTS, WAYS, Stage, Verdict, Way
from fupin.registry.models import Household, Person

__all__ = ["Authorisation", "Candidate", "DepartmentFact", "Exchange", "Letter", "PairDecision", "ReturnLayout"]


class Exchange(Stable):
    """One file of a source compared with the register below a division. Its rows lie sealed until `keep_until`.
    `definition` is the request that says an office's own source, as it held when the file came; 0 for a shipped one."""

    source = models.CharField("数据来源", max_length=42)
    definition = models.BigIntegerField("来源设定", default=0)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="比对范围")
    way = models.CharField("方式", max_length=8, choices=WAYS.items(), default=Way.FILE)
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="answers", null=True, verbose_name="比对函")
    on = models.DateField("比对日期")
    file_name = models.CharField("文件名", max_length=120)
    sha256 = models.CharField("文件校验值", max_length=64)
    size = models.BigIntegerField("字节数")
    key_sealed = models.BinaryField("交换密钥", null=True)
    is_complete = models.BooleanField("名册完整", default=False)
    state = models.CharField("状态", max_length=10, choices=STAGES.items(), default=Stage.READING)
    refusal = models.TextField("未受理原因", blank=True)
    remarks = models.JSONField("读取说明", default=list)
    preview = models.JSONField("预览", default=dict)
    rows = models.PositiveIntegerField("行数", default=0)
    matched_exact = models.PositiveIntegerField("号码相符", default=0)
    matched_scored = models.PositiveIntegerField("关联认定", default=0)
    undecided = models.PositiveIntegerField("待判定行数", default=0)
    findings = models.PositiveIntegerField("疑点数", default=0)
    opened = models.PositiveIntegerField("新增问题", default=0)
    reopened = models.PositiveIntegerField("重新打开", default=0)
    closed = models.PositiveIntegerField("规则办结", default=0)
    extract = models.CharField("取数编号", max_length=60, blank=True)
    as_of = models.DateTimeField("数据时点", null=True)
    stamp = models.BigIntegerField("轨迹位置", null=True)
    seconds = models.FloatField("用时（秒）", default=0)
    keep_until = models.DateField("数据保存到")
    deleted_at = models.DateTimeField("数据删除时间", null=True)
    made_by = models.BigIntegerField("报送人", null=True)
    made_name = models.CharField("报送人", max_length=150)
    made_at = models.DateTimeField("报送时间", auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["division", "-id"], name="exchange_division"),
            models.Index(fields=["source", "-id"], name="exchange_source"),
            models.Index(fields=["keep_until"], condition=models.Q(deleted_at__isnull=True), name="exchange_retention"),
        ]


class Candidate(Stable):
    """A row that may be about a person, for somebody to decide. What the row says is sealed; the weights are in bits."""

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="candidates", db_index=False)
    row = models.BigIntegerField("行")
    said_sealed = models.BinaryField("行摘要")
    row_sealed = models.BinaryField("行内容")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False)
    probability = models.FloatField("概率")
    weights = models.JSONField("权重", default=list)
    verdict = models.CharField("判定", max_length=10, choices=VERDICTS.items(), default=Verdict.OPEN)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exchange", "row", "person"], name="candidate_once")]
        indexes = [models.Index(fields=["village", "verdict", "id"], name="candidate_open")]


class DepartmentFact(Stable):
    """What the newest file of a source says of a person whom a rule found by it: the rows, sealed. It stands on the
    ticket of that rule and person, and is deleted with the file it comes from. `filled` names the columns that say
    something, so that a later file which lacks one of them closes nothing."""

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="facts", verbose_name="部门数据")
    source = models.CharField("数据来源", max_length=42)
    rule = models.CharField("规则", max_length=40)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False, verbose_name="人")
    filled = models.CharField("有内容的列", max_length=1_000, blank=True)
    said_sealed = models.BinaryField("部门数据所载")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "rule", "source"], name="department_fact_once")]


class PairDecision(Stable):
    """What somebody decided about a row and a person: it holds for every later file. Of the row a digest of what it says
    of the person is kept, sealed, and the token of that, which is made anew when the index key is changed."""

    said_sealed = models.BinaryField("行摘要")
    said_token = models.BinaryField("行摘要检索值", max_length=16)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    is_same = models.BooleanField("同一人")
    reason = models.CharField("判定依据", max_length=200)
    decided_by = models.BigIntegerField("判定人", null=True)
    decided_name = models.CharField("判定人", max_length=150)
    decided_at = models.DateTimeField("判定时间", auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "said_token"], name="pair_decision_once")]


class Authorisation(Stable):
    """What a household signed that may be asked about it: of which sources, from which day, until which (that day still
    counts). From the day of its withdrawal on it holds no longer."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="+", db_index=False)
    sources = models.CharField("授权范围", max_length=400)
    valid_from = models.DateField("授权起始日期")
    last_day = models.DateField("授权截止日期", null=True, blank=True)
    signed_by = models.CharField("签字人", max_length=60)
    withdrawn_on = models.DateField("收回日期", null=True, blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "valid_from"],
                name="authorisation_once",
                violation_error_message="该户同一天起已登记授权，请修改那一份",
            ),
            models.CheckConstraint(
                condition=models.Q(last_day__isnull=True) | models.Q(last_day__gte=models.F("valid_from")),
                name="authorisation_period",
                violation_error_message="授权截止日期不应早于起始日期",
            ),
        ]
        indexes = [models.Index(fields=["-valid_from", "id"], name="authorisation_newest")]
