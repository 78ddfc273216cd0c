"""Parameters, code lists, regimes and an office's own settings over the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core.clock import today
from fupin.core.refusals import NotFound
from fupin.core.rest.paging import Page, Paging, page, page_of
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.policy import catalogue, parameters, regimes
from fupin.rulebook import operations, queries
from fupin.rulebook.models import Override

router = Router(tags=["rulebook"])


class SourceOut(Schema):
    """Where a value is said, and how sure that is: high, medium, low, seen (a public copy), design (set here)."""

    title: str
    document: str
    clause: str
    confidence: str


class ParameterOut(Schema):
    """A parameter with the value that holds on the day and for the division asked for; null: not in force."""

    name: str
    label: str
    label_en: str
    unit: str
    kind: str
    level: str
    value: bool | str | list[str] | None
    since: date | None
    source: SourceOut | None
    override: str | None


class ParameterPage(Page[ParameterOut]):
    """A page of parameters."""


class ParameterFilter(Paging):
    """Which parameters, on which day, for which division."""

    on: date | None = None
    division: str = ""
    subject: str = ""


def _parameter(setting: parameters.Parameter, found: queries.InForce | None) -> dict[str, Any]:
    override = found.override if found else None
    return {
        "name": setting.name, "label": setting.label, "label_en": setting.label_en, "unit": setting.unit,
        "kind": setting.kind, "level": setting.level, "since": found.since if found else None,
        "value": operations.stored_form(found.value) if found else None,
        "source": found.source if found else None, "override": str(override.pk) if override else None,
    }  # fmt: skip


def _division(code: str) -> int | None:
    return tree().by_code(code).id if code else None


@router.get("/parameters", response=ParameterPage, summary="List parameters")
def list_parameters(request: HttpRequest, asked: Query[ParameterFilter]) -> dict[str, Any]:
    """Every parameter with the value that holds on a day (today) for a division (the whole region)."""
    found = queries.all_in_force(on=asked.on or today(), division=_division(asked.division))
    rows = [one for one in parameters.parameters().values() if not asked.subject or one.subject == asked.subject]
    return page_of(
        rows, key=lambda one: one.name, shape=lambda one: _parameter(one, found.get(one.name)), asked=asked,
        filters=asked.dict(exclude={"limit", "cursor"}),
    )  # fmt: skip


class DatedOut(Schema):
    """A value of the documents, from a day."""

    since: date
    value: bool | str | list[str] | None
    source: SourceOut


class ParameterDetail(ParameterOut):
    """A parameter with its values over time and the bounds of an office's own."""

    until: date | None
    floor: str | None
    ceiling: str | None
    codes: str
    note: str
    history: list[DatedOut]


@router.get("/parameters/{name}", response=ParameterDetail, summary="Read a parameter")
def read_parameter(request: HttpRequest, name: str, on: date | None = None, division: str = "") -> dict[str, Any]:
    """One parameter: what holds on a day for a division, and every value of the documents."""
    try:
        setting = parameters.parameter(name)
    except parameters.UnknownParameter:
        raise NotFound(_("没有名为“%(name)s”的参数。") % {"name": name}, "parameter") from None
    found = queries.all_in_force(on=on or today(), division=_division(division)).get(name)
    history = [
        {"since": row.since, "value": operations.stored_form(row.value), "source": row.source} for row in setting.values
    ]
    bounds = {key: str(bound) if bound is not None else None
              for key, bound in (("floor", setting.floor), ("ceiling", setting.ceiling))}  # fmt: skip
    more = {"until": setting.until, "codes": setting.codes, "note": setting.note, "history": history}
    return _parameter(setting, found) | bounds | more


class CodeListOut(Schema):
    """A code list without its codes."""

    name: str
    title: str
    title_en: str
    since: date
    until: date | None
    source: SourceOut
    is_open: bool
    """whether an office may add codes of its own"""


class CodeListPage(Page[CodeListOut]):
    """A page of code lists."""


class ItemOut(Schema):
    """One code."""

    code: str
    label: str
    label_en: str
    since: date
    until: date | None


class CodeListDetail(CodeListOut):
    """A code list with its codes."""

    items: list[ItemOut]


@router.get("/code-lists", response=CodeListPage, summary="List code lists")
def list_code_lists(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """Every code list of the catalogue."""
    rows = list(catalogue.code_lists().values())
    return page_of(rows, key=lambda one: one.name, shape=lambda one: one, asked=asked)


@router.get("/code-lists/{name}", response=CodeListDetail, summary="Read a code list")
def read_code_list(request: HttpRequest, name: str, on: date | None = None, division: str = "") -> Any:
    """One code list, with the codes that a division has added for itself."""
    try:
        return queries.code_list(name, on=on or today(), division=_division(division))
    except catalogue.UnknownList:
        raise NotFound(_("没有名为“%(name)s”的码表。") % {"name": name}, "code_list") from None


class RegimeOut(Schema):
    """A legal regime and its words."""

    name: str
    label: str
    label_en: str
    since: date
    until: date | None
    words: dict[str, str]
    code_lists: dict[str, str]


class RegimePage(Page[RegimeOut]):
    """The regimes."""


@router.get("/regimes", response=RegimePage, summary="List regimes")
def list_regimes(request: HttpRequest, asked: Query[Paging]) -> dict[str, Any]:
    """The four regimes in order of time, with what each calls things."""

    def shape(one: regimes.Regime) -> dict[str, Any]:
        words = {key: one.word(key, scopes.is_english()) for key in one.words}
        return {"name": one.name, "label": one.label, "label_en": one.label_en, "since": one.since,
                "until": one.until, "words": words, "code_lists": dict(one.code_lists)}  # fmt: skip

    return page_of(regimes.regimes(), key=lambda one: one.since.isoformat(), shape=shape, asked=asked)


class OverrideOut(Schema):
    """An office's own setting: a request and what became of it. `digest` is what a second person confirms."""

    id: str
    kind: str
    name: str
    code: str
    division: str
    value: Any
    former: Any
    valid_from: date
    valid_to: date | None
    document: str
    reason: str
    state: str
    digest: str
    proposed_by: str
    decided_by: str
    decision_note: str


class OverridePage(Page[OverrideOut]):
    """A page of an office's own settings."""


class OverrideFilter(Paging):
    """Which requests."""

    name: str = ""
    state: str = ""


def _override(row: Override) -> dict[str, Any]:
    return {
        "id": str(row.pk), "kind": row.kind, "name": row.name, "code": row.code,
        "division": tree().by_id(row.division_id).code, "value": row.value, "former": row.former,
        "valid_from": row.valid_from, "valid_to": row.valid_to, "document": row.document, "reason": row.reason,
        "state": row.state, "digest": bytes(row.digest).hex(), "proposed_by": row.proposed_name,
        "decided_by": row.decided_name, "decision_note": row.decision_note,
    }  # fmt: skip


@router.get("/overrides", response=OverridePage, summary="List own settings")
def list_overrides(request: HttpRequest, asked: Query[OverrideFilter]) -> dict[str, Any]:
    """The requests of the divisions in scope, the newest last."""
    scopes.require(request.user, "rulebook.change")
    rows = queries.overrides_for(request.user)
    if asked.name:
        rows = rows.filter(name=asked.name)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return page(rows, order=("id",), shape=_override, asked=asked, filters=asked.dict(exclude={"limit", "cursor"}))


class OverrideIn(Schema):
    """A value of its own that a division asks for; `value` null: back to what stands above."""

    name: str = Field(max_length=80)
    division: str = Field(max_length=15)
    value: bool | int | str | list[str] | None
    valid_from: date
    valid_to: date | None = None
    document: str = Field(max_length=200)
    reason: str = Field("", max_length=300)


@router.post("/overrides", response={201: OverrideOut}, summary="Propose an own setting")
def propose_override(request: HttpRequest, data: OverrideIn) -> Status[dict[str, Any]]:
    """Hand a value in; it holds once another person has confirmed it."""
    scopes.require(request.user, "rulebook.change")
    division = Division.objects.get(pk=tree().by_code(data.division).id)
    fields = data.dict(exclude={"division"}) | {"division": division}
    row = operations.propose(proposals=[operations.Proposal(**fields)], by=request.user)[0]
    return Status(201, _override(row))


class CodeIn(Schema):
    """A code of its own that a division asks for; both labels null: it takes its own code out of use."""

    division: str = Field(max_length=15)
    code: str = Field(max_length=12)
    label: str | None = Field(max_length=60)
    label_en: str | None = Field(max_length=80)
    valid_from: date
    document: str = Field(max_length=200)
    reason: str = Field("", max_length=300)


@router.post("/code-lists/{name}/codes", response={201: OverrideOut}, summary="Propose an own code")
def propose_code(request: HttpRequest, name: str, data: CodeIn) -> Status[dict[str, Any]]:
    """Hand a code in; it may be used in that division once another person has confirmed it (`/overrides`)."""
    scopes.require(request.user, "rulebook.change")
    division = Division.objects.get(pk=tree().by_code(data.division).id)
    proposal = operations.CodeProposal(name=name, **(data.dict() | {"division": division}))
    return Status(201, _override(operations.propose_codes(proposals=[proposal], by=request.user)[0]))


class DecisionIn(Schema):
    """A second person's remark; a refusal needs one."""

    note: str = Field("", max_length=300)


class ConfirmationIn(DecisionIn):
    """What was read: the digest of the request, as it was answered."""

    digest: str = Field(pattern="^[0-9a-f]{64}$")


def _visible(request: HttpRequest, id: str) -> Override:
    """The request, where it lies in scope. Raises NotFound."""
    scopes.require(request.user, "rulebook.change")
    row = queries.overrides_for(request.user).filter(pk=id).first() if id.isdigit() else None
    if row is None:
        raise NotFound(_("没有这份申请。"), "override")
    return row


@router.get("/overrides/{id}", response=OverrideOut, summary="Read an own setting")
def read_override(request: HttpRequest, id: str) -> dict[str, Any]:
    """One request."""
    return _override(_visible(request, id))


@router.post("/overrides/{id}/confirm", response=OverrideOut, summary="Confirm an own setting")
def confirm_override(request: HttpRequest, id: str, data: ConfirmationIn) -> dict[str, Any]:
    """Let a request hold, as the second person, exactly as it was read."""
    row = _visible(request, id)
    seen = {row.pk: bytes.fromhex(data.digest)}
    return _override(operations.confirm(overrides=[row], by=request.user, seen=seen, note=data.note)[0])


@router.post("/overrides/{id}/refuse", response=OverrideOut, summary="Refuse an own setting")
def refuse_override(request: HttpRequest, id: str, data: DecisionIn) -> dict[str, Any]:
    """Turn a request down, as the second person, with the reason."""
    return _override(operations.refuse(overrides=[_visible(request, id)], by=request.user, note=data.note)[0])


@router.post("/overrides/{id}/withdraw", response=OverrideOut, summary="Withdraw an own setting")
def withdraw_override(request: HttpRequest, id: str) -> dict[str, Any]:
    """Take one's own request back before it is decided."""
    return _override(operations.withdraw(overrides=[_visible(request, id)], by=request.user)[0])
