"""An office's own form of a document: proposed, looked at in a preview, confirmed by a second person, given up again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of, require_two_persons
from fupin.core import attachments, audit, clock
from fupin.core.attachments import Content
from fupin.core.documents import page_codes, pdf, word
from fupin.core.ids import new_id
from fupin.core.refusals import NotAllowed, Refused
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.papers import shipped, subjects, words
from fupin.papers.models import OwnTemplate
from fupin.papers.words import Kind, State

CHANGE, CONFIRM = "rulebook.change", "rulebook.confirm"
KEPT = "template"
MOST_MONGOLIAN = 3000
"""Characters of Mongolian beside one page."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an office asks for: a Word file, Mongolian texts page by page, or the shipped form again, from a day."""

    document: str
    edition: str
    division: Division
    kind: Kind
    valid_from: date
    basis: str
    reason: str = ""
    data: bytes = b""
    name: str = ""
    mongolian: Sequence[str] = ()


@transaction.atomic
def propose(*, proposal: Proposal, by: Any, on: date) -> OwnTemplate:
    """Hand a form in for a second person; nothing holds yet. Raises NotAllowed, Refused with every reason."""
    scopes.require(by, CHANGE, proposal.division)
    _check(proposal)
    rows = OwnTemplate.objects.filter(document=proposal.document, edition=proposal.edition, division=proposal.division)
    if rows.filter(kind=proposal.kind, state=State.PROPOSED).exists():
        raise Refused(_("这份文书已有一份待复核的申请，请先办结或撤回"), "waiting")
    row = OwnTemplate(
        id=new_id(), document=proposal.document, edition=proposal.edition, division=proposal.division, kind=proposal.kind,
        version=(rows.aggregate(last=Max("version"))["last"] or 0) + 1, valid_from=proposal.valid_from,
        basis=proposal.basis.strip(), reason=proposal.reason.strip(), mongolian=[text.strip() for text in proposal.mongolian],
        proposed_by=getattr(by, "pk", None), proposed_name=name_of(by), proposed_at=timezone.now(),
    )  # fmt: skip
    if proposal.kind is Kind.FILE:
        row.file = attachments.store(
            proposal.data, subject=f"template:{row.pk}", kind=KEPT, by=by, on=on, division=proposal.division.pk,
            name=proposal.name or f"{proposal.document}.docx", content=Content(word.DOCX, proposal.data),
        )  # fmt: skip
        row.sha256 = row.file.sha256
    row.digest = digest_of(row)
    row.save(force_insert=True)
    _tell("papers.propose", row, by=by, on=on)
    return row


def _check(proposal: Proposal) -> None:
    of = shipped.document(proposal.document)
    edition = of.named(proposal.edition)
    reasons = []
    if edition is None:
        raise Refused(_("“%(name)s”没有这个版本") % {"name": of.label}, "edition")
    if not proposal.basis.strip():
        reasons.append(_("请写明依据文件的名称和文号"))
    if proposal.valid_from < clock.today():
        reasons.append(_("生效日期不能早于今天：已印出的文书不能改"))
    if proposal.division.level not in ("region", "league", "banner"):
        reasons.append(_("模板由旗县及以上机构设定"))
    if proposal.kind is Kind.MONGOLIAN:
        if not any(text.strip() for text in proposal.mongolian) or len(proposal.mongolian) > len(edition.pages):
            reasons.append(_("请至少填写一页的蒙古文"))
        reasons += [
            _("第 %(page)d 页的蒙古文超过 %(most)d 字") % {"page": at, "most": MOST_MONGOLIAN}
            for at, text in enumerate(proposal.mongolian, start=1) if len(text) > MOST_MONGOLIAN
        ]  # fmt: skip
    if reasons:
        raise Refused(reasons, "proposal")
    if proposal.kind is Kind.FILE:
        word.check(proposal.data, edition, _shape(of.subjects))


def _shape(kinds: Sequence[str]) -> dict[str, Any]:
    """The fields that a template may use: those that every kind of the document's subjects has."""
    known = [one.shape for one in subjects.kinds() if one.name in kinds]
    return {name: columns for name, columns in known[0].items() if all(name in each for each in known)} if known else {}


def digest_of(row: OwnTemplate) -> str:
    """What a proposal says, as it is shown to who confirms."""
    said = [
        row.document,
        row.edition,
        row.kind,
        row.division_id,
        str(row.valid_from),
        row.sha256,
        list(row.mongolian),
        row.basis,
    ]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


@transaction.atomic
def confirm(*, row: OwnTemplate, seen: str, by: Any, on: date, note: str = "") -> OwnTemplate:
    """Let a form hold, as the second person, exactly as it was on the screen. Raises NotAllowed."""
    row = _locked(row, CONFIRM, by)
    require_two_persons(row.proposed_by, by.pk)
    if digest_of(row) != row.digest or seen != row.digest:
        raise NotAllowed(_("申请内容与您看到的不一致，请重新打开核对"), "digest")
    if row.file is not None:
        attachments.read(row.file)
    OwnTemplate.objects.filter(
        document=row.document, edition=row.edition, division=row.division, valid_from=row.valid_from, state=State.CONFIRMED,
        kind__in=[Kind.MONGOLIAN] if row.kind == Kind.MONGOLIAN else [Kind.FILE, Kind.BACK],
    ).update(state=State.REPLACED)  # fmt: skip
    return _decide(row, State.CONFIRMED, "papers.confirm", by=by, on=on, note=note)


@transaction.atomic
def refuse(*, row: OwnTemplate, by: Any, on: date, note: str) -> OwnTemplate:
    """Turn a form down with the reason. Raises NotAllowed, Refused without a reason."""
    row = _locked(row, CONFIRM, by)
    if not note.strip():
        raise Refused(_("请写明不通过的理由。"), "note")
    if row.proposed_by == getattr(by, "pk", None):
        raise NotAllowed(_("自己的申请请用“撤回”。"), "second_person")
    return _decide(row, State.REFUSED, "papers.refuse", by=by, on=on, note=note)


@transaction.atomic
def withdraw(*, row: OwnTemplate, by: Any, on: date) -> OwnTemplate:
    """Take one's own form back before it is decided. Raises NotAllowed."""
    row = _locked(row, CHANGE, by)
    if row.proposed_by != getattr(by, "pk", None):
        raise NotAllowed(_("只有提出人可以撤回。"), "owner")
    return _decide(row, State.WITHDRAWN, "papers.withdraw", by=by, on=on, note="")


def _locked(row: OwnTemplate, permission: str, by: Any) -> OwnTemplate:
    scopes.require(by, permission, row.division_id)
    held = OwnTemplate.objects.select_for_update(of=("self",)).select_related("file").get(pk=row.pk)
    if held.state != State.PROPOSED:
        raise NotAllowed(_("该申请已办结，不能再办。"), "state")
    return held


def _decide(row: OwnTemplate, state: State, act: str, *, by: Any, on: date, note: str) -> OwnTemplate:
    row.state, row.note = state, note.strip()[:300]
    row.decided_by, row.decided_name, row.decided_at = getattr(by, "pk", None), name_of(by), timezone.now()
    row.save(update_fields=["state", "note", "decided_by", "decided_name", "decided_at"])
    _tell(act, row, by=by, on=on)
    return row


def _tell(act: str, row: OwnTemplate, *, by: Any, on: date) -> None:
    audit.record(by=by, act=act, subject=f"template:{row.pk}", division=row.division_id, on=on, detail={
        "document": shipped.document(row.document).label, "kind": row.kind, "from": str(row.valid_from), "sha256": row.sha256,
        "basis": row.basis, "note": row.note,
    })  # fmt: skip


def preview(*, document: str, edition: str, form: str, row: OwnTemplate | None = None) -> bytes:
    """A document of a made-up subject, with codes that prove nothing: as Word or PDF."""
    of = shipped.document(document)
    found = of.named(edition)
    if found is None:
        raise Refused(_("“%(name)s”没有这个版本") % {"name": of.label}, "edition")
    known = next(one for one in subjects.kinds() if one.name in of.subjects)
    values = known.sample(max(found.since, min(clock.today(), found.until or clock.today())))
    codes = [f"{page_codes.PREFIX}{'2' * page_codes.PAPER}{at:02d}{'2' * page_codes.CHECK}"
             for at in range(1, len(found.pages) + pdf.SPARE + 1)]  # fmt: skip
    if form == "pdf":
        return pdf.bytes_of([pdf.lay(found, values, codes, mongolian=row.mongolian if row is not None else (),
                                      stamp=words.stamp(values))])  # fmt: skip
    return word.fill(
        shipped.word_template(found, shipped.Form(row if row is not None and row.file else None)),
        values,
        codes,
        known.shape,
        stamp=words.stamp(values),
    )


def places(by: Any) -> list[tuple[int, str]]:
    """Where this person may change forms: the own offices."""
    roots, now = scopes.divisions(by, CHANGE), tree()
    return [(one, now.full_name(one)) for one in ([now.root.id] if roots is None else roots)]
