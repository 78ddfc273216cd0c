"""The list of a round: frozen when it opens, joined by who comes later, with those who leave marked; villages kept up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fupin.accounts import scopes
from fupin.accounts.models import Posting
from fupin.bulk import engine, steps, taking
from fupin.core import audit, clock
from fupin.core.ids import new_ids
from fupin.divisions.queries import tree
from fupin.policy.quality import Rule
from fupin.quality.applying import Applied
from fupin.quality.campaigns.models import CollectionHousehold, CollectionRound
from fupin.quality.campaigns.officers import Roster
from fupin.quality.campaigns.operations.rounds import subject
from fupin.quality.campaigns.words import DONE, RUNNING, Who
from fupin.quality.officers import ANSWERING
from fupin.quality.sweeping import sweep
from fupin.registry.models import HouseholdCard
from fupin.registry.words import MONITORED, NOT_EXITED

TURN = 1_000


def refresh(*, pk: int, by: Any, on: date) -> dict[str, int]:
    """Bring a running round's list up to date; the first time fills it. Done twice it comes to the same.

    Returns how many joined, left, came back and lie elsewhere now. In short transactions: a banner's list is long.
    """
    row = CollectionRound.objects.get(pk=pk)
    found = {"added": 0, "left": 0, "back": 0, "moved": 0, "assigned": 0}
    if row.stage not in RUNNING:
        return found
    wanted = _wanted(row, on)
    first = row.filled_at is None
    found |= _follow(row, on)
    known = set(CollectionHousehold.objects.filter(round=row).values_list("household_id", flat=True))
    roster = Roster(row.pk)
    new = sorted(wanted - known)
    for start in range(0, len(new), TURN):
        found["added"] += _add(row, new[start : start + TURN], roster, None if first else on)
    found["assigned"] = 0 if first else _man(row, roster)
    with transaction.atomic():
        CollectionRound.objects.filter(pk=pk).update(filled_at=timezone.now(), extract=row.extract)
        if first or any(found.values()):
            audit.record(
                by=by, act="collection.refresh", subject=subject(row), on=on, division=row.division_id, detail=found
            )
    return found


def _wanted(row: CollectionRound, on: date) -> set[int]:
    """The households that the round is about now, by id."""
    if row.who == Who.CONDITION:
        return set(_by_condition(row, on))
    condition = Q(monitor_kind__in=MONITORED)
    if row.who == Who.REGISTERED:
        condition |= Q(status__in=NOT_EXITED)
    return set(_below(row).filter(condition).values_list("pk", flat=True))


def _below(row: CollectionRound) -> QuerySet[HouseholdCard]:
    return HouseholdCard.objects.filter(village__in=scopes.below([row.division_id])).order_by()


def _by_condition(row: CollectionRound, on: date) -> Iterable[int]:
    """Judged over the newest extract, as a quality rule is; what is unknown is not collected for it."""
    asked = Rule("round", row.name, row.name, "households", "I", "", "", "design", "", finds=row.condition)
    extract = taking.current()
    extract.used()
    row.extract = extract.id
    place: Path = settings.DATA_FOLDER / "temporary"
    place.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place, prefix="collection-") as folder, steps.duck(settings.DATA_FOLDER) as where:
        target = Path(folder) / "found.parquet"
        sweep(extract, on, [Applied(asked)], where, target, node=tree().by_id(row.division_id))
        found = where.rows(f"SELECT DISTINCT subject_id FROM read_parquet({engine.text(target)})")
    return [one for (one,) in found]


def _follow(row: CollectionRound, on: date) -> dict[str, int]:
    """Who is no longer below the division is marked as having left, who is there again is not; where each lies is kept up."""
    found = {"left": 0, "back": 0, "moved": 0}
    rows = (
        CollectionHousehold.objects.filter(round=row)
        .order_by("pk")
        .values_list("pk", "household_id", "village_id", "left_on")
    )
    below = set(scopes.below([row.division_id]))
    for some in _turns(rows):
        now = dict(HouseholdCard.objects.filter(pk__in=[one[1] for one in some]).values_list("pk", "village_id"))
        here = {pk: now[home] for pk, home, _village, _left in some if now.get(home) in below}
        left = [pk for pk, _home, _village, left_on in some if pk not in here and left_on is None]
        back = [pk for pk, _home, _village, left_on in some if pk in here and left_on is not None]
        with transaction.atomic():
            changed = CollectionHousehold.objects.filter(round=row)
            found["left"] += changed.filter(pk__in=left).update(left_on=on) if left else 0
            found["back"] += changed.filter(pk__in=back).update(left_on=None) if back else 0
            for village, pks in _by_village((pk, here.get(pk), village) for pk, _home, village, _left in some).items():
                found["moved"] += changed.filter(pk__in=pks).update(village=village)
    return found


def _by_village(lines: Iterable[tuple[int, int | None, int]]) -> dict[int, list[int]]:
    """The lines whose household lies in another village than they say, by the village where it lies now."""
    found: dict[int, list[int]] = defaultdict(list)
    for pk, now, before in lines:
        if now is not None and now != before:
            found[now].append(pk)
    return found


def _man(row: CollectionRound, roster: Roster) -> int:
    """What nobody goes to, or somebody who is no longer posted there, is handed out anew. Returns how many."""
    rows = CollectionHousehold.objects.filter(round=row, left_on__isnull=True).exclude(state__in=DONE)
    users = set(rows.filter(officer__isnull=False).order_by().values_list("officer", flat=True).distinct())
    posts = Posting.objects.on(clock.today()).filter(user__in=users, user__is_active=True, role__in=ANSWERING)
    posted: dict[int, list[int]] = defaultdict(list)
    for user, division in posts.values_list("user_id", "division_id"):
        posted[user].append(division)
    lost = Q(officer__isnull=True)
    for user in users:
        lost |= Q(officer=user) & ~Q(village__in=scopes.below(posted[user]))
    done = 0
    for some in _turns(rows.filter(lost).order_by("pk").values_list("pk", "household_id", "village_id")):
        by_officer: dict[int | None, list[int]] = defaultdict(list)
        officers = roster.hand_out([(household, village) for _pk, household, village in some])
        for (pk, _household, _village), officer in zip(some, officers, strict=True):
            by_officer[officer].append(pk)
        for officer, pks in by_officer.items():
            changed = CollectionHousehold.objects.filter(pk__in=pks).update(officer=officer)
            done += changed if officer is not None else 0
    return done


def _turns(rows: Any) -> Iterator[Sequence[Any]]:
    last = 0
    while some := list(rows.filter(pk__gt=last)[:TURN]):
        last = some[-1][0]
        yield some


def _add(row: CollectionRound, households: Sequence[int], roster: Roster, joined_on: date | None) -> int:
    """Put households on the list, each with its officer; what an earlier attempt has put there stays as it is."""
    cards = list(_below(row).filter(pk__in=households).values_list("pk", "number", "village_id").order_by("number"))
    officers = roster.hand_out([(pk, village) for pk, _number, village in cards])
    made = [
        CollectionHousehold(id=identity, round=row, household_id=pk, number=number, village_id=village, officer_id=officer,
                            joined_on=joined_on)
        for identity, (pk, number, village), officer in zip(new_ids(len(cards)), cards, officers, strict=True)
    ]  # fmt: skip
    with transaction.atomic():
        CollectionHousehold.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)
