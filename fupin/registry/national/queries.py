"""What the national screens show: everything begins at the scopes gate."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts.scopes import within
from fupin.core.models import Job
from fupin.core.refusals import NotFound
from fupin.registry.models import KeyingItem, NationalExport, NationalRow, TakeOver
from fupin.registry.national.words import STATES

PERMISSION = "national.view"
PAGE = 50


def exports_for(user: Any) -> QuerySet[NationalExport]:
    """The exports of divisions in the user's scope, newest first."""
    rows = NationalExport.objects.select_related("division").order_by("-id")
    return within(user, rows, division="division", permission=PERMISSION)


def export_for(user: Any, pk: int) -> NationalExport:
    """One export. Raises NotFound for what is not there and what the user may not know of."""
    found = exports_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份国家系统导出"))
    return found


def job_of(export: NationalExport) -> Job | None:
    """The job that compares an export."""
    return Job.objects.filter(pk=export.job_id).first() if export.job_id else None


def rows_for(user: Any, export: NationalExport, outcome: str) -> QuerySet[NationalRow]:
    """Rows of an export without counterpart, in the user's villages."""
    rows = NationalRow.objects.filter(export=export, outcome=outcome).order_by("number")
    return within(user, rows, division="village", permission=PERMISSION)


def items_for(user: Any) -> QuerySet[KeyingItem]:
    """The keying list of the user's villages in the order of the national system's screens, person by person."""
    return within(user, KeyingItem.objects.all(), division="village", permission=PERMISSION).order_by(
        "village", "number", "kind", "subject_id", "order", "id"
    )


KEYING_ORDER = ("number", "kind", "subject_id", "order", "id")


def keying_list(user: Any, *, state: str = "", field: str = "", export: str = "") -> QuerySet[KeyingItem]:
    """The keying list narrowed to a state, a field, an export; record by record in the order of its screens."""
    items = items_for(user).order_by(*KEYING_ORDER)
    if state in STATES:
        items = items.filter(state=state)
    if field:
        items = items.filter(field=field)
    return items.filter(last_export=int(export)) if export.isdigit() else items


def progress(user: Any) -> dict[str, int]:
    """How much of the keying list is open, ticked off, or theirs."""
    items = within(user, KeyingItem.objects.all(), division="village", permission=PERMISSION)
    return items.aggregate(
        open=Count("id", filter=Q(state="open")), done=Count("id", filter=Q(state="done")),
        theirs=Count("id", filter=Q(state="theirs")),
    )  # fmt: skip


def fields_of(user: Any, export: NationalExport) -> list[dict[str, Any]]:
    """Differences of an export by field, in screen order."""
    items = within(user, KeyingItem.objects.filter(last_export=export), division="village", permission=PERMISSION)
    return list(
        items.exclude(state="done")
        .values("field", "label", "screen", "order")
        .annotate(n=Count("id"))
        .order_by("order", "field")
    )


def take_overs_for(user: Any) -> QuerySet[TakeOver]:
    """Batches in the user's scope, newest first."""
    rows = TakeOver.objects.select_related("export", "division", "asked_by", "confirmed_by").order_by("-id")
    return within(user, rows, division="division", permission=PERMISSION)


def take_over_for(user: Any, pk: int) -> TakeOver:
    """One batch. Raises NotFound."""
    found = take_overs_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这批接收"))
    return found
