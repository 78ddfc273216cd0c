"""A list goes back up: the sender's own file and order, with the answers in their columns and nothing else changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
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


@dataclass(slots=True)
class Given:
    """A filled file: how many of its lines got an answer, how many the word that nobody stands behind them, how many were
    left empty, and how many cells hold a formula of the sender."""

    data: bytes = b""
    answered: int = 0
    unmatched: int = 0
    left: int = 0
    formulas: int = 0


def file_name(one: IssuedList) -> str:
    """What the file is called that goes back up."""
    name = Path(one.file_name)
    return f"{name.stem[:90]}（已核实）{name.suffix}"


def give_back(*, one: IssuedList, by: Any, on: date, beat: Beat = lambda done: None) -> Given:
    """The sender's file with what was answered and checked.

    What is still open, waits for the second person, or for somebody to say whom it means, stays empty; who could not be
    matched is said so, with the reason. Raises Refused where the list is not out, or its file was deleted.
    """
    scopes.require(by, "quality.issue", one.division_id)
    if one.state != Stage.OUT:
        raise Refused(_("只有已下发的名单可以回填"), "state")
    with translation.override(settings.LANGUAGE_CODE):
        fills, given = _fills(one, beat)
    filled = books.fill(taking.file_of(one), one.file_name, fills)
    given.data, given.formulas = filled.data, filled.kept_formulas
    with transaction.atomic():
        IssuedList.objects.filter(pk=one.pk).update(given_back_at=timezone.now())
        audit.record(by=by, act="issued.give_back", subject=f"issued:{one.pk}", division=one.division_id, on=on,
                     detail={"file": file_name(one), "lines": given.answered + given.unmatched})  # fmt: skip
    return given


def _fills(one: IssuedList, beat: Beat) -> tuple[Fills, Given]:
    """The cells to write, by sheet, and how many lines they are; columns that the sender has not got are headed behind the
    last one."""
    fills: Fills = {}
    places: dict[str, dict[Role, int]] = {}
    for each in one.sheets:
        if each["is_read"]:
            title = each["title"]
            places[title], heads = _places(each)
            fills[title] = {(each["bottom"], at): text for at, text in heads.items()}
    given = Given()
    for number, line in enumerate(each for each in _lines(one) if each.sheet in places):
        said = _said(line, one)
        kind = "left" if not said[Role.ANSWER] else "answered" if _is_matched(line) else "unmatched"
        setattr(given, kind, getattr(given, kind) + 1)
        for role, text in said.items():
            if text:
                fills[line.sheet][line.row, places[line.sheet][role]] = text
        if number % _CHUNK == 0:
            beat(number)
    return fills, given


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


def _is_matched(line: IssuedLine) -> bool:
    """Does a household of the register stand behind a line?"""
    return line.fate == Fate.MATCHED and line.ticket_id is not None


def _said(line: IssuedLine, one: IssuedList) -> dict[Role, str]:
    """What goes back up about a line."""
    ticket = line.ticket
    if line.fate == Fate.SEVERAL:
        return dict.fromkeys(GIVEN_BACK, "")
    if _is_matched(line) and ticket is not None:
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
