"""Guarantee findings: what was found of food, clothing, schooling, medical care, housing and water, on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.core import audit
from fupin.core.ids import new_id
from fupin.core.refusals import Refused
from fupin.registry import words
from fupin.registry.models import GuaranteeFinding
from fupin.registry.operations.acts import check_day, open_facts


@dataclass(frozen=True, slots=True)
class Finding:
    """One guarantee of one household as it was found."""

    household: int
    guarantee: str
    outcome: str
    evidence: str = ""
    found_by: str = ""


@transaction.atomic
def record_findings(*, findings: Sequence[Finding], by: Any, on: date, source: str = "screen") -> None:
    """Write findings; each holds until the next of the same guarantee. A second one of the same day replaces it.

    Raises Refused where a finding lacks its evidence or lies before a later one, NotFound, NotAllowed.
    """
    check_day(on)
    for finding in findings:
        if finding.guarantee not in words.GUARANTEES or finding.outcome not in words.OUTCOMES:
            raise Refused(_("保障项目或结论不在码表内，请重选"))
        if finding.outcome != "unknown" and not finding.evidence.strip():
            raise Refused(_("填写结论时须写明依据（看到、查到了什么）"))
    facts = open_facts([finding.household for finding in findings], by)
    known = {
        (row.household_id, row.guarantee): row
        for row in GuaranteeFinding.objects.open().filter(household__in=list(facts))
    }
    entries, fresh, ended = [], list[GuaranteeFinding](), list[int]()
    for finding in findings:
        row = known.get((finding.household, finding.guarantee))
        if row is not None and row.valid_from > on:
            sentence = _("%(day)s 已有更新的核查结果，本次日期不能早于它")
            raise Refused(sentence % {"day": row.valid_from})
        detail = {"guarantee": finding.guarantee, "outcome": [row.outcome if row else "", finding.outcome]}
        for name in ("evidence", "found_by"):
            before, after = getattr(row, name) if row else "", getattr(finding, name).strip()
            detail |= {name: [before, after]} if before != after else {}
        division = facts[finding.household].village_id
        entries.append(audit.Entry("registry.finding", f"household:{finding.household}", division, detail))
        if row is not None and row.valid_from == on:
            _replace(row, _values(finding, by, source))
            continue
        if row is not None:
            ended.append(row.pk)
        made = GuaranteeFinding(
            id=new_id(), household_id=finding.household, guarantee=finding.guarantee, valid_from=on,
            **_values(finding, by, source),
        )  # fmt: skip
        known[finding.household, finding.guarantee] = made
        fresh.append(made)
    GuaranteeFinding.objects.filter(pk__in=ended).update(valid_to=on)
    GuaranteeFinding.objects.bulk_create(fresh, batch_size=500)
    audit.record_many(by=by, on=on, entries=entries)


def _values(finding: Finding, by: Any, source: str) -> dict[str, Any]:
    return {"outcome": finding.outcome, "evidence": finding.evidence.strip(), "found_by": finding.found_by.strip(),
            "source": source, "recorded_by": getattr(by, "pk", None)}  # fmt: skip


def _replace(row: GuaranteeFinding, values: dict[str, Any]) -> None:
    """A finding of the same day, which may not have been written yet."""
    for name, value in values.items():
        setattr(row, name, value)
    if not row._state.adding:
        row.save(update_fields=list(values))
