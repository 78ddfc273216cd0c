"""A list goes back up: the sender's own file and order, with the answers in their columns and nothing else changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit
from fupin.core.refusals import Refused
from fupin.quality.issued import books, layout, taking
from fupin.quality.issued.models import IssuedLine, IssuedList
from fupin.quality.issued.words import ADDED, BACK, GIVEN_BACK, NOT_MATCHED, Fate, Role, Stage
from fupin.quality.words import State

_CHUNK = 2_000
Beat = Callable[[int], None]
Fills = dict[str, dict[tuple[int, int], str]]


def file_name(one: IssuedList) -> str:
    """What the file is called that goes back up."""
    name = Path(one.file_name)
    return f"{name.stem[:90]}（已核实）{name.suffix}"


def give_back(*, one: IssuedList, by: Any, on: date, beat: Beat = lambda done: None) -> tuple[books.Filled, int]:
    """The sender's file with what was answered and checked, and how many lines have an answer in it.

    What is still open or waits for the second person stays empty; who could not be matched is said so, with the reason.
    Raises Refused where the list is not out, or its file was deleted.
    """
    scopes.require(by, "quality.issue", one.division_id)
    if one.state != Stage.OUT:
        raise Refused(_("只有已下发的名单可以回填"), "state")
    fills, done = _fills(one, beat)
    filled = books.fill(taking.file_of(one), one.file_name, fills)
    with transaction.atomic():
        IssuedList.objects.filter(pk=one.pk).update(given_back_at=timezone.now())
        audit.record(by=by, act="issued.give_back", subject=f"issued:{one.pk}", division=one.division_id, on=on,
                     detail={"file": file_name(one), "lines": done})  # fmt: skip
    return filled, done


def _fills(one: IssuedList, beat: Beat) -> tuple[Fills, int]:
    """The cells to write, by sheet; columns that the sender has not got are headed behind the last one."""
    fills: Fills = {}
    places: dict[str, dict[Role, int]] = {}
    for each in one.sheets:
        if each["is_read"]:
            title = each["title"]
            places[title], heads = _places(each)
            fills[title] = {(each["bottom"], at): text for at, text in heads.items()}
    done = 0
    for number, line in enumerate(_lines(one)):
        said = _said(line, one)
        done += bool(said[Role.ANSWER])
        for role, text in said.items():
            if text and line.sheet in places:
                fills[line.sheet][line.row, places[line.sheet][role]] = text
        if number % _CHUNK == 0:
            beat(number)
    return fills, done


def _places(sheet: dict[str, Any]) -> tuple[dict[Role, int], dict[int, str]]:
    """The column of each part of the answer, and the headings of those that are added."""
    found: dict[Role, int] = {}
    heads: dict[int, str] = {}
    behind = books.BEHIND
    for role in GIVEN_BACK:
        own = layout.columns_of(sheet["columns"], role)
        if own:
            found[role] = own[0]
        else:
            found[role], heads[behind] = behind, ADDED[role]
            behind += 1
    return found, heads


def _lines(one: IssuedList) -> Iterator[IssuedLine]:
    rows = IssuedLine.objects.filter(list=one).exclude(fate=Fate.WITHDRAWN)
    return rows.select_related("ticket", "ticket__answered_by").order_by("pk").iterator(_CHUNK)


def _said(line: IssuedLine, one: IssuedList) -> dict[Role, str]:
    """What goes back up about a line."""
    ticket = line.ticket
    if line.fate == Fate.MATCHED and ticket is not None:
        if ticket.state != State.CLOSED or not ticket.answer:
            return dict.fromkeys(GIVEN_BACK, "")
        who = ticket.answered_by
        return {
            Role.ANSWER: one.answers.get(ticket.answer) or BACK[ticket.answer],  # type: ignore[index]
            Role.REASON: ticket.reason, Role.DAY: ticket.answered_on.isoformat() if ticket.answered_on else "",
            Role.BY: (who.full_name or who.username) if who else "",
        }  # fmt: skip
    reason = line.reason if line.fate != Fate.MATCHED else _("该户已不在登记册中")
    return {Role.ANSWER: NOT_MATCHED, Role.REASON: reason,
            Role.DAY: line.decided_on.isoformat() if line.decided_on else "", Role.BY: ""}  # fmt: skip
