"""Quality rules over the API: the catalogue as it stands at a place, a rule laid open, tried, switched and written."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status

from fupin.accounts import scopes
from fupin.core import clock
from fupin.core.places import places
from fupin.core.refusals import Refused
from fupin.core.rest.paging import Page, Paging, page_of
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.policy.quality import DATASETS
from fupin.quality import catalogue, previewing, rule_page
from fupin.quality.catalogue import Entry, Standing, Wanted
from fupin.quality.previewing import Hit, Preview
from fupin.rulebook import operations
from fupin.rulebook.models import Override
from fupin.rulebook.operations import RuleProposal, SwitchProposal

router = Router(tags=["quality-rules"])
_PLAIN = ("label", "label_en", "group", "dataset", "severity", "version", "waits_for")


class RuleLine(Schema):
    """A rule as it stands at the reader's place. `own` is the division whose words it has, `off_at` those below that have
    switched it off; `found` is what the last sweep found in the reader's area, null where none has looked."""

    name: str
    label: str
    label_en: str
    group: str
    dataset: str
    severity: str
    version: int
    waits_for: str
    standing: str
    own: str
    off_at: list[str]
    found: int | None
    open_tickets: int


class RulePage(Page[RuleLine]):
    """A page of rules."""


class RuleFilter(Paging):
    """What the catalogue is narrowed to; the standing also `own` (an office's words) or `switched` (off somewhere)."""

    words: str = Field("", max_length=60)
    group: str = ""
    severity: Literal["", "E", "W", "I"] = ""
    dataset: str = ""
    standing: Literal["", "judged", "compared", "waits", "off", "not_now", "unreadable", "own", "switched"] = ""
    waits_for: str = ""
    regime: str = ""


def _lines(request: HttpRequest, area: catalogue.Area, names: list[str]) -> Any:
    _sweep, found = catalogue.found_last(request.user, area)
    waiting = catalogue.open_tickets(request.user, names)

    def line(one: Entry) -> dict[str, Any]:
        return {name: getattr(one.rule, name) for name in _PLAIN} | {
            "name": one.rule.name, "standing": str(one.standing), "found": found.get(one.rule.name),
            "own": places().code(one.own) if one.own is not None else "",
            "off_at": [places().code(place) for place in one.off_at], "open_tickets": waiting.get(one.rule.name, 0),
        }  # fmt: skip

    return line


@router.get("/quality-rules", response=RulePage, summary="List quality rules")
def list_rules(request: HttpRequest, asked: Query[RuleFilter]) -> dict[str, Any]:
    """Every rule that the reader's office knows of, by its id."""
    area = catalogue.area_of(request.user)
    given = asked.dict(exclude={"limit", "cursor"})
    rows = catalogue.narrowed(catalogue.entries(area, clock.today()), Wanted(**given))
    shape = _lines(request, area, [one.rule.name for one in rows])
    return page_of(rows, key=lambda one: one.rule.name, shape=shape, asked=asked, filters=given)


class PartOut(Schema):
    """A part of a condition in words; how deep it hangs, and by which word (and, or, nothing)."""

    text: str
    depth: int
    joined_by: str


class ComparedOut(Schema):
    """A policy parameter that a rule compares with, as it is at the reader's place."""

    name: str
    label: str
    shown: str
    unit: str
    since: date | None
    is_own: bool


class VersionOut(Schema):
    """A version of a rule by an office, or a switch of it."""

    place: str
    said: str
    since: date | None
    until: date | None
    document: str
    is_in_force: bool


class RuleOut(RuleLine):
    """A rule with its condition, what it asks to be checked, and what offices have set."""

    finds: str
    parts: list[PartOut]
    parameters: list[ComparedOut]
    asks: str
    asks_en: str
    note: str
    note_en: str
    source: str
    regimes: list[str]
    versions: list[VersionOut]
    switches: list[VersionOut]


@router.get("/quality-rules/{name}", response=RuleOut, summary="Read a quality rule")
def read_rule(request: HttpRequest, name: str) -> dict[str, Any]:
    """One rule, its condition in words part by part."""
    area, on = catalogue.area_of(request.user), clock.today()
    one = catalogue.entry(area, name, on)
    laid = rule_page.laid_or_none(one.rule, on, area.home)
    versions, switches = rule_page.versions(one.rule.name, area, on)
    return _lines(request, area, [one.rule.name])(one) | {
        "finds": one.rule.finds, "asks": one.rule.asks, "asks_en": one.rule.asks_en,
        "note": one.rule.note, "note_en": one.rule.note_en, "source": one.rule.source,
        "regimes": list(one.rule.regimes), "versions": versions, "switches": switches,
        "parameters": laid.parameters if laid else [],
        "parts": [{"text": text, "depth": depth, "joined_by": word} for text, depth, word in laid.parts] if laid else [],
    }  # fmt: skip


class ExplainedPart(PartOut):
    """A part with the record's own values, and how it came out: yes, no or unknown."""

    values: list[tuple[str, str]]
    outcome: str


class HitOut(Schema):
    """A record that would be found; the name is masked."""

    household: str
    person: str
    name: str
    place: str
    parts: list[ExplainedPart]


class PreviewOut(Schema):
    """What a condition would find in the reader's area: `found` of `rows`, by place of the level below, with some records."""

    found: int
    rows: int
    as_of: datetime
    places: list[tuple[str, int]]
    hits: list[HitOut]


def _preview(done: Preview) -> dict[str, Any]:
    return {"found": done.found, "rows": done.rows, "as_of": done.as_of, "places": done.places,
            "hits": [_hit(one) for one in done.hits]}  # fmt: skip


def _hit(one: Hit) -> dict[str, Any]:
    parts = [{**asdict(part), "outcome": str(part.outcome)} for part in one.why.parts]
    return {"household": one.household, "person": one.person, "name": one.name, "place": one.place, "parts": parts}


@router.get("/quality-rules/{name}/preview", response=PreviewOut, summary="Try a quality rule")
def preview_rule(request: HttpRequest, name: str) -> dict[str, Any]:
    """What a rule would find by the newest data, whether it is on or off. Nobody is asked anything."""
    area = catalogue.area_of(request.user, previewing.PERMISSION)
    one = catalogue.entry(area, name, clock.today())
    if one.standing in (Standing.WAITS, Standing.UNREADABLE):
        raise Refused(_("这条规则还不能判断，无从试算"), "rule")
    done = previewing.preview(request.user, dataset=one.rule.dataset, finds=one.rule.finds, on=clock.today(), name=name)
    return _preview(done)


class ConditionIn(Schema):
    """A condition over a kind of record."""

    dataset: str
    finds: str = Field(max_length=4_000)


@router.post("/quality-conditions/preview", response=PreviewOut, summary="Try a condition")
def preview_condition(request: HttpRequest, data: ConditionIn) -> dict[str, Any]:
    """What a condition would find. One that cannot be read is refused with the place and the mend."""
    scopes.require(request.user, previewing.PERMISSION)
    _require_dataset(data.dataset)
    return _preview(previewing.preview(request.user, dataset=data.dataset, finds=data.finds, on=clock.today()))


def _require_dataset(name: str) -> None:
    if name not in DATASETS:
        raise Refused(_("没有名为“%(name)s”的判断对象") % {"name": name[:40]}, "dataset")


class RequestIn(Schema):
    """Where something holds, from which day, by which document."""

    division: str = Field(max_length=15)
    valid_from: date
    document: str = Field(max_length=200)
    reason: str = Field("", max_length=300)


class SwitchIn(RequestIn):
    """A rule off or on at a division and below; null: as it is above."""

    is_on: bool | None
    valid_to: date | None = None


class RequestOut(Schema):
    """A request that waits for the second person, who reads and confirms it under `/overrides`."""

    id: str
    state: str
    digest: str


def _request(row: Override) -> Status[dict[str, str]]:
    return Status(201, {"id": str(row.pk), "state": row.state, "digest": bytes(row.digest).hex()})


@router.post("/quality-rules/{name}/switches", response={201: RequestOut}, summary="Propose a switch of a rule")
def propose_switch(request: HttpRequest, name: str, data: SwitchIn) -> Status[dict[str, str]]:
    """Ask for a rule to be off or on; it holds once another person has confirmed it."""
    catalogue.entry(catalogue.area_of(request.user, previewing.PERMISSION), name, clock.today())
    where = Division.objects.get(pk=tree().by_code(data.division).id)
    proposal = SwitchProposal(name, where, data.is_on, data.valid_from, data.document, data.valid_to, data.reason)
    return _request(operations.propose_switches(proposals=[proposal], by=request.user)[0])


class WordsIn(Schema):
    """A rule in an office's words, with records that it must find and records that it must pass."""

    label: str
    label_en: str
    dataset: str
    severity: Literal["E", "W", "I"]
    finds: str = Field(max_length=4_000)
    asks: str
    asks_en: str
    found: list[dict[str, Any]]
    passed: list[dict[str, Any]]
    asks_anew: bool = False


class VersionIn(RequestIn):
    """An office's own rule or version; words null: back to the version that stands above."""

    words: WordsIn | None


@router.post("/quality-rules/{name}/versions", response={201: RequestOut}, summary="Propose an own rule or version")
def propose_version(request: HttpRequest, name: str, data: VersionIn) -> Status[dict[str, str]]:
    """Hand in an own rule (its id begins with the division's code) or an own version of one that there is."""
    scopes.require(request.user, previewing.PERMISSION)
    if data.words is not None:
        _require_dataset(data.words.dataset)
    where = Division.objects.get(pk=tree().by_code(data.division).id)
    words = data.words.dict() if data.words is not None else None
    proposal = RuleProposal(name, where, words, data.valid_from, data.document, data.reason)
    return _request(operations.propose_rules(proposals=[proposal], by=request.user)[0])
