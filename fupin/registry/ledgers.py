"""The record types of the register: guarantee findings. Households and persons have screens of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from fupin.accounts import scopes
from fupin.core.columns import Column, Kind
from fupin.core.ledgers import Ledger
from fupin.core.ledgers.declaration import Values
from fupin.core.refusals import NotAllowed, NotFound
from fupin.registry import operations, queries
from fupin.registry.models import GuaranteeFinding

FINDINGS = (
    Column("household_number", "户编号", key=True, required=True, max_length=20, national="aac001"),
    Column("guarantee", "保障项目", Kind.CODE, codes="guarantee", key=True, required=True),
    Column("outcome", "结论", Kind.CODE, codes="guarantee_outcome", required=True),
    Column("evidence", "依据", max_length=300, note=gettext_noop("看到、查到了什么；结论为未查明时可不填")),
    Column("found_by", "核查人", max_length=60),
    Column("valid_from", "核查日期", Kind.DATE, key=True, required=True, example="2018-10-08"),
    Column("valid_to", "被取代日期", Kind.DATE, note=gettext_noop("由下一次核查写入")),
)


class FindingActs:
    """A finding is added; the next one of the same guarantee ends it. Nothing is changed or taken away."""

    def create(self, ledger: Ledger, rows: Sequence[Values], *, by: Any, on: date, judged: bool = False) -> list[Any]:
        numbers = {str(values["household_number"]) for values in rows}
        known = dict(
            queries.households_for(by, "registry.change")
            .filter(number__in=numbers)
            .values_list("number", "household_id")
        )
        if missing := sorted(numbers - set(known)):
            raise NotFound(_("没有编号为 %(number)s 的户，或它不在您的工作范围内") % {"number": missing[0]})
        made: list[Any] = []
        for day in sorted({values.get("valid_from") or on for values in rows}):
            findings = [_finding(values, known) for values in rows if (values.get("valid_from") or on) == day]
            operations.record_findings(findings=findings, by=by, on=day)
            households = [finding.household for finding in findings]
            made += GuaranteeFinding.objects.filter(household__in=households, valid_from=day).select_related(
                "household"
            )
        return made

    def update(
        self, ledger: Ledger, rows: Sequence[tuple[Any, Values]], *, by: Any, on: date, judged: bool = False
    ) -> list[Any]:
        raise NotAllowed(_("核查结果不修改，请登记新的一次核查"))

    def remove(self, ledger: Ledger, rows: Sequence[Any], *, by: Any, on: date) -> None:
        raise NotAllowed(_("核查结果不删除，请登记新的一次核查"))


def _finding(values: Values, known: dict[str, int]) -> operations.Finding:
    return operations.Finding(
        known[str(values["household_number"])], values["guarantee"], values["outcome"],
        values.get("evidence") or "", values.get("found_by") or "",
    )  # fmt: skip


def _rows(user: Any) -> QuerySet[GuaranteeFinding]:
    rows = GuaranteeFinding.objects.select_related("household")
    return scopes.within(user, rows, division="household__card__village")


def guarantee_findings() -> Ledger:
    """What was found of food, clothing, schooling, medical care, housing and water, household by household."""
    return Ledger(
        name="guarantee_findings",
        label="保障核查",
        label_en="Guarantee findings",
        note="两不愁三保障及饮水安全的核查结果，逐户逐项、有依据、有日期",
        note_en="What was found of each household's guarantees, with evidence and day",
        model=GuaranteeFinding,
        columns=FINDINGS,
        rows=_rows,
        order=("-valid_from", "id"),
        division="household__card__village",
        fields={"household_number": "household__number"},
        filters=("guarantee", "outcome", "valid_from"),
        operations=FindingActs(),
        acts=frozenset({"create"}),
        change_permission="registry.change",
        subject=lambda row: f"household:{row.household_id}",
        group=gettext_noop("登记"),
    )
