"""A register of destruction: drawn up by one person from what is due, confirmed by another, or turned down."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of, require_two_persons
from fupin.core import audit
from fupin.core.ids import new_id
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotAllowed, Refused
from fupin.core.steps.printed import new_code
from fupin.divisions.models import Division
from fupin.retention import queries
from fupin.retention.judging import Judged, judge
from fupin.retention.models import Destruction, DestructionItem, DueFile
from fupin.retention.words import CONFIRM, PROPOSE, Fate, State

TURN = 1_000
MOST = 20_000
"""Files on one register: more than a person can look through is no register."""
SHOWN = 20


def propose(*, division: Division, reason: str, by: Any, on: date, evidence: str = "",
            chosen: Collection[int] | None = None) -> Destruction:  # fmt: skip
    """Draw up a register of what is due below a division, of one class, or of chosen files; nothing goes yet.

    Of a whole list what is held stays off it and is counted; a chosen file that may not go is refused with its reason.
    Raises NotAllowed, Refused with every reason.
    """
    scopes.require(by, PROPOSE, division)
    if len(reason.strip()) < LEAST_REASON:
        raise Refused(_("请写明鉴定意见（至少 %(count)d 个字）") % {"count": LEAST_REASON}, "reason")
    rows = queries.due_for(by, PROPOSE, division=division.pk, evidence=evidence)
    if chosen is not None:
        rows = _only(rows, chosen)
    row = Destruction(
        id=new_id(), code=new_code(), division=division, evidence=evidence, reason=reason.strip()[:300], proposed_on=on,
        proposed_by=getattr(by, "pk", None), proposed_name=name_of(by),
    )  # fmt: skip
    try:
        with transaction.atomic():
            _list(row, rows, on=on, is_chosen=chosen is not None)
            _tell("retention.propose", row, by=by, on=on, reason=row.reason)
    except IntegrityError:
        raise Refused(_("有的材料刚被列入另一份销毁清册，请刷新后再办"), "listed") from None
    return row


def _only(rows: QuerySet[DueFile], chosen: Collection[int]) -> QuerySet[DueFile]:
    rows = rows.filter(attachment__in=list(chosen))
    missing = len(set(chosen)) - rows.count()
    if missing or not chosen:
        raise Refused(
            _("所选材料中有 %(count)d 份保管期限未满、已列入清册或不在您的工作范围内，没有列入") % {"count": missing},
            "not_due",
        )
    return rows


def _list(row: Destruction, rows: QuerySet[DueFile], *, on: date, is_chosen: bool) -> None:
    """Write the register and its files, a portion at a time. Raises Refused where nothing may go, or too much."""
    row.save(force_insert=True)
    refused: list[str] = []
    for some in _turns(rows):
        judged = judge([one.attachment for one in some], on=on)
        going = [one for one in judged if one.verdict and one.is_due(on)]
        refused += [reason for one in judged if not one.verdict for reason in one.verdict.reasons][:SHOWN]
        row.held += sum(one.facts.held_since is not None for one in judged)
        items = [_item(row, one, row.count + at) for at, one in enumerate(going, start=1)]
        DestructionItem.objects.bulk_create(items)
        row.count, row.size = row.count + len(items), row.size + sum(one.size for one in items)
        if row.count > MOST:
            raise Refused(_("一份清册最多 %(most)d 件，请按类别或区划分册办理") % {"most": MOST}, "count")
    if is_chosen and refused:
        raise Refused(refused[:SHOWN], "may_not_go")
    if not row.count:
        raise Refused(refused[:SHOWN] or [_("没有可以销毁的材料：到期的都已冻结或已列入清册")], "nothing")
    row.digest = digest_of(row)
    row.save(update_fields=["count", "size", "held", "digest"])


def _turns(rows: QuerySet[DueFile]) -> Iterator[list[DueFile]]:
    some: list[DueFile] = []
    for one in rows.iterator(chunk_size=TURN):
        some.append(one)
        if len(some) == TURN:
            yield some
            some = []
    if some:
        yield some


def _item(row: Destruction, one: Judged, position: int) -> DestructionItem:
    file, fact = one.row, one.fact
    assert fact is not None
    assert one.due_on is not None and one.facts.evidence is not None  # noqa: PT018
    return DestructionItem(
        id=new_id(), destruction=row, position=position, attachment=file, evidence=one.facts.evidence.name,
        division_id=fact.division, subject=file.subject, number=fact.number[:40], title=fact.title[:120], kind=file.kind,
        name=file.name, size=file.size, sha256=file.sha256, filed_on=one.facts.filed_on, counted_on=one.counted_on,
        due_on=one.due_on,
    )  # fmt: skip


def digest_of(row: Destruction) -> str:
    """What a register says, as it is shown to who confirms: its code, why, and every file with its own digest."""
    found = hashlib.sha256(f"{row.code}|{row.division_id}|{row.reason}".encode())
    said: Iterable[Any] = row.items.order_by("position").values_list("position", "subject", "name", "sha256", "due_on")
    for one in said:
        found.update("|".join(map(str, one)).encode() + b"\n")
    return found.hexdigest()


@transaction.atomic
def confirm(*, row: Destruction, seen: str, by: Any, on: date, note: str = "") -> Destruction:
    """Agree, as the second person, exactly to what was on the screen; the destruction itself is a job.

    Raises NotAllowed for the same person, for a register that was decided or is not what was seen.
    """
    row = _locked(row, CONFIRM, by)
    require_two_persons(row.proposed_by, getattr(by, "pk", None))
    if digest_of(row) != row.digest or seen != row.digest:
        raise NotAllowed(_("清册内容与您看到的不一致，请重新打开核对"), "digest")
    return _decide(row, State.CONFIRMED, "retention.confirm", by=by, on=on, note=note)


@transaction.atomic
def refuse(*, row: Destruction, by: Any, on: date, note: str) -> Destruction:
    """Turn a register down with the reason; its files are due as before. Raises NotAllowed, Refused without a reason."""
    row = _locked(row, CONFIRM, by)
    if row.proposed_by == getattr(by, "pk", None):
        raise NotAllowed(_("自己的申请请用“撤回”。"), "second_person")
    if not note.strip():
        raise Refused(_("请写明不通过的理由。"), "note")
    return _decide(row, State.REFUSED, "retention.refuse", by=by, on=on, note=note)


@transaction.atomic
def withdraw(*, row: Destruction, by: Any, on: date) -> Destruction:
    """Take one's own register back before it is decided. Raises NotAllowed."""
    row = _locked(row, PROPOSE, by)
    if row.proposed_by != getattr(by, "pk", None):
        raise NotAllowed(_("只有提出人可以撤回。"), "owner")
    return _decide(row, State.WITHDRAWN, "retention.withdraw", by=by, on=on, note="")


def _locked(row: Destruction, permission: str, by: Any) -> Destruction:
    scopes.require(by, permission, row.division_id)
    held = Destruction.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.state != State.PROPOSED:
        raise NotAllowed(_("该申请已办结，不能再办。"), "state")
    return held


def _decide(row: Destruction, state: State, act: str, *, by: Any, on: date, note: str) -> Destruction:
    row.state, row.note, row.decided_on = state, note.strip()[:300], on
    row.decided_by, row.decided_name = getattr(by, "pk", None), name_of(by)
    row.save(update_fields=["state", "note", "decided_on", "decided_by", "decided_name"])
    if state is not State.CONFIRMED:
        row.items.update(fate=Fate.DROPPED)
    _tell(act, row, by=by, on=on, note=row.note)
    return row


def _tell(act: str, row: Destruction, *, by: Any, on: date, **more: Any) -> None:
    audit.record(by=by, on=on, act=act, subject=f"destruction:{row.pk}", division=row.division_id, detail={
        "code": row.code, "files": row.count, "bytes": row.size, "sha256": row.digest, **more})  # fmt: skip
