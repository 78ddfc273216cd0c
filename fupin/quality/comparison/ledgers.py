"""The record type of comparison: what households authorised."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from fupin.core.columns import Column, Kind
from fupin.core.ledgers import Ledger
from fupin.quality.comparison.authorising import AuthorisationActs, homes, rows_for
from fupin.quality.comparison.models import Authorisation

COLUMNS = (
    Column("household_number", "户编号", key=True, required=True, max_length=20),
    Column("sources", "授权范围", Kind.CODES, codes="comparison_source", required=True, aliases=("授权查询的数据",),
           note=gettext_noop("可选多项；授权查询全部数据的选“全部”"), example="all"),
    Column("valid_from", "授权起始日期", Kind.DATE, key=True, required=True, aliases=("授权日期", "签字日期"), example="2018-10-08"),
    Column("last_day", "授权截止日期", Kind.DATE, aliases=("授权期限", "有效期至"),
           note=gettext_noop("当日仍有效；长期有效的不填")),
    Column("signed_by", "签字人", required=True, max_length=60, aliases=("授权人",), example="宝音"),
    Column("withdrawn_on", "收回日期", Kind.DATE, note=gettext_noop("自当日起不再查询")),
    Column("remark", "备注", max_length=200),
)  # fmt: skip


def authorisations() -> Ledger:
    """What households signed that other departments may be asked about them, with the scanned paper."""
    return Ledger(
        name="authorisations",
        label="比对授权",
        label_en="Authorisations for comparison",
        note="农户签字授权向哪些部门查询哪些数据，自何日至何日；收回的自收回之日起不再查询",
        note_en="What a household signed that may be asked about it, from which day to which; withdrawn from a day on",
        model=Authorisation,
        columns=COLUMNS,
        rows=rows_for,
        order=("-valid_from", "id"),
        division="household__card__village",
        search=("household__number", "signed_by"),
        fields={"household_number": "household__number"},
        filters=("valid_from", "last_day", "withdrawn_on"),
        operations=AuthorisationActs(),
        acts=frozenset({"create", "update"}),
        change_permission="registry.change",
        subject=lambda row: f"authorisations:{row.pk}",
        group=gettext_noop("登记"),
        homes=homes,
        papers=gettext_noop("授权书原件"),
    )
