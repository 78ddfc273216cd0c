"""The list of a round: every rural household when it opens with its key groups; who comes later joins, who goes is marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fupin.accounts import scopes
from fupin.bulk import engine, steps, taking
from fupin.core import audit
from fupin.core.ids import new_ids
from fupin.divisions.queries import tree
from fupin.policy import screening as catalogue
from fupin.policy.quality import Rule
from fupin.policy.screening import Group
from fupin.procedures.screening.tables import ScreeningHousehold, ScreeningRound
from fupin.procedures.screening.words import DONE, Stage, State
from fupin.quality.applying import Applied
from fupin.quality.models import Ticket
from fupin.quality.sweeping import sweep
from fupin.quality.words import Why
from fupin.registry.models import HouseholdCard
from fupin.rulebook import queries as rulebook

TURN = 1_000
_NO_HIT = (Why.SWITCHED, Why.WITHDRAWN)


def refresh(*, pk: int, by: Any, on: date) -> dict[str, int]:
    """Bring a running round's list up to date; the first time fills it. Done twice it comes to the same.

    Returns how many joined, left, moved, and how many of those that waited are of a key group now. In short transactions.
    """
    row = ScreeningRound.objects.get(pk=pk)
    found = {"added": 0, "left": 0, "moved": 0, "grouped": 0}
    if row.stage != Stage.OPEN:
        return found
    groups = key_groups(row, on)
    first = row.filled_at is None
    found |= _follow(row, groups, on)
    known = set(ScreeningHousehold.objects.filter(round=row).values_list("household_id", flat=True))
    new = sorted(set(_below(row).values_list("pk", flat=True)) - known)
    for start in range(0, len(new), TURN):
        found["added"] += _add(row, new[start : start + TURN], groups, None if first else on)
    with transaction.atomic():
        ScreeningRound.objects.filter(pk=pk).update(filled_at=timezone.now(), extract=row.extract)
        if first or any(found.values()):
            audit.record(by=by, act="screening.refresh", subject=f"screening:{pk}", on=on, division=row.division_id,
                         detail=found)  # fmt: skip
    return found


def _below(row: ScreeningRound) -> QuerySet[HouseholdCard]:
    return HouseholdCard.objects.filter(village__in=scopes.below([row.division_id])).order_by()


def key_groups(row: ScreeningRound, on: date) -> dict[int, str]:
    """The key groups of each household below a round's division, as stored: `,illness,disaster,`."""
    found: dict[int, set[str]] = defaultdict(set)
    groups = catalogue.groups_on(on)
    for household, name in (*_by_condition(row, groups, on), *_by_hits(row, groups, on)):
        found[household].add(name)
    order = [one.name for one in groups]
    return {pk: f",{','.join(sorted(names, key=order.index))}," for pk, names in found.items()}


def _by_condition(row: ScreeningRound, groups: Sequence[Group], on: date) -> list[tuple[int, str]]:
    """Judged in one pass over the newest extract, as quality rules are; what is unknown finds nobody."""
    asked = [
        Applied(Rule(one.name, one.label, one.label_en, one.dataset, "I", "", "", "design", "", finds=one.finds))
        for one in groups if one.finds
    ]  # fmt: skip
    if not asked:
        return []
    extract = taking.current()
    extract.used()
    row.extract = extract.id
    place: Path = settings.DATA_FOLDER / "temporary"
    place.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place, prefix="screening-") as folder, steps.duck(settings.DATA_FOLDER) as where:
        target = Path(folder) / "found.parquet"
        sweep(extract, on, asked, where, target, node=tree().by_id(row.division_id))
        rows = where.rows(f"SELECT DISTINCT household_id, rule FROM read_parquet({engine.text(target)})")
    return [(household, name) for household, name in rows if household is not None]


def _by_hits(row: ScreeningRound, groups: Sequence[Group], on: date) -> Iterator[tuple[int, str]]:
    """Hits of comparisons with other departments that are not too old; one that was withdrawn says nothing."""
    names: dict[str, list[str]] = defaultdict(list)
    for one in groups:
        for rule in one.compared:
            names[rule].append(one.name)
    days = rulebook.value("procedures.screening_hit_days", on=on, division=row.division_id)
    rows = Ticket.objects.filter(
        rule__in=names, household__isnull=False, village__in=scopes.below([row.division_id]), opened_on__lte=on,
        opened_on__gte=on - timedelta(days=int(days)),
    ).exclude(closed_why__in=_NO_HIT)  # fmt: skip
    for household, rule in rows.order_by().values_list("household_id", "rule").distinct():
        yield from ((household, name) for name in names[rule])


def _follow(row: ScreeningRound, groups: Mapping[int, str], on: date) -> dict[str, int]:
    """Who is no longer below the division is marked, who moved within it is moved; who became of a key group is visited."""
    found = {"left": 0, "moved": 0, "grouped": 0}
    below = set(scopes.below([row.division_id]))
    rows = ScreeningHousehold.objects.filter(round=row).order_by("pk")
    last = 0
    while some := list(rows.filter(pk__gt=last)[:TURN]):
        last = some[-1].pk
        homes = HouseholdCard.objects.filter(pk__in=[one.household_id for one in some]).values_list("pk", "village_id")
        now = {pk: village for pk, village in homes if village in below}
        changed = [one for one in some if _brought(one, now.get(one.household_id), groups, found, on)]
        with transaction.atomic():
            ScreeningHousehold.objects.bulk_update(changed, ["left_on", "village", "groups", "state", "version"])
    return found


def _brought(
    one: ScreeningHousehold, village: int | None, groups: Mapping[int, str], found: dict[str, int], on: date
) -> bool:
    """Bring one line up to date; was there anything to do?"""
    before = (one.left_on, one.village_id, one.groups)
    one.left_on = None if village is not None else one.left_on or on
    found["left"] += one.left_on is not None and before[0] is None
    if village is not None and village != one.village_id:
        one.village_id = village
        found["moved"] += 1
    # What somebody has said of a household stays: the groups of a round grow, they never shrink.
    joined = [name for name in groups.get(one.household_id, "").split(",") if name and f",{name}," not in one.groups]
    if joined and one.state not in DONE:
        one.groups = f",{','.join([*[name for name in one.groups.split(',') if name], *joined])},"
        one.state = State.TO_VISIT
        found["grouped"] += 1
    if before == (one.left_on, one.village_id, one.groups):
        return False
    one.version += 1
    return True


def _add(row: ScreeningRound, households: Sequence[int], groups: Mapping[int, str], joined_on: date | None) -> int:
    """Put households on the list; what an earlier attempt has put there stays as it is."""
    cards = list(_below(row).filter(pk__in=households).values_list("pk", "number", "village_id").order_by("number"))
    made = [
        ScreeningHousehold(id=identity, round=row, household_id=pk, number=number, village_id=village, joined_on=joined_on,
                           groups=groups.get(pk, ""), state=State.TO_VISIT if pk in groups else State.TO_CONFIRM)
        for identity, (pk, number, village) in zip(new_ids(len(cards)), cards, strict=True)
    ]  # fmt: skip
    with transaction.atomic():
        ScreeningHousehold.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def running() -> QuerySet[ScreeningRound]:
    """The rounds whose lists are kept up."""
    return ScreeningRound.objects.filter(Q(stage=Stage.OPEN))
