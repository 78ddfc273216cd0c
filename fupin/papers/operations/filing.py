"""Pages are filed at their subject, put in another's place, discarded; marks on them are ticked by a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.core import attachments, audit
from fupin.core.attachments import Content
from fupin.core.documents import declared
from fupin.core.refusals import NotAllowed, Refused
from fupin.papers import queries, subjects
from fupin.papers.models import Paper, PaperMark, PaperPage, ScanPage
from fupin.papers.words import Fate, Standing


def put(page: PaperPage, data: bytes, sha256: str, size: tuple[int | None, int | None], *, by: Any, on: date) -> None:
    """File a picture as a page at its paper's subject; the caller has passed the gate of the subject."""
    paper, of = page.paper, declared.document(page.paper.document)
    label = of.label if of is not None else paper.document
    own = subjects.kind(paper.subject_kind).evidence.get(paper.document, "")
    row = attachments.store(
        data, subject=paper.subject, kind=own or (of.evidence if of is not None else "other"), by=by, on=on, division=paper.village_id,
        name=f"{label}-{page.number}.jpg", content=Content("image/jpeg", data, *size),
    )  # fmt: skip
    page.scan, page.scan_sha256, page.filed_on, page.filed_by = row, sha256, on, getattr(by, "pk", None)
    page.save(update_fields=["scan", "scan_sha256", "filed_on", "filed_by"])
    Paper.objects.filter(pk=paper.pk, standing=Standing.REPLACED).update(standing=Standing.OPEN)
    audit.record(by=by, act="papers.file", subject=paper.subject, division=paper.village_id, on=on,
                 detail={"paper": paper.code, "page": page.number, "document": label, "attachment": row.pk})  # fmt: skip


def complete(papers: Iterable[int]) -> None:
    """Say anew of these papers whether they lack anything."""
    rows = list(queries.with_pages(Paper.objects.filter(pk__in=set(papers))))
    whole = [row.pk for row in rows if not queries.lack_of(row).said]
    Paper.objects.filter(pk__in=whole).update(is_complete=True)
    Paper.objects.filter(pk__in=[row.pk for row in rows if row.pk not in whole]).update(is_complete=False)


def _free(row: ScanPage) -> bytes:
    if row.picture is None or row.fate not in (Fate.TRAY, Fate.AGAIN):
        raise Refused(_("这一页已经处理"), "state")
    return attachments.read(row.picture)


@transaction.atomic
def file_by_hand(*, row: ScanPage, page: PaperPage, by: Any, on: date, replace: bool = False) -> None:
    """File a page of the tray where a person says it belongs; `replace`: in the place of the scan that is there.

    Raises NotAllowed out of reach, Refused where the page has its scan already.
    """
    data = _free(row)
    _require(page, by)
    if page.scan_id is not None and not replace:
        raise Refused(_("这一页已有扫描件：如要换成这张，请选“换用”"), "filed")
    if page.scan is not None:
        old = page.scan
        audit.record(by=by, act="papers.replace", subject=page.paper.subject, division=page.paper.village_id, on=on,
                     detail={"paper": page.paper.code, "page": page.number, "attachment": old.pk})  # fmt: skip
        attachments.remove(rows=[old], by=by, reason=_("换用更全的扫描件"), on=on, division=page.paper.village_id)
        page.marks.update(seen=None, looked_by=None, looked_on=None)
    put(page, data, row.sha256, (row.picture.width, row.picture.height) if row.picture else (None, None), by=by, on=on)
    _decided(row, Fate.FILED, by=by, on=on, page=page)
    complete([page.paper_id])


@transaction.atomic
def discard(*, row: ScanPage, by: Any, on: date, reason: str) -> None:
    """Throw a page of the tray away (a blank back, a page scanned twice). Raises Refused without a reason."""
    _free(row)
    if len(reason.strip()) < 2:
        raise Refused(_("请写明丢弃的原因，如“空白背面”"), "reason")
    row.reason = reason.strip()[:200]
    audit.record(by=by, act="papers.discard", subject=f"stack:{row.stack_id}", division=row.stack.division_id, on=on,
                 detail={"page": row.number, "reason": row.reason})  # fmt: skip
    _decided(row, Fate.DROPPED, by=by, on=on, page=row.page)


def _decided(row: ScanPage, fate: Fate, *, by: Any, on: date, page: PaperPage | None) -> None:
    picture = row.picture
    row.fate, row.page, row.picture, row.decided_by, row.decided_on = fate, page, None, getattr(by, "pk", None), on
    row.save(update_fields=["fate", "reason", "page", "picture", "decided_by", "decided_on"])
    if picture is not None:
        attachments.remove(rows=[picture], by=by, reason=_("已人工处理"), on=on, division=row.stack.division_id,
                           is_copy=True)  # fmt: skip


@transaction.atomic
def tick(*, page: PaperPage, seen: Mapping[int, int], by: Any, on: date) -> None:
    """Say how many of each mark stand on the scan of a page, as a person saw them (`mark id → number`).

    Raises Refused before the page is there, and for a number that is none.
    """
    _require(page, by)
    if page.scan_id is None:
        raise Refused(_("这一页还没有扫描件，无从核对签章"), "scan")
    rows = {row.pk: row for row in page.marks.all()}
    if set(seen) - set(rows) or any(not 0 <= count <= 99 for count in seen.values()):
        raise Refused(_("签章数应在 0–99 之间"), "count")
    for pk, count in seen.items():
        row = rows[pk]
        row.seen, row.looked_by, row.looked_on = count, getattr(by, "pk", None), on
    PaperMark.objects.bulk_update(rows.values(), ["seen", "looked_by", "looked_on"])
    audit.record(by=by, act="papers.mark", subject=page.paper.subject, division=page.paper.village_id, on=on,
                 detail={"paper": page.paper.code, "page": page.number, "marks": {rows[pk].who: n for pk, n in seen.items()}})  # fmt: skip
    complete([page.paper_id])


def _require(page: PaperPage, by: Any) -> None:
    paper = page.paper
    if paper.subject_id not in subjects.kind(paper.subject_kind).see(by, [paper.subject_id], queries.FILE):
        raise NotAllowed(_("这一页的户不在您的工作范围内，请交给所属嘎查村或苏木乡镇"), "scope")
