"""The lights of one household, judged from its present records by the same conditions that sweeps and figures use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from fupin.bulk import present
from fupin.bulk.datasets import declared
from fupin.conditions import tree
from fupin.conditions.judging import Explanation, Judge
from fupin.conditions.saying import label, shown
from fupin.core.refusals import NotFound
from fupin.core.verdicts import Outcome
from fupin.policy.guarantees import LIGHTS, NAMES, Guarantee, Standard, guarantees, text
from fupin.rulebook.conditions import condition, settings

_DATASETS = ("households", "persons")


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the standard as the household stands to it: `met`, `unmet` or `unknown`, with the record's own values."""

    said: str
    outcome: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Light:
    """One guarantee of one household: the light, what the records and the officer say, and what is missing."""

    guarantee: Guarantee
    outcome: str
    standard: Standard
    lines: tuple[Line, ...]
    by_records: str
    by_officer: str
    missing: tuple[str, ...]


def lights_of(household: int, on: date) -> list[Light]:
    """The six lights as of a day, in the order of the page. Raises NotFound where the household has no record then."""
    rows = present.rows(_DATASETS, [household], subject="household", on=on)
    if not rows["households"]:
        raise NotFound(_("%(on)s 没有这户的记录") % {"on": on.isoformat()}, "household")
    (record,) = rows["households"]
    return judged(record, rows["persons"], on)


def outcomes_of(households: Collection[int], on: date) -> dict[int, dict[str, str]]:
    """The lights of many households by guarantee: as many questions to the database as for one."""
    rows = present.rows(_DATASETS, households, subject="household", on=on)
    members: dict[int, list[Mapping[str, Any]]] = {}
    for person in rows["persons"]:
        members.setdefault(person["household_id"], []).append(person)
    judge, known, found = (
        Judge(declared.dataset("households")),
        dict[Any, dict[str, Any]](),
        dict[int, dict[str, str]](),
    )
    for record in rows["households"]:
        village = record.get("village_id")
        if village not in known:
            known[village] = settings_of(on, village)
        judge.load(record, {"members": members.get(record["household_id"], [])})
        found[record["household_id"]] = colours(judge, on, known[village])
    return found


def judged(record: Mapping[str, Any], members: Sequence[Mapping[str, Any]], on: date) -> list[Light]:
    """The lights of a record with its members."""
    judge = Judge(declared.dataset("households"))
    judge.load(record, {"members": members})
    return explained(judge, members, on, settings_of(on, record.get("village_id")))


def settings_of(on: date, division: int | None) -> dict[str, Any]:
    """Every parameter that a light looks at, as it holds on a day at a place."""
    return settings(_named(on), on, division)


@lru_cache(maxsize=100)
def _named(on: date) -> frozenset[str]:
    texts = [one for each in guarantees().values() for one in (each.standard(on).met, each.standard(on).unmet)]
    texts += [text(name, light) for name in guarantees() for light in LIGHTS]
    return frozenset(name for one in texts for name in condition("households", one).settings)


def colours(judge: Judge, on: date, given: Mapping[str, Any]) -> dict[str, str]:
    """The lights of the loaded record by guarantee, unexplained: one statement for all of them."""
    asked = [(name, light) for name in guarantees() for light in LIGHTS]
    conditions = [condition("households", text(name, light)) for name, light in asked]
    outcomes = judge.outcomes(conditions, on=on, parameters=given)
    return {name: light for (name, light), got in zip(asked, outcomes, strict=True) if got is Outcome.YES}


def explained(judge: Judge, members: Sequence[Mapping[str, Any]], on: date, given: Mapping[str, Any],
              names: Collection[str] | None = None) -> list[Light]:  # fmt: skip
    """The lights of the loaded record with their explanation, all of them or those of `names` only."""
    lit = colours(judge, on, given)
    wanted = guarantees().values() if names is None else [guarantees()[name] for name in NAMES if name in names]
    return [_light(judge, one, lit[one.name], members, on, given) for one in wanted]


def _light(judge: Judge, one: Guarantee, light: str, members: Sequence[Mapping[str, Any]], on: date,
           given: Mapping[str, Any]) -> Light:  # fmt: skip
    standard = one.standard(on)
    met, unmet = (
        judge.explain(condition("households", said), on=on, parameters=given) for said in (standard.met, standard.unmet)
    )
    records = "unmet" if unmet.outcome is Outcome.YES else "met" if met.outcome is Outcome.YES else "unknown"
    finding = judge.dataset.field(one.finding)
    said = judge.record.get(one.finding) or ""
    missing = _missing(met, unmet) if records == "unknown" else ()
    if one.by_finding and records == "unknown":
        missing = (_("入户核查结论"),)
    lines = () if one.by_finding else _lines(judge, standard, met, members, on, given)
    told = "" if one.by_finding else records
    return Light(one, light, standard, lines, told, shown(finding, said) if said else "", missing)


def _missing(*explained: Explanation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in explained for name in one.missing))


_MARKS = {Outcome.YES: "met", Outcome.NO: "unmet", Outcome.UNKNOWN: "unknown"}


def _lines(judge: Judge, standard: Standard, met: Explanation, members: Sequence[Mapping[str, Any]], on: date,
           given: Mapping[str, Any]) -> tuple[Line, ...]:  # fmt: skip
    """The parts of the standard with their marks; a standard for every member is told member by member."""
    asked = condition("households", standard.met)
    if asked.members:
        record = judge.record
        lines = tuple(_of_member(judge, standard, record, one, on, given) for one in members)
        judge.load(record, {"members": members})
        return lines
    return tuple(Line(part.text, _MARKS[part.outcome], part.values) for part in met.parts)


def _of_member(judge: Judge, standard: Standard, record: Mapping[str, Any], member: Mapping[str, Any], on: date,
               given: Mapping[str, Any]) -> Line:  # fmt: skip
    """One member as the standard sees them: the mark, and the values that it looks at; empty ones where they matter."""
    judge.load(record, {"members": [member]})
    asked = [condition("households", one) for one in (standard.met, standard.unmet)]
    met, unmet = judge.outcomes(asked, on=on, parameters=given)
    outcome = "unmet" if unmet is Outcome.YES else "met" if met is Outcome.YES else "unknown"
    seen = {n.field.name: n.field for one in asked for n in one.root.walk() if isinstance(n, tree.Ref) and n.depth == 1}
    values = tuple(
        (label(field), shown(field, member.get(name)))
        for name, field in seen.items()
        if outcome != "met" or member.get(name) not in (None, "")
    )
    return Line(str(member.get("name") or ""), outcome, values)
