"""An office's own settings as a ledger: read, filtered and taken along; they are proposed and decided under /parameters/."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from fupin.accounts.scopes import is_english
from fupin.core.columns import Column, Kind
from fupin.core.ledgers import Ledger
from fupin.rulebook import queries, wording
from fupin.rulebook.models import Override

OVERRIDES = (
    Column("label", "参数或码表", max_length=120),
    Column("name", "代号", key=True, max_length=80),
    Column("code", "编码", max_length=12),
    Column("division", "适用区划", Kind.DIVISION, key=True),
    Column("value", "新值", max_length=300),
    Column("former", "原值", max_length=300),
    Column("valid_from", "生效日期", Kind.DATE, key=True),
    Column("valid_to", "失效日期（不含）", Kind.DATE),
    Column("document", "依据文件", max_length=200),
    Column("state", "状态", Kind.CODE, codes="override_state"),
    Column("proposed_name", "提出人", max_length=150),
    Column("decided_name", "复核人", max_length=150),
)


def overrides() -> Ledger:
    """Every request, waiting, confirmed or not."""
    return Ledger(
        name="overrides",
        label="本地设定",
        label_en="Own settings",
        note="各级另行设定的参数和编码：原值、新值、生效日期、依据文件、提出人和复核人；在“参数”办理",
        note_en="Parameters and codes that an office set for itself, with document and two persons; done under parameters",
        model=Override,
        columns=OVERRIDES,
        rows=queries.overrides_for,
        order=("-valid_from", "id"),
        division="division",
        search=("name", "document"),
        computed={
            "label": lambda row: wording.title(row, is_english()),
            "value": lambda row: wording.short(row, row.value, is_english()),
            "former": lambda row: wording.short(row, row.former, is_english()),
        },
        filters=("division", "state", "valid_from"),
        acts=frozenset(),
        view_permission="rulebook.change",
        subject=lambda row: f"override:{row.pk}",
        group=gettext_noop("规则"),
    )
