"""Lines that nobody stands behind for sure: matched by hand, or given back with the reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotFound, Refused
from fupin.quality.issued import queries
from fupin.quality.issued.models import IssuedLine, IssuedList
from fupin.quality.issued.opening import Opener
from fupin.quality.issued.words import MOST_REASON, Fate, Stage
from fupin.registry.models import HouseholdCard, Membership

MOST_AT_ONCE = 500
_UNDECIDED = (Fate.SEVERAL, Fate.NOBODY, Fate.RETURNED)


def match_by_hand(*, one: IssuedList, line: int, household: str, person: str = "", by: Any, on: date) -> IssuedLine:
    """Say whom a line means: a household of the list's area by its number, and a member by theirs. A ticket goes out.

    Raises NotFound, Refused where the line is matched already or the household is none of the area.
    """
    with transaction.atomic():
        (row,) = queries.held_lines(by, one, [line])
        _require_undecided(one, [row])
        rows = HouseholdCard.objects.filter(number=household.strip(), village__in=scopes.below([one.division_id]))
        card = scopes.within(by, rows, division="village", permission="quality.issue").first()
        if card is None:
            raise NotFound(
                _("名单范围内没有编号为“%(number)s”的户，请核对户编号") % {"number": household.strip()}, "household"
            )
        row.household_id, row.person_id = card.pk, _member(card.pk, person.strip())
        row.fate, row.candidates = Fate.MATCHED, []
        _note(row, by, on)
        row.save(update_fields=["household", "person", "fate", "candidates", "decided_by", "decided_on"])
        Opener(one, by=by, on=on).open([row])
        audit.record(by=by, act="issued.decide", subject=f"issued:{one.pk}", division=one.division_id, on=on,
                     detail={"row": row.row + 1, "household": card.number})  # fmt: skip
    return row


def _member(household: int, person: str) -> int | None:
    if not person:
        return None
    found = Membership.objects.filter(household=household, person__number=person).values_list("person_id", flat=True)
    pk = found.first()
    if pk is None:
        raise Refused(_("该户没有编号为“%(number)s”的成员") % {"number": person}, "person")
    return pk


def return_lines(*, one: IssuedList, lines: Collection[int], reason: str, by: Any, on: date) -> int:
    """Give lines back to the sender unanswered, with the reason that will stand in the answer's column.

    Returns how many. Raises NotFound, Refused without a reason or for lines that are with a village.
    """
    said = reason.strip()[:MOST_REASON]
    if len(said) < LEAST_REASON:
        raise Refused(_("请写明退回理由（至少 %(count)d 个字），理由会填回名单") % {"count": LEAST_REASON}, "reason")
    if not lines:
        raise Refused(_("请先选择要退回的行"), "lines")
    if len(lines) > MOST_AT_ONCE:
        raise Refused(_("一次最多退回 %(most)d 行，请分批办理") % {"most": MOST_AT_ONCE}, "lines")
    with transaction.atomic():
        rows = queries.held_lines(by, one, lines)
        _require_undecided(one, rows)
        for row in rows:
            row.fate, row.reason = Fate.RETURNED, said
            _note(row, by, on)
        IssuedLine.objects.bulk_update(rows, ["fate", "reason", "decided_by", "decided_on"])
        audit.record_many(by=by, on=on, entries=[
            audit.Entry("issued.return", f"issued:{one.pk}", one.division_id, {"row": row.row + 1, "reason": said})
            for row in rows
        ])  # fmt: skip
    return len(rows)


def _note(row: IssuedLine, by: Any, on: date) -> None:
    row.decided_by, row.decided_on = getattr(by, "pk", None), on


def _require_undecided(one: IssuedList, rows: Collection[IssuedLine]) -> None:
    if one.state != Stage.OUT:
        raise Refused(_("这份名单现在是“%(state)s”，不能再判定") % {"state": one.get_state_display()}, "state")
    if any(row.fate not in _UNDECIDED for row in rows):
        raise Refused(_("所选的行已下发到嘎查村，请在问题数据中办理"), "fate")
