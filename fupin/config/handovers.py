"""What a posting hands over, counted by the apps above accounts: households, persons, open procedures, own work."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, Sum

from fupin.accounts import scopes
from fupin.accounts.handovers import Item
from fupin.core.models import Case, Job
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
    asked = Override.objects.filter(proposed_by=user, state=State.PROPOSED)
    yield Item("本人待复核的参数申请", "Own proposals awaiting confirmation", asked.count())
