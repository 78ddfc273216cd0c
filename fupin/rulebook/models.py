"""An office's own settings: frozen requests that a second person confirms."""

from django.db import models

from fupin.core.ids import new_id
from fupin.divisions.models import Division
from fupin.rulebook.words import KINDS, STATES, State


class Override(models.Model):
    """One division's own value of a parameter, its own code in a code list, its own version of a quality rule, or its
    switch of one, from a day, by a document.

    What was proposed never changes: `digest` is taken over it, is shown to who confirms, and is checked again when
    the value is used. `value` is None where the division goes back to what stands above it.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("类别", max_length=10, choices=list(KINDS.items()))
    name = models.CharField("名称", max_length=80)
    code = models.CharField("编码", max_length=12, blank=True, default="")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="区划")
    value = models.JSONField("数值", null=True)
    former = models.JSONField("原值", null=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期（不含）", null=True, blank=True)
    document = models.CharField("依据文件", max_length=200)
    reason = models.CharField("理由", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=list(STATES.items()), default=State.PROPOSED)
    digest = models.BinaryField("摘要", max_length=32)
    proposed_by = models.BigIntegerField("提出人", null=True)
    proposed_name = models.CharField("提出人", max_length=150)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.BigIntegerField("复核人", null=True)
    decided_name = models.CharField("复核人", max_length=150, blank=True)
    decided_at = models.DateTimeField("复核时间", null=True)
    decision_note = models.CharField("复核意见", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name", "code", "division", "valid_from"],
                condition=models.Q(state=State.CONFIRMED),
                name="override_confirmed_once",
                violation_error_message="该区划同一天起已有生效的数值",
            ),
            models.UniqueConstraint(
                fields=["kind", "name", "code", "division", "valid_from"],
                condition=models.Q(state=State.PROPOSED),
                name="override_proposed_once",
                violation_error_message="该区划同一天起已有待复核的申请",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="override_period",
                violation_error_message="失效日期应晚于生效日期",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.CONFIRMED)
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("proposed_by"))),
                name="override_second_person",
                violation_error_message="应由另一人复核",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "name", "state"], name="override_name"),
            models.Index(fields=["division", "state"], name="override_division"),
        ]
