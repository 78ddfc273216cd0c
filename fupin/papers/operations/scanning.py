"""A stack of scans comes in: its files are looked at, sealed away, read page by page, and each page files itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of
from fupin.accounts.signing_in import home_of
from fupin.core import attachments, audit
from fupin.core.attachments import Content
from fupin.core.documents import page_codes, scans
from fupin.core.documents.scans import Scanned
from fupin.core.ids import new_id
from fupin.core.refusals import Refused
from fupin.papers import queries, subjects
from fupin.papers.models import PaperPage, ScanPage, ScanStack
from fupin.papers.operations import filing
from fupin.papers.words import SCAN, WAITING, Fate, Standing

MOST_FILES = 100
MOST_PAGES = 600
CHUNK = 10
"""Pages that are filed in one transaction: a reading that is killed goes on behind them."""


def take_in(*, files: Sequence[Any], by: Any, on: date) -> tuple[ScanStack, bool]:
    """Seal scans away, to be read in the background. Returns the stack, and whether it is new: the same files from the
    same person are the stack that is there already. All files or none.

    Raises Refused with the reason of every file that is no scan, NotAllowed.
    """
    division = home_of(by)
    if division is None:
        scopes.require(by, queries.FILE)
        raise Refused(_("您没有任职，不能上传扫描件"), "posting")
    scopes.require(by, queries.FILE, division)
    if not 0 < len(files) <= MOST_FILES:
        raise Refused(_("请选择 1–%(most)d 个文件") % {"most": MOST_FILES}, "count")
    looked = _looked_at(files)
    digest = hashlib.sha256(
        "".join(sorted(hashlib.sha256(data).hexdigest() for data, _name in looked)).encode()
    ).hexdigest()
    known = ScanStack.objects.filter(division=division, made_by=getattr(by, "pk", None), digest=digest).first()
    if known is not None:
        return known, False
    name = (
        looked[0][1]
        if len(looked) == 1
        else _("%(name)s 等 %(count)d 个文件") % {"name": looked[0][1], "count": len(looked)}
    )
    with transaction.atomic():
        made = ScanStack.objects.create(
            id=new_id(),
            division_id=division,
            name=name[:200],
            digest=digest,
            made_by=getattr(by, "pk", None),
            made_name=name_of(by),
        )
        for data, shown in looked:
            kind = "application/pdf" if data.startswith(b"%PDF-") else "image/*"
            attachments.store(data, subject=f"stack:{made.pk}", kind=SCAN, by=by, name=shown, on=on, division=division,
                              content=Content(kind, data))  # fmt: skip
        audit.record(by=by, act="papers.scan", subject=f"stack:{made.pk}", division=division, on=on,
                     detail={"files": len(looked), "name": made.name})  # fmt: skip
    return made, True


def _looked_at(files: Sequence[Any]) -> list[tuple[bytes, str]]:
    looked, reasons, pages = [], [], 0
    for file in files:
        data, name = file.read(attachments.MOST_BYTES + 1), Path(file.name or "scan").name[-120:]
        try:
            pages += scans.examine(data)
        except Refused as refusal:
            reasons += [f"{name}：{one}" for one in refusal.reasons]
        looked.append((data, name))
    if pages > MOST_PAGES:
        reasons.append(
            _("一批最多 %(most)d 页，这些有 %(count)d 页，请分几批上传") % {"most": MOST_PAGES, "count": pages}
        )
    if reasons:
        raise Refused(reasons, "file")
    return looked


def read(stack: ScanStack, *, by: Any, on: date, tell: Callable[[int, int], Any] | None = None) -> dict[str, int]:
    """Read a stack: every page is filed, put on the tray, or refused with the reason. What was read before is left."""
    files = attachments.attachments_of(f"stack:{stack.pk}", [SCAN])
    known = set(stack.pages.values_list("file", "number"))
    waiting: list[tuple[int, str, int, Scanned]] = []
    done = 0
    for at, file in enumerate(files, start=1):
        for number, page in enumerate(scans.pages(attachments.read(file)), start=1):
            done += 1
            if (at, number) not in known:
                waiting.append((at, file.name, number, page))
            if len(waiting) >= CHUNK:
                _settle(stack, waiting, by=by, on=on)
                waiting = []
            if tell is not None:
                tell(done, 0)
    _settle(stack, waiting, by=by, on=on)
    with transaction.atomic():
        fates = list(stack.pages.values_list("fate", flat=True))
        found = {fate.value: fates.count(fate) for fate in Fate}
        stack.state, stack.count = "done", len(fates)
        stack.save(update_fields=["state", "count"])
        attachments.remove(rows=files, by=by, reason=_("已逐页读取，原文件不再保留"), on=on, division=stack.division_id,
                           is_copy=True)  # fmt: skip
        audit.record(
            by=by, act="papers.read", subject=f"stack:{stack.pk}", division=stack.division_id, on=on, detail=found
        )
    return found


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a scanned page was found to be."""

    fate: Fate
    reason: str
    page: PaperPage | None = None
    is_same: bool = False
    """the very picture that is filed already: nothing is kept of it"""


@transaction.atomic
def _settle(stack: ScanStack, read_pages: Sequence[tuple[int, str, int, Scanned]], *, by: Any, on: date) -> None:
    """Decide over pages together: what their codes name is asked once, and the gate of each kind once."""
    if not read_pages:
        return
    named = queries.pages_by_code([code.paper for *_where, one in read_pages for code in one.codes])
    seen = _seen(by, list(named.values()))
    rows: list[ScanPage] = []
    taken: set[int] = set()
    for file, name, number, one in read_pages:
        judged = _judge(one, named, seen, taken)
        row = ScanPage(id=new_id(), stack=stack, file=file, file_name=name, number=number, sha256=one.sha256,
                       fate=judged.fate, reason=judged.reason[:200], page=judged.page)  # fmt: skip
        if judged.fate is Fate.FILED and judged.page is not None:
            taken.add(judged.page.pk)
            filing.put(judged.page, one.data, one.sha256, (one.width, one.height), by=by, on=on)
        elif judged.fate in (Fate.TRAY, Fate.AGAIN) and not judged.is_same:
            row.picture = attachments.store(
                one.data, subject=f"stack:{stack.pk}", kind=WAITING, by=by, name=f"{Path(name).stem}-{number}.jpg", on=on,
                division=stack.division_id, content=Content("image/jpeg", one.data, one.width, one.height),
            )  # fmt: skip
        rows.append(row)
    ScanPage.objects.bulk_create(rows)
    filing.complete({row.page.paper_id for row in rows if row.page is not None})


def _seen(by: Any, pages: Sequence[PaperPage]) -> set[str]:
    """The subjects of these pages that the user may file for."""
    wanted: dict[str, set[int]] = {}
    for page in pages:
        wanted.setdefault(page.paper.subject_kind, set()).add(page.paper.subject_id)
    return {one.name for kind, ids in wanted.items() for one in subjects.kind(kind).see(by, ids, queries.FILE).values()}


def _judge(one: Scanned, named: dict[tuple[str, int], PaperPage], seen: set[str], taken: set[int]) -> _Judged:
    if not one.codes:
        return _Judged(Fate.TRAY, _("没有读到页码：请看画面，人工归档或重新扫描"))
    if len(one.codes) > 1:
        return _Judged(Fate.TRAY, _("画面上有 %(count)d 个页码：一次只扫一页，请人工归档") % {"count": len(one.codes)})
    code = one.codes[0]
    page = named.get((code.paper, code.page))
    if page is None or not page_codes.proves(code, page.paper.meaning):
        return _Judged(Fate.REFUSED, _("页码不是本系统印出的，可能是其他单位的文书，或页码被改动"))
    if page.paper.subject not in seen:
        return _Judged(Fate.REFUSED, _("这一页的户不在您的工作范围内，请交给所属嘎查村或苏木乡镇"))
    if page.paper.standing == Standing.DROPPED:
        return _Judged(Fate.TRAY, _("这份文书已作废，请核对后人工处理"), page)
    if page.scan_sha256 == one.sha256:
        return _Judged(Fate.AGAIN, _("画面相同的这一页已经归档"), page, is_same=True)
    if page.scan_id is not None or page.pk in taken:
        return _Judged(Fate.AGAIN, _("这一页已有扫描件：如这张更全（例如补了签章），请选“换用”"), page)
    return _Judged(Fate.FILED, "", page)
