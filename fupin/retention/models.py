"""Tables of retention: what is due as of the last look, what is held, registers of destruction with their files."""

from __future__ import annotations

from django.db import models

from fupin.core.dated import Stable
from fupin.core.ids import new_id
from fupin.core.models import Attachment
from fupin.divisions.models import Division
from fupin.retention.words import FATES, STANDING, STATES, Fate, State


class DueFile(models.Model):
    """A file whose time is over, as the look of the day found it. Derived; never a ground to destroy anything."""

    attachment = models.OneToOneField(Attachment, models.CASCADE, primary_key=True, related_name="+")
    evidence = models.CharField("档案类别", max_length=40)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField("对象编号", max_length=40)
    title = models.CharField("对象名称", max_length=120)
    counted_on = models.DateField("起算之日")
    due_on = models.DateField("保管期满之日")

    class Meta:
        indexes = [models.Index(fields=["division", "evidence", "attachment"], name="due_file_division")]


class Hold(Stable):
    """Files of a household, a case or everything below a division that must stay, whatever their period says."""

    subject = models.CharField("对象", max_length=120)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="区划")
    number = models.CharField("对象编号", max_length=40)
    title = models.CharField("对象名称", max_length=120)
    reason = models.CharField("冻结原因", max_length=300)
    basis = models.CharField("依据文件", max_length=200)
    set_on = models.DateField("冻结日期")
    set_by = models.BigIntegerField("冻结人", null=True)
    set_name = models.CharField("冻结人", max_length=150)
    lifted_on = models.DateField("解除日期", null=True)
    lifted_by = models.BigIntegerField("解除人", null=True)
    lifted_name = models.CharField("解除人", max_length=150, blank=True)
    lift_reason = models.CharField("解除原因", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(lifted_on__isnull=True), name="hold_once",
                violation_error_message="该对象的档案已经冻结",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_on__isnull=True, lifted_by__isnull=True)
                | (models.Q(lifted_on__isnull=False, lifted_by__isnull=False) & ~models.Q(lifted_by=models.F("set_by"))),
                name="hold_two_persons", violation_error_message="冻结和解除应由不同的人办理",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["division", "id"], name="hold_division")]


class Destruction(Stable):
    """A register of destruction (销毁清册): which files one person proposes, a second confirms, and what became of them.

    `digest` is taken over the files that were proposed; it is shown to who confirms and asked for again then.
    """

    code = models.CharField("清册编号", max_length=20, unique=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False, verbose_name="区划")
    evidence = models.CharField("档案类别", max_length=40, blank=True)
    reason = models.CharField("鉴定意见", max_length=300)
    state = models.CharField("状态", max_length=10, choices=STATES.items(), default=State.PROPOSED)
    count = models.PositiveIntegerField("件数", default=0)
    size = models.BigIntegerField("字节数", default=0)
    held = models.PositiveIntegerField("冻结未列入", default=0)
    destroyed = models.PositiveIntegerField("已销毁件数", default=0)
    left = models.PositiveIntegerField("未销毁件数", default=0)
    digest = models.CharField("清册校验值", max_length=64)
    proposed_on = models.DateField("提出日期")
    proposed_by = models.BigIntegerField("提出人", null=True)
    proposed_name = models.CharField("提出人", max_length=150)
    decided_on = models.DateField("复核日期", null=True)
    decided_by = models.BigIntegerField("复核人", null=True)
    decided_name = models.CharField("复核人", max_length=150, blank=True)
    note = models.CharField("复核意见", max_length=300, blank=True)
    done_on = models.DateField("销毁日期", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=(State.CONFIRMED, State.DONE))
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("proposed_by"))),
                name="destruction_second_person", violation_error_message="销毁应由另一人复核",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["division", "-id"], name="destruction_division"),
            models.Index(fields=["state", "id"], name="destruction_state"),
        ]

    def __str__(self) -> str:
        return self.code


class DestructionItem(models.Model):
    """One file on a register, with all that is to be known of it when it is gone."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    destruction = models.ForeignKey(Destruction, models.PROTECT, related_name="items", db_index=False)
    position = models.PositiveIntegerField("序号")
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+", db_index=False)
    evidence = models.CharField("档案类别", max_length=40)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField("对象", max_length=120)
    number = models.CharField("对象编号", max_length=40)
    title = models.CharField("对象名称", max_length=120)
    kind = models.CharField("材料种类", max_length=40)
    name = models.CharField("文件名", max_length=200)
    size = models.BigIntegerField("字节数")
    sha256 = models.CharField("校验值", max_length=64)
    filed_on = models.DateField("形成日期")
    counted_on = models.DateField("起算之日")
    due_on = models.DateField("保管期满之日")
    fate = models.CharField("结果", max_length=10, choices=FATES.items(), default=Fate.LISTED)
    reason = models.CharField("未销毁原因", max_length=300, blank=True)
    destroyed_on = models.DateField("销毁日期", null=True)
    erased_at = models.DateTimeField("文件清除时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["destruction", "position"], name="destruction_item_position"),
            models.UniqueConstraint(
                fields=["attachment"], condition=models.Q(fate__in=STANDING), name="destruction_item_once",
                violation_error_message="该材料已列入另一份销毁清册",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["destruction", "id"], name="destruction_item_open",
                condition=models.Q(fate=Fate.LISTED) | models.Q(fate=Fate.DESTROYED, erased_at__isnull=True),
            )
        ]  # fmt: skip
