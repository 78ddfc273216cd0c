"""Tickets as lines of a workbook: in the words of the list and of the ticket's page, with a bounded number of questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts.scopes import is_english
from fupin.conditions.judging import Explanation
from fupin.core.refusals import NotFound
from fupin.core.sentences import listed
from fupin.divisions.queries import tree
from fupin.policy.quality import Rule
from fupin.quality import queries, recheck
from fupin.quality.applying import rule_among
from fupin.quality.comparison import facts
from fupin.quality.issued import queries as issued
from fupin.quality.issued.models import IssuedLine
from fupin.quality.models import Ticket
from fupin.quality.offline import marks
from fupin.quality.words import ANSWERS, SEVERITIES, STATES, Answer, Severity, State
from fupin.rulebook import own_rules

TURN = 500
"""Tickets whose records are looked at together."""
_MOST_FOUND = 1_000
"""Characters of what is found."""


def lines(tickets: Sequence[Ticket], on: date, moment: datetime) -> Iterator[dict[str, str]]:
    """Each ticket by the names of the workbook's columns; `answer` and `reason` are left empty."""
    own = own_rules.in_force(on)
    for start in range(0, len(tickets), TURN):
        yield from _turn(tickets[start : start + TURN], own, on, moment)


def _turn(some: Sequence[Ticket], own: own_rules.Own, on: date, moment: datetime) -> list[dict[str, str]]:
    subjects = queries.subjects(some)
    known = {one.pk: rule_of(one, own) for one in some}
    judged = [one for one in some if known[one.pk] is not None and one.household_id is not None]
    asked = [recheck.Asked(rule, one.household_id or 0, one.person_id) for one in judged if (rule := known[one.pk])]
    found = dict(zip((one.pk for one in judged), recheck.explain_many(asked, on), strict=True))
    said, departments = _issued(some), facts.told(some)
    told = {one.pk: _registered(found.get(one.pk), departments.get(one.pk, [])) for one in some}
    return [_line(one, subjects[one.pk], known[one.pk], told[one.pk], said.get(one.pk), moment) for one in some]


def _registered(found: Explanation | None, said: Sequence[facts.Told]) -> str:
    """What the register holds that the rule looks at, and what departments' files say."""
    return "\n".join(text for text in (values_of(found) if found else "", facts.in_words(said)) if text)


def rule_of(one: Ticket, own: own_rules.Own) -> Rule | None:
    """The rule of a ticket as it is judged in its village; None where it is no more, or the ticket is a list's line."""
    if not one.rule:
        return None
    try:
        return rule_among(own, one.rule, one.village_id)
    except NotFound:
        return None


def _issued(some: Sequence[Ticket]) -> dict[int, tuple[str, str, str]]:
    """Of tickets that are lines of lists from above: the list, what is asked, what else the line says."""
    pks = [one.pk for one in some if not one.rule]
    if not pks:
        return {}
    rows = IssuedLine.objects.filter(ticket__in=pks).select_related("list")
    told = {}
    for row in rows:
        content = issued.said(row)
        cells = "；".join(f"{heading}：{text}" for heading, text in content["cells"])
        told[row.ticket_id or 0] = (row.list.title, content["question"], cells)
    return told


def _line(one: Ticket, subject: queries.Subject, rule: Rule | None, found: str,
          said: tuple[str, str, str] | None, moment: datetime) -> dict[str, str]:  # fmt: skip
    english = is_english()
    label = (rule.label_en if english else rule.label) if rule else one.rule
    asks = (rule.asks_en if english else rule.asks) if rule else ""
    title, question, cells = said or (label, asks, found)
    township, village = _places(one.village_id)
    officer = one.assigned_to
    return {
        "ticket": str(one.pk), "rule": title, "severity": str(SEVERITIES[Severity(one.severity)]), "township": township,
        "village": village, "household": subject.household, "head": subject.head, "person": subject.name,
        "asks": question, "found": cells[:_MOST_FOUND], "due": one.due_on.isoformat(),
        "officer": (officer.full_name or officer.username) if officer else "", "standing": standing_of(one),
        "answer": "", "reason": "", "mark": marks.of(one, moment),
    }  # fmt: skip


def values_of(found: Explanation) -> str:
    """The record's own values that a rule looks at, each once."""
    pairs = dict.fromkeys((name, value) for part in found.parts for name, value in part.values)
    return "；".join(_("%(name)s：%(value)s") % {"name": name, "value": value or "—"} for name, value in pairs)


def standing_of(one: Ticket) -> str:
    """Where a ticket stands: its state, and the answer where it has one."""
    said: list[Any] = [STATES[State(one.state)]]
    if one.answer:
        said.append(ANSWERS[Answer(one.answer)])
    return listed(str(each) for each in said)


def _places(village: int) -> tuple[str, str]:
    nodes = tree()
    if nodes.home(village) is None:
        return "", ""
    path = nodes.path(village)
    return (path[-2].name if len(path) > 1 else ""), path[-1].name
