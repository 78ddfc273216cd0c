"""Spot checks: a sample is drawn from what was collected, checked by another person, and a bad village collected again."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit, clock
from fupin.core.cells import show
from fupin.core.ids import new_ids
from fupin.core.refusals import NotAllowed, Refused, Stale
from fupin.divisions.queries import tree
from fupin.quality.campaigns import held, queries, rules
from fupin.quality.campaigns.models import (
    CollectionHousehold,
    CollectionRound,
    SpotCheck,
    SpotCheckField,
    SpotCheckHousehold,
)
from fupin.quality.campaigns.operations.rounds import subject
from fupin.quality.campaigns.words import RUNNING, State
from fupin.rulebook import queries as rulebook

LEVELS = ("banner", "township", "village")
HEAD = "head_name"
"""What is compared of the head: a name found wrong is a question until the register has another."""


def draw(
    *, round: int, division: int, by: Any, on: date, seed: int | None = None, newest: int | None = None
) -> SpotCheck:
    """Draw a random sample of what was collected below a division, stratified by township and officer.

    What was drawn before and is still to be checked is not drawn again. Share, least number and the limit are those in
    force that day. `newest` is the last spot check that whoever draws has seen (0: none): a button pressed twice draws
    once. Raises NotFound, NotAllowed, Refused, Stale.
    """
    row = queries.run_by(by, round)
    scopes.require(by, "quality.campaign", division)
    if row.stage not in RUNNING:
        raise Refused(_("这一轮采集没有开启或已经结束"), "stage")
    if tree().by_id(division).level not in LEVELS or not tree().is_below(division, row.division_id):
        raise Refused(_("请选择本轮范围内的旗县、苏木乡镇或嘎查村"), "division")
    with transaction.atomic():
        CollectionRound.objects.select_for_update().get(pk=row.pk)
        _require_newest(row, newest)
        lines = _population(row, division)
        if not lines:
            raise Refused(_("这里还没有可抽查的已采集户"), "nothing")
        made = _sample(row, division, lines, secrets.randbits(48) if seed is None else seed, by, on)
        detail = {"seed": made.seed, "size": made.size, "households": made.population_size}
        audit.record(by=by, act="collection.draw", subject=subject(row), on=on, division=division, detail=detail)
    return made


def _require_newest(row: CollectionRound, newest: int | None) -> None:
    if newest is not None and newest != queries.newest_spot_check(row):
        raise Stale(_("这一轮刚抽取过样本，请先看下面的抽查，仍需要时再抽"))


def _population(row: CollectionRound, division: int) -> list[CollectionHousehold]:
    rows = CollectionHousehold.objects.filter(round=row, state=State.COLLECTED, left_on__isnull=True)
    rows = rows.filter(village__in=scopes.below([division]))
    waiting = SpotCheckHousehold.objects.filter(spot_check__round=row, checked_on__isnull=True).values("line")
    return list(rows.exclude(pk__in=waiting).order_by("number", "pk"))


def _sample(
    row: CollectionRound, division: int, lines: list[CollectionHousehold], seed: int, by: Any, on: date
) -> SpotCheck:
    members = [_member(one) for one in lines]
    share, least, most = (rulebook.value(f"quality.spot_check_{name}", on=on, division=division)
                          for name in ("share", "least", "most_wrong"))  # fmt: skip
    drawn = set(rules.draw(members, seed=seed, share=float(share), least=int(least)))
    made = SpotCheck.objects.create(
        round=row, division_id=division, seed=seed, share=float(share), least=int(least), most_wrong=float(most),
        population=zlib.compress(orjson.dumps(members)), population_size=len(members), size=len(drawn), drawn_on=on,
        drawn_by_id=getattr(by, "pk", None),
    )  # fmt: skip
    chosen = [one for one in lines if one.number in drawn]
    SpotCheckHousehold.objects.bulk_create(
        SpotCheckHousehold(
            id=identity, spot_check=made, line=one, village_id=one.village_id, officer_id=one.collected_by_id
        )
        for identity, one in zip(new_ids(len(chosen)), chosen, strict=True)
    )
    return made


def _member(one: CollectionHousehold) -> rules.Member:
    nodes = tree()
    path = nodes.path(one.village_id) if nodes.home(one.village_id) is not None else ()
    township = next((node.id for node in path if node.level == "township"), 0)
    return one.number, township, one.collected_by_id or 0


def drawn_again(made: SpotCheck) -> list[str]:
    """The sample drawn once more from the population that was kept, with the same seed: for whoever doubts it."""
    members = [
        (number, township, officer) for number, township, officer in orjson.loads(zlib.decompress(made.population))
    ]
    return rules.draw(members, seed=made.seed, share=made.share, least=made.least)


def spot_check(
    *, pk: int, checked_on: date | None, answers: Mapping[str, bool], by: Any, on: date
) -> SpotCheckHousehold:
    """Enter what was found at a drawn household, field by field. Raises NotFound, NotAllowed with every reason."""
    with transaction.atomic():
        one = queries.drawn_for(by, pk, "quality.review")
        SpotCheckHousehold.objects.select_for_update().get(pk=pk)
        line = one.line
        asked = queries.form_of(line.round).compared
        verdict = rules.may_spot_check(
            stage=line.round.stage, is_checked=one.checked_on is not None, collected_by=one.officer_id,
            checker=getattr(by, "pk", None), checked_on=checked_on, visited_on=line.visited_on, today=clock.today(),
            asked=asked, answers=answers,
        )  # fmt: skip
        if not verdict:
            raise NotAllowed(verdict.reasons, "spot_check")
        values = texts_of(one)
        SpotCheckField.objects.bulk_create(
            SpotCheckField(household=one, field=name, held=values.get(name, "")[:200], is_right=answers[name])
            for name in asked
        )
        one.checked_on, one.entered_at, one.checked_by_id = checked_on, timezone.now(), getattr(by, "pk", None)
        one.compared, one.wrong = len(asked), sum(not answers[name] for name in asked)
        one.save(update_fields=["checked_on", "entered_at", "checked_by", "compared", "wrong"])
        if HEAD in asked:
            wrong = "" if answers[HEAD] else values.get(HEAD, "")[:60]
            CollectionHousehold.objects.filter(pk=line.pk).update(head_checked_on=checked_on, wrong_head=wrong)
        audit.record(by=by, act="collection.spot_check", subject=f"household:{line.household_id}", on=on,
                     division=one.village_id, detail={"compared": one.compared, "wrong": one.wrong})  # fmt: skip
    return one


def texts_of(one: SpotCheckHousehold) -> dict[str, str]:
    """What the register holds of the compared fields, in words. A household that is gone has none."""
    found = held.read([one.line.household_id], clock.today()).get(one.line.household_id)
    if found is None:
        return {}
    names = queries.form_of(one.line.round).compared
    english = scopes.is_english()
    return {name: _text(name, found.value(name), english) for name in names}


def _text(name: str, value: Any, english: bool) -> str:
    if value is None or value == "":
        return ""
    return str(value) if name == "persons" else show(held.COLUMNS["households"][name], value, english=english)


def recollect(*, spot_check: int, village: int, by: Any, on: date) -> int:
    """Have a village collected again whose rate lies above the limit: what was collected there is to be visited anew.

    Returns how many households. Raises NotFound, Refused.
    """
    made = queries.spot_check_run_by(by, spot_check)
    scopes.require(by, "quality.campaign", village)
    with transaction.atomic():
        drawn = SpotCheckHousehold.objects.filter(spot_check=made, village=village)
        if made.round.stage not in RUNNING:
            raise Refused(_("这一轮采集没有开启或已经结束"), "stage")
        if (made.pk, village) not in queries.wrong_villages(drawn):
            raise Refused(_("该嘎查村的差错率没有超过上限，或已要求重新采集"), "rate")
        rows = CollectionHousehold.objects.filter(round=made.round, village=village, state=State.COLLECTED)
        households = list(rows.values_list("household_id", flat=True))
        done = rows.update(state=State.TO_DO, again=F("again") + 1, version=F("version") + 1, is_changed=None,
                           collected_by=None, visited_on=None, spoke_to="")  # fmt: skip
        drawn.update(recollected_on=on)
        audit.record(by=by, act="collection.recollect", subject=subject(made.round), on=on, division=village,
                     detail={"households": done})  # fmt: skip
        audit.record_many(by=by, on=on, entries=[
            audit.Entry("collection.again", f"household:{pk}", village, {}) for pk in households
        ])  # fmt: skip
    return done
