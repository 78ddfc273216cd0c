"""Lines become tickets: matched set-wise, handed out by load, carried over from an earlier version of the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from fupin.core import audit, sealing
from fupin.core.ids import new_id, new_ids
from fupin.quality.issued import books, lines, taking
from fupin.quality.issued.layout import columns_of
from fupin.quality.issued.lines import Asked
from fupin.quality.issued.matching import Match, match
from fupin.quality.issued.models import IssuedLine, IssuedList
from fupin.quality.issued.words import GIVEN_BACK, Fate, Stage
from fupin.quality.models import Ticket, TicketAct
from fupin.quality.operations import writing
from fupin.quality.operations.deadlines import Deadlines
from fupin.quality.operations.rosters import Roster
from fupin.quality.operations.settling import act_of, reset
from fupin.quality.words import Severity, State, Why
from fupin.registry.models import HouseholdCard

TURN = 300
"""Lines of one transaction."""
SUBJECT = "line"
"""The kind of subject of a ticket that is a line of a list."""
SHOWN = 5
Tell = Callable[[int, int, str], None]


def match_lines(*, one: IssuedList, by: Any, on: date, tell: Tell = lambda done, total, phase: None) -> IssuedList:
    """Match the lines of a list whose columns are known, and open tickets for those that are surely somebody.

    A list that replaces another takes over its lines by the sender's ids, with their tickets; what it no longer asks is
    withdrawn. Done twice it comes to the same: lines that are there already are passed over.
    """
    if one.state != Stage.MATCHING:
        return one
    asked, remarks = _asked(one, on)
    there = set(IssuedLine.objects.filter(list=one).values_list("sheet", "row"))
    walk = _Walk(one, by, on)
    rest = [line for line in asked if (line.sheet, line.row) not in there]
    for start in range(0, len(rest), TURN):
        tell(len(asked) - len(rest) + start, len(asked), _("对应到户和人"))
        walk.turn(rest[start : start + TURN])
    if one.replaces_id is not None:
        withdraw(one, by=by, on=on)
    with transaction.atomic():
        one.state, one.remarks = Stage.OUT, [*one.remarks, *remarks]
        one.save(update_fields=["state", "remarks"])
        if one.replaces_id is not None:
            IssuedList.objects.filter(pk=one.replaces_id).update(state=Stage.REPLACED)
        audit.record(by=by, act="issued.match", subject=f"issued:{one.pk}", division=one.division_id, on=on, detail={
            "lines": len(asked), "matched": IssuedLine.objects.filter(list=one, fate=Fate.MATCHED).count(),
        })  # fmt: skip
    return one


def _asked(one: IssuedList, on: date) -> tuple[list[Asked], list[str]]:
    """Every line of the sheets that are read, and what an officer should know of them. Raises Refused for too many."""
    mapped = {each["title"]: each for each in one.sheets if each["is_read"]}
    sheets = books.read(taking.file_of(one), one.file_name)
    asked = [
        line for sheet in sheets if sheet.title in mapped for line in lines.read(sheet, mapped[sheet.title], on=on)
    ]
    remarks = []
    rows: dict[str, list[str]] = defaultdict(list)
    for line in asked:
        rows[line.key].append(str(line.row + 1))
    for key, numbers in [(key, numbers) for key, numbers in rows.items() if len(numbers) > 1][:SHOWN]:
        shown = _("内容相同的行") if key.startswith("#") else _("编号“%(key)s”") % {"key": key}
        remarks.append(_("%(what)s在名单中出现 %(count)d 次（第 %(rows)s 行），各行分别办理") % {
            "what": shown, "count": len(numbers), "rows": "、".join(numbers[:SHOWN]),
        })  # fmt: skip
    cut = sum(1 for line in asked if line.number.start and not line.number.end)
    if cut:
        remarks.append(_("%(count)d 行的证件号码被电子表格截去了末几位，已按姓名和看得到的几位对应") % {"count": cut})
    unclear = sum(1 for line in asked if line.is_due_unclear)
    if unclear:
        remarks.append(_("%(count)d 行的办理期限读不懂，按整份名单的期限办理") % {"count": unclear})
    return asked, remarks


class _Walk:
    """One list on its way to the villages."""

    def __init__(self, one: IssuedList, by: Any, on: date) -> None:
        self.one, self.by, self.on = one, by, on
        self.opener = Opener(one, by=by, on=on)
        self.answers = {
            each["title"]: {at for role in GIVEN_BACK for at in columns_of(each["columns"], role)}
            for each in one.sheets
        }
        self.headings = {each["title"]: each["headings"] for each in one.sheets}

    def turn(self, asked: Sequence[Asked]) -> None:
        """A few hundred lines in one transaction; whom they mean is asked before it."""
        with translation.override(settings.LANGUAGE_CODE):
            # Why nobody stands behind a line goes back to the sender, whatever language its officer reads.
            found = match(asked, self.one.division_id)
        sealed = sealing.seal_many(self._content(line) for line in asked)
        with transaction.atomic():
            earlier = self._earlier(asked)
            fresh: list[IssuedLine] = []
            renewed: list[tuple[IssuedLine, bool]] = []
            for line, match_found, content in zip(asked, found, sealed, strict=True):
                old = next((one for one in earlier[line.key] if self._goes_on(one, line, match_found)), None)
                if old is not None:
                    earlier[line.key].remove(old)
                    is_changed = old.digest != line.digest
                    self._move(old, line, content)
                    renewed.append((old, is_changed))
                else:
                    fresh.append(self._made(line, match_found, content))
            IssuedLine.objects.bulk_create(fresh)
            self.opener.open([one for one in fresh if one.fate == Fate.MATCHED])
            self._renew(renewed)

    def _content(self, line: Asked) -> str:
        answers, headings = self.answers[line.sheet], self.headings[line.sheet]
        cells = [(headings[at], text) for at, text in enumerate(line.cells) if text and at not in answers]
        return orjson.dumps({"question": line.question, "cells": cells}).decode()

    def _earlier(self, asked: Sequence[Asked]) -> dict[str, list[IssuedLine]]:
        """The lines of the replaced list with these ids, which the new one may take over."""
        found: dict[str, list[IssuedLine]] = defaultdict(list)
        if self.one.replaces_id is not None:
            rows = IssuedLine.objects.filter(list=self.one.replaces_id, key__in={line.key for line in asked})
            for row in rows.exclude(fate=Fate.WITHDRAWN).select_related("ticket").order_by("pk"):
                found[row.key].append(row)
        return found

    def _goes_on(self, old: IssuedLine, line: Asked, found: Match) -> bool:
        """Is the earlier line the same question to the same household? One that a person decided stays decided."""
        if old.digest == line.digest:
            return old.fate != Fate.NOBODY or found.fate == Fate.NOBODY
        one = found.candidates[0] if found.fate == Fate.MATCHED else None
        return old.fate == Fate.MATCHED and one is not None and one == (old.household_id, old.person_id)

    def _move(self, old: IssuedLine, line: Asked, content: bytes | None) -> None:
        old.list, old.sheet, old.row, old.content_sealed = self.one, line.sheet[:64], line.row, content
        old.digest, old.due_on = line.digest, line.due_on

    def _made(self, line: Asked, found: Match, content: bytes | None) -> IssuedLine:
        made = IssuedLine(
            id=new_id(), list=self.one, sheet=line.sheet[:64], row=line.row, key=line.key, content_sealed=content,
            digest=line.digest, fate=found.fate, reason=found.reason[:200], due_on=line.due_on,
            candidates=[list(one) for one in found.candidates] if found.fate == Fate.SEVERAL else [],
        )  # fmt: skip
        if found.fate == Fate.MATCHED:
            made.household_id, made.person_id = found.candidates[0]
        return made

    def _renew(self, moved: Sequence[tuple[IssuedLine, bool]]) -> None:
        """Lines that the new version goes on with: another question is asked anew, another deadline runs."""
        changed: list[Ticket] = []
        for line, is_changed in moved:
            one = line.ticket
            due = one and self.opener.due(line, one.village_id)
            if one is None or due is None or not (is_changed or (one.state == State.OPEN and one.due_on != due)):
                continue
            reset(one, due_on=due)
            one.fingerprint, one.confirmed = line.digest, ""
            changed.append(one)
        IssuedLine.objects.bulk_update([line for line, _is_changed in moved], _MOVED)
        writing.update_tickets(changed)
        acts = [act_of(one, "renew") for one in changed]
        if acts:
            writing.note(acts, by=self.by, on=self.on, details=[{"list": str(self.one.pk)} for _one in acts])


_MOVED = ("list", "sheet", "row", "content_sealed", "digest", "due_on")


class Opener:
    """Opens tickets for lines of one list; officers and deadlines are asked once."""

    def __init__(self, one: IssuedList, *, by: Any, on: date) -> None:
        self.one, self.by, self.on = one, by, on
        self.roster, self.deadlines = Roster(), Deadlines(on)

    def due(self, line: IssuedLine, village: int) -> date:
        """The line's own deadline, else the list's, else the office's for a doubt."""
        return line.due_on or self.one.due_on or self.deadlines.answer(Severity.DOUBT, village)

    def open(self, matched: Sequence[IssuedLine]) -> None:
        """A ticket for each of these lines, whose household is known; written in the caller's transaction."""
        villages = dict(
            HouseholdCard.objects.filter(pk__in=[one.household_id for one in matched]).values_list("pk", "village_id")
        )
        found = [one for one in matched if one.household_id in villages]
        if not found:
            return
        self._mark_found(found)
        officers = self.roster.hand_out([(one.household_id, villages[one.household_id or 0]) for one in found])
        ids, at, opened = new_ids(len(found)), writing.moment(timezone.now()), writing.day(self.on)
        rows: list[tuple[Any, ...]] = []
        acts: list[TicketAct] = []
        for pk, one, officer in zip(ids, found, officers, strict=True):
            village = villages[one.household_id or 0]
            one.village_id, one.ticket_id = village, pk
            rows.append((pk, "", 1, Severity.DOUBT, SUBJECT, one.pk, one.household_id, one.person_id, village, one.digest,
                         opened, writing.day(self.due(one, village)), officer, at, None))  # fmt: skip
            acts.append(TicketAct(ticket_id=pk, village_id=village, act="begin", fingerprint=one.digest,
                                  state=State.OPEN, assigned_to_id=officer))  # fmt: skip
        writing.insert_tickets(rows)
        IssuedLine.objects.bulk_update(found, ["village", "ticket", "was_found"])
        writing.note(acts, by=self.by, on=self.on,
                     details=[{"list": str(self.one.pk), "row": one.row + 1} for one in found])  # fmt: skip

    def _mark_found(self, matched: Sequence[IssuedLine]) -> None:
        """Which of them a rule of ours had found before the list came: about the household, or about this member."""
        rows = Ticket.objects.exclude(rule="").filter(household__in=[one.household_id for one in matched],
                                                      opened_on__lte=self.one.taken_on)  # fmt: skip
        known = set(rows.order_by().values_list("household_id", "person_id"))
        persons = defaultdict(set)
        for household, person in known:
            persons[household].add(person)
        for one in matched:
            about = persons.get(one.household_id, set())
            one.was_found = bool(about) if one.person_id is None else bool(about & {None, one.person_id})


def withdraw(one: IssuedList, *, by: Any, on: date) -> int:
    """What the version that was replaced asked and the new one does not: its tickets are closed. Returns how many."""
    done = 0
    while True:
        with transaction.atomic():
            rows = IssuedLine.objects.filter(list=one.replaces_id).exclude(fate=Fate.WITHDRAWN).order_by("pk")
            some = list(rows.select_for_update(of=("self",))[:TURN])
            if not some:
                return done
            ids = [line.ticket_id for line in some if line.ticket_id is not None]
            tickets = list(
                Ticket.objects.filter(pk__in=ids)
                .exclude(state=State.CLOSED)
                .order_by("pk")
                .select_for_update(of=("self",))
            )
            for ticket in tickets:
                ticket.state, ticket.closed_on, ticket.closed_why, ticket.level = State.CLOSED, on, Why.WITHDRAWN, 0
            writing.update_tickets(tickets)
            acts = [act_of(ticket, "withdraw") for ticket in tickets]
            if acts:
                writing.note(acts, by=by, on=on, details=[{"list": str(one.pk)} for _act in acts])
            IssuedLine.objects.filter(pk__in=[line.pk for line in some]).update(fate=Fate.WITHDRAWN)
            done += len(some)
