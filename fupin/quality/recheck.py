"""Rules judged on records as they are now: as a record is entered, as a ticket is answered, on the record's page.

The same conditions, fields and fingerprints as in a sweep: the rows come from the datasets' own queries over the present
rows (`bulk.present`). Divisions are judged by sweeps alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.bulk import present
from fupin.bulk.datasets import Dataset, declared
from fupin.conditions.fingerprints import fingerprint
from fupin.conditions.judging import Explanation, Judge
from fupin.conditions.parsing import Condition
from fupin.core.refusals import NotFound
from fupin.core.verdicts import Outcome
from fupin.divisions.queries import tree
from fupin.policy.quality import Rule
from fupin.quality.applying import Applied, applied
from fupin.quality.words import SUBJECTS
from fupin.registry.models import Household, HouseholdCard, Membership
from fupin.rulebook.conditions import condition, settings

Row = Mapping[str, Any]
JUDGED = ("households", "persons")


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about one record; the fields are those of a sweep's file."""

    rule: str
    version: int
    severity: str
    subject_kind: str
    subject_id: int
    household_id: int
    village_id: int
    fingerprint: str


def findings_of(household_ids: Collection[int], on: date, *, names: Collection[str] = ()) -> list[Found]:
    """What the rules (those of `names` only, where some are named) find about households and their members now."""
    wanted = applied(on, names)
    rows = _rows(household_ids, on)
    conditions = [condition(one.rule.dataset, one.rule.finds) for one in wanted if one.rule.dataset in JUDGED]
    values: dict[int, dict[str, Any]] = {}
    found: list[Found] = []
    for name in JUDGED:
        own = [one for one in wanted if one.rule.dataset == name]
        judge = Judge.of_this_thread(declared.dataset(name))
        for record in rows[name]:
            village = record["village_id"]
            if village not in values:
                values[village] = _settings(conditions, on, record)
            members = _members(judge.dataset, record, rows)
            judge.load(record, members)
            found += _found(judge, _holding(own, record), record, members, on, values[village])
        judge.forget()
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule and the household, or its member, about which it is asked."""

    rule: Rule
    household: int
    person: int | None = None


def explain(rule: Rule, household_id: int, person_id: int | None, on: date) -> Explanation:
    """Why a rule does, does not or may not find a household or one of its members, part by part, as it is now.

    Raises NotFound where there is no such record on that day, or the rule judges another kind.
    """
    (found,) = explain_many([Asked(rule, household_id, person_id)], on)
    if found is None:
        raise NotFound(_("%(on)s 没有这条记录，或这条规则不判断它") % {"on": on.isoformat()}, "subject")
    return found


def explain_many(asked: Sequence[Asked], on: date) -> list[Explanation | None]:
    """The same for many, their records read together; None where there is no such record on that day."""
    rows = _rows({one.household for one in asked}, on) if asked else {}
    found: list[Explanation | None] = [None] * len(asked)
    for name in sorted({one.rule.dataset for one in asked} & set(JUDGED)):
        dataset = declared.dataset(name)
        records = {row[dataset.key]: row for row in rows[name]}
        judge = Judge(dataset)
        for at, one in enumerate(asked):
            record = records.get(one.household if name == "households" else one.person)
            if one.rule.dataset == name and one.rule.finds and record is not None:
                judge.load(record, _members(dataset, record, rows))
                each = condition(name, one.rule.finds)
                found[at] = judge.explain(each, on=on, parameters=_settings([each], on, record))
    return found


def find(number: str, on: date) -> tuple[int, int | None]:
    """The ids of a household and, for a person number, of the person in it on that day. Raises NotFound."""
    household = Household.objects.filter(number=number).values_list("pk", flat=True).first()
    if household is not None:
        return household, None
    found = Membership.objects.on(on).filter(person__number=number).values_list("household_id", "person_id").first()
    if found is None:
        raise NotFound(_("没有编号为“%(number)s”的户或人") % {"number": number}, "subject")
    return found


def village_of(household_id: int) -> int | None:
    """Where a household lies today."""
    return HouseholdCard.objects.filter(household=household_id).values_list("village_id", flat=True).first()


def _rows(household_ids: Collection[int], on: date) -> dict[str, present.Rows]:
    return present.rows(JUDGED, household_ids, subject="household", on=on)


def _members(dataset: Dataset, record: Row, rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    return {
        kind: [row for row in rows[link.dataset] if row[link.their_key] == record[link.own_key]]
        for kind, link in dataset.members.items()
    }


def _holding(own: Sequence[Applied], record: Row) -> list[Applied]:
    """Those that are judged where the record lies."""
    path = {node.level: node.id for node in tree().path(record["village_id"])} if any(one.where for one in own) else {}
    return [one for one in own if all(places.holds(path) for places in one.where)]


def _found(
    judge: Judge, own: Sequence[Applied], record: Row, members: Mapping[str, Sequence[Row]], on: date,
    given: Mapping[str, Any],
) -> Iterator[Found]:  # fmt: skip
    conditions = [condition(one.rule.dataset, one.rule.finds) for one in own]
    outcomes = judge.outcomes(conditions, on=on, parameters=given)
    for one, each, outcome in zip(own, conditions, outcomes, strict=True):
        if outcome is Outcome.YES:
            yield Found(
                one.rule.name, one.rule.version, one.rule.severity, SUBJECTS[judge.dataset.name],
                record[judge.dataset.key], record["household_id"], record["village_id"],
                fingerprint(each, record, members),
            )  # fmt: skip


def _settings(conditions: Sequence[Condition], on: date, record: Row) -> dict[str, Any]:
    names = {name for one in conditions for name in one.settings}
    return settings(names, on, record["village_id"])
