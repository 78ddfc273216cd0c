"""The destruction itself: portion by portion, each judged once more; stopped anywhere it goes on from there.

A file is first noted as destroyed, which nobody can read any more, and then its bytes are taken from the disk: whatever
happens in between, no file is gone that is not noted, and what is noted is taken away when the work goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.core import attachments, audit
from fupin.core.models import Attachment
from fupin.core.refusals import NotAllowed
from fupin.core.sentences import said, together
from fupin.retention.judging import Judged, judge
from fupin.retention.models import Destruction, DestructionItem, DueFile
from fupin.retention.operations.deciding import digest_of
from fupin.retention.words import Fate, State

TURN = 500


def destroy(
    *, row: Destruction, by: Any, on: date, tell: Callable[[int, int], object] = lambda done, total: None
) -> Destruction:
    """Destroy what a confirmed register lists; a file that is held meanwhile, or whose period was lengthened, stays.

    May be called again after it was stopped. Raises NotAllowed for a register that nobody confirmed, or that was altered.
    """
    row.refresh_from_db()
    if row.state == State.DONE:
        return row
    if row.state != State.CONFIRMED:
        raise NotAllowed(_("清册尚未复核，不能销毁"), "state")
    if digest_of(row) != row.digest:
        raise NotAllowed(_("清册内容与复核时不一致，不能销毁"), "digest")
    while some := list(row.items.filter(fate=Fate.LISTED).order_by("id")[:TURN]):
        _note(row, some, by=by, on=on)
        tell(_gone(row), row.count)
    while some := list(row.items.filter(fate=Fate.DESTROYED, erased_at=None).order_by("id")[:TURN]):
        _erase(some)
        tell(_gone(row), row.count)
    return _finish(row, by=by, on=on)


def _gone(row: Destruction) -> int:
    return row.items.exclude(fate=Fate.LISTED).count()


@transaction.atomic
def _note(row: Destruction, items: list[DestructionItem], *, by: Any, on: date) -> None:
    wanted = [item.attachment_id for item in items if item.attachment_id is not None]
    files = list(Attachment.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    judged = {one.row.pk: one for one in judge(files, on=on)}
    going = []
    for item in items:
        why = _against(item, judged.get(item.attachment_id or 0))
        item.fate, item.reason = (Fate.LEFT, why[:300]) if why else (Fate.DESTROYED, "")
        if not why:
            item.destroyed_on = on
            going.append(item)
    gone = [judged[item.attachment_id].row for item in going if item.attachment_id is not None]
    attachments.destroy(rows=gone, number=row.code, on=on)
    DestructionItem.objects.bulk_update(items, ["fate", "reason", "destroyed_on"], batch_size=TURN)
    DueFile.objects.filter(attachment__in=gone).delete()
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("retention.destroy", item.subject, item.division_id, {
            "attachment": item.attachment_id, "kind": item.kind, "name": item.name, "sha256": item.sha256, "size": item.size,
            "evidence": item.evidence, "due_on": str(item.due_on), "code": row.code})
        for item in going
    ])  # fmt: skip


def _against(item: DestructionItem, judged: Judged | None) -> str:
    """Why a file of the register stays; empty where it goes."""
    if judged is None:
        return _("材料已由经办人移除")
    if judged.row.sha256 != item.sha256:
        return _("材料与列入清册时不一致")
    return "" if judged.verdict else together(said(reason) for reason in judged.verdict.reasons)


def _erase(items: list[DestructionItem]) -> None:
    """Take the bytes away, then note it: stopped in between, it is done again, which does no harm."""
    ids = [item.attachment_id for item in items if item.attachment_id is not None]
    attachments.erase(Attachment.objects.filter(pk__in=ids))
    DestructionItem.objects.filter(pk__in=[item.pk for item in items]).update(erased_at=timezone.now())


@transaction.atomic
def _finish(row: Destruction, *, by: Any, on: date) -> Destruction:
    held = Destruction.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.state == State.DONE:
        return held
    counts = dict(held.items.order_by().values_list("fate").annotate(n=Count("pk")))
    held.state, held.done_on = State.DONE, on
    held.destroyed, held.left = counts.get(Fate.DESTROYED, 0), counts.get(Fate.LEFT, 0)
    held.save(update_fields=["state", "done_on", "destroyed", "left"])
    audit.record(by=by, on=on, act="retention.done", subject=f"destruction:{held.pk}", division=held.division_id,
                 detail={"code": held.code, "files": held.destroyed, "left": held.left, "sha256": held.digest})  # fmt: skip
    return held
