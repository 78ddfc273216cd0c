"""The acts on warnings: raised set-wise from findings and areas, reported by somebody, visited and answered.

A warning never moves a status: what is at risk becomes a case of identification.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit, clock, working_days
from fupin.core.models import Case
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotFound, Refused, Stale
from fupin.core.sentences import said
from fupin.policy.catalogue import code_list
from fupin.procedures.monitoring import rules
from fupin.procedures.monitoring.tables import Signal
from fupin.procedures.monitoring.words import REPORT, TOLD, Answer, State
from fupin.procedures.operations import open_leads
from fupin.procedures.words import IDENTIFICATION, VERIFY, VIEW
from fupin.procedures.works import Lead
from fupin.quality.models import Ticket
from fupin.quality.words import State as TicketState
from fupin.registry.models import HouseholdCard, RegisterStatus
from fupin.registry.operations.acts import check_day, open_facts
from fupin.registry.words import MONITORED
from fupin.rulebook import queries as rulebook

VISIT_DAYS = "monitoring.signal_visit_working_days"
_AT_ONCE = 500
_MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning as it is to be raised about one household of a village."""

    household: int
    village: int
    origin: str
    key: str
    about: str
    risks: str = ""
    told_by: str = ""
    ticket: int | None = None
    fingerprint: str = ""
    event: int | None = None
    due_on: date | None = None


def write(warned: Sequence[Warned], *, by: Any, on: date) -> list[Signal]:
    """Write warnings with their days, those left out that wait already: a constant number of questions for a thousand."""
    waiting: set[tuple[int, str]] = set()
    for start in range(0, len(warned), _AT_ONCE):
        rows = Signal.objects.filter(
            household__in={one.household for one in warned[start : start + _AT_ONCE]}, state=State.OPEN
        )
        waiting |= set(rows.values_list("household_id", "key"))
    unique = {(one.household, one.key): one for one in warned if (one.household, one.key) not in waiting}
    fresh = list(unique.values())
    days = rulebook.values(VISIT_DAYS, on=on, divisions={one.village for one in fresh})
    calendar = working_days.calendar()
    ends = {count: calendar.add(on, int(count)) for count in set(days.values())}
    rows = [
        Signal(household_id=one.household, village_id=one.village, origin=one.origin, key=one.key, ticket_id=one.ticket,
               fingerprint=one.fingerprint, event_id=one.event, risks=one.risks, about=one.about[:_MOST_TEXT],
               told_by=one.told_by[:60], raised_on=on, due_on=one.due_on or ends[days[one.village]],
               recorded_by=getattr(by, "pk", None))
        for one in fresh
    ]  # fmt: skip
    Signal.objects.bulk_create(rows, batch_size=_AT_ONCE)
    audit.record_many(by=by, on=on, entries=(
        audit.Entry("monitoring.warn", f"household:{one.household_id}", one.village_id, {"source": one.origin, "rule": one.key})
        for one in rows
    ))  # fmt: skip
    return rows


def raise_from_findings(*, on: date, by: Any = scopes.SYSTEM) -> int:
    """Make warnings of the open questions that rules of `signal_rule` found; returns how many.

    What was answered once is raised again only when the finding has changed: an answer stands.
    """
    known = code_list("signal_rule").by_code
    rows = Ticket.objects.filter(rule__in=known, household__isnull=False).exclude(state=TicketState.CLOSED)
    rows = rows.order_by("pk").values_list("pk", "household_id", "village_id", "rule", "fingerprint")
    made, after = 0, 0
    while chunk := list(rows.filter(pk__gt=after)[:_AT_ONCE]):
        after = chunk[-1][0]
        told = set(Signal.objects.filter(ticket__in=[row[0] for row in chunk]).values_list("ticket_id", "fingerprint"))
        with transaction.atomic():
            made += len(write([
                Warned(household, village, known[rule].extra["from"], f"rule:{rule}", known[rule].label,
                       known[rule].extra["risks"], ticket=pk, fingerprint=fingerprint)
                for pk, household, village, rule, fingerprint in chunk if (pk, fingerprint) not in told
            ], by=by, on=on))  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody reports of a household: the household itself, a helper, a call to the hotline."""

    household: int
    origin: str
    about: str
    told_by: str
    risks: str = ""


def report(*, told: Told, by: Any, on: date) -> Signal:
    """Take a report down as a warning. Raises Refused with every reason, NotFound, NotAllowed outside the own area."""
    check_day(on)
    reasons = [] if told.origin in TOLD else [_("请选择预警来源")]
    if len(told.about.strip()) < LEAST_REASON:
        reasons.append(_("请写明反映的情况（不少于 %(least)d 个字）") % {"least": LEAST_REASON})
    if not told.told_by.strip():
        reasons.append(_("请填写反映人"))
    if unknown_risks(told.risks):
        reasons.append(_("致贫返贫风险不在码表内，请重新选择"))
    if reasons:
        raise Refused(reasons, "report")
    with transaction.atomic():
        fact = open_facts([told.household], by, on=on, permission=REPORT)[told.household]
        made = write([
            Warned(told.household, fact.village_id, told.origin, f"told:{told.origin}:{on}", told.about.strip(), told.risks,
                   told.told_by.strip())
        ], by=by, on=on)  # fmt: skip
    if not made:
        raise Refused(_("该户当日同一来源的反映已登记，请在原预警中核实"), "report")
    return made[0]


def unknown_risks(risks: str) -> bool:
    """Is any of the codes none of the list?"""
    known = code_list("risk_cause").codes
    return any(one not in known for one in risks.split(",") if one)


@dataclass(frozen=True, slots=True)
class Answered:
    """What one visit found, for the warnings of one household; `kind` is what the household would become."""

    answer: str
    visited_on: date
    finding: str
    spoke_to: str = ""
    late_reason: str = ""
    kind: str = ""
    risks: str = ""


def answer(*, signals: Sequence[int], answered: Answered, by: Any, versions: dict[int, int] | None = None,
           today: date | None = None) -> list[Signal]:  # fmt: skip
    """Answer warnings by a visit, all or none; one visit answers all warnings of its household.

    At risk, a lead to identification is opened for each household. Raises Refused with every reason, NotFound, NotAllowed
    outside the own area, Stale where another has answered.
    """
    check_day(answered.visited_on)
    with transaction.atomic():
        rows = _held(signals, by, versions or {})
        in_hand = households_in_hand({row.household_id for row in rows})
        reasons = list(dict.fromkeys(said(one) for row in rows for one in rules.may_answer(
            rules.Visited(answered.answer, row.raised_on, row.due_on, answered.visited_on, answered.finding,
                          answered.late_reason, row.household_id in in_hand)).reasons))  # fmt: skip
        if reasons:
            raise Refused(reasons, "answer")
        cases = _lead(rows, answered, by) if answered.answer == Answer.LEAD else in_hand
        _close(rows, answered, cases, by)
    return rows


def _held(signals: Sequence[int], by: Any, versions: dict[int, int]) -> list[Signal]:
    wanted = sorted(set(signals))
    if not wanted:
        raise Refused(_("请先选择要核实的预警"), "answer")
    rows: list[Signal] = []
    for start in range(0, len(wanted), _AT_ONCE):
        rows += Signal.objects.select_for_update().filter(pk__in=wanted[start : start + _AT_ONCE]).order_by("pk")
    villages = {row.village_id for row in rows}
    if len(rows) < len(wanted) or scopes.scope_of(by, VIEW).beyond(villages):
        raise NotFound(_("没有这条预警，或它不在您的工作范围内"))
    scopes.require_each(by, VERIFY, villages)
    if any(row.state != State.OPEN or versions.get(row.pk, row.version) != row.version for row in rows):
        raise Stale(_("该预警刚被他人核实，请刷新后查看"))
    return rows


def households_in_hand(households: Collection[int]) -> dict[int, int | None]:
    """Of these households those that are monitored with their risk not cleared, or in an open case, with that case."""
    found: dict[int, int | None] = {}
    wanted = sorted(households)
    for start in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[start : start + _AT_ONCE]
        found |= dict.fromkeys(monitored(chunk))
        subjects = [f"household:{pk}" for pk in chunk]
        rows = Case.objects.filter(procedure=IDENTIFICATION, subject__in=subjects, ended_on=None)
        found |= {int(subject.partition(":")[2]): pk for subject, pk in rows.values_list("subject", "pk")}
    return found


def monitored(households: Iterable[int]) -> set[int]:
    """Of these households those that are on the list of monitored ones, their risk not cleared."""
    rows = RegisterStatus.objects.open().filter(household__in=list(households), monitor_kind__in=MONITORED)
    return set(rows.exclude(is_risk_cleared=True).values_list("household_id", flat=True))


def _lead(rows: Sequence[Signal], answered: Answered, by: Any) -> dict[int, int | None]:
    """One lead for each household: what was warned of, where that was known from, what the visit found."""
    origins, first = code_list("signal_origin").by_code, dict[int, Signal]()
    risks: dict[int, set[str]] = {}
    for row in rows:
        first.setdefault(row.household_id, row)
        risks.setdefault(row.household_id, set()).update(one for one in row.risks.split(",") if one)
    heads = HouseholdCard.objects.in_bulk(list(first))
    leads = [
        Lead(pk, answered.kind, origins[row.origin].extra["origin"], answered.finding.strip(),
             answered.spoke_to.strip() or (heads[pk].head_name if pk in heads else "") or str(_("户主")),
             answered.risks or ",".join(sorted(risks[pk])))
        for pk, row in first.items()
    ]  # fmt: skip
    made = open_leads(leads=leads, by=by, on=answered.visited_on)
    return dict(zip(first, made, strict=True))


def _close(rows: Sequence[Signal], answered: Answered, cases: dict[int, int | None], by: Any) -> None:
    for row in rows:
        row.state, row.answer, row.visited_on = State.ANSWERED, answered.answer, answered.visited_on
        row.finding, row.spoke_to = answered.finding.strip()[:_MOST_TEXT], answered.spoke_to.strip()[:60]
        row.days_late = max((answered.visited_on - row.due_on).days, 0)
        row.late_reason = answered.late_reason.strip()[:300] if row.days_late else ""
        row.case_id = cases.get(row.household_id) if answered.answer != Answer.NO_RISK else None
        row.answered_by, row.version = getattr(by, "pk", None), row.version + 1
    Signal.objects.bulk_update(rows, ["state", "answer", "visited_on", "finding", "spoke_to", "days_late", "late_reason",
                                      "case", "answered_by", "version"], batch_size=_AT_ONCE)  # fmt: skip
    audit.record_many(by=by, on=answered.visited_on, entries=(
        audit.Entry("monitoring.answer", f"household:{row.household_id}", row.village_id,
                    {"answer": row.answer, "days_late": row.days_late, "source": row.origin})
        for row in rows
    ))  # fmt: skip


def hourly() -> None:
    """What the worker does each hour: new findings become warnings."""
    raise_from_findings(on=clock.today())
