"""Reading the trail: only within the reader's divisions, page by page, household details only for who may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet, Subquery
from django.utils import timezone

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.core.models import AuditEntry
from fupin.divisions.models import DivisionFact

PAGE = 100
_CHUNK = 2000
OPEN_SUBJECTS = frozenset(
    {"user", "token", "division", "designation", "override", "parameter", "job", "snapshot", "handover"}
)
"""Subjects whose details say nothing of a household; all others are shown only with registry.view at their division."""

_acts: dict[str, tuple[str, str]] = {}
_subjects: dict[str, tuple[str, str]] = {}
_said: list[Callable[[str, Mapping[str, Any], bool], list[tuple[str, str]]]] = []
_numbered: dict[str, Callable[[Iterable[int]], dict[int, str]]] = {}
_found: list[Callable[[str], str]] = []


def name_acts(acts: Mapping[str, tuple[str, str]], subjects: Mapping[str, tuple[str, str]]) -> None:
    """Take in the words of all acts and subjects, Chinese and English: handed over at start (config/acts.py)."""
    _acts.update(acts)
    _subjects.update(subjects)


def name_details(say: Callable[[str, Mapping[str, Any], bool], list[tuple[str, str]]]) -> None:
    """Take in how the detail of an act is said: (act, detail, English?) → (name, value) in words."""
    _said[:] = [say]


def name_subjects(by_kind: Mapping[str, Callable[[Iterable[int]], dict[int, str]]], find: Callable[[str], str]) -> None:
    """Take in how subjects are called by people: ids → numbers or names, by kind; and the subject of such a number."""
    _numbered.update(by_kind)
    _found[:] = [find]


def subject_of(text: str) -> str:
    """The subject that was typed: `kind:id`, or the number of a household or a person."""
    text = text.strip()
    return text if not text or ":" in text or not _found else _found[0](text) or text


def act_words() -> list[tuple[str, str]]:
    """Every act with its word in the reader's language, for a choice."""
    return sorted(((code, words[scopes.is_english()]) for code, words in _acts.items()), key=lambda pair: pair[0])


def act_said(act: str) -> str:
    """An act in the reader's language; one that nobody has named keeps its code."""
    return _acts.get(act, (act, act))[scopes.is_english()]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the trail is asked for. `since` and `until` are days of entry, both included."""

    subject: str = ""
    person: str = ""
    act: str = ""
    place: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it is shown. `detail` is None where the reader may not see it."""

    pk: int
    at: datetime
    happened_on: date
    actor: str
    posting: str
    channel: str
    address: str
    act: str
    act_label: str
    subject: str
    subject_label: str
    place: str
    detail: list[tuple[str, str]] | None
    is_system: bool = False
    """the program itself, and not a user who took that name"""


def entries(reader: Any, wanted: Wanted) -> QuerySet[AuditEntry]:
    """The gate of the trail, and what was asked for of it."""
    rows = _within(reader, wanted.place)
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    if wanted.person:
        # By the id, which an index leads to; only the system itself has none.
        named = User.objects.filter(username=wanted.person).values("pk")
        rows = rows.filter(actor_id=None) if wanted.person == "system" else rows.filter(actor_id=Subquery(named))
    if wanted.act:
        rows = rows.filter(act=wanted.act)
    if wanted.since:
        rows = rows.filter(pk__gte=_first_of(wanted.since))
    if wanted.until:
        rows = rows.filter(pk__lt=_first_of(wanted.until + timedelta(days=1)))
    return rows


def _within(reader: Any, place: int | None) -> QuerySet[AuditEntry]:
    """The reader's part of the trail. A place in it is narrower than the whole, and one condition is found by its index
    where two would be held against every entry."""
    rows = AuditEntry.objects.all()
    if place is not None and scopes.may(reader, "audit.view", place):
        return rows.filter(division_id__in=scopes.below([place]))
    own = scopes.within(reader, rows, division="division_id", permission="audit.view")
    return own if place is None else own.none()


def _first_of(day: date) -> int:
    """The id of the first entry written on or after a day. Ids grow with time: halved, not scanned."""
    moment = timezone.make_aware(datetime.combine(day, time.min))
    ids = AuditEntry.objects.order_by("pk").values_list("pk", flat=True)
    low, last = ids.first() or 0, ids.last() or 0
    high = last + 1
    while low < high:
        middle = (low + high) // 2
        row = AuditEntry.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "at").first()
        if row is None or row[1] >= moment:
            high = middle
        else:
            low = row[0] + 1
    return low


def page(reader: Any, wanted: Wanted, *, before: int | None = None) -> tuple[list[Line], int | None]:
    """One page, the newest first, and the key of the next (None: this is the last)."""
    rows = entries(reader, wanted).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    return lines(reader, found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None


def every(reader: Any, wanted: Wanted) -> Iterator[Line]:
    """All lines, the newest first, a chunk at a time: for an export that is never cut."""
    before: int | None = None
    while True:
        rows = entries(reader, wanted).order_by("-pk")
        chunk = list(rows.filter(pk__lt=before)[:_CHUNK] if before is not None else rows[:_CHUNK])
        yield from lines(reader, chunk)
        if len(chunk) < _CHUNK:
            return
        before = chunk[-1].pk


def lines(reader: Any, rows: Iterable[AuditEntry]) -> list[Line]:
    """Entries in words, with the details that the reader may see: two queries, however many rows."""
    rows = list(rows)
    places = {row.division_id for row in rows if row.division_id is not None}
    facts = DivisionFact.objects.filter(division__in=places).order_by("valid_from")
    names = dict(facts.values_list("division_id", "name"))
    seen = set(
        scopes.within(reader, DivisionFact.objects.filter(division__in=places), division="division")
        .values_list("division_id", flat=True)
    )  # fmt: skip
    english, called = scopes.is_english(), _called(rows)
    return [_line(row, names, seen, called, english) for row in rows]


def _called(rows: Iterable[AuditEntry]) -> dict[str, str]:
    """What people call the subjects of a page: one query for each kind."""
    ids: dict[str, set[int]] = {}
    for row in rows:
        kind, _sep, which = row.subject.partition(":")
        if kind in _numbered and which.isdigit():
            ids.setdefault(kind, set()).add(int(which))
    return {
        f"{kind}:{id}": name for kind, wanted in ids.items() for id, name in _numbered[kind](wanted).items() if name
    }


def _line(row: AuditEntry, names: dict[int, str], seen: set[int], called: Mapping[str, str], english: bool) -> Line:
    kind, _sep, which = row.subject.partition(":")
    is_open = kind in OPEN_SUBJECTS or row.division_id in seen
    subject = f"{_subjects.get(kind, (kind, kind))[english]} {called.get(row.subject, which)}"
    return Line(
        row.pk, row.at, row.happened_on, row.actor, row.posting, row.channel, row.address, row.act,
        act_said(row.act), row.subject, subject,
        names.get(row.division_id or 0, ""), _detail(row, english) if is_open else None, row.actor_id is None and row.actor == "system",
    )  # fmt: skip


def _detail(row: AuditEntry, english: bool) -> list[tuple[str, str]]:
    """What changed, field by field, in words."""
    return _said[0](row.act, row.detail or {}, english)
