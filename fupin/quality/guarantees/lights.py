"""The lights of one household, judged from its present records by the same conditions that sweeps and figures use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.bulk import present
from fupin.bulk.datasets import declared
from fupin.conditions import tree
from fupin.conditions.judging import Explanation, Judge
from fupin.conditions.saying import label, shown
from fupin.core.refusals import NotFound
from fupin.core.verdicts import Outcome
from fupin.policy.guarantees import LIGHTS, Guarantee, Standard, guarantees, text
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


def judged(record: Mapping[str, Any], members: Sequence[Mapping[str, Any]], on: date) -> list[Light]:
    """The lights of a record with its members."""
    judge = Judge(declared.dataset("households"))
    judge.load(record, {"members": members})
    return [_light(judge, one, members, on) for one in guarantees().values()]


def _light(judge: Judge, one: Guarantee, members: Sequence[Mapping[str, Any]], on: date) -> Light:
    standard = one.standard(on)
    met, unmet = _explained(judge, standard.met, on), _explained(judge, standard.unmet, on)
    found = [text(one.name, light) for light in LIGHTS]
    outcomes = judge.outcomes(
        [condition("households", each) for each in found], on=on, parameters=_settings(judge, found, on)
    )
    (light,) = [name for name, outcome in zip(LIGHTS, outcomes, strict=True) if outcome is Outcome.YES]
    records = "unmet" if unmet.outcome is Outcome.YES else "met" if met.outcome is Outcome.YES else "unknown"
    finding = judge.dataset.field(one.finding)
    said = judge.record.get(one.finding) or ""
    missing = _missing(met, unmet) if records == "unknown" else ()
    if one.by_finding and records == "unknown":
        missing = (_("入户核查结论"),)
    lines = () if one.by_finding else _lines(judge, standard, met, unmet, on)
    told = "" if one.by_finding else records
    return Light(one, light, standard, lines, told, shown(finding, said) if said else "", missing)


def _missing(*explained: Explanation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in explained for name in one.missing))


def _explained(judge: Judge, said: str, on: date) -> Explanation:
    return judge.explain(condition("households", said), on=on, parameters=_settings(judge, [said], on))


def _settings(judge: Judge, texts: Sequence[str], on: date) -> dict[str, Any]:
    names = {name for one in texts for name in condition("households", one).settings}
    return settings(names, on, judge.record.get("village_id"))


_MARKS = {Outcome.YES: "met", Outcome.NO: "unmet", Outcome.UNKNOWN: "unknown"}


def _lines(judge: Judge, standard: Standard, met: Explanation, unmet: Explanation, on: date) -> tuple[Line, ...]:
    """The parts of the standard with their marks; a standard for every member is told member by member."""
    asked = condition("households", standard.met)
    if asked.members:
        record, members = judge.record, judge.members["members"]
        lines = tuple(_of_member(judge, standard, record, one, on) for one in members)
        judge.load(record, {"members": members})
        return lines
    return tuple(Line(part.text, _MARKS[part.outcome], part.values) for part in met.parts)


def _of_member(
    judge: Judge, standard: Standard, record: Mapping[str, Any], member: Mapping[str, Any], on: date
) -> Line:
    """One member as the standard sees them: the mark, and the values that it looks at; empty ones where they matter."""
    judge.load(record, {"members": [member]})
    texts = (standard.met, standard.unmet)
    asked = [condition("households", one) for one in texts]
    met, unmet = judge.outcomes(asked, on=on, parameters=_settings(judge, texts, on))
    outcome = "unmet" if unmet is Outcome.YES else "met" if met is Outcome.YES else "unknown"
    seen = {n.field.name: n.field for one in asked for n in one.root.walk() if isinstance(n, tree.Ref) and n.depth == 1}
    values = tuple(
        (label(field), shown(field, member.get(name)))
        for name, field in seen.items()
        if outcome != "met" or member.get(name) not in (None, "")
    )
    return Line(str(member.get("name") or ""), outcome, values)
