"""Acts on an office's own settings: propose, confirm, refuse, withdraw. Two people, a frozen text, an audit entry each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.transaction import atomic
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.accounts.queries import name_of, require_two_persons
from fupin.core import audit, clock
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.core.sentences import said
from fupin.core.verdicts import Sentence
from fupin.divisions.loading import renew_stamp
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.policy import catalogue, parameters, quality
from fupin.rulebook import own_rules, own_sources, queries, source_checks, trying
from fupin.rulebook.models import Override
from fupin.rulebook.rule_checks import judge_examples, read_words
from fupin.rulebook.rules import NewCode, Person, may_add_code, may_confirm, may_propose
from fupin.rulebook.words import State


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value of its own that a division asks for. `value` None: back to what stands above, from that day."""

    name: str
    division: Division
    value: Any
    valid_from: date
    document: str
    valid_to: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CodeProposal:
    """A code of its own that a division asks for in a code list. Both labels None: the code goes out of use."""

    name: str
    division: Division
    code: str
    label: str | None
    label_en: str | None
    valid_from: date
    document: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RuleProposal:
    """A quality rule that a division asks for in its own words. `words` None: back to the version that stands above."""

    name: str
    division: Division
    words: Mapping[str, Any] | None
    valid_from: date
    document: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SwitchProposal:
    """A quality rule switched on or off at a division and below. None: as it is above."""

    name: str
    division: Division
    is_on: bool | None
    valid_from: date
    document: str
    valid_to: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SourceProposal:
    """A source of another department that a division asks for. `words` None: it is used no more, from that day."""

    name: str
    division: Division
    words: Mapping[str, Any] | None
    valid_from: date
    document: str
    valid_to: date | None = None
    reason: str = ""


Follow = Callable[[Sequence[Override]], None]
FOLLOWS: list[Follow] = []
"""What the duties above do once requests hold, handed in by `config`: called inside the act, so it only asks for work."""


@atomic
def propose(*, proposals: Sequence[Proposal], by: Any, on: date | None = None) -> list[Override]:
    """Hand in values for a second person to confirm; nothing holds yet.

    Raises NotAllowed (right, level), Refused (value, bounds, day, document, a request that waits already).
    """
    return _submit([_parameter_row(each, by) for each in proposals], by=by, on=on)


@atomic
def propose_codes(*, proposals: Sequence[CodeProposal], by: Any, on: date | None = None) -> list[Override]:
    """Hand in codes for a code list. Raises as `propose` does."""
    return _submit([_code_row(each, by) for each in proposals], by=by, on=on)


def propose_rules(*, proposals: Sequence[RuleProposal], by: Any, on: date | None = None) -> list[Override]:
    """Hand in quality rules: the condition is read, the examples are judged, and it is tried over the newest extract.

    Raises as `propose` does, BadCondition with place and mend, TooSlow.
    """
    rows = [_rule_row(each, by) for each in proposals]
    for each in rows:
        if each.value is not None:
            trying.tried(each.value["dataset"], each.value["finds"], each.valid_from)
    with atomic():
        return _submit(rows, by=by, on=on)


@atomic
def propose_switches(*, proposals: Sequence[SwitchProposal], by: Any, on: date | None = None) -> list[Override]:
    """Hand in switches of quality rules. Raises as `propose` does."""
    return _submit([_switch_row(each, by) for each in proposals], by=by, on=on)


@atomic
def propose_sources(*, proposals: Sequence[SourceProposal], by: Any, on: date | None = None) -> list[Override]:
    """Hand in sources of departments. Raises as `propose` does, BadCondition with place and mend."""
    return _submit([_source_row(each, by) for each in proposals], by=by, on=on)


def _rule_row(each: RuleProposal, by: Any) -> Override:
    scopes.require(by, "rulebook.change", each.division)
    former = own_rules.own_version(each.name, each.division.pk, on=each.valid_from)
    _require_document(each.document)
    value = None
    if each.words is not None:
        node = tree().by_id(each.division.pk)
        value = read_words(each.name, each.words, at=node) | {"version": own_rules.next_version(each.name)}
        judge_examples(own_rules.read_rule(each.name, value, each.document), each.valid_from)
    elif former is None:
        raise Refused(_("本区划没有这条规则的本地版本，无从恢复。"), "rule")
    elif each.name not in quality.rules():
        raise Refused(_("本地规则不能恢复为上级规定，不再使用时请停用。"), "rule")
    return Override(
        kind="rule", name=each.name, division=each.division, value=value, former=former, valid_from=each.valid_from,
        document=each.document.strip(), reason=each.reason.strip(),
    )  # fmt: skip


def _source_row(each: SourceProposal, by: Any) -> Override:
    scopes.require(by, "rulebook.change", each.division)
    _require_document(each.document)
    if each.valid_to is not None and each.valid_to <= each.valid_from:
        raise Refused(_("失效日期应晚于生效日期"), "valid_to")
    former = own_sources.own_version(each.name, each.division.pk, on=each.valid_from)
    value = None
    if each.words is not None:
        words = {**each.words, "former": former}
        value = source_checks.read_words(each.name, words, at=tree().by_id(each.division.pk), on=each.valid_from,
                                         version=own_sources.next_version(each.name))  # fmt: skip
    elif former is None:
        raise Refused(_("本区划在这一天没有这个数据来源，无从停止使用。"), "source")
    return Override(
        kind=own_sources.KIND, name=each.name, division=each.division, value=value, former=former,
        valid_from=each.valid_from, valid_to=each.valid_to, document=each.document.strip(), reason=each.reason.strip(),
    )  # fmt: skip


def _switch_row(each: SwitchProposal, by: Any) -> Override:
    scopes.require(by, "rulebook.change", each.division)
    home = own_rules.home_of(each.name)
    if not own_rules.is_known(each.name) or (home is not None and not _is_below(each.division, home)):
        raise NotFound(_("没有编号为“%(name)s”的规则。") % {"name": each.name}, "rule")
    _require_document(each.document)
    if each.valid_to is not None and each.valid_to <= each.valid_from:
        raise Refused(_("失效日期应晚于生效日期"), "valid_to")
    former = own_rules.own_switch(each.name, each.division.pk, on=each.valid_from)
    if former == each.is_on:
        raise Refused(_("本区划已经这样设定，不必再提。"), "switch")
    return Override(
        kind="switch", name=each.name, division=each.division, value=each.is_on, former=former,
        valid_from=each.valid_from, valid_to=each.valid_to, document=each.document.strip(), reason=each.reason.strip(),
    )  # fmt: skip


def _is_below(division: Division, home: int) -> bool:
    return any(node.id == home for node in tree().path(division.pk))


def _require_document(document: str) -> None:
    if not document.strip():
        raise Refused(_("请写明依据文件的名称和文号"), "document")


def _parameter_row(each: Proposal, by: Any) -> Override:
    scopes.require(by, "rulebook.change", each.division)
    try:
        setting = parameters.parameter(each.name)
    except parameters.UnknownParameter:
        raise NotFound(_("没有名为“%(name)s”的参数。") % {"name": each.name}, "parameter") from None
    verdict = may_propose(
        setting, level=each.division.level, valid_from=each.valid_from, valid_to=each.valid_to, document=each.document
    )
    if verdict.reasons:
        raise NotAllowed(verdict.reasons, "override")
    if each.value is None and not queries.own_values(each.name, [each.division.pk], on=each.valid_from):
        raise Refused(_("本区划在这一天没有自己的设定，无从恢复为上级规定。"), "override")
    try:
        stored = None if each.value is None else stored_form(setting.read(each.value))
    except parameters.NotAValue as fault:
        named = setting.label_en if scopes.is_english() else setting.label
        why = said(Sentence(fault.pattern, **fault.parts))
        raise Refused(_("%(name)s：%(why)s") % {"name": named, "why": why}, "value") from None
    return Override(
        kind="parameter", name=setting.name, division=each.division, value=stored,
        former=_former(setting, each.valid_from, each.division.pk), valid_from=each.valid_from,
        valid_to=each.valid_to, document=each.document.strip(), reason=each.reason.strip(),
    )  # fmt: skip


def _code_row(each: CodeProposal, by: Any) -> Override:
    scopes.require(by, "rulebook.change", each.division)
    try:
        base = catalogue.code_list(each.name)
    except catalogue.UnknownList:
        raise NotFound(_("没有名为“%(name)s”的码表。") % {"name": each.name}, "code_list") from None
    code, label, label_en = each.code.strip(), (each.label or "").strip(), (each.label_en or "").strip()
    former = queries.own_code(base.name, code, each.division.pk, on=each.valid_from)
    new = NewCode(
        code, None if each.label is None else label, None if each.label_en is None else label_en, each.document
    )
    reasons = [*may_add_code(new, base, is_in_use=former is not None).reasons]
    if label:
        reasons += [_clash(row) for row in queries.others_with(base.name, code, label, division=each.division.pk)]
    if reasons:
        raise Refused(reasons, "code")
    value = None if each.label is None else {"label": label, "label_en": label_en}
    return Override(
        kind="code", name=base.name, code=code, division=each.division, value=value, former=former,
        valid_from=each.valid_from, document=each.document.strip(), reason=each.reason.strip(),
    )  # fmt: skip


def _clash(row: Override) -> str:
    place = tree().full_name(row.division_id)
    named = {"code": row.code, "label": row.value["label"], "place": place}
    return (
        _("%(place)s已设有编码 %(code)s“%(label)s”：同一编码、同一名称在全区只能有一个含义，请采用它或另取。") % named
    )


def _former(setting: parameters.Parameter, on: date, division: int) -> Any:
    """What holds there on that day before the change, as the second person sees it beside the new value."""
    try:
        return stored_form(queries.value(setting.name, on=on, division=division))
    except parameters.NotInForce:
        return None


def stored_form(value: Any) -> Any:
    """A value as JSON keeps it exactly: numbers as text, several texts as a list."""
    if isinstance(value, bool):
        return value
    return list(value) if isinstance(value, tuple) else str(value)


def _submit(rows: list[Override], *, by: Any, on: date | None) -> list[Override]:
    for row in rows:
        waiting = Override.objects.filter(kind=row.kind, name=row.name, code=row.code, division=row.division,
                                          valid_from=row.valid_from, state=State.PROPOSED)  # fmt: skip
        if waiting.exists():
            raise Refused(_("该区划同一天起已有一份待复核的申请，请先办结或撤回。"), "waiting")
        row.proposed_by, row.proposed_name, row.proposed_at = getattr(by, "pk", None), name_of(by), timezone.now()
        row.digest = queries.content_of(row).digest()
    Override.objects.bulk_create(rows)
    audit.record_many(by=by, on=on or clock.today(), entries=[_entry("rulebook.propose", row) for row in rows])
    return rows


@atomic
def confirm(*, overrides: Iterable[Override], by: Any, seen: Mapping[int, bytes], note: str = "",
            on: date | None = None) -> list[Override]:  # fmt: skip
    """Let requests hold, as the second person. `seen` are the digests that were read, by request id.

    All of them or none. Raises NotAllowed with every reason; a request whose former value has changed since it was
    handed in is refused too, for what was weighed is no longer what is there.
    """
    rows = _locked(overrides)
    reasons: list[str] = []
    for row in rows:
        scopes.require(by, "rulebook.confirm", row.division)
        if row.proposed_by not in (None, getattr(by, "pk", None)):
            require_two_persons(row.proposed_by, by.pk)
        verdict = may_confirm(
            state=row.state, proposer=Person(row.proposed_by, _account(row.proposed_by)),
            confirmer=Person(getattr(by, "pk", None), str(by)), is_intact=queries.is_intact(row),
            is_as_seen=seen.get(row.pk) == bytes(row.digest),
        )  # fmt: skip
        reasons += verdict.reasons
        if verdict and _moved(row):
            reasons.append(_("提出之后原值已经变动，请撤回后按新的原值重新提出。"))
        if verdict and row.kind == "code" and row.value:
            label = row.value["label"]
            reasons += [_clash(o) for o in queries.others_with(row.name, row.code, label, division=row.division_id)]
        if verdict and row.kind == own_sources.KIND and row.value:
            reasons += source_checks.clashes(row.name, row.value["label"], at=row.division_id, on=row.valid_from)
    if reasons:
        raise NotAllowed(dict.fromkeys(reasons), "confirm")
    for row in rows:
        Override.objects.filter(
            kind=row.kind, name=row.name, code=row.code, division=row.division, valid_from=row.valid_from,
            state=State.CONFIRMED,
        ).update(state=State.REPLACED)  # fmt: skip
    if any(row.kind in ("code", own_sources.KIND) for row in rows):
        renew_stamp()
    decided = _decide(rows, State.CONFIRMED, "rulebook.confirm", by=by, note=note, on=on)
    for follow in FOLLOWS:
        follow(decided)
    return decided


def _account(pk: int | None) -> str:
    """The account that proposed, by its name of today: one that differs in letter case alone is no second person."""
    return User.objects.filter(pk=pk).values_list("username", flat=True).first() or ""


def _moved(row: Override) -> bool:
    if row.kind == "code":
        return queries.own_code(row.name, row.code, row.division_id, on=row.valid_from) != row.former
    if row.kind == "rule":
        return own_rules.own_version(row.name, row.division_id, on=row.valid_from) != row.former
    if row.kind == "switch":
        return own_rules.own_switch(row.name, row.division_id, on=row.valid_from) != row.former
    if row.kind == own_sources.KIND:
        return own_sources.own_version(row.name, row.division_id, on=row.valid_from) != row.former
    return _former(parameters.parameter(row.name), row.valid_from, row.division_id) != row.former


@atomic
def refuse(*, overrides: Iterable[Override], by: Any, note: str, on: date | None = None) -> list[Override]:
    """Turn requests down, as the second person, with the reason. Raises NotAllowed."""
    rows = _locked(overrides)
    if not note.strip():
        raise Refused(_("请写明不通过的理由。"), "note")
    for row in rows:
        scopes.require(by, "rulebook.confirm", row.division)
        if row.state != State.PROPOSED:
            raise NotAllowed(_("该申请已办结，不能再复核。"), "state")
        if row.proposed_by == getattr(by, "pk", None):
            raise NotAllowed(_("自己的申请请用“撤回”。"), "second_person")
    return _decide(rows, State.REFUSED, "rulebook.refuse", by=by, note=note, on=on)


@atomic
def withdraw(*, overrides: Iterable[Override], by: Any, on: date | None = None) -> list[Override]:
    """Take one's own requests back before they are decided. Raises NotAllowed."""
    rows = _locked(overrides)
    for row in rows:
        if row.proposed_by != getattr(by, "pk", None):
            raise NotAllowed(_("只有提出人可以撤回。"), "owner")
        if row.state != State.PROPOSED:
            raise NotAllowed(_("该申请已办结，不能撤回；如要恢复原值，请另提申请。"), "state")
    return _decide(rows, State.WITHDRAWN, "rulebook.withdraw", by=by, note="", on=on)


def _locked(overrides: Iterable[Override]) -> list[Override]:
    """The rows as they stand now, held until the end of the act."""
    ids = [row.pk for row in overrides]
    rows = {row.pk: row for row in Override.objects.select_for_update(of=("self",)).filter(pk__in=ids)}
    return [rows[pk] for pk in ids]


def _decide(rows: list[Override], state: str, act: str, *, by: Any, note: str, on: date | None) -> list[Override]:
    for row in rows:
        row.state, row.decision_note = state, note.strip()
        row.decided_by, row.decided_name, row.decided_at = getattr(by, "pk", None), name_of(by), timezone.now()
    Override.objects.bulk_update(rows, ["state", "decision_note", "decided_by", "decided_name", "decided_at"])
    audit.record_many(by=by, on=on or clock.today(), entries=[_entry(act, row) for row in rows])
    return rows


def _entry(act: str, row: Override) -> audit.Entry:
    detail = {**_changed(row), "from": str(row.valid_from), "document": row.document}
    code = {"code": row.code} if row.kind == "code" else {}
    return audit.Entry(act, f"override:{row.pk}", row.division_id, {**detail, **code, "note": row.decision_note})


def _changed(row: Override) -> dict[str, Any]:
    """What a request changes, for the trail; the examples of a rule stand in the request."""
    if row.kind == "rule":
        pairs = {word: [(row.former or {}).get(word), (row.value or {}).get(word)] for word in own_rules.WORDS}
        return {"rule": row.name, **{word: pair for word, pair in pairs.items() if pair[0] != pair[1]}}
    if row.kind == "switch":
        return {"rule": row.name, "switched": [row.former, row.value]}
    if row.kind == own_sources.KIND:
        words = dict.fromkeys((*(row.former or {}), *(row.value or {})))
        pairs = {word: [(row.former or {}).get(word), (row.value or {}).get(word)] for word in words}
        return {"source": row.name, **{word: pair for word, pair in pairs.items() if pair[0] != pair[1]}}
    return {row.name: [row.former, row.value]}
