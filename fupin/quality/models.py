"""Sweeps, tickets and what was done with each; the tables of comparison and collection stand in their own folders."""

from django.db import models

from fupin.accounts.models import User
from fupin.core.dated import Stable
from fupin.core.ids import new_id
from fupin.core.models import Attachment, Job
from fupin.divisions.models import Division
from fupin.quality.campaigns.models import (
    CollectionHousehold,
    CollectionRound,
    SpotCheck,
    SpotCheckField,
    SpotCheckHousehold,
)
from fupin.quality.comparison.models import Candidate, DepartmentFact, Exchange, PairDecision
from fupin.quality.issued.models import IssuedForm, IssuedLine, IssuedList
from fupin.quality.offline.models import AnswerBook, AnswerLine
from fupin.quality.signs.models import PicturePrint, Sign, SignHousehold
from fupin.quality.words import ANSWERS, LEVELS, SEVERITIES, STATES, SWEEP_STATES, WHYS, Level, State, SweepState
from fupin.registry.models import Household, Person

__all__ = [
    "AnswerBook",
    "AnswerLine",
    "Candidate",
    "CollectionHousehold",
    "CollectionRound",
    "DepartmentFact",
    "Exchange",
    "IssuedForm",
    "IssuedLine",
    "IssuedList",
    "PairDecision",
    "PicturePrint",
    "Sign",
    "SignHousehold",
    "SpotCheck",
    "SpotCheckField",
    "SpotCheckHousehold",
    "Sweep",
    "Ticket",
    "TicketAct",
    "TicketEvidence",
]


class Sweep(Stable):
    """One judgement of rules over the register or a part of it: from which extract, what it found, what it opened."""

    division = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+", verbose_name="范围")
    on = models.DateField("判定日期")
    extract = models.CharField("取数编号", max_length=60, blank=True)
    as_of = models.DateTimeField("数据时点")
    stamp = models.BigIntegerField("区划版本", null=True)
    engine = models.CharField("引擎", max_length=20)
    rules = models.PositiveIntegerField("规则数", default=0)
    households = models.PositiveIntegerField("户数", default=0)
    persons = models.PositiveIntegerField("人数", default=0)
    findings = models.PositiveIntegerField("命中数", default=0)
    opened = models.PositiveIntegerField("新增", default=0)
    reopened = models.PositiveIntegerField("重新打开", default=0)
    closed = models.PositiveIntegerField("规则办结", default=0)
    seconds_extract = models.FloatField("取数秒数", null=True)
    seconds_sweep = models.FloatField("判定秒数", null=True)
    seconds_settle = models.FloatField("生成问题秒数", null=True)
    inputs = models.JSONField("输入文件摘要", default=dict)
    is_partial = models.BooleanField("只查部分规则", default=False)
    by_rule = models.JSONField("各规则命中数", default=dict)
    findings_sha256 = models.CharField("命中清单摘要", max_length=64, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    made_by = models.BigIntegerField("发起人", null=True)
    made_at = models.DateTimeField("建立时间", auto_now_add=True)
    state = models.CharField("状态", max_length=12, choices=SWEEP_STATES.items(), default=SweepState.SETTLING)

    class Meta:
        indexes = [models.Index(fields=["division", "-id"], name="sweep_division")]


class Ticket(Stable):
    """A question that somebody must answer: one for each rule and subject, or a line of a list issued from above."""

    rule = models.CharField("规则", max_length=40, blank=True)
    rule_version = models.PositiveIntegerField("规则版本", default=1)
    severity = models.CharField("级别", max_length=1, choices=SEVERITIES.items())
    subject_kind = models.CharField("对象类别", max_length=12)
    subject_id = models.BigIntegerField("对象")
    household = models.ForeignKey(Household, models.CASCADE, null=True, related_name="tickets", verbose_name="户")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="tickets", verbose_name="人")
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="所在嘎查村")
    fingerprint = models.CharField("取值摘要", max_length=64)
    confirmed = models.CharField("经复核属实的取值摘要", max_length=64, blank=True)
    state = models.CharField("状态", max_length=12, choices=STATES.items(), default=State.OPEN)
    level = models.PositiveSmallIntegerField("超期上报层级", choices=LEVELS.items(), default=Level.NONE)
    opened_on = models.DateField("下发日期")
    due_on = models.DateField("办理期限")
    assigned_to = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="承办人"
    )
    answer = models.CharField("答复", max_length=12, choices=ANSWERS.items(), blank=True)
    reason = models.CharField("情况说明", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="答复人"
    )
    answered_on = models.DateField("答复日期", null=True)
    days_late = models.PositiveIntegerField("答复超期天数", default=0)
    closed_on = models.DateField("办结日期", null=True)
    closed_why = models.CharField("办结原因", max_length=12, choices=WHYS.items(), blank=True)
    reopened = models.PositiveIntegerField("重新打开次数", default=0)
    judged_at = models.DateTimeField("最近判定的数据时点")
    last_sweep = models.ForeignKey(Sweep, models.SET_NULL, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject_id"],
                name="ticket_once",
                violation_error_message="该对象的这条规则已有问题单",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.CLOSED, closed_on__isnull=False) & ~models.Q(closed_why="")
                | ~models.Q(state=State.CLOSED) & models.Q(closed_on__isnull=True, closed_why=""),
                name="ticket_closed",
                violation_error_message="办结的问题须有办结日期和原因，未办结的不得有",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.ANSWERED) | models.Q(answered_on__isnull=False) & ~models.Q(answer=""),
                name="ticket_answered",
                violation_error_message="待复核的问题须有答复和答复日期",
            ),
        ]
        indexes = [
            models.Index(fields=["village", "state", "due_on", "id"], name="ticket_village"),
            models.Index(fields=["state", "due_on", "id"], name="ticket_due"),
            models.Index(fields=["rule", "village", "state"], name="ticket_rule"),
            models.Index(fields=["assigned_to", "state", "due_on"], name="ticket_assigned"),
        ]  # fmt: skip


class TicketAct(models.Model):
    """What was done with a ticket: who, on which day, entered when, why, and where it stood afterwards."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="acts", db_index=False)
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False)
    act = models.CharField("操作", max_length=20)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="操作人")
    on = models.DateField("发生之日")
    entered_at = models.DateTimeField("录入时间", auto_now_add=True)
    answer = models.CharField("答复", max_length=12, choices=ANSWERS.items(), blank=True)
    reason = models.CharField("说明", max_length=500, blank=True)
    fingerprint = models.CharField("当时的取值摘要", max_length=64, blank=True)
    state = models.CharField("办后状态", max_length=12, choices=STATES.items())
    days_late = models.PositiveIntegerField("超期天数", default=0)
    assigned_to = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="承办人"
    )

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "id"], name="ticket_act"),
            models.Index(fields=["on", "act", "village"], name="ticket_act_on"),
        ]


class TicketEvidence(models.Model):
    """A file that an answer rests on. One that is taken away leaves its name and digest here."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    act = models.ForeignKey(TicketAct, models.CASCADE, related_name="evidence", db_index=False)
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+")
    name = models.CharField("材料名称", max_length=200)
    sha256 = models.CharField("文件校验值", max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "attachment"], name="ticket_evidence_once")]
