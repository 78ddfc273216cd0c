"""What a look does to the signs that stand: new ones are written, known ones brought up to date, gone ones marked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from django.db import transaction

from fupin.accounts.models import User
from fupin.core import audit
from fupin.core.ids import new_id
from fupin.quality.signs.clues import Clue
from fupin.quality.signs.models import Sign, SignHousehold
from fupin.quality.signs.words import State

_TURN = 500
_NUMBERS = ("division_id", "as_of", "statistic", "chance", "q", "rate", "observed", "expected", "counts", "awaited",
            "households", "fingerprint")  # fmt: skip


@dataclass(slots=True)
class Found:
    """A sign as a look found it, with the households behind it: household, other, income a head, picture."""

    kind: str
    by: str
    subject: str
    division: int
    officer: int | None
    statistic: float
    chance: float
    q: float
    observed: float
    expected: float
    counts: Sequence[int]
    awaited: Sequence[float]
    households: Sequence[tuple[int, int | None, int | None, int | None]] = field(default_factory=tuple)

    @property
    def fingerprint(self) -> str:
        """What the sign stands on: the same numbers and households are the same question."""
        told = [self.observed, list(self.counts), sorted((one, other or 0) for one, other, *_ in self.households)]
        return hashlib.sha256(orjson.dumps(told)).hexdigest()


@dataclass(frozen=True, slots=True)
class Look:
    """When a look was, what it showed, and the rate that it was held to."""

    on: date
    as_of: datetime
    rate: float


@dataclass(slots=True)
class Kept:
    """What became of the signs."""

    found: int = 0
    changed: int = 0
    gone: int = 0


def of_clue(clue: Clue, households: Iterable[tuple[int, int | None, int | None]]) -> Found:
    """A clue of the tests as a sign."""
    is_officer = clue.by == "officer"
    subject = f"{clue.by}:{clue.group}" + (f":{clue.division}" if is_officer else "")
    return Found(
        clue.kind, clue.by, subject, clue.division, clue.group if is_officer else None, clue.statistic, clue.chance,
        clue.q, clue.observed, clue.expected, clue.counts, clue.awaited,
        tuple((one, other, fen, None) for one, other, fen in households),
    )  # fmt: skip


@transaction.atomic
def keep(*, found: Sequence[Found], look: Look, by: Any) -> Kept:
    """Bring the signs of the year to what a look found. What somebody looked into stays answered as long as it stands
    on the same numbers; where they have changed it is a question again, for the offices above."""
    kept, year = Kept(), look.on.year
    standing = {(row.kind, row.subject): row for row in Sign.objects.filter(year=year).select_for_update(of=("self",))}
    known = set(User.objects.filter(pk__in={one.officer for one in found if one.officer}).values_list("pk", flat=True))
    told: list[audit.Entry] = []
    for one in found:
        row = standing.pop((one.kind, one.subject), None)
        told += _write(one, row, look, known, kept)
    for row in standing.values():
        if row.gone_on is None:
            row.gone_on = look.on
            row.version += 1
            row.save(update_fields=["gone_on", "version"])
            kept.gone += 1
            told.append(audit.Entry("signs.pass", f"sign:{row.pk}", row.division_id, {"kind": row.kind}))
    audit.record_many(by=by, on=look.on, entries=told)
    return kept


def _write(one: Found, row: Sign | None, look: Look, known: set[int], kept: Kept) -> list[audit.Entry]:
    numbers = {
        "division_id": one.division, "as_of": look.as_of, "statistic": one.statistic, "chance": one.chance, "q": one.q,
        "rate": look.rate, "observed": one.observed, "expected": one.expected, "counts": list(one.counts),
        "awaited": list(one.awaited), "fingerprint": one.fingerprint,
        "households": len({pk for household, other, *_ in one.households for pk in (household, other) if pk}),
    }  # fmt: skip
    if row is None:
        row = Sign(id=new_id(), kind=one.kind, by=one.by, subject=one.subject, year=look.on.year, found_on=look.on,
                   officer_id=one.officer if one.officer in known else None, looked_on=look.on, **numbers)  # fmt: skip
        row.save(force_insert=True)
        kept.found += 1
        act = "signs.find"
    else:
        is_same = row.fingerprint == one.fingerprint and row.gone_on is None
        row.looked_on, row.gone_on = look.on, None
        for name in _NUMBERS:
            setattr(row, name, numbers[name])
        if is_same:
            row.save()
            return []
        if row.state == State.CLOSED:
            row.state, row.answer, row.answered_on, row.answered_by = State.FOUND, "", None, None
            row.released_on = None
        row.version += 1
        row.save()
        SignHousehold.objects.filter(sign=row).delete()
        kept.changed += 1
        act = "signs.change"
    behind = [SignHousehold(sign=row, household_id=household, other_id=other, per_head_fen=fen, picture_id=picture)
              for household, other, fen, picture in one.households]  # fmt: skip
    SignHousehold.objects.bulk_create(behind, batch_size=_TURN)
    return [audit.Entry(act, f"sign:{row.pk}", row.division_id, {"kind": row.kind, "households": row.households})]
