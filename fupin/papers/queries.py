"""Reads of papers through the gate: a paper is seen by who may see its subject, a stack by who may file where it came in."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.documents import page_codes
from fupin.core.documents.declared import MARKS
from fupin.core.refusals import NotFound
from fupin.papers import subjects
from fupin.papers.models import OwnTemplate, Paper, PaperMark, PaperPage, ScanPage, ScanStack
from fupin.papers.words import Fate, Standing

SEE, PRINT, FILE = "registry.view", "papers.print", "papers.file"
LARGEST = 2**63 - 1
LACKING = Q(standing=Standing.OPEN, returns=True, is_complete=False)


def papers_for(user: Any, permission: str = SEE) -> QuerySet[Paper]:
    """The papers of subjects in the user's area."""
    return scopes.within(user, Paper.objects.all(), division="village", permission=permission)


def with_pages(rows: QuerySet[Paper]) -> QuerySet[Paper]:
    """Papers with their pages and marks: two more questions, however many papers."""
    marks = Prefetch("marks", PaperMark.objects.order_by("pk"))
    return rows.prefetch_related(
        Prefetch("pages", PaperPage.objects.select_related("scan").order_by("number").prefetch_related(marks))
    )


def paper_of(user: Any, code: str, permission: str = SEE) -> Paper:
    """A paper by the code on it, typed whole or its first part. Raises NotFound, also for an altered code."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    read = page_codes.read(plain)
    row = with_pages(papers_for(user, permission)).filter(code=read.paper if read else plain[-10:]).first()
    if (
        row is None
        or (read is not None and not page_codes.proves(read, row.meaning))
        or not _reaches(user, row, permission)
    ):
        raise NotFound(_("没有这份文书，或它不在您的工作范围内：请核对文书码"), "paper")
    return row


def _reaches(user: Any, row: Paper, permission: str) -> bool:
    return row.subject_id in subjects.kind(row.subject_kind).see(user, [row.subject_id], permission)


def papers_at(user: Any, number: str) -> list[Paper]:
    """The papers of whatever bears this number, of any kind, within reach; none where nothing does."""
    found: list[Paper] = []
    for one in subjects.kinds():
        with suppress(NotFound):
            found += papers_of(user, one.name, number)[1]
    return found


def papers_of(user: Any, kind: str, number: str) -> tuple[subjects.Subject, list[Paper]]:
    """The papers of a subject, the newest first. Raises NotFound."""
    found = subjects.kind(kind).find(user, number, SEE)
    rows = Paper.objects.filter(subject_kind=kind, subject_id=found.pk).exclude(standing=Standing.DROPPED)
    return found, list(with_pages(rows).order_by("-id")[:100])


def page_of(user: Any, pk: int, permission: str = SEE) -> PaperPage:
    """A page of a paper. Raises NotFound."""
    rows = (
        PaperPage.objects.filter(pk=pk).select_related("paper", "scan")
        if 0 < pk <= LARGEST
        else PaperPage.objects.none()
    )
    row = rows.first()
    if row is None or not _reaches(user, row.paper, permission):
        raise NotFound(_("没有这一页，或它不在您的工作范围内"), "page")
    return row


@dataclass(slots=True)
class Lack:
    """What a paper lacks, in words."""

    paper: Paper
    pages: list[int] = field(default_factory=list)
    marks: list[tuple[PaperMark, int]] = field(default_factory=list)
    unseen: list[PaperMark] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """One sentence a kind of lack."""
        told = [_("第 %(page)d 页未交回") % {"page": number} for number in self.pages]
        told += [
            _("%(who)s缺%(mark)s %(count)d 处") % {"who": mark.who, "mark": mark_label(mark.mark), "count": count}
            for mark, count in self.marks
        ]
        if self.unseen:
            told.append(_("%(count)d 处签章未核对") % {"count": len(self.unseen)})
        return told


def mark_label(mark: str) -> str:
    """What a mark is called in the reader's language."""
    return MARKS[mark][scopes.is_english()]  # type: ignore[index]


def lack_of(paper: Paper) -> Lack:
    """What a paper lacks; its pages and marks are read already."""
    found = Lack(paper)
    for page in paper.pages.all():
        if page.scan_id is None:
            found.pages.append(page.number)
            continue
        for mark in page.marks.all():
            if mark.seen is None:
                found.unseen.append(mark)
            elif mark.seen < mark.count:
                found.marks.append((mark, mark.count - mark.seen))
    return found


def lacking(user: Any, *, division: int | None = None, document: str = "") -> QuerySet[Paper]:
    """The papers of the user's area that lack a page or a mark, village by village."""
    rows = papers_for(user).filter(LACKING)
    if division is not None:
        rows = rows.filter(village__in=scopes.below([division]))
    return with_pages(rows.filter(document=document) if document else rows).order_by("village", "id")


def counts(user: Any) -> list[tuple[int, int]]:
    """How many papers lack something, by village."""
    return list(
        papers_for(user).filter(LACKING).values_list("village").annotate(n=Count("pk")).order_by("-n", "village")
    )


def stacks_for(user: Any) -> QuerySet[ScanStack]:
    """The stacks that were handed in within the user's area."""
    return scopes.within(user, ScanStack.objects.all(), division="division", permission=FILE)


def stack_of(user: Any, pk: int) -> ScanStack:
    """A stack. Raises NotFound."""
    row = stacks_for(user).filter(pk=pk).first() if 0 < pk <= LARGEST else None
    if row is None:
        raise NotFound(_("没有这批扫描件，或它不在您的工作范围内"), "stack")
    return row


def tray(user: Any) -> QuerySet[ScanPage]:
    """The pages that wait for a person, the oldest first."""
    rows = scopes.within(user, ScanPage.objects.all(), division="stack__division", permission=FILE)
    return (
        rows.filter(fate__in=(Fate.TRAY, Fate.AGAIN), picture__isnull=False)
        .select_related("stack", "picture", "page__paper")
        .order_by("pk")
    )


def waiting_page(user: Any, pk: int) -> ScanPage:
    """A page of the tray. Raises NotFound."""
    row = tray(user).filter(pk=pk).first() if 0 < pk <= LARGEST else None
    if row is None:
        raise NotFound(_("没有这一页，或它已经处理"), "page")
    return row


def templates_for(user: Any) -> QuerySet[OwnTemplate]:
    """The offices' own templates in the user's area and above it are told to who may change rules."""
    return scopes.within(
        user, OwnTemplate.objects.select_related("file"), division="division", permission="rulebook.change"
    )


def template_of(user: Any, pk: int) -> OwnTemplate:
    """An office's template. Raises NotFound."""
    row = templates_for(user).filter(pk=pk).first() if 0 < pk <= LARGEST else None
    if row is None:
        raise NotFound(_("没有这份模板，或它不在您的工作范围内"), "template")
    return row


def pages_by_code(codes: Collection[str]) -> dict[tuple[str, int], PaperPage]:
    """The pages that printed codes name, before anybody's gate was asked: for reading scans, which then asks it."""
    rows = PaperPage.objects.filter(paper__code__in=set(codes)).select_related("paper")
    return {(row.paper.code, row.number): row for row in rows}


def after(rows: QuerySet[Paper], village: int, pk: int) -> QuerySet[Paper]:
    """The next of a list in the order of villages."""
    return rows.filter(Q(village__gt=village) | Q(village=village, pk__gt=pk))


def page_by_text(user: Any, text: str) -> PaperPage:
    """The page whose code a person typed from the paper. Raises NotFound, Refused where it is no whole code."""
    code = page_codes.read(text)
    if code is None:
        raise NotFound(_("页码不完整：请照纸上抄全，如 ABCDE-FGHJK-01-9X2MQP"), "page")
    row = PaperPage.objects.filter(paper__code=code.paper, number=code.page).select_related("paper", "scan").first()
    if row is None or not page_codes.proves(code, row.paper.meaning) or not _reaches(user, row.paper, FILE):
        raise NotFound(_("没有这一页，或它不在您的工作范围内：请核对页码"), "page")
    return row
