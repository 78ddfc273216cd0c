"""Meetings and verifications: entered from the paper, which stays the original, and read by the conditions of the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import attachments, audit, steps
from fupin.core.models import Attachment, Case
from fupin.core.refusals import Refused, Stale
from fupin.divisions.queries import tree
from fupin.procedures import queries
from fupin.procedures.all_works import WORKS
from fupin.procedures.models import Meeting, MeetingItem, Verification
from fupin.procedures.operations import require_open
from fupin.procedures.words import EVIDENCE, MEET, MEETING_EVIDENCE, MEETINGS, VERIFICATIONS, VERIFY, WORK, Checked
from fupin.registry.operations.acts import check_day


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting as its minutes say: where and when, who was called, who came."""

    village: int
    kind: str
    held_on: date
    place: str
    chair: str
    called: int
    present: int


@dataclass(frozen=True, slots=True)
class Voted:
    """How a meeting voted on one case."""

    case: int
    votes_for: int
    votes_against: int = 0
    abstained: int = 0
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What one verification found: by whom or from whom, where, and whether it agrees with what was stated."""

    case: int
    kind: str
    person: str
    finding: str
    place: str
    agrees: bool | None = None
    photo: int | None = None
    signature: int | None = None


def hold(*, held: Held, by: Any, on: date) -> Meeting:
    """Enter a meeting of a village. Raises Refused with every reason, NotAllowed outside the own area."""
    scopes.require(by, MEET, held.village)
    check_day(held.held_on)
    reasons = [] if held.kind in MEETINGS else [_("请选择会议类别")]
    if tree().by_id(held.village).level != "village":
        reasons.append(_("评议会议由嘎查村召开，请选择嘎查村"))
    if held.called < 1 or not 0 < held.present <= held.called:
        reasons.append(_("应到人数至少 1 人，实到人数不能多于应到人数"))
    if not held.place.strip() or not held.chair.strip():
        reasons.append(_("请填写会议地点和主持人"))
    if reasons:
        raise Refused(reasons)
    with transaction.atomic():
        row = Meeting.objects.create(
            division_id=held.village, kind=held.kind, held_on=held.held_on, place=held.place.strip()[:100],
            chair=held.chair.strip()[:60], called=held.called, present=held.present, recorded_by=by.pk,
        )  # fmt: skip
        audit.record(by=by, on=on, act="procedures.meet", subject=f"meeting:{row.pk}", division=held.village, detail={
            "kind": held.kind, "held_on": str(held.held_on), "called": held.called, "present": held.present})  # fmt: skip
    return row


def vote(*, meeting: Meeting, votes: Sequence[Voted], by: Any, on: date, version: int | None = None) -> int:
    """Enter how a meeting voted, as the minutes say; the same case again replaces what was entered before its step.

    Raises Refused with each case's reason, NotFound, NotAllowed, Stale.
    """
    scopes.require(by, MEET, meeting.division_id)
    with transaction.atomic():
        held = Meeting.objects.select_for_update().get(pk=meeting.pk)
        if version is not None and held.version != version:
            raise Stale(_("这次会议刚被他人修改，请刷新后再填"))
        rows = {one.pk: one for one in queries.to_review(held, waiting_only=True)}
        if reasons := _against(held, votes, set(rows)):
            raise Refused(dict.fromkeys(reasons))
        known = {item.case_id: item for item in MeetingItem.objects.filter(meeting=held)}
        items = [_item(held, one, rows[one.case].case, known.get(one.case)) for one in votes]
        MeetingItem.objects.filter(meeting=held, case__in=[one.case for one in votes]).delete()
        MeetingItem.objects.bulk_create(items, batch_size=500)
        Meeting.objects.filter(pk=held.pk).update(version=F("version") + 1)
        audit.record_many(by=by, on=on, entries=(
            audit.Entry("procedures.vote", f"case:{one.case}", held.division_id, {
                "meeting": held.pk, "votes": [one.votes_for, one.votes_against, one.abstained]})
            for one in votes
        ))  # fmt: skip
    return len(items)


def _item(meeting: Meeting, one: Voted, case: Case, known: MeetingItem | None) -> MeetingItem:
    row = MeetingItem(meeting=meeting, case=case, round=case.round, votes_for=one.votes_for,
                      votes_against=one.votes_against, abstained=one.abstained, remark=one.remark.strip()[:300])  # fmt: skip
    if known is not None:
        row.pk = known.pk
    return row


def _against(meeting: Meeting, votes: Sequence[Voted], reviewable: set[int]) -> list[str]:
    reasons = []
    if not votes:
        reasons.append(_("请填写至少一户的表决结果"))
    if len({one.case for one in votes}) < len(votes):
        reasons.append(_("同一户重复表决，请核对"))
    for place, one in enumerate(votes, 1):
        if one.case not in reviewable:
            reasons.append(_("第 %(line)d 户不在本次会议可评议的案卷中") % {"line": place})
        if min(one.votes_for, one.votes_against, one.abstained) < 0:
            reasons.append(_("第 %(line)d 户：票数不能为负") % {"line": place})
        elif one.votes_for + one.votes_against + one.abstained != meeting.present:
            sentence = _("第 %(line)d 户：赞成、反对、弃权合计应等于实到 %(present)d 人，请核对会议记录")
            reasons.append(sentence % {"line": place, "present": meeting.present})
    return reasons


def verify(*, found: Sequence[Found], by: Any, on: date) -> list[Verification]:
    """Enter verifications into open cases; a home visit is entered by who made it. Raises Refused, NotFound, NotAllowed."""
    check_day(on)
    with transaction.atomic():
        cases = {one.pk: one.case for one in queries.chosen(by, [one.case for one in found])}
        for case in cases.values():
            scopes.require(by, VERIFY, case.division_id)
            require_open(case)
        if reasons := [reason for one in found for reason in _unsound(one)]:
            raise Refused(dict.fromkeys(reasons))
        rows = [
            Verification(
                case=cases[one.case], round=cases[one.case].round, kind=one.kind, on=on, person=one.person.strip()[:60],
                user_id=by.pk if one.kind == Checked.HOME else None, agrees=one.agrees, finding=one.finding.strip()[:500],
                place=one.place.strip()[:120], photo_id=one.photo, signature_id=one.signature, recorded_by=by.pk,
            )
            for one in found
        ]  # fmt: skip
        Verification.objects.bulk_create(rows, batch_size=500)
        audit.record_many(by=by, on=on, entries=(
            audit.Entry("procedures.verification", f"case:{row.case_id}", cases[row.case_id].division_id,
                        {"kind": row.kind, "agrees": row.agrees}) for row in rows
        ))  # fmt: skip
    return rows


def _unsound(one: Found) -> list[str]:
    reasons = [] if one.kind in VERIFICATIONS else [_("请选择核对印证的类别")]
    if not one.person.strip() or not one.finding.strip() or not one.place.strip():
        reasons.append(_("请填写核查人或印证人、地点和情况"))
    if one.agrees is None:
        reasons.append(_("请选择与申报情况是否一致"))
    pks = {pk for pk in (one.photo, one.signature) if pk is not None}
    if Attachment.objects.filter(pk__in=pks, subject=f"case:{one.case}").count() < len(pks):
        reasons.append(_("照片、签字须先上传到该案卷"))
    if one.kind == Checked.HOME and (one.photo is None or one.signature is None):
        reasons.append(_("入户核查须附入户照片和签字"))
    return reasons


def attach(*, case: int, file: Any, kind: str, by: Any, on: date) -> Attachment:
    """Put a file into an open case. Raises Refused, NotFound, NotAllowed."""
    return attach_to_each(cases=[case], file=file, kind=kind, by=by, on=on)[case]


def attach_to_each(*, cases: Sequence[int], file: Any, kind: str, by: Any, on: date) -> dict[int, Attachment]:
    """Put one scanned paper that concerns many open cases (a signed list) into each of them; the files by case.

    All or none. Raises Refused, NotFound, NotAllowed.
    """
    rows = [one.case for one in queries.chosen(by, cases)]
    scopes.require_each(by, WORK, {row.division_id for row in rows if row.division_id is not None})
    for row in rows:
        require_open(row)
    if kind not in EVIDENCE:
        raise Refused(_("请选择材料类别"), "kind")
    subjects = {f"case:{row.pk}": row.division_id for row in rows}
    kept = attachments.store_each(file, subjects=subjects, kind=kind, by=by, on=on)
    return {row.pk: one for row, one in zip(rows, kept, strict=True)}


def attach_to_meeting(*, meeting: Meeting, file: Any, kind: str, by: Any, on: date) -> Attachment:
    """Put the scanned minutes, or a photograph of the meeting, to it. Raises Refused, NotAllowed."""
    scopes.require(by, MEET, meeting.division_id)
    if kind not in MEETING_EVIDENCE:
        raise Refused(_("请选择材料类别"), "kind")
    return attachments.store(
        file, subject=f"meeting:{meeting.pk}", kind=kind, by=by, on=on, division=meeting.division_id
    )


def escalate(*, on: date) -> int:
    """Cases whose deadline has passed are told the level above, once for every state."""
    return sum(steps.escalate(work.tables, on=on) for work in WORKS.values())


def verify_with_files(*, found: Found, photo: Any, signature: Any, by: Any, on: date) -> Verification:
    """Enter one verification and keep its photograph and signature in the case in the same act. Raises as `verify` does."""
    with transaction.atomic():
        kept = {
            name: attach(case=found.case, file=file, kind=kind, by=by, on=on).pk
            for name, file, kind in (("photo", photo, "visit_photo"), ("signature", signature, "signature"))
            if file is not None
        }
        (row,) = verify(found=[replace(found, **kept)], by=by, on=on)
    return row
