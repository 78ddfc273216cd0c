"""Prints of the pictures that are there: taken when nobody waits, kept, and brought together into signs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from fupin.core import attachments, audit
from fupin.core.models import Attachment
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.queries import tree
from fupin.quality.models import Ticket
from fupin.quality.offline.words import BOOK
from fupin.quality.signs import pictures
from fupin.quality.signs.keeping import Found
from fupin.quality.signs.models import PicturePrint
from fupin.quality.signs.pictures import Alike, Picture
from fupin.registry.models import HouseholdCard

_TURN = 50
KINDS = ("household", "ticket")
"""The subjects whose pictures show a household."""


def take(*, most: int, beat: Callable[[], None] = lambda: None) -> int:
    """Take prints of so many pictures that have none; returns how many. What cannot be read is not tried again."""
    taken = 0
    while taken < most:
        waiting = list(_without()[: min(_TURN, most - taken)])
        if not waiting:
            break
        homes = _homes(waiting)
        made = [_print(row, homes.get(row.pk)) for row in waiting]
        with transaction.atomic():
            here = set(Attachment.objects.filter(pk__in=[row.pk for row in waiting]).values_list("pk", flat=True))
            PicturePrint.objects.bulk_create([one for one in made if one.pk in here], ignore_conflicts=True)
            audit.record(
                by=None, act="signs.picture", subject=f"attachment:{waiting[-1].pk}", detail={"rows": len(made)}
            )
        taken += len(waiting)
        beat()
    return taken


def forget(attachments: list[int]) -> None:
    """Nothing is kept of pictures that are destroyed."""
    PicturePrint.objects.filter(attachment__in=attachments).update(bits=None)


def _without() -> QuerySet[Attachment]:
    known = PicturePrint.objects.filter(attachment=OuterRef("pk"))
    rows = Attachment.objects.filter(~Exists(known), media_type__startswith="image/", destroyed_on=None).order_by("pk")
    # Evidence that came with a workbook shows a household once it is handed in, and hangs on its ticket then.
    return rows.exclude(subject__startswith=f"{BOOK}:")


def _homes(rows: Sequence[Attachment]) -> dict[int, int]:
    """The household that each picture shows, from the subject that it hangs on."""
    subjects = {row.pk: row.subject.partition(":") for row in rows}
    tickets = {int(number) for kind, _, number in subjects.values() if kind == "ticket" and number.isdecimal()}
    asked = {int(number) for kind, _, number in subjects.values() if kind == "household" and number.isdecimal()}
    of_ticket = dict(Ticket.objects.filter(pk__in=tickets, household__isnull=False).values_list("pk", "household_id"))
    there = set(HouseholdCard.objects.filter(pk__in=asked | set(of_ticket.values())).values_list("pk", flat=True))
    found = {}
    for pk, (kind, _, number) in subjects.items():
        home = (
            (of_ticket.get(int(number)) if kind == "ticket" else int(number))
            if kind in KINDS and number.isdecimal()
            else None
        )
        if home in there:
            found[pk] = home
    return {pk: home for pk, home in found.items() if home is not None}


def _print(row: Attachment, household: int | None) -> PicturePrint:
    bits, is_paper = None, False
    if household is not None:
        try:
            read = pictures.print_of(attachments.read(row))
        except (NotFound, Refused):
            read = None
        if read is not None:
            bits, is_paper = read
    return PicturePrint(attachment_id=row.pk, household_id=household, bits=bits, is_paper=is_paper)


def found(*, most_apart: int, rate: float) -> list[Found]:
    """The pictures of several households that are one: a sign for each picture, however many households use it."""
    rows = PicturePrint.objects.filter(bits__isnull=False, household__isnull=False, is_paper=False).order_by("pk")
    told = rows.values_list("pk", "household_id", "bits", "attachment__sha256")
    known = [Picture(pk, home, bytes(bits), file) for pk, home, bits, file in told]
    counting = pictures.that_count(pictures.alike(known, most_apart), known, rate)
    homes = {one.household for pair, *_ in counting for one in (pair.one, pair.other)}
    villages = dict(HouseholdCard.objects.filter(pk__in=homes).values_list("pk", "village_id"))
    return [sign for group in grouped(counting) if (sign := _sign(group, villages)) is not None]


Told = tuple[Alike, float, float]


def grouped(told: Sequence[Told]) -> list[list[Told]]:
    """Pairs that hang together, by the picture that they share."""
    leader: dict[int, int] = {}

    def first(pk: int) -> int:
        while leader.setdefault(pk, pk) != pk:
            leader[pk] = leader[leader[pk]]
            pk = leader[pk]
        return pk

    for pair, *_ in told:
        one, other = first(pair.one.attachment), first(pair.other.attachment)
        leader[max(one, other)] = min(one, other)
    groups: dict[int, list[Told]] = {}
    for each in told:
        groups.setdefault(first(each[0].one.attachment), []).append(each)
    return list(groups.values())


def _sign(group: Sequence[Told], villages: dict[int, int]) -> Found | None:
    shown = {
        one.household: one.attachment
        for pair, *_ in group
        for one in (pair.one, pair.other)
        if one.household in villages
    }
    if len(shown) < 2:
        return None
    nearest, likely, q = min(group, key=lambda each: each[0].apart)
    least = min(min(pair.one.attachment, pair.other.attachment) for pair, *_ in group)
    return Found(
        "photo", "photos", f"picture:{least}", smallest({villages[home] for home in shown}), None, nearest.apart, likely,
        q, len(shown), 1, (), (), tuple((home, None, None, picture) for home, picture in sorted(shown.items())),
    )  # fmt: skip


def smallest(villages: set[int]) -> int:
    """The smallest division that holds all of these villages."""
    names = tree()
    paths = [[node.id for node in names.path(one)] for one in villages]
    shared = [level[0] for level in zip(*paths, strict=False) if len(set(level)) == 1]
    return shared[-1]
