"""Persons: facts and documents, made and changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fupin.core import audit, id_numbers, sealing
from fupin.core.ids import new_ids
from fupin.core.refusals import NotFound, Refused
from fupin.registry import cards, rules
from fupin.registry.models import Person, PersonFact, PersonIdentity
from fupin.registry.operations.acts import check_day, lock_persons, open_facts, open_ties
from fupin.registry.operations.dated import Edit, columns_of, write_edits
from fupin.registry.queries.gates import person_for

DOCUMENT = frozenset({"id_number", "document_kind"})


@dataclass(frozen=True, slots=True)
class PersonChange:
    """New values of one person by field name; `id_number` and `document_kind` among them change the document."""

    person: int
    values: Mapping[str, Any] = field(default_factory=dict)
    base_version: int | None = None
    is_correction: bool = False


def identity_columns(number: str, document_kind: str, *, is_synthetic: bool, on: date) -> dict[str, Any]:
    """A document as it is stored: the number sealed, what rules need of it beside it. Raises Refused."""
    read = id_numbers.read(number, synthetic=is_synthetic, document=document_kind, on=on)
    if read.errors:
        raise Refused([sentence for _code, sentence in read.errors], "id_number")
    kinds = {"resident": "01", "disability": "02", "temporary": "99"}
    return {
        "document_kind": document_kind or kinds.get(read.kind, "99"),
        "number_sealed": sealing.seal(read.text18),
        "number_token": sealing.token(read.text18, "id"),
        "number_kind": read.kind,
        "is_valid": read.is_valid,
        "is_temporary": read.is_temporary,
        "number_born_on": read.born_on,
        "number_sex": read.sex,
        "number_area": id_numbers.area_of(read.text18),
    }


def completed(values: Mapping[str, Any], identity: Mapping[str, Any] | None) -> dict[str, Any]:
    """Sex and birth day from the number where they were left empty. Raises Refused where they contradict it."""
    found = {name: value for name, value in values.items() if name not in DOCUMENT}
    if identity is None:
        return found
    found["sex"] = found.get("sex") or identity["number_sex"]
    found["born_on"] = found.get("born_on") or identity["number_born_on"]
    verdict = rules.check_against_number(
        sex=found["sex"], born_on=found["born_on"],
        number_sex=identity["number_sex"], number_born_on=identity["number_born_on"],
    )  # fmt: skip
    if not verdict:
        raise Refused(verdict.reasons, "id_number")
    return found


def refuse_known(numbers: Sequence[tuple[str, str]], *, by: Any, but: Sequence[int] = ()) -> None:
    """A number, given with its area, belongs to one person: refuse one that somebody has. Raises Refused.

    Who it is, and in which household, is told to those only who may see that person.
    """
    tokens = [sealing.tokens(number, "id") for _area, number in numbers]
    if len({each[0] for each in tokens}) < len(tokens):
        raise Refused(_("本次填写的证件号码有重复，请核对"), "duplicate")
    known = PersonIdentity.objects.open().filter(
        number_area__in={area for area, _number in numbers},
        number_token__in=[token for each in tokens for token in each],
        is_temporary=False,
    )  # fmt: skip
    found = known.exclude(person_id__in=list(but)).select_related("person").first()
    if found is None:
        return
    try:
        _person, last = person_for(by, found.person.number)
    except NotFound:
        sentence = _("该证件号码已在您的工作范围以外登记，请核对证件；若是同一人，请与其所在地联系，先在那里“减少成员”")
        raise Refused(sentence, "duplicate") from None
    where = last.household.number if last.valid_to is None else "—"
    sentence = _(
        "该证件号码已登记为人员 %(person)s（户 %(household)s）；若是同一人，请先在原户“减少成员”，再在本户“增加成员”"
    )
    raise Refused(sentence % {"person": found.person.number, "household": where}, "duplicate")


def write_new(rows: Sequence[tuple[Person, Mapping[str, Any]]], *, on: date, by: Any, source: str) -> None:
    """Write facts and documents of new persons, set-wise."""
    facts, identities, numbers = [], [], []
    stamp = {"valid_from": on, "source": source, "recorded_by": getattr(by, "pk", None)}
    ids = iter(new_ids(2 * len(rows)))
    for person, values in rows:
        refuse_contradictions(values)
        number = values.get("id_number") or ""
        identity = None
        if number:
            kind = values.get("document_kind") or ""
            identity = identity_columns(number, kind, is_synthetic=person.is_synthetic, on=on)
            identities.append(PersonIdentity(id=next(ids), person=person, **identity, **stamp))
            numbers += [] if identity["is_temporary"] else [(identity["number_area"], number)]
        facts.append(PersonFact(id=next(ids), person=person, **columns_of(completed(values, identity)), **stamp))
    refuse_known(numbers, by=by)
    PersonFact.objects.bulk_create(facts, batch_size=500)
    PersonIdentity.objects.bulk_create(identities, batch_size=500)


@transaction.atomic
def change_persons(*, changes: Sequence[PersonChange], by: Any, on: date, source: str = "screen") -> None:
    """Change or correct facts and documents of persons. Raises Refused, Stale, NotFound, NotAllowed."""
    check_day(on)
    ties = open_ties(change.person for change in changes)
    members = {person: row.household_id for person, row in ties.items()}
    if len(members) < len({change.person for change in changes}):
        raise NotFound(_("人员已不在册，请刷新后重选"))
    households = open_facts(members.values(), by)
    persons = lock_persons({change.person: change.base_version for change in changes})
    documents = _write_documents(changes, persons, on=on, by=by, source=source)
    entries = []
    for is_correction in (False, True):
        edits = [
            Edit(change.person, {n: v for n, v in change.values.items() if n not in DOCUMENT}, is_correction)
            for change in changes
            if change.is_correction is is_correction
        ]
        written = write_edits(PersonFact, "person", edits, on=on, by=by, source=source)
        for edit in edits:
            done = written.get(edit.subject)
            detail = {**(done.changes if done else {}), **documents.get(edit.subject, {})}
            if detail:
                corrects = is_correction or (done is not None and done.is_correction)
                act = "registry.person.correct" if corrects else "registry.person.change"
                division = households[members[edit.subject]].village_id
                entries.append(audit.Entry(act, f"person:{edit.subject}", division, detail))
    _check_documents([change.person for change in changes], on)
    _check_facts({change.person: set(change.values) for change in changes})
    audit.record_many(by=by, on=on, entries=entries)
    cards.refresh(members.values())


def _write_documents(
    changes: Sequence[PersonChange], persons: Mapping[int, Person], *, on: date, by: Any, source: str
) -> dict[int, dict[str, list[Any]]]:
    """Replace documents that are new or put right; returns what changed, masked."""
    written: dict[int, dict[str, list[Any]]] = {}
    for change in changes:
        number = change.values.get("id_number")
        if not number:
            continue
        kind = str(change.values.get("document_kind") or "")
        columns = identity_columns(number, kind, is_synthetic=persons[change.person].is_synthetic, on=on)
        row = PersonIdentity.objects.open().filter(person=change.person).first()
        old = sealing.unseal(row.number_sealed) if row is not None and row.number_sealed is not None else ""
        if row is not None and bytes(row.number_token or b"") in sealing.tokens(number, "id"):
            continue
        refuse_known([(columns["number_area"], number)], by=by, but=[change.person])
        stamp = {"source": source, "recorded_by": getattr(by, "pk", None)}
        if row is None or (row.valid_from < on and not change.is_correction):
            PersonIdentity.objects.open().filter(person=change.person).update(valid_to=on)
            PersonIdentity.objects.create(person_id=change.person, valid_from=on, **columns, **stamp)
        else:
            PersonIdentity.objects.filter(pk=row.pk).update(**columns, **stamp)
        written[change.person] = {"id_number": [id_numbers.mask(old), id_numbers.mask(number)]}
    return written


def _check_documents(persons: Sequence[int], on: date) -> None:
    """After the writing, sex and birth day must agree with the document. Raises Refused, which undoes it all."""
    facts = PersonFact.objects.open().filter(person__in=persons).in_bulk(field_name="id")
    by_person = {fact.person_id: fact for fact in facts.values()}
    for row in PersonIdentity.objects.open().filter(person__in=persons, is_valid=True):
        fact = by_person.get(row.person_id)
        if fact is None:
            continue
        verdict = rules.check_against_number(
            sex=fact.sex, born_on=fact.born_on, number_sex=row.number_sex, number_born_on=row.number_born_on
        )
        if not verdict:
            raise Refused(verdict.reasons, "id_number")


def refuse_contradictions(values: Mapping[str, Any], given: Collection[str] | None = None) -> None:
    """Raises Refused where values of one person cannot both be true (`rules.PERSON_CONTRADICTIONS`)."""
    found = rules.contradictions(values, given)
    if found:
        raise Refused([each.sentence for each in found], found[0].code)


def _check_facts(touched: Mapping[int, Collection[str]]) -> None:
    """After the writing, what was touched must stand with what was there. Raises Refused, which undoes it all."""
    asked = {name for each in rules.PERSON_CONTRADICTIONS for name in each.fields}
    persons = [person for person, names in touched.items() if asked & set(names)]
    for fact in PersonFact.objects.open().filter(person__in=persons):
        refuse_contradictions({name: getattr(fact, name) for name in asked}, touched[fact.person_id])
