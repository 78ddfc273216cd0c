"""How tickets are said on screen: the rule and its sentence, the place, the state, whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fupin.accounts.scopes import is_english
from fupin.core import clock
from fupin.core.refusals import NotFound
from fupin.divisions.queries import tree
from fupin.policy.quality import Rule, rules
from fupin.quality import queries
from fupin.quality.applying import rule
from fupin.quality.issued import queries as issued
from fupin.quality.models import Ticket
from fupin.quality.words import ANSWERS, LEVELS, SEVERITIES, STATES, WHYS, Answer, Level, Severity, State, Why


def rule_of(name: str, village: int | None = None) -> Rule | None:
    """The rule of a ticket as it is judged in its village: shipped, or an office's own. None where it is no more."""
    if not name or (village is None and name in rules()):
        return rules().get(name)
    try:
        return rule(name, clock.today(), village)
    except NotFound:
        return None


def rule_label(name: str) -> str:
    """What a rule is called."""
    known = rule_of(name)
    if known is None:
        return name
    return known.label_en if is_english() else known.label


def asks(name: str, village: int | None = None) -> str:
    """The sentence that the officer answers."""
    known = rule_of(name, village)
    if known is None:
        return ""
    return known.asks_en if is_english() else known.asks


def place_of(village: int) -> str:
    """Township and village in words."""
    nodes = tree()
    return "".join(node.name for node in nodes.path(village)[-2:]) if nodes.home(village) is not None else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket as a list shows it."""

    ticket: Ticket
    subject: queries.Subject
    rule: str
    place: str
    state: str
    tone: str
    severity: str
    officer: str
    is_late: bool


def lines_of(rows: Sequence[Ticket]) -> list[Line]:
    """Tickets in the words of a list."""
    subjects, today = queries.subjects(rows), clock.today()
    names = {name: rule_label(name) for name in {one.rule for one in rows}}
    lists = issued.titles([one.pk for one in rows if not one.rule])
    return [_line(one, subjects[one.pk], lists.get(one.pk) or names[one.rule], today) for one in rows]


def _line(one: Ticket, subject: queries.Subject, rule: str, today: date) -> Line:
    late = one.state != State.CLOSED and one.due_on < today
    officer = one.assigned_to
    return Line(
        one, subject, rule, place_of(one.village_id), str(STATES[State(one.state)]), tone_of(one, today),
        str(SEVERITIES[Severity(one.severity)]), (officer.full_name or officer.username) if officer else "", late,
    )  # fmt: skip


def tone_of(one: Ticket, today: date) -> str:
    """Red only for what is overdue."""
    if one.state == State.CLOSED:
        return "good"
    if one.due_on < today:
        return "wrong"
    return "warn" if one.state == State.ANSWERED else ""


def answer_of(one: Any) -> str:
    """The answer in words; empty where there is none."""
    return str(ANSWERS[Answer(one.answer)]) if one.answer else ""


def level_of(one: Ticket) -> str:
    """Up to whom an overdue ticket has gone."""
    return str(LEVELS[Level(one.level)])


def why_of(one: Ticket) -> str:
    """Why a ticket is closed."""
    return str(WHYS[Why(one.closed_why)]) if one.closed_why else ""


def about(line: Line) -> str:
    """Whom it is about, in a line: name and number."""
    number = line.subject.person or line.subject.household
    return f"{line.subject.label} {number}".strip() if number else line.place
