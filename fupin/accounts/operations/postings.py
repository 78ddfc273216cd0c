"""Postings begin and end. Every act takes a list and is audited in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.db.transaction import atomic
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import Posting, User
from fupin.accounts.rules import area_of, may_cover, may_hold
from fupin.core import audit, clock
from fupin.core.refusals import NotAllowed, Refused
from fupin.core.sentences import said, told
from fupin.divisions.models import Division


@dataclass(frozen=True, slots=True)
class NewPosting:
    """A duty in a division to be given to somebody."""

    user: User
    role: str
    division: Division
    duty: str = ""
    area: str = ""


@atomic
def add_postings(*, news: Sequence[NewPosting], by: Any, on: date | None = None) -> list[Posting]:
    """Post people to divisions from `on` (today). Raises NotAllowed with every reason."""
    on = on or clock.today()
    _one_at_a_time(new.user.pk for new in news)
    held = _held_roles((new.user.pk for new in news), on)
    opened = _open_postings(new.user.pk for new in news)
    reasons = []
    require_over(by, {(new.division.pk, new.user.pk) for new in news})
    for new in news:
        verdict = may_hold(new.role, level=new.division.level, held=held.get(new.user.pk, ()),
                           english=scopes.is_english())  # fmt: skip
        covers = may_cover(new.duty, new.area, level=new.division.level)
        reasons += [told(str(new.user), said(reason)) for reason in (*verdict.reasons, *covers.reasons)]
        if (new.user.pk, new.role, new.division.pk) in opened:
            reasons.append(_("%(user)s 在该区划已有这个岗位。") % {"user": new.user})
    if reasons:
        raise NotAllowed(reasons, "posting")
    postings = [
        Posting(user=new.user, division=new.division, role=new.role, duty=new.duty,
                area=area_of(new.area), valid_from=on, recorded_by=getattr(by, "pk", None))
        for new in news
    ]  # fmt: skip
    Posting.objects.bulk_create(postings)
    audit.record_many(by=by, on=on, entries=[_entry("accounts.add_posting", p, _told(p)) for p in postings])
    return postings


def _told(posting: Posting) -> dict[str, Any]:
    told = {"role": posting.role, "duty": posting.duty}
    return {**told, "area": posting.area} if posting.area else told


def add_posting(*, user: User, role: str, division: Division, by: Any, on: date | None = None,
                duty: str = "", area: str = "") -> Posting:  # fmt: skip
    """One posting: `add_postings` with a list of one."""
    return add_postings(news=[NewPosting(user, role, division, duty, area)], by=by, on=on)[0]


@atomic
def end_postings(*, postings: Iterable[Posting], by: Any, on: date | None = None, reason: str = "") -> None:
    """End postings: `on` (today) is the first day on which they no longer hold.

    Raises NotAllowed for a posting outside the actor's reach, Refused for one that has ended already.
    """
    on = on or clock.today()
    rows = list(postings)
    require_over(by, {(posting.division_id, posting.user_id) for posting in rows})
    for posting in rows:
        if posting.valid_to is not None:
            raise Refused(_("任职已于 %(day)s 结束。") % {"day": posting.valid_to}, "ended")
        if on < posting.valid_from:
            raise Refused(_("结束日期不能早于开始日期 %(day)s。") % {"day": posting.valid_from}, "period")
    close_postings(rows, by=by, on=on, reason=reason)


def close_postings(rows: Sequence[Posting], *, by: Any, on: date, reason: str) -> None:
    """Write the end into postings and the trail. Whoever calls it has asked for the right: an end, or a handover."""
    former = [posting.valid_to and posting.valid_to.isoformat() for posting in rows]
    for posting in rows:
        posting.valid_to = on
    Posting.objects.bulk_update(rows, ["valid_to"], batch_size=500)
    audit.record_many(by=by, on=on, entries=[
        _entry("accounts.end_posting", posting, {"valid_to": [before, on.isoformat()], "reason": reason})
        for posting, before in zip(rows, former, strict=True)
    ])  # fmt: skip


def end_posting(*, posting: Posting, by: Any, on: date | None = None, reason: str = "") -> None:
    """One posting ended: `end_postings` with a list of one."""
    end_postings(postings=[posting], by=by, on=on, reason=reason)


def require_over(by: Any, pairs: set[tuple[int, int]]) -> None:
    """The right over postings: accounts.change at their divisions, and never over oneself."""
    scopes.require_each(by, "accounts.change", {division for division, _user in pairs})
    if getattr(by, "pk", None) in {user for _division, user in pairs}:
        raise NotAllowed(_("不能变更自己的任职，请由另一位安全管理员办理。"), "self")


def _one_at_a_time(users: Iterable[int]) -> None:
    """Two postings of one person wait for each other: roles that exclude each other must not both find room. SQLite has
    one writer."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=list(users)).order_by("pk").values_list("pk"))


def _held_roles(users: Iterable[int], on: date) -> dict[int, list[str]]:
    """The roles that people hold on a day or later: a posting whose end lies ahead still stands in the way."""
    held: dict[int, list[str]] = {}
    rows = Posting.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), user_id__in=list(users))
    for user, role in rows.values_list("user_id", "role"):
        held.setdefault(user, []).append(role)
    return held


def _open_postings(users: Iterable[int]) -> set[tuple[int, str, int]]:
    rows = Posting.objects.open().filter(user_id__in=list(users))
    return set(rows.values_list("user_id", "role", "division_id"))


def _entry(act: str, posting: Posting, detail: dict[str, Any]) -> audit.Entry:
    return audit.Entry(act, f"user:{posting.user_id}", posting.division_id, {"posting": posting.pk, **detail})
