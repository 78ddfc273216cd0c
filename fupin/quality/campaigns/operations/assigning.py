"""Who visits which household: by load, in bulk, and anew when somebody's posting ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import Posting
from fupin.core import audit, clock
from fupin.core.refusals import Refused
from fupin.divisions.models import Reach
from fupin.quality.campaigns import queries
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound
from fupin.quality.campaigns.officers import Roster
from fupin.quality.campaigns.operations.rounds import subject
from fupin.quality.campaigns.queries import Wanted
from fupin.quality.campaigns.words import DONE, RUNNING
from fupin.quality.officers import ANSWERING

TURN = 1_000


def assign(*, round: int, wanted: Wanted | None = None, lines: Collection[int] = (), to: int | None = None, by: Any,
           on: date) -> int:  # fmt: skip
    """Hand unfinished households of a round to an officer; without a name by load. Those named, or the whole list asked for.

    Returns how many. Raises NotFound, Refused.
    """
    row = queries.round_for(by, round, "quality.review")
    if row.stage not in RUNNING:
        raise Refused(_("这一轮采集没有开启或已经结束"), "stage")
    if wanted is None and not lines:
        raise Refused(_("请先选择要分派的户"), "lines")
    with transaction.atomic():
        if lines:
            rows = [one for one in queries.held_lines(by, lines, "quality.review") if one.round_id == row.pk]
        else:
            found = queries.matching(by, wanted or Wanted(), permission="quality.review").filter(round=row)
            rows = list(found.order_by("pk").select_for_update(of=("self",)))
        rows = [one for one in rows if not one.is_done]
        if not rows:
            raise Refused(_("所选的户都已完成，没有可分派的"), "lines")
        _hand_over(row, rows, to, by, on)
    return len(rows)


def _hand_over(row: CollectionRound, rows: list[CollectionHousehold], to: int | None, by: Any, on: date) -> None:
    if to is not None:
        _require_visiting(to, {one.village_id for one in rows})
        officers: list[int | None] = [to] * len(rows)
    else:
        officers = Roster(row.pk).hand_out([(one.household_id, one.village_id) for one in rows])
    by_officer: dict[int | None, list[int]] = defaultdict(list)
    for one, officer in zip(rows, officers, strict=True):
        by_officer[officer].append(one.pk)
    for officer, pks in by_officer.items():
        for start in range(0, len(pks), TURN):
            CollectionHousehold.objects.filter(pk__in=pks[start : start + TURN]).update(officer=officer)
    shares = Counter((one.village_id, officer) for one, officer in zip(rows, officers, strict=True))
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("collection.assign", subject(row), village, {"officer": officer, "households": count})
        for (village, officer), count in sorted(shares.items(), key=str)
    ])  # fmt: skip


def _require_visiting(user: int, villages: set[int]) -> None:
    posts = Posting.objects.on(clock.today()).filter(user_id=user, user__is_active=True, role__in=ANSWERING)
    reached = Reach.objects.filter(ancestor__in=posts.values("division_id"), descendant__in=villages)
    if villages - set(reached.values_list("descendant_id", flat=True)):
        raise Refused(_("所选的人在这些户所在的区划没有采集岗位，请另选"), "officer")


def candidates(user: Any, villages: Collection[int]) -> QuerySet[Posting]:
    """Those who may be named for households of these villages: postings there, or above up to the township."""
    above = Reach.objects.filter(descendant__in=villages).values("ancestor_id")
    rows = Posting.objects.on(clock.today()).filter(role__in=ANSWERING, user__is_active=True, division__in=above)
    rows = rows.filter(division__level__in=("township", "village")).select_related("user")
    return scopes.within(user, rows, division="division", permission="quality.review").order_by("division_id", "pk")


def pass_on(*, leaver: int, successor: int, division: int, by: Any, on: date) -> int:
    """After a handover the unfinished households of the area are the successor's. Returns how many."""
    rows = CollectionHousehold.objects.filter(
        officer=leaver, round__stage__in=RUNNING, left_on__isnull=True, village__in=scopes.below([division])
    ).exclude(state__in=DONE)
    with transaction.atomic():
        shares = Counter(rows.values_list("round_id", "village_id"))
        CollectionHousehold.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(officer=successor)
        audit.record_many(by=by, on=on, entries=[
            audit.Entry("collection.assign", f"collection:{row}", village, {"officer": successor, "households": count})
            for (row, village), count in sorted(shares.items())
        ])  # fmt: skip
    return sum(shares.values())
