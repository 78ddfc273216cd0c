"""Whether a household has what an exit asks for, judged from the register as of a day and told part by part.

The income against the line of the year, the six guarantees by their own lights, and the list of those who are not to exit:
all of them conditions (`policy/exits`, `policy/guarantees`), so that page, case and rules say the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.bulk import present
from fupin.bulk.datasets import declared
from fupin.conditions.judging import Judge
from fupin.core.verdicts import Name, Outcome
from fupin.policy import exits
from fupin.policy.catalogue import code_list
from fupin.policy.documents import Source
from fupin.policy.english import english
from fupin.policy.exits import WRITTEN, Rule
from fupin.policy.guarantees import Guarantee, guarantees
from fupin.quality.guarantees.lights import Light, Line, colours, explained, settings_of
from fupin.rulebook.conditions import condition, settings

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
INCOME, LINE = "income", "lines.exit_line"
_DATASETS = ("households", "persons")
SAID = {Outcome.YES: MET, Outcome.NO: UNMET, Outcome.UNKNOWN: UNKNOWN}
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Part:
    """One standard as a household stands to it (`met`, `unmet`, `conflict`, `unknown`), with the record's own values."""

    name: str
    label: Name
    says: Name
    source: Name
    outcome: str
    lines: tuple[Line, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A reason for which a household is not to exit."""

    code: str
    label: Name
    says: Name
    source: Name


@dataclass(frozen=True, slots=True)
class Judged:
    """A household held against the standards of an exit on a day."""

    on: date
    parts: tuple[Part, ...]
    held: tuple[Held, ...]
    status: str = ""
    per_head_fen: int | None = None
    line_fen: int | None = None

    @property
    def reaches(self) -> bool:
        """Is every standard surely met, and does nothing hold the household back?"""
        return not self.held and all(one.outcome == MET for one in self.parts)

    @property
    def outcome(self) -> str:
        """Everything together: `met`, `unmet` (something is surely missing or holds back) or `unknown`."""
        if self.held or any(one.outcome not in (MET, UNKNOWN) for one in self.parts):
            return UNMET
        return MET if self.reaches else UNKNOWN


def day_of(year: int, on: date) -> date:
    """The day as of which an exit of a year is judged: the present one, and the year's last once the year is over."""
    return min(on, date(year, 12, 31))


def judge_many(households: Collection[int], year: int, on: date, *, is_told: bool = False) -> dict[int, Judged]:
    """Every household's standing by its id; one without a record on that day is not among them.

    What is met is told part by part only with `is_told`; what is not always is. A constant number of reads for every five
    hundred households of a village.
    """
    ids, day, found = sorted(set(households)), day_of(year, on), dict[int, Judged]()
    judge = Judge.of_this_thread(declared.dataset("households"))
    given: dict[Any, dict[str, Any]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = present.rows(_DATASETS, ids[start : start + _AT_ONCE], subject="household", on=day)
        members: dict[int, list[Mapping[str, Any]]] = {}
        for row in rows["persons"]:
            members.setdefault(row["household_id"], []).append(row)
        for record in rows["households"]:
            pk, village = record["household_id"], record["village_id"]
            if village not in given:
                given[village] = settings_at(day, village)
            found[pk] = judge_one(judge, record, members.get(pk, []), year, day, given[village], is_told=is_told)
    judge.forget()
    return found


def settings_at(on: date, village: int | None) -> dict[str, Any]:
    """Every parameter that the standards look at, as it holds on a day at a place."""
    rules = (*exits.standards().values(), *exits.held_back().values())
    names = {name for one in rules for name in condition("households", one.holds).settings}
    return settings_of(on, village) | settings({LINE, *names}, on, village)


def judge_one(judge: Judge, record: Mapping[str, Any], members: Sequence[Mapping[str, Any]], year: int, on: date,
              given: Mapping[str, Any], *, is_told: bool = True) -> Judged:  # fmt: skip
    """One record with its members as of a day."""
    judge.load(record, {"members": members})
    parts = [*_standards(judge, given, year, on), *_guarantees(judge, members, on, given, is_told)]
    return Judged(on, tuple(parts), tuple(_held(judge, given, on)), record.get("status") or "",
                  record.get("per_head_fen") if record.get("income_year") == year else None, given[LINE])  # fmt: skip


def _guarantees(judge: Judge, members: Sequence[Mapping[str, Any]], on: date, given: Mapping[str, Any],
                is_told: bool) -> Iterable[Part]:  # fmt: skip
    lit = colours(judge, on, given)
    wanted = [name for name, light in lit.items() if is_told or light != MET]
    told = {one.guarantee.name: one for one in explained(judge, members, on, given, wanted)} if wanted else {}
    for name, one in guarantees().items():
        yield _of_light(told[name]) if name in told else _met(one, on)


def _met(one: Guarantee, on: date) -> Part:
    standard = one.standard(on)
    return Part(
        one.name, Name(one.label, one.label_en), Name(standard.says, standard.says_en), named(standard.source), MET
    )


def _standards(judge: Judge, given: Mapping[str, Any], year: int, on: date) -> Iterable[Part]:
    for rule in exits.standards().values():
        if not rule.is_in_force(on):
            continue
        told = judge.explain(condition("households", rule.holds), on=on, parameters=given)
        outcome, missing = SAID[told.outcome], told.missing
        if rule.name == INCOME and judge.record.get("income_year") != year:
            outcome, missing = UNKNOWN, (_("%(year)d 年度收入核算") % {"year": year},)
        lines = tuple(Line(one.text, SAID[one.outcome], one.values) for one in told.parts)
        yield Part(rule.name, _label(rule), _says(rule), named(rule.source), outcome, lines, missing)


def _of_light(light: Light) -> Part:
    one, standard = light.guarantee, light.standard
    missing = light.missing
    if light.outcome == UNKNOWN and not missing:
        missing = (_("入户核查结论"),)
    return Part(one.name, Name(one.label, one.label_en), Name(standard.says, standard.says_en), named(standard.source),
                light.outcome, light.lines, missing)  # fmt: skip


def _held(judge: Judge, given: Mapping[str, Any], on: date) -> Iterable[Held]:
    rules = [one for one in exits.held_back().values() if one.is_in_force(on)]
    conditions = [condition("households", one.holds) for one in rules]
    for rule, outcome in zip(rules, judge.outcomes(conditions, on=on, parameters=given), strict=True):
        if outcome is not Outcome.YES:
            continue
        code = str(judge.record.get("not_exit_reason") or "") if rule.name == WRITTEN else rule.name
        label = _label(rule) if rule.name != WRITTEN else _reason(code)
        yield Held(code, label, _says(rule), named(rule.source))


def _reason(code: str) -> Name:
    known = code_list("not_exit_reason")
    return Name(known.label(code), known.label(code, english=True))


def _label(rule: Rule) -> Name:
    return Name(rule.label, rule.label_en)


def _says(rule: Rule) -> Name:
    return Name(rule.says, rule.says_en)


def named(source: Source) -> Name:
    parts = [one for one in (source.title, source.document, source.clause) if one]
    return Name(" ".join(parts), " ".join(english(one) for one in parts))
