"""The acts of identification: leads taken down, steps taken one by one or by the hundred, late entries, entry itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import clock, steps
from fupin.core.models import Case, StepAsked
from fupin.core.refusals import NotAllowed, Refused, Stale
from fupin.core.sentences import listed, said
from fupin.policy.catalogue import code_list
from fupin.policy.regimes import regime
from fupin.procedures import publicity, queries
from fupin.procedures.identification.rules import Facts
from fupin.procedures.identification.steps import POSTS, TABLES
from fupin.procedures.models import Identification, MeetingItem
from fupin.procedures.publicity import Listed
from fupin.procedures.words import APPLY, IDENTIFICATION, REGISTERED
from fupin.registry.models import Household
from fupin.registry.operations import standing
from fupin.registry.operations.acts import check_day, once, open_facts
from fupin.registry.operations.standing import Entering
from fupin.registry.words import MONITORED

MOST_TEXT = 500
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Lead:
    """A household that may have to come in: what it would become, from where that is known, who applies."""

    household: int
    kind: str
    origin: str
    statement: str
    applicant: str
    risks: str = ""
    parent: str = ""


@dataclass(slots=True)
class Done:
    """What became of an act on many cases; `refused` by case in words."""

    taken: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    refused: dict[int, list[str]] = field(default_factory=dict)


def open_leads(
    *, leads: Sequence[Lead], by: Any, on: date, client_id: str = "", today: date | None = None
) -> list[int]:
    """Take leads down: a case for each household that has none open. Returns their ids, in the order given.

    Raises Refused with every household's reason, NotFound, NotAllowed.
    """
    check_day(on)
    if not leads:
        raise Refused(_("请先选择要登记的户"))
    with transaction.atomic():
        made = once(client_id, "identification.begin", by, lambda: _open(leads, by, on, today))
    return [int(pk) for pk in made]


def _open(leads: Sequence[Lead], by: Any, on: date, today: date | None) -> list[str]:
    facts = open_facts([one.household for one in leads], by, on=on, permission=APPLY)
    table = TABLES.on(on)
    if reasons := [*_unsound(leads, on), *_standing_open(leads)]:
        raise Refused(dict.fromkeys(reasons))
    beginnings = [
        steps.Beginning(f"household:{one.household}", facts[one.household].village_id, one.parent) for one in leads
    ]
    cases = steps.open_cases(procedure=table, beginnings=beginnings, by=by, on=on, today=today)
    Identification.objects.bulk_create(
        [
            Identification(
                case=case, household_id=one.household, village_id=case.division_id, origin=one.origin, kind=one.kind,
                risks=one.risks, statement=one.statement.strip()[:MOST_TEXT], applicant=one.applicant.strip()[:60],
            )
            for case, one in zip(cases, leads, strict=True)
        ],
        batch_size=500,
    )  # fmt: skip
    return [str(case.pk) for case in cases]


def kinds_on(on: date) -> tuple[str, ...]:
    """What a household can become on a day: registered until 2020, from 2021 one of the monitored kinds."""
    return (REGISTERED,) if TABLES.on(on).edition == "2014" else MONITORED


def _unsound(leads: Sequence[Lead], on: date) -> list[str]:
    reasons, known, risks = [], code_list("monitor_origin").codes, code_list("risk_cause").codes
    if len({one.household for one in leads}) < len(leads):
        reasons.append(_("同一户重复，请核对名单"))
    for one in leads:
        if one.kind not in kinds_on(on):
            reasons.append(_("拟纳入类别不在当时可选的范围内，请重新选择"))
        if one.origin not in known:
            reasons.append(_("请选择线索来源"))
        if any(risk not in risks for risk in one.risks.split(",") if risk):
            reasons.append(_("致贫返贫风险不在码表内，请重新选择"))
        if not one.statement.strip() or not one.applicant.strip():
            reasons.append(_("请填写申请人和申请理由（或线索情况）"))
    return reasons


def _standing_open(leads: Sequence[Lead]) -> list[str]:
    """Households that are in a case already: one at a time."""
    found = []
    for start in range(0, len(leads), 500):
        subjects = [f"household:{one.household}" for one in leads[start : start + 500]]
        rows = Case.objects.filter(procedure=IDENTIFICATION, subject__in=subjects, ended_on=None)
        found += [int(subject.partition(":")[2]) for subject in rows.values_list("subject", flat=True)]
    if not found:
        return []
    numbers = Household.objects.filter(pk__in=found[:_NAMED]).values_list("number", flat=True)
    return [_("已有办理中的识别案卷：%(numbers)s") % {"numbers": listed(numbers)}]


def act(*, cases: Sequence[int], act: str, by: Any, on: date, note: str = "", late_reason: str = "",
        partly: bool = False, today: date | None = None, versions: dict[int, int] | None = None) -> Done:  # fmt: skip
    """Take a step in cases, each with every check: all or none, or with `partly` in those that allow it.

    What happened too long ago is asked for and holds when a second person confirms it. Raises NotFound, RefusedCases with
    the reasons of each case, Stale.
    """
    if not cases:
        raise Refused(_("请先选择要办理的案卷"))
    with transaction.atomic():
        rows = [one.case for one in queries.chosen(by, cases)]
        _require_versions(rows, versions or {})
        done, asked = Done(), _Asked(act, by, on, note, late_reason, partly, today)
        for edition in sorted({row.edition for row in rows}):
            _act(done, [row for row in rows if row.edition == edition], TABLES.of(edition), asked)
    return done


def _require_versions(rows: Iterable[Case], versions: dict[int, int]) -> None:
    for row in rows:
        if row.pk in versions and versions[row.pk] != row.version:
            raise Stale(_("该事项刚被他人办理，请刷新后再办"))


@dataclass(frozen=True, slots=True)
class _Asked:
    """An act as it is asked for: by whom, of which day, with what is said; `partly` in those cases that allow it."""

    act: str
    by: Any
    on: date
    note: str
    late_reason: str
    partly: bool
    today: date | None


def _act(done: Done, rows: list[Case], table: steps.Procedure, asked: _Asked) -> None:
    read = queries.facts_of(asked.act, by=asked.by, on=asked.on)
    if asked.act in POSTS:
        rows, read = _post(done, rows, table, asked)
    outcome = steps.perform(procedure=table, cases=rows, act=asked.act, by=asked.by, on=asked.on, may=scopes.Rights(asked.by),
                            facts=read, note=asked.note, late_reason=asked.late_reason, partly=asked.partly,
                            today=asked.today)  # fmt: skip
    taken = [one.case_id for one in outcome.taken]
    done.taken += taken
    done.asked += [one.case_id for one in outcome.asked]
    done.refused |= outcome.refused
    _follow(asked.act, taken, asked.by, asked.on, asked.note)


def _post(done: Done, rows: list[Case], table: steps.Procedure, asked: _Asked) -> tuple[list[Case], queries.Read]:
    """Hang the lists of those cases that may be posted; what stands against the others is said by their verdicts.

    What lies far back hangs only when a second person confirms it.
    """
    act, by, on = asked.act, asked.by, asked.on
    before = _as_if_posted(rows, act, by, on)
    may = steps.judge_cases(procedure=table, cases=rows, act=act, by=by, on=on, may=scopes.Rights(by), today=asked.today,
                            facts=_told(before), note=asked.note, late_reason=asked.late_reason)  # fmt: skip
    refused = {
        pk: [said(one) for one in (*verdict.reasons, *verdict.missing)] for pk, verdict in may.items() if not verdict
    }
    if refused and not asked.partly:
        raise steps.RefusedCases(refused)
    done.refused |= refused
    good = [row for row in rows if row.pk not in refused]
    far = steps.far_back(procedure=table, cases=good, act=act, on=on, today=asked.today)
    _hang([row for row in good if row.pk not in far], act, by, on)
    return good, _told(before)


def _hang(rows: Sequence[Case], act: str, by: Any, on: date, is_confirmed: bool = False) -> None:
    """Hang the lists of these cases, one for each division of the place. Raises Refused, and nothing has happened."""
    if not rows:
        return
    about, words = Identification.objects.in_bulk([row.pk for row in rows]), regime(on)
    listed = [
        Listed(f"case:{pk}", one.household_id, one.village_id, category(one.kind, words)) for pk, one in about.items()
    ]
    publicity.publicity().post(place=POSTS[act][0], by=by, on=on, cases=listed, is_confirmed=is_confirmed)


def category(kind: str, words: Any) -> str:
    """What a household is to become, in the words of the day: a list is a Chinese document."""
    return str(words.word("household")) if kind == REGISTERED else str(code_list("monitor_kind").label(kind))


def _as_if_posted(rows: Sequence[Case], act: str, by: Any, on: date) -> dict[int, Facts]:
    """The facts of cases as they will be once their lists hang: whoever hangs them refuses by itself."""
    known = queries.facts_of(act, by=by, on=on)(rows)
    return {pk: replace(facts, hangs={POSTS[act][0]: on}) for pk, facts in known.items()}


def _follow(act: str, taken: Collection[int], by: Any, on: date, note: str) -> None:
    """What a step brings with it: the comparison's result, the figures of the decision, the status itself."""
    if not taken:
        return
    if act == "compare":
        for start in range(0, len(taken), 500):
            rows = Identification.objects.filter(pk__in=list(taken)[start : start + 500])
            rows.update(compared_on=on, compared_note=(note.strip() or "比对未发现疑点")[:300])
    if act == "decide":
        _keep_figures(taken, by, on)
    if act == "take_back":
        for start in range(0, len(taken), 500):
            MeetingItem.objects.filter(case__in=list(taken)[start : start + 500]).update(round=0)
    if act == "enter":
        _enter(taken, by, on)


def _keep_figures(taken: Collection[int], by: Any, on: date) -> None:
    """What the decision stood on stays with the case, whatever becomes of the income account."""
    cases = list(Case.objects.filter(pk__in=taken))
    known = queries.facts_of("decide", by=by, on=on)(cases)
    rows = [
        Identification(case_id=pk, per_head_fen=one.per_head_fen, line_fen=one.line_fen) for pk, one in known.items()
    ]
    Identification.objects.bulk_update(rows, ["per_head_fen", "line_fen"], batch_size=500)


def _enter(taken: Collection[int], by: Any, on: date) -> None:
    entries = []
    for pk, one in Identification.objects.in_bulk(list(taken)).items():
        if one.kind == REGISTERED:
            entries.append(Entering(one.household_id, pk, status="04", standard="01"))
        else:
            entries.append(Entering(one.household_id, pk, monitor_kind=one.kind, risks=one.risks))
    standing.enter(entries=entries, by=by, on=on)


def confirm_late(*, asked: Sequence[StepAsked], by: Any, today: date | None = None) -> Done:
    """A second person confirms acts entered late; what they bring with them follows. Raises as `act` does."""
    done = Done()
    with transaction.atomic():
        for one in asked:
            case = queries.case_for(by, one.case_id).case
            read = queries.facts_of(one.act, by=_Asker(one.asked_by), on=one.happened_on)
            if one.act in POSTS:
                before = _as_if_posted([case], one.act, by, one.happened_on)
                _hang([case], one.act, by, one.happened_on, is_confirmed=True)
                read = _told(before)
            outcome = steps.confirm(procedure=TABLES.of(case.edition), asked=[one], by=by, may=scopes.Rights(by), facts=read,
                                    today=today or clock.today())  # fmt: skip
            done.taken += [row.case_id for row in outcome.taken]
            _follow(one.act, [row.case_id for row in outcome.taken], by, one.happened_on, one.note)
    return done


def _told(facts: dict[int, Facts]) -> queries.Read:
    return lambda _held: facts


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asked for an act, as the conditions know that person."""

    pk: int


def refuse_late(*, asked: Sequence[StepAsked], by: Any, note: str) -> None:
    """Send late entries back, or take back one's own. Raises NotAllowed, NotFound."""
    for one in asked:
        case = queries.case_for(by, one.case_id).case
        steps.refuse(procedure=TABLES.of(case.edition), asked=[one], by=by, may=scopes.Rights(by), note=note)


def possible(user: Any, case: Case, *, on: date) -> list[tuple[steps.Transition, list[str]]]:
    """The acts from where a case stands that are this person's, each with what stands against it now."""
    table, found = TABLES.of(case.edition), []
    rights = scopes.Rights(user)
    for step in table.ways_from(case.state):
        if rights.lacking(step.who, step.level, {case.division_id}):
            continue
        facts = _as_if_posted([case], step.act, user, on) if step.act in POSTS else queries.facts_of(
            step.act, by=user, on=on)([case])  # fmt: skip
        verdict = steps.judge(procedure=table, case=case, act=step.act, by=user, on=on, may=rights, facts=facts[case.pk],
                              note="办理", late_reason="办理")  # fmt: skip
        found.append((step, [said(one) for one in verdict.reasons] + [
            _("缺少：%(name)s") % {"name": said(one)} for one in verdict.missing]))  # fmt: skip
    return found


def require_open(case: Case) -> None:
    """Raises NotAllowed where a case has ended: nothing is added to it any more."""
    if case.ended_on:
        raise NotAllowed(_("案卷已办结，不能再改"))
