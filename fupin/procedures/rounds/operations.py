"""The acts of a round: opened, taken from step to step, closed by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import clock, steps
from fupin.core.models import Case
from fupin.core.refusals import NotAllowed, Refused, Stale
from fupin.core.sentences import listed
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.procedures.identification.steps import TABLES as IDENTIFICATION
from fupin.procedures.rounds import queries, reading
from fupin.procedures.rounds.rules import Facts
from fupin.procedures.rounds.steps import ADJUSTMENT
from fupin.procedures.rounds.tables import Round
from fupin.procedures.rounds.words import LEVELS, RUN, Stage, Stock

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said of a round when it opens; the table begins with the end of `begins_on`."""

    division: int
    year: int
    name: str
    begins_on: date
    collect_until: date
    compare_until: date
    document: str = ""


def stock_of(year: int) -> Stock:
    """Whom the table of a round of that year counts: those whom a household is identified as by then."""
    return Stock.REGISTERED if IDENTIFICATION.on(date(year, 12, 31)).edition == "2014" else Stock.MONITORED


def open_round(*, opening: Opening, by: Any, on: date, today: date | None = None) -> Round:
    """Open a round in a division and all below it. Raises NotAllowed outside the own area, Refused with every reason."""
    if opening.division not in tree() or not scopes.may(by, RUN, opening.division):
        raise NotAllowed(_("该区划不在您的管辖范围内，请换到管辖它的岗位再办。"), "scope")
    with transaction.atomic():
        # Two who open a round of the same year one above the other wait for each other.
        Division.objects.select_for_update().get(pk=tree().root.id)
        if reasons := _unsound(opening, on):
            raise Refused(reasons)
        row = Round.objects.create(
            division_id=opening.division, year=opening.year, name=opening.name.strip()[:80], stock=stock_of(opening.year),
            begins_on=opening.begins_on, collect_until=opening.collect_until, compare_until=opening.compare_until,
            document=opening.document.strip()[:200], opened_by=getattr(by, "pk", None), opened_on=on,
        )  # fmt: skip
        beginning = steps.Beginning(row.subject, row.division_id)
        steps.open_cases(procedure=ADJUSTMENT, beginnings=[beginning], by=by, on=on, today=today)
    return row


def _unsound(opening: Opening, on: date) -> list[str]:
    reasons = []
    if tree().by_id(opening.division).level not in LEVELS:
        reasons.append(_("动态调整由旗县及以上组织，请选择旗县、盟市或自治区"))
    if not opening.name.strip():
        reasons.append(_("请填写轮次名称"))
    if not 2014 <= opening.year <= on.year:
        reasons.append(_("年度应在 2014 年至今年之间"))
    if opening.begins_on > on:
        reasons.append(_("期初日 %(day)s 晚于开启之日，请填写已过去的一天") % {"day": opening.begins_on})
    if not on <= opening.collect_until <= opening.compare_until:
        reasons.append(_("日程应依次为：开启、采集调整止、比对清洗止"))
    before = queries.last_closed(opening.division, stock_of(opening.year))
    if before is not None and before.ended_on is not None and before.ended_on != opening.begins_on:
        sentence = _("上一轮“%(name)s”的期末日为 %(day)s，本轮期初日应与其相同，否则两轮之间的变动无处统计")
        reasons.append(sentence % {"name": before.name, "day": before.ended_on})
    if there := queries.standing_in_the_way(opening.division, opening.year):
        names = listed(f"{tree().name(row.division_id)}“{row.name}”" for row in there[:_NAMED])
        reasons.append(
            _("本年度已有未办结的轮次：%(names)s。上级的轮次覆盖下级，请在该轮次内办理或待其办结") % {"names": names}
        )
    return reasons


def step(*, pk: int, act: str, by: Any, on: date, note: str = "", version: int | None = None,
         today: date | None = None) -> Round:  # fmt: skip
    """Take a round on: collect, compare, send_back, close, drop. Raises NotFound, NotAllowed with every reason, Stale."""
    with transaction.atomic():
        queries.run_by(by, pk)
        row = Round.objects.select_for_update().get(pk=pk)
        if version is not None and row.version != version:
            raise Stale(_("该轮次刚被他人办理，请刷新后再办"))
        if act not in {one.act for one in ADJUSTMENT.transitions}:
            raise Refused(_("没有这一步骤"), "act")
        case = Case.objects.get(procedure=ADJUSTMENT.name, subject=row.subject)
        table = queries.table_of(row, on=on) if act == "close" else None
        facts = _facts(row, table)
        done = steps.perform(procedure=ADJUSTMENT, cases=[case], act=act, by=by, on=on, may=scopes.Rights(by), today=today,
                             facts=lambda _cases: {case.pk: facts}, note=note)  # fmt: skip
        if done.taken:
            _move(row, done.taken[0].to_state, on, table)
    return row


def _move(row: Round, stage: str, on: date, table: reading.Statement | None) -> None:
    row.stage, row.version = stage, row.version + 1
    if stage == Stage.CLOSED and table is not None:
        row.ended_on, row.kept = on, reading.kept(table)
    row.save(update_fields=["stage", "version", "ended_on", "kept"])


def _facts(row: Round, table: reading.Statement | None) -> Facts:
    """All cases count, whoever sees them: the round closes for everybody."""
    cases = Case.objects.filter(parent=row.subject)
    odd = None if table is None else len(table.odd)
    return Facts(cases.count(), cases.filter(ended_on=None).count(), odd)


def possible(user: Any, row: Round, *, on: date | None = None) -> list[tuple[steps.Transition, list[str]]]:
    """The acts that lead on from where a round stands and that are this person's, each with what stands against it now.

    Whether the table adds up is not looked at here: the act itself looks.
    """
    day = on or clock.today()
    case = Case.objects.get(procedure=ADJUSTMENT.name, subject=row.subject)
    facts, rights, found = _facts(row, None), scopes.Rights(user), []
    facts = Facts(facts.cases, facts.open_cases, 0)
    for way in ADJUSTMENT.ways_from(case.state):
        if rights.lacking(way.who, way.level, {case.division_id}):
            continue
        verdict = steps.judge(procedure=ADJUSTMENT, case=case, act=way.act, by=user, on=day, may=rights, facts=facts,
                              note="办理")  # fmt: skip
        found.append((way, [str(reason) for reason in verdict.reasons]))
    return found
