"""Who answers a ticket: handed out anew, one by one or many at once, and when somebody's posting ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import Posting
from fupin.accounts.roles import ROLES
from fupin.accounts.scopes import SYSTEM
from fupin.core import clock
from fupin.core.refusals import Refused
from fupin.divisions.models import Reach
from fupin.quality import queries, rules
from fupin.quality.models import Ticket, TicketAct
from fupin.quality.operations import writing
from fupin.quality.operations.answering import check_version
from fupin.quality.operations.deadlines import Deadlines
from fupin.quality.operations.rosters import Roster
from fupin.quality.operations.settling import act_of, reset
from fupin.quality.words import MOST_REASON, Answer, Level, State

TURN = 500
ANSWERING = tuple(role.name for role in ROLES.values() if "quality.answer" in role.permissions)


def assign(
    *, tickets: Collection[int], to: int | None = None, reason: str = "", by: Any, on: date,
    base_version: int | None = None,
) -> int:  # fmt: skip
    """Hand tickets to somebody who may answer them where they lie; without a name, to the officer of the village with
    the fewest. What was answered with "not ours" goes back to be checked, with a new deadline.

    Returns how many. Raises NotFound, Refused, Stale.
    """
    if not tickets:
        raise Refused(_("请先选择要办理的问题"), "tickets")
    said = reason.strip()[:MOST_REASON]
    with transaction.atomic():
        rows = queries.held_tickets(by, tickets, "quality.review")
        check_version(rows, base_version)
        if any(one.state == State.CLOSED or one.answer not in ("", Answer.ELSEWHERE) for one in rows):
            raise Refused(_("只能改派待核实的问题，以及答复“不属本辖区”的问题"))
        if to is not None:
            _require_answering(to, {one.village_id for one in rows})
            officers: Sequence[int | None] = [to] * len(rows)
        else:
            officers = Roster().hand_out([(one.household_id, one.village_id) for one in rows])
        _pass_to(rows, officers, by=by, on=on, reason=said)
    return len(rows)


def _pass_to(rows: Sequence[Ticket], officers: Sequence[int | None], *, by: Any, on: date, reason: str) -> None:
    deadlines = Deadlines(on)
    acts: list[TicketAct] = []
    for one, officer in zip(rows, officers, strict=True):
        act = "reassign" if one.state == State.ANSWERED else "assign"
        if act == "reassign":
            reset(one, due_on=deadlines.of("quality.send_back_days", one.village_id))
        one.assigned_to_id = officer
        acts.append(act_of(one, act, reason=reason))
    writing.update_tickets(rows)
    writing.note(acts, by=by, on=on, details=[{"to": one.assigned_to_id, "reason": one.reason} for one in acts])


def _require_answering(user: int, villages: set[int]) -> None:
    posts = Posting.objects.on(clock.today()).filter(user_id=user, user__is_active=True, role__in=ANSWERING)
    reached = Reach.objects.filter(ancestor__in=posts.values("division_id"), descendant__in=villages)
    if villages - set(reached.values_list("descendant_id", flat=True)):
        raise Refused(_("所选的人在这些问题所在的区划没有答复问题的岗位，请另选"), "officer")


def candidates(user: Any, villages: Collection[int]) -> QuerySet[Posting]:
    """Those who may be named for tickets of these villages: postings there, or above up to the township."""
    above = Reach.objects.filter(descendant__in=villages).values("ancestor_id")
    rows = Posting.objects.on(clock.today()).filter(role__in=ANSWERING, user__is_active=True, division__in=above)
    rows = rows.filter(division__level__in=("township", "village")).select_related("user")
    return scopes.within(user, rows, division="division", permission="quality.review").order_by("division_id", "pk")


def pass_on(*, leaver: int, successor: int, division: int, by: Any, on: date) -> int:
    """After a handover the open tickets of the area go to the successor, with their deadlines. Returns how many."""
    rows = Ticket.objects.filter(assigned_to=leaver, state=State.OPEN, village__in=scopes.below([division]))
    done = 0
    for some in _turns(rows):
        _pass_to(some, [successor] * len(some), by=by, on=on, reason="")
        done += len(some)
    return done


def tidy(*, on: date) -> int:
    """Tickets of whoever no longer answers there go to those who do: a duty of each hour. Returns how many."""
    done = 0
    open_now = Ticket.objects.filter(state=State.OPEN, assigned_to__isnull=False)
    users = list(open_now.order_by().values_list("assigned_to", flat=True).distinct())
    posted = defaultdict(list)
    posts = Posting.objects.on(clock.today()).filter(user__in=users, user__is_active=True, role__in=ANSWERING)
    for user, division in posts.values_list("user_id", "division_id"):
        posted[user].append(division)
    roster = Roster()
    for user in users:
        beyond = open_now.filter(assigned_to=user)
        beyond = beyond.exclude(village__in=scopes.below(posted[user])) if posted[user] else beyond
        for some in _turns(beyond):
            officers = roster.hand_out([(one.household_id, one.village_id) for one in some])
            _pass_to(some, officers, by=SYSTEM, on=on, reason="")
            done += len(some)
    return done


def _turns(rows: QuerySet[Ticket]) -> Iterator[list[Ticket]]:
    """These tickets in short transactions, each held while it is written."""
    last = 0
    while True:
        with transaction.atomic():
            some = list(rows.filter(pk__gt=last).order_by("pk").select_for_update(of=("self",))[:TURN])
            if not some:
                return
            last = some[-1].pk
            yield some


def escalate(*, on: date) -> int:
    """Let what is overdue count one level up, and later two: a duty of each hour. A late answer is taken all the same."""
    done, last = 0, 0
    rows = Ticket.objects.exclude(state=State.CLOSED).filter(due_on__lt=on, level__lt=Level.BANNER).order_by("pk")
    deadlines = Deadlines(on)
    columns = ("pk", "state", "due_on", "level", "village_id")
    while some := list(rows.filter(pk__gt=last).values_list(*columns)[:TURN]):
        last = some[-1][0]
        reached: dict[Level, list[int]] = defaultdict(list)
        for pk, state, due_on, before, village in some:
            now = rules.level(state, due_on, on, days_more=deadlines.count("quality.escalation_days", village))
            if now != before:
                reached[now].append(pk)
        for level, pks in reached.items():
            # Whoever answers meanwhile has given it another day.
            done += Ticket.objects.filter(pk__in=pks, due_on__lt=on).exclude(state=State.CLOSED).update(level=level)
    return done
