"""Cases as what papers are printed of: the household as papers know it, and of the case what it is about and where it stands.

A page that comes back lies at the case itself, under the kind that the case's steps ask for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from fupin.accounts import scopes
from fupin.core.models import Case
from fupin.core.refusals import NotFound
from fupin.core.steps.printed import read_code
from fupin.papers.subjects import Subject, SubjectKind
from fupin.procedures import queries
from fupin.procedures.all_works import work_of
from fupin.procedures.models import CaseFile
from fupin.registry import papers as register
from fupin.registry.models import HouseholdCard

KIND = "case"
OWN: dict[str, Any] = {
    "case_code": (("案卷编号", "Code of the case"), None),
    "case_work": (("程序", "Procedure"), None),
    "case_kind": (("拟认定类别", "What is to be decided"), None),
    "case_began": (("案卷开始之日", "Day on which the case began"), None),
    "applicant": (("申请人", "Applicant"), None),
    "statement": (("申请理由或线索情况", "Reasons of the application"), None),
}
EVIDENCE = {"verification": "visit_form"}
"""A verification form is what the steps of a case call the form of a home visit."""


def _households(user: Any, permission: str) -> Any:
    """The cases about households that the user may reach; a case about a place has no papers of a household."""
    return queries.cases_for(user, permission).filter(household__isnull=False)


def _subjects(rows: Collection[CaseFile]) -> dict[int, Subject]:
    names = dict(
        HouseholdCard.objects.filter(pk__in=[row.household_id for row in rows]).values_list("household_id", "head_name")
    )
    return {
        row.pk: Subject(KIND, row.pk, row.case.code or "", names.get(row.household_id or 0) or row.household.number,
                        row.division_id, row.case.state)
        for row in rows if row.household is not None
    }  # fmt: skip


def find(user: Any, number: str, permission: str) -> Subject:
    """A case by its code. Raises NotFound out of reach."""
    row = _households(user, permission).filter(case__code=read_code(number) or "").first()
    if row is None:
        raise NotFound(_("没有这份案卷，或它不在您的工作范围内"), "case")
    return _subjects([row])[row.pk]


def see(user: Any, ids: Collection[int], permission: str) -> dict[int, Subject]:
    """Of these cases those that the user may reach: a fixed number of questions."""
    return _subjects(list(_households(user, permission).filter(pk__in=list(ids))))


def within(user: Any, division: int, permission: str) -> list[int]:
    """The open cases of a division that the user may reach."""
    rows = _households(user, permission).filter(division__in=scopes.below([division]), case__ended_on=None)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def facts(ids: Collection[int], on: date) -> dict[int, dict[str, Any]]:
    """What papers say of cases on a day: those of their households, and one question more."""
    rows = list(CaseFile.objects.filter(pk__in=list(ids), household__isnull=False).select_related("case"))
    known = register.facts({row.household_id for row in rows if row.household_id is not None}, on)
    return {row.pk: {**known[row.household_id], **_own(row)} for row in rows if row.household_id in known}


def _own(row: CaseFile) -> dict[str, str]:
    """Papers are Chinese, whoever prints them."""
    began, work = row.case.began_on, work_of(row.case)
    with override("zh-hans"):
        procedure = _(work.title)
    return {
        "case_code": row.case.code or "", "case_work": procedure,
        "case_kind": work.kinds(began).get(row.kind, (row.kind, ""))[0] if began else row.kind,
        "case_began": f"{began.year}年{began.month}月{began.day}日" if began else "",
        "applicant": row.applicant, "statement": row.statement,
    }  # fmt: skip


def address(number: str) -> str:
    """The page of a case."""
    pk = Case.objects.filter(code=number).values_list("pk", flat=True).first()
    return reverse("procedures:case", args=[pk]) if pk else reverse("procedures:home")


def sample(on: date) -> dict[str, Any]:
    """A made-up case of the made-up household."""
    return {
        **register.sample(on), "case_code": "示例", "case_work": "识别办理", "case_kind": "突发严重困难户",
        "case_began": f"{on.year}年{on.month}月{on.day}日", "applicant": "包示例", "statement": "因病支出大",
    }  # fmt: skip


def kind() -> SubjectKind:
    """Cases, as `config` hands them to papers."""
    return SubjectKind(
        KIND,
        ("案卷", "Case"),
        find,
        see,
        within,
        facts,
        address,
        {**register.FIELDS, **OWN},
        sample,
        EVIDENCE,
    )
