"""What a posting hands over, counted by the apps above accounts: households, persons, open procedures, own work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from fupin.accounts import scopes
from fupin.accounts.handovers import Item
from fupin.accounts.models import Posting
from fupin.core.models import Case, Job
from fupin.quality.campaigns.models import CollectionHousehold
from fupin.quality.campaigns.operations import pass_on as pass_on_collection
from fupin.quality.campaigns.words import DONE, RUNNING
from fupin.quality.models import Ticket
from fupin.quality.operations import pass_on as pass_on_tickets
from fupin.quality.words import State as TicketState
from fupin.registry.models import HouseholdCard
from fupin.rulebook.models import Override, State


def count(division: int, user: int) -> Iterable[Item]:
    """The lines for a division and a person."""
    below = scopes.below([division])
    cards = HouseholdCard.objects.filter(village__in=below)
    persons = cards.aggregate(n=Sum("persons"))["n"] or 0
    yield Item("户", "Households", cards.count())
    yield Item("其中：建档立卡户", "of these registered", cards.exclude(status="").count())
    yield Item("人", "Persons", persons)
    cases = Case.objects.filter(Q(due_on__isnull=False), division_id__in=below)
    yield Item("在办事项", "Cases under way", cases.count())
    jobs = Job.objects.filter(user_id=user, state__in=("waiting", "running", "interrupted"))
    yield Item("本人未完成的作业和导入", "Own jobs and imports not finished", jobs.count())
    tickets = Ticket.objects.filter(assigned_to=user, state=TicketState.OPEN, village__in=below)
    yield Item("本人待核实问题", "Own tickets to answer", tickets.count())
    lines = CollectionHousehold.objects.filter(officer=user, round__stage__in=RUNNING, village__in=below, left_on=None)
    yield Item("本人未采集户", "Own households to collect", lines.exclude(state__in=DONE).count())
    asked = Override.objects.filter(proposed_by=user, state=State.PROPOSED)
    yield Item("本人待复核的参数申请", "Own proposals awaiting confirmation", asked.count())


def pass_on(posting: Posting, successor: int, by: Any, on: date) -> None:
    """What the leaver had in hand becomes the successor's: the tickets of the area, the households to collect."""
    pass_on_tickets(leaver=posting.user_id, successor=successor, division=posting.division_id, by=by, on=on)
    pass_on_collection(leaver=posting.user_id, successor=successor, division=posting.division_id, by=by, on=on)
