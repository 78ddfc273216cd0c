"""Income accounts: window, line and counted persons as properties; entries by item (handbook §2)."""

from django.db import models

from fupin.core.ids import new_id
from fupin.core.models import Attachment
from fupin.registry.models.household import Household


class IncomeAccount(models.Model):
    """One household's account over one window. Totals are kept by the operation that changes its entries."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    household = models.ForeignKey(Household, models.CASCADE, related_name="income_accounts", db_index=False)
    year = models.PositiveSmallIntegerField("年度", db_comment="aar040")
    window_from = models.DateField("核算期起")
    window_to = models.DateField("核算期止（不含）")
    counted_basis = models.CharField("人口口径", max_length=12, default="registered")  # registered, resident, sharing
    counted_persons = models.PositiveSmallIntegerField("计算人口")
    line_fen = models.BigIntegerField("对照标准（分）", null=True, blank=True)
    wage_fen = models.BigIntegerField("工资性收入（分）", default=0, db_comment="aac073")
    business_fen = models.BigIntegerField("生产经营性收入（分）", default=0, db_comment="aac071")
    property_fen = models.BigIntegerField("财产性收入（分）", default=0, db_comment="aac072")
    transfer_fen = models.BigIntegerField("转移性收入（分）", default=0, db_comment="aac085")
    cost_fen = models.BigIntegerField("生产经营性支出（分）", default=0, db_comment="aac074")
    claims_fen = models.BigIntegerField("理赔收入（分）", default=0)
    self_paid_fen = models.BigIntegerField("合规自付支出（分）", default=0)
    net_fen = models.BigIntegerField("年纯收入（分）", default=0, db_comment="aac079")
    per_head_fen = models.BigIntegerField("人均纯收入（分）", default=0, db_comment="aac082")
    signed_on = models.DateField("签字日期", null=True, blank=True)
    source = models.CharField("来源", max_length=60, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)
    recorded_by = models.BigIntegerField("录入人", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "year"], name="income_account_once"),
            models.CheckConstraint(
                condition=models.Q(counted_persons__gte=1),
                name="income_counted_persons",
                violation_error_message="计算人口至少为 1",
            ),
        ]


class IncomeEntry(models.Model):
    """One line of an account: an item of handbook §2.2 (a1 … e4), its amount, where it is known from."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(IncomeAccount, models.CASCADE, related_name="entries", db_index=False)
    item = models.CharField("收支项目", max_length=6)
    amount_fen = models.BigIntegerField("金额（分）")
    origin = models.CharField("来源", max_length=12, default="asked")  # asked, received
    received_on = models.DateField("到账日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "item"], name="income_entry_item")]


class IncomeEvidence(models.Model):
    """A file of the household that an item of an account rests on.

    It hangs on the item and says the item's amount when it was cited: entries are written anew by forms and imports,
    and a file shows one amount only. A file that is taken away leaves its name and digest here.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(IncomeAccount, models.CASCADE, related_name="evidence", db_index=False)
    item = models.CharField("收支项目", max_length=6)
    amount_fen = models.BigIntegerField("引用时金额（分）")
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+")
    name = models.CharField("材料名称", max_length=200)
    sha256 = models.CharField("文件校验值", max_length=64)
    cited_on = models.DateField("引用日期")
    withdrawn_on = models.DateField("材料移除日期", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "item", "attachment"], name="income_evidence_once")]
