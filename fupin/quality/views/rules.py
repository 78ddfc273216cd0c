"""The catalogue of rules on screen: the list with what each found last, and a rule laid open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.core import days
from fupin.core.sentences import told
from fupin.divisions.queries import tree
from fupin.policy.quality import BASES, DATASETS, GROUPS, WAITS, Rule
from fupin.policy.regimes import regimes
from fupin.quality import catalogue, rule_page
from fupin.quality.catalogue import STANDINGS, Area, Entry, Standing, Wanted
from fupin.quality.comparison.defining import laying
from fupin.quality.comparison.queries import sources_seen
from fupin.quality.rule_forms import PERMISSION, places
from fupin.quality.words import DATASETS as OBJECTS
from fupin.quality.words import SEVERITIES, Severity
from fupin.rulebook import own_rules, own_sources, wording
from fupin.rulebook import queries as rulebook

PAGE = 60
TONES = {Standing.JUDGED: "good", Standing.COMPARED: "good", Standing.OFF: "warn", Standing.UNREADABLE: "wrong"}
NAMES = {"q": "words", "group": "group", "severity": "severity", "object": "dataset", "state": "standing",
         "waits": "waits_for", "regime": "regime"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as the list shows it. `found` is None where no sweep has looked."""

    entry: Entry
    label: str
    group: str
    severity: str
    object: Any
    state: str
    tone: str
    own: str
    found: int | None
    open: int


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule that the reader's office knows of."""
    area, on = catalogue.area_of(request.user), days.as_of(request)
    wanted = _wanted(request)
    every = catalogue.entries(area, on)
    rows = catalogue.narrowed(every, wanted)
    names = [one.rule.name for one in rows]
    start = names.index(after) + 1 if (after := request.GET.get("after", "")) in names else 0
    sweep, found = catalogue.found_last(request.user, area)
    waiting = catalogue.open_tickets(request.user)
    context = {
        "lines": [_line(one, found, waiting, request.user) for one in rows[start : start + PAGE]], "total": len(rows),
        "all": len(every), "following": names[start + PAGE - 1] if len(rows) > start + PAGE else "", "starts": not start,
        "sweep": sweep, "on": on, "place": tree().name(area.home), "sentences": _sentences(wanted), "given": request.GET,
        **_choices(), "may_change": scopes.may(request.user, "rulebook.change"),
    }  # fmt: skip
    return render(request, "quality/rules.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    """The filters of the address; what makes no sense is left out."""
    choices: dict[str, Any] = {
        "group": GROUPS, "severity": SEVERITIES, "object": DATASETS, "state": (*STANDINGS, "own", "switched"), "waits": WAITS,
        "regime": [one.name for one in regimes()],
    }  # fmt: skip
    given = {name: request.GET.get(name, "").strip()[:60] for name in NAMES}
    kept = {NAMES[name]: text for name, text in given.items() if name not in choices or text in choices[name]}
    return Wanted(**kept)


def _choices() -> dict[str, Any]:
    english = scopes.is_english()
    return {
        "groups": [(name, f"{name} {words[english]}") for name, words in GROUPS.items()],
        "severities": SEVERITIES.items(), "objects": OBJECTS.items(), "states": _states().items(),
        "waits": [(name, words[english]) for name, words in WAITS.items()],
        "regimes": [(one.name, one.label_en if english else one.label) for one in regimes()],
    }  # fmt: skip


def _states() -> dict[str, Any]:
    return {
        **{str(name): said for name, said in STANDINGS.items()},
        "switched": _("本地或下级停用"),
        "own": _("本地规则或版本"),
    }


def _sentences(wanted: Wanted) -> list[tuple[str, str]]:
    """The filters in words, each with the name that leaves the address when it is taken away."""
    choices = _choices()
    said = {"group": choices["groups"], "severity": choices["severities"], "object": choices["objects"],
            "state": choices["states"], "waits": choices["waits"], "regime": choices["regimes"]}  # fmt: skip
    found = [(f"“{wanted.words}”", "q")] if wanted.words else []
    found += [(str(dict(said[name])[text]), name) for name in said if (text := getattr(wanted, NAMES[name]))]
    return found


def _line(one: Entry, found: dict[str, int], waiting: dict[str, int], user: Any) -> Line:
    rule, english = one.rule, scopes.is_english()
    group = GROUPS.get(rule.group)
    state = str(STANDINGS[one.standing])
    if one.standing is Standing.WAITS:
        state = told(state, WAITS[rule.waits_for][english])
    return Line(
        one, rule.label_en if english else rule.label, group[english] if group else rule.group,
        str(SEVERITIES[Severity(rule.severity)]), OBJECTS[rule.dataset], state, TONES.get(one.standing, "quiet"),
        tree().name(one.own) if one.own is not None else "", found.get(rule.name), waiting.get(rule.name, 0),
    )  # fmt: skip


@require_GET
def rule(request: HttpRequest, name: str) -> HttpResponse:
    """One rule: what it asks, finds, reads and compares with, whose it is, where it is off."""
    area, on = catalogue.area_of(request.user), days.as_of(request)
    return page(request, catalogue.entry(area, name, on), area, on)


def page(request: HttpRequest, one: Entry, area: Area, on: date, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a rule, with the forms that `given` brings back."""
    sweep, found = catalogue.found_last(request.user, area)
    line = _line(one, found, catalogue.open_tickets(request.user, [one.rule.name]), request.user)
    versions, switches = rule_page.versions(one.rule.name, area, on)
    english = scopes.is_english()
    hits, misses = rule_page.examples(one.rule)
    context = {
        "english": english, "line": line, "entry": one, "rule": one.rule, "sweep": sweep, "on": on, "place": tree().name(area.home),
        "basis": BASES[one.rule.basis][english], "laid": rule_page.laid_or_none(one.rule, on, area.home),
        "regimes": _regimes(one.rule), "hits": hits, "misses": misses, "versions": versions, "switches": switches,
        "may_exchange": scopes.may(request.user, "quality.exchange"), "feeding": _feeding(request.user, one, area, on),
        "shipped": rule_page.shipped_basis(one.rule.name, english), "origins": rule_page.origins(one.rule.source), "off_at": [tree().full_name(place) for place in one.off_at],
        "requests": _requests(request.user, one.rule.name), "may_go_back": _may_go_back(request.user, one.rule.name, on), "may_change": scopes.may(request.user, "rulebook.change"), **given,
    }  # fmt: skip
    return render(request, "quality/rule.html", context, status=status)


def _may_go_back(user: Any, name: str, on: date) -> bool:
    """Has a place that the user asks for a version of its own, and is there one above it?"""
    if not rule_page.is_shipped(name) or not scopes.may(user, PERMISSION):
        return False
    return bool(own_rules.places_with_own(name, on=on) & {place for place, _name in places(user)})


def _feeding(user: Any, one: Entry, area: Area, on: date) -> list[dict[str, Any]]:
    """The sources of departments by whose files a rule is judged; none where it is judged otherwise."""
    if not one.rule.compared:
        return []
    return laying.feeding(one.rule.name, sources_seen(area.roots, on=on), on=on, division=area.home)


def _regimes(one: Rule) -> list[str]:
    return [each.label_en if scopes.is_english() else each.label for each in regimes() if each.name in one.regimes]


def _requests(user: Any, name: str) -> list[wording.Request]:
    """What waits for a second person, for who may ask or decide."""
    if not scopes.may(user, "rulebook.change"):
        return []
    asked = Q(kind__in=("rule", "switch"), name=name) | Q(kind="source", name=own_sources.name_of_rule(name))
    rows = rulebook.overrides_for(user).filter(asked, state="proposed")
    return [wording.shown(row, user) for row in rows.order_by("-pk")]
