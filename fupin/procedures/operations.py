"""The acts of casework: cases begun, steps taken one by one or by the hundred, late entries and what a step brings with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from fupin.procedures import publicity, queries, reading
from fupin.procedures.all_works import WORKS, table_of, work_of
from fupin.procedures.conditions import Facts
from fupin.procedures.models import CaseFile, MeetingItem
from fupin.procedures.publicity import Listed
from fupin.procedures.rounds.queries import covering
from fupin.procedures.words import APPLY, IDENTIFICATION
from fupin.procedures.works import Lead, Work
from fupin.registry.models import Household
from fupin.registry.operations.acts import check_day, once, open_facts

MOST_TEXT = 500
_NAMED = 5


@dataclass(slots=True)
class Done:
    """What became of an act on many cases; `refused` by case in words."""

    taken: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    refused: dict[int, list[str]] = field(default_factory=dict)


def open_leads(
    *,
    leads: Sequence[Lead],
    by: Any,
    on: date,
    work: str = IDENTIFICATION,
    client_id: str = "",
    today: date | None = None,
) -> list[int]:
    """Begin cases of a procedure: one for each household (or place) that has none open. Returns their ids, in the order given.

    Raises Refused with every household's reason, NotFound, NotAllowed.
    """
    check_day(on)
    if not leads:
        raise Refused(_("请先选择要登记的户"))
    with transaction.atomic():
        made = once(client_id, f"{work}.begin", by, lambda: _open(WORKS[work], leads, by, on, today))
    return [int(pk) for pk in made]


def _open(work: Work, leads: Sequence[Lead], by: Any, on: date, today: date | None) -> list[str]:
    places = _places(leads, by, on)
    if reasons := [*_unsound(work, leads, on), *_standing_open(work, leads)]:
        raise Refused(dict.fromkeys(reasons))
    rounds = covering(places, on=on) if work.subject == "household" else {}
    beginnings = [
        steps.Beginning(f"{work.subject}:{one.household or one.division}", place, one.parent or rounds.get(place, ""))
        for one, place in zip(leads, places, strict=True)
    ]
    cases = steps.open_cases(procedure=work.tables.on(on), beginnings=beginnings, by=by, on=on, today=today)
    CaseFile.objects.bulk_create(
        [
            CaseFile(
                case=case, household_id=one.household, division_id=case.division_id, origin=one.origin, kind=one.kind,
                risks=one.risks, statement=one.statement.strip()[:MOST_TEXT], applicant=one.applicant.strip()[:60],
            )
            for case, one in zip(cases, leads, strict=True)
        ],
        batch_size=500,
    )  # fmt: skip
    return [str(case.pk) for case in cases]


def _places(leads: Sequence[Lead], by: Any, on: date) -> list[int]:
    """Where each case lies: the household's village, or the place itself. Raises NotFound, NotAllowed."""
    facts = open_facts([one.household for one in leads if one.household], by, on=on, permission=APPLY)
    found = [facts[one.household].village_id if one.household else one.division or 0 for one in leads]
    for place in {one.division for one in leads if not one.household}:
        scopes.require(by, APPLY, place)
    return found


def _unsound(work: Work, leads: Sequence[Lead], on: date) -> list[str]:
    known = work.kinds(on)
    reasons = [] if known else [_("这一程序在 %(day)s 没有施行，请核对日期") % {"day": on}]
    if len({one.household or one.division for one in leads}) < len(leads):
        reasons.append(_("同一户重复，请核对名单"))
    if known and any(one.kind not in known for one in leads):
        reasons.append(_("类别不在当时可选的范围内，请重新选择"))
    return reasons + work.unsound(leads, on)


def _standing_open(work: Work, leads: Sequence[Lead]) -> list[str]:
    """Households that are in a case of this procedure already: one at a time."""
    found = []
    for start in range(0, len(leads), 500):
        subjects = [f"{work.subject}:{one.household or one.division}" for one in leads[start : start + 500]]
        rows = Case.objects.filter(procedure=work.name, subject__in=subjects, ended_on=None)
        found += [int(subject.partition(":")[2]) for subject in rows.values_list("subject", flat=True)]
    if not found:
        return []
    numbers = Household.objects.filter(pk__in=found[:_NAMED]).values_list("number", flat=True)
    return [_("已有办理中的同类案卷：%(numbers)s") % {"numbers": listed(numbers)}]


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
        for name, edition in sorted({(row.procedure, row.edition) for row in rows}):
            its = [row for row in rows if (row.procedure, row.edition) == (name, edition)]
            _act(done, its, WORKS[name].tables.of(edition), asked)
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
    read = reading.facts_of(asked.act, by=asked.by, on=asked.on)
    if asked.act in WORKS[table.name].posts:
        rows, read = _post(done, rows, table, asked)
    outcome = steps.perform(procedure=table, cases=rows, act=asked.act, by=asked.by, on=asked.on, may=scopes.Rights(asked.by),
                            facts=read, note=asked.note, late_reason=asked.late_reason, partly=asked.partly,
                            today=asked.today)  # fmt: skip
    taken = [one.case_id for one in outcome.taken]
    done.taken += taken
    done.asked += [one.case_id for one in outcome.asked]
    done.refused |= outcome.refused
    _follow(WORKS[table.name], asked.act, taken, asked.by, asked.on, asked.note)


def _post(done: Done, rows: list[Case], table: steps.Procedure, asked: _Asked) -> tuple[list[Case], reading.Read]:
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
    work, about = work_of(rows[0]), CaseFile.objects.in_bulk([row.pk for row in rows])
    listed = [
        Listed(f"case:{pk}", one.household_id, one.division_id, work.category(one.kind, on))
        for pk, one in about.items()
    ]
    publicity.publicity().post(
        kind=work.notice_kind(on), place=work.posts[act][0], by=by, on=on, cases=listed, is_confirmed=is_confirmed
    )


def _as_if_posted(rows: Sequence[Case], act: str, by: Any, on: date) -> dict[int, Facts]:
    """The facts of cases as they will be once their lists hang: whoever hangs them refuses by itself."""
    known = reading.facts_of(act, by=by, on=on)(rows)
    places = {row.pk: work_of(row).posts[act][0] for row in rows}
    return {pk: replace(facts, hangs={places[pk]: on}) for pk, facts in known.items()}


def _follow(work: Work, act: str, taken: Sequence[int], by: Any, on: date, note: str) -> None:
    """What a step brings with it: the comparison's result, the figures of the decision, and what is the procedure's own."""
    if not taken:
        return
    if act == "compare":
        for start in range(0, len(taken), 500):
            rows = CaseFile.objects.filter(pk__in=list(taken)[start : start + 500])
            rows.update(compared_on=on, compared_note=(note.strip() or "比对未发现疑点")[:300])
    if act == "decide" and act in work.lined:  # an exit keeps what it was judged by itself
        _keep_figures(taken, by, on)
    if act == "take_back":
        for start in range(0, len(taken), 500):
            MeetingItem.objects.filter(case__in=list(taken)[start : start + 500]).update(round=0)
    work.follow(act, taken, by, on, note)


def _keep_figures(taken: Sequence[int], by: Any, on: date) -> None:
    """What the decision stood on stays with the case, whatever becomes of the income account."""
    cases = list(Case.objects.filter(pk__in=taken))
    known = reading.facts_of("decide", by=by, on=on)(cases)
    rows = [CaseFile(case_id=pk, per_head_fen=one.per_head_fen, line_fen=one.line_fen) for pk, one in known.items()]
    CaseFile.objects.bulk_update(rows, ["per_head_fen", "line_fen"], batch_size=500)


def confirm_late(*, asked: Sequence[StepAsked], by: Any, today: date | None = None) -> Done:
    """A second person confirms acts entered late; what they bring with them follows. Raises as `act` does."""
    done = Done()
    with transaction.atomic():
        for one in asked:
            case = queries.case_for(by, one.case_id).case
            read = reading.facts_of(one.act, by=_Asker(one.asked_by), on=one.happened_on)
            if one.act in work_of(case).posts:
                before = _as_if_posted([case], one.act, by, one.happened_on)
                _hang([case], one.act, by, one.happened_on, is_confirmed=True)
                read = _told(before)
            outcome = steps.confirm(procedure=table_of(case), asked=[one], by=by, may=scopes.Rights(by), facts=read,
                                    today=today or clock.today())  # fmt: skip
            done.taken += [row.case_id for row in outcome.taken]
            _follow(work_of(case), one.act, [row.case_id for row in outcome.taken], by, one.happened_on, one.note)
    return done


def _told(facts: dict[int, Facts]) -> reading.Read:
    return lambda _held: facts


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asked for an act, as the conditions know that person."""

    pk: int


def refuse_late(*, asked: Sequence[StepAsked], by: Any, note: str) -> None:
    """Send late entries back, or take back one's own. Raises NotAllowed, NotFound."""
    for one in asked:
        case = queries.case_for(by, one.case_id).case
        steps.refuse(procedure=table_of(case), asked=[one], by=by, may=scopes.Rights(by), note=note)


def possible(user: Any, case: Case, *, on: date) -> list[tuple[steps.Transition, list[str]]]:
    """The acts from where a case stands that are this person's, each with what stands against it now."""
    table, found = table_of(case), []
    rights = scopes.Rights(user)
    for step in table.ways_from(case.state):
        if rights.lacking(step.who, step.level, {case.division_id}):
            continue
        facts = _as_if_posted([case], step.act, user, on) if step.act in work_of(case).posts else reading.facts_of(
            step.act, by=user, on=on)([case])  # fmt: skip
        verdict = steps.judge(procedure=table, case=case, act=step.act, by=user, on=on, may=rights, facts=facts[case.pk],
                              note="办理", late_reason="办理")  # fmt: skip
        found.append((step, [said(one) for one in verdict.reasons] + [
            _("缺少：%(name)s") % {"name": said(one)} for one in verdict.missing]))  # fmt: skip
    side = work_of(case).side_acts
    return sorted(found, key=lambda one: (one[0].act in side, one[0].stays and one[0].before in work_of(case).hanging))


def require_open(case: Case) -> None:
    """Raises NotAllowed where a case has ended: nothing is added to it any more."""
    if case.ended_on:
        raise NotAllowed(_("案卷已办结，不能再改"))
