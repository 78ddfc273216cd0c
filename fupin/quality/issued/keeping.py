"""What time does to lists: households move on, and what was kept long enough is deleted."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts.scopes import SYSTEM
from fupin.core import attachments, audit
from fupin.divisions.models import Reach
from fupin.quality.issued.models import IssuedLine, IssuedList
from fupin.quality.issued.opening import SUBJECT, TURN
from fupin.quality.issued.words import Stage
from fupin.quality.models import Ticket
from fupin.quality.operations import writing
from fupin.quality.operations.rosters import Roster
from fupin.quality.operations.settling import act_of
from fupin.quality.words import State
from fupin.retention.judging import held_divisions


def follow(*, on: date) -> int:
    """Tickets of lists go with households that moved within the list's area: a duty of each hour. Returns how many.

    Whoever has left the area is answered for where the list was sent: its sender asks that office.
    """
    done, last = 0, 0
    open_now = Ticket.objects.filter(rule="", subject_kind=SUBJECT, state=State.OPEN, household__card__isnull=False)
    moved = open_now.exclude(village=F("household__card__village")).order_by("pk")
    roster = Roster()
    while True:
        with transaction.atomic():
            some = list(moved.filter(pk__gt=last).select_related("household__card", "issued_line__list")
                        .select_for_update(of=("self",))[:TURN])  # fmt: skip
            if not some:
                return done
            last = some[-1].pk
            done += _take_along([one for one in some if hasattr(one, "issued_line")], roster, on)


def _take_along(some: list[Ticket], roster: Roster, on: date) -> int:
    wanted = {(one.issued_line.list.division_id, one.household.card.village_id) for one in some if one.household}
    areas = {area for area, _village in wanted}
    reached = set(Reach.objects.filter(ancestor__in=areas, descendant__in={village for _area, village in wanted})
                  .values_list("ancestor_id", "descendant_id"))  # fmt: skip
    going = [
        one for one in some
        if one.household and (one.issued_line.list.division_id, one.household.card.village_id) in reached
    ]  # fmt: skip
    officers = roster.hand_out([(one.household_id, one.household.card.village_id) for one in going if one.household])
    for one, officer in zip(going, officers, strict=True):
        one.village_id, one.assigned_to_id = one.household.card.village_id, officer  # type: ignore[union-attr]
    writing.update_tickets(going)
    acts = [act_of(one, "follow") for one in going]
    if acts:
        writing.note(acts, by=SYSTEM, on=on, details=[{} for _one in acts])
    for one in going:
        one.issued_line.village_id = one.village_id
    IssuedLine.objects.bulk_update([one.issued_line for one in going], ["village"])
    return len(going)


def delete_expired(*, today: date, by: Any = SYSTEM) -> int:
    """Delete the files of lists whose time is over, and what their lines said, once nothing of them is open; the tickets
    stay. Returns how many lists."""
    done = 0
    still = IssuedLine.objects.filter(ticket__state__in=(State.OPEN, State.ANSWERED)).values("list")
    rows = (
        IssuedList.objects.filter(deleted_at=None, keep_until__lt=today).exclude(held_divisions()).exclude(pk__in=still)
    )
    for one in rows.select_related("attachment").order_by("pk"):
        with transaction.atomic():
            if one.attachment is not None:
                attachments.remove(rows=[one.attachment], by=by, reason=_("保存期限已满"), on=today,
                                   division=one.division_id)  # fmt: skip
            count = IssuedLine.objects.filter(list=one).update(content_sealed=None, key="", reason="", candidates=[])
            state = Stage.REFUSED if one.state == Stage.REFUSED else Stage.DELETED
            IssuedList.objects.filter(pk=one.pk).update(
                state=state, preview_sealed=None, sheets=[], deleted_at=timezone.now(), attachment=None
            )
            audit.record(by=by, act="issued.delete", subject=f"issued:{one.pk}", division=one.division_id, on=today,
                         detail={"sha256": one.sha256, "lines": count, "keep_until": one.keep_until})  # fmt: skip
        done += 1
    return done
