"""Papers are printed: set, coded, and written down page by page, so that what must come back is known."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of
from fupin.core import audit
from fupin.core.cells import harmless
from fupin.core.documents import page_codes, pdf, word
from fupin.core.documents.declared import Document, Edition, Needed
from fupin.core.documents.setting import plain
from fupin.core.ids import new_id
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.papers import shipped, subjects, words
from fupin.papers.models import Paper, PaperMark, PaperPage
from fupin.papers.queries import PRINT, with_pages
from fupin.papers.words import Standing

MOST_SUBJECTS = 500
"""Subjects of one printing; a village has fewer households."""
FORMATS = ("pdf", "docx")


@dataclass(frozen=True, slots=True)
class Printed:
    """What came out: the file, its name, the papers in it."""

    data: bytes
    name: str
    papers: list[Paper]


@dataclass(slots=True)
class _Sheet:
    """One paper while it is made. `pages` are its physical pages: the declared one each belongs to, the marks it needs."""

    paper: Paper
    values: dict[str, Any]
    form: shipped.Form
    is_new: bool
    pages: Sequence[tuple[int, tuple[Needed, ...]]] = ()
    made: Any = None


def print_papers(*, document: str, kind: str, ids: Sequence[int], by: Any, on: date, form: str = "pdf", step: str = "",
                 tell: Callable[[int, int], Any] | None = None) -> Printed:  # fmt: skip
    """Print a document of each of these subjects in one file, in their order.

    A paper that was printed with the same words at the same step keeps its code, so that printing again asks for no second
    signature; other words, or a later step, make a new paper, and the older one, where no page of it came back, is replaced.
    Raises NotFound where a subject is out of reach, Refused with every reason.
    """
    of, known = shipped.document(document), subjects.kind(kind)
    if kind not in of.subjects or form not in FORMATS:
        raise NotFound(document, "document")
    if not ids or len(ids) > MOST_SUBJECTS:
        raise Refused(
            _("一次可打印 1–%(most)d 份，现选了 %(count)d 份") % {"most": MOST_SUBJECTS, "count": len(ids)}, "count"
        )
    edition = of.edition(on)
    if edition is None:
        raise Refused(_("“%(name)s”在 %(day)s 没有可用的版本") % {"name": of.label, "day": on}, "edition")
    if form == "pdf" and (why := pdf.why_not()):
        raise pdf.CannotPrint(why, "pdf")
    seen = known.see(by, ids, PRINT)
    if set(seen) != set(ids):
        if not scopes.may(by, PRINT):
            scopes.require(by, PRINT)
        raise NotFound(_("有的对象不在您的工作范围内，没有打印"), "subject")
    sheets = _sheets(of, edition, known, [seen[pk] for pk in ids], step=step, by=by, on=on)
    data = _pdf(edition, sheets, tell) if form == "pdf" else _docx(edition, sheets, known, tell)
    _keep(of, edition, sheets, by=by, on=on, form=form)
    suffix = form if form == "pdf" or len(sheets) == 1 else "zip"
    stem = f"{of.label}-{sheets[0].paper.title}" if len(sheets) == 1 else f"{of.label}-{len(sheets)}"
    return Printed(data, f"{harmless(stem)}.{suffix}", [one.paper for one in sheets])


def _sheets(of: Document, edition: Edition, known: subjects.SubjectKind, wanted: Sequence[subjects.Subject], *, step: str,
            by: Any, on: date) -> list[_Sheet]:  # fmt: skip
    """The papers to be made, those that are there already among them: a constant number of questions."""
    ids = [one.pk for one in wanted]
    facts = known.facts(ids, on)
    forms = shipped.forms(of, edition.name, {one.village for one in wanted}, on=on)
    before = _before(of, edition, known.name, ids)
    sheets = []
    for one in wanted:
        values, form = facts[one.pk], forms[one.village]
        digest = _digest(values, form)
        same = before.get((one.pk, one.step or step, digest))
        paper = same or Paper(
            code=page_codes.new_paper(), document=of.name, edition=edition.name, subject_kind=one.kind, subject_id=one.pk,
            number=one.number, title=one.title[:60], step=one.step or step, village_id=one.village, digest=digest, printed_on=on,
            printed_by=getattr(by, "pk", None), printed_name=name_of(by), returns=of.returns,
        )  # fmt: skip
        sheets.append(_Sheet(paper, values, form, same is None))
    return sheets


def _before(of: Document, edition: Edition, kind: str, ids: Sequence[int]) -> dict[tuple[int, str, str], Paper]:
    rows = Paper.objects.filter(subject_kind=kind, subject_id__in=ids, document=of.name, edition=edition.name,
                                standing=Standing.OPEN)  # fmt: skip
    return {(row.subject_id, row.step, row.digest): row for row in with_pages(rows)}


def _digest(values: dict[str, Any], form: shipped.Form) -> str:
    """The words of a paper: all its values but the day of printing, and the form they stand in."""
    said = {key: value for key, value in values.items() if key != "day"}
    own = [form.file.digest if form.file else "", *form.mongolian]
    return hashlib.sha256(orjson.dumps([said, own], default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _codes(paper: Paper, count: int) -> list[str]:
    return [page_codes.make(paper.code, number, paper.meaning) for number in range(1, count + 1)]


def _pdf(edition: Edition, sheets: Sequence[_Sheet], tell: Callable[[int, int], Any] | None) -> bytes:
    laid = []
    for at, one in enumerate(sheets):
        missing = pdf.missing(_texts(one.values))
        notes = (
            [_("本机缺少字体，下列字未能印出，请手写补上：%(letters)s") % {"letters": "、".join(missing)}]
            if missing
            else []
        )
        made = pdf.lay(edition, one.values, _codes(one.paper, len(edition.pages) + pdf.SPARE),
                       mongolian=one.form.mongolian, notes=notes, stamp=words.stamp(one.values))  # fmt: skip
        one.pages = made.pages
        laid.append(made)
        if tell is not None:
            tell(at + 1, len(sheets))
    return pdf.bytes_of(laid)


def _texts(values: dict[str, Any]) -> list[str]:
    rows = [row for value in values.values() if isinstance(value, list) for row in value]
    return [str(text) for each in (values, *rows) for text in each.values() if isinstance(text, str)]


def _docx(edition: Edition, sheets: Sequence[_Sheet], known: subjects.SubjectKind,
          tell: Callable[[int, int], Any] | None) -> bytes:  # fmt: skip
    files = []
    for at, one in enumerate(sheets):
        one.pages = [(number, page.needed) for number, page in enumerate(edition.pages)]
        template = shipped.word_template(edition, one.form)
        files.append(word.fill(template, one.values, _codes(one.paper, len(edition.pages)), known.shape,
                               stamp=words.stamp(one.values)))  # fmt: skip
        if tell is not None:
            tell(at + 1, len(sheets))
    if len(files) == 1:
        return files[0]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for number, (one, data) in enumerate(zip(sheets, files, strict=True), start=1):
            packed.writestr(f"{number:03d}-{one.paper.number}.docx", data)
    return out.getvalue()


@transaction.atomic
def _keep(of: Document, edition: Edition, sheets: Sequence[_Sheet], *, by: Any, on: date, form: str) -> None:
    """Write down what was printed: papers, pages, marks, trail, each in one statement."""
    fresh = [one for one in sheets if one.is_new]
    older = Paper.objects.filter(
        subject_kind__in={one.paper.subject_kind for one in fresh}, subject_id__in=[one.paper.subject_id for one in fresh],
        document=of.name, standing=Standing.OPEN,
    )  # fmt: skip
    older.exclude(pages__scan__isnull=False).update(standing=Standing.REPLACED)
    Paper.objects.bulk_create([one.paper for one in fresh])
    pages, marks = [], []
    for one in fresh:
        for number, (declared, needed) in enumerate(one.pages, start=1):
            page = PaperPage(id=new_id(), paper=one.paper, number=number, label=edition.pages[declared].label)
            pages.append(page)
            marks += [PaperMark(id=new_id(), page=page, mark=each.mark, who=_who(each.who, one.values), count=each.count)
                      for each in needed]  # fmt: skip
    PaperPage.objects.bulk_create(pages)
    PaperMark.objects.bulk_create(marks)
    _continue_pages(edition, [one for one in sheets if not one.is_new])
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("papers.print", one.paper.subject, one.paper.village_id,
                    {"paper": one.paper.code, "document": of.label, "pages": len(one.pages), "format": form})
        for one in sheets
    ])  # fmt: skip


def _continue_pages(edition: Edition, again: Sequence[_Sheet]) -> None:
    """A Word file has the declared pages; where its PDF runs on, the further pages are written down when it is made."""
    more = []
    for one in again:
        there = len(one.paper.pages.all())
        more += [PaperPage(id=new_id(), paper=one.paper, number=number, label=edition.pages[declared].label)
                 for number, (declared, _needed) in enumerate(one.pages, start=1) if number > there]  # fmt: skip
    PaperPage.objects.bulk_create(more)


def _who(who: str, values: dict[str, Any]) -> str:
    return plain(who, values)[:60]


@transaction.atomic
def drop(*, papers: Sequence[Paper], by: Any, on: date, reason: str) -> None:
    """Take papers out of use that were printed in vain; what was filed of them stays. Raises Refused without a reason."""
    if len(reason.strip()) < 4:
        raise Refused(_("请写明作废的原因"), "reason")
    for row in papers:
        if row.subject_id not in subjects.kind(row.subject_kind).see(by, [row.subject_id], PRINT):
            raise NotAllowed(_("这份文书不在您的工作范围内"), "scope")
    Paper.objects.filter(pk__in=[row.pk for row in papers]).update(standing=Standing.DROPPED)
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("papers.drop", row.subject, row.village_id, {"paper": row.code, "reason": reason.strip()[:200]})
        for row in papers
    ])  # fmt: skip
