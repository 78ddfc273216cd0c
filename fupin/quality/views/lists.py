"""The list of tickets: filters as sentences, counts, pages by key."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fupin.accounts import scopes
from fupin.accounts.queries import names_of
from fupin.core import clock
from fupin.core.sentences import told
from fupin.divisions.queries import tree
from fupin.policy.quality import rules
from fupin.quality import queries
from fupin.quality.issued import queries as issued
from fupin.quality.queries import Wanted
from fupin.quality.views import asked, shown
from fupin.quality.words import SEVERITIES, STATES, Severity, State
from fupin.registry.queries import household_for

NAMES = ("state", "severity", "rule", "division", "mine", "overdue", "officer", "week", "issued")
BY = ("division", "rule", "officer", "week")
Sentence = tuple[str, str]
_WHOLE_CODE = 12
"""Digits of a village's code: below it there is no table."""


@require_GET
def tickets(request: HttpRequest) -> HttpResponse:
    """The tickets of the own area, the most urgent first."""
    scopes.require(request.user, "quality.view")
    wanted = wanted_of(request)
    rows, following = queries.page(request.user, wanted, after=request.GET.get("after", ""))
    context = {
        "lines": shown.lines_of(rows), "following": following, "starts": not request.GET.get("after"),
        "sentences": sentences(request, wanted), "query": query_of(request), "given": request.GET, "wanted": wanted,
        "states": [*_together().items(), *STATES.items()], "severities": SEVERITIES.items(), "rules": _rules(),
        "may_answer": scopes.may(request.user, "quality.answer"), "may_review": scopes.may(request.user, "quality.review"),
        "may_export": scopes.may(request.user, "registry.export"), "may_sweep": scopes.may(request.user, "quality.sweep"),
    }  # fmt: skip
    return render(request, "quality/tickets.html", context)


@require_GET
def of_household(request: HttpRequest, number: str) -> HttpResponse:
    """The card on the page of a household: what is open, and how much was settled."""
    household, _fact = household_for(request.user, number)
    scopes.require(request.user, "quality.view")
    rows = list(queries.matching(request.user, Wanted(household=household.pk)).select_related("assigned_to"))
    lines = sorted(
        shown.lines_of([one for one in rows if one.state != State.CLOSED]), key=lambda one: one.ticket.due_on
    )
    context = {"lines": lines, "closed": len(rows) - len(lines)}
    return render(request, "quality/parts/of_household.html", context)


@require_GET
def total(request: HttpRequest) -> HttpResponse:
    """How many the list has, and how many of them are late: a request of its own."""
    scopes.require(request.user, "quality.view")
    found = queries.totals(queries.matching(request.user, wanted_of(request)), clock.today())
    return render(request, "quality/parts/total.html", {"found": found})


@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """Sent, answered, rate and overdue by division, rule, officer or week; each number opens its list."""
    scopes.require(request.user, "quality.view")
    by = request.GET.get("by", "")
    by = by if by in BY else "division"
    wanted = wanted_of(request)
    lines = queries.counts(request.user, wanted, by, clock.today())
    known = labels()
    found = queries.totals(queries.matching(request.user, wanted), clock.today())
    context = {
        "by": by, "ways": known.items(), "heading": known[by], "sentences": sentences(request, wanted),
        "lines": [(one, label_of(by, one), _opens(request, by, one), _further(request, by, one)) for one in lines],
        "on": clock.today(),
        "all": found, "query": query_of(request), "wanted": wanted,
        "rate": queries.rate_of(found["sent"], found["answered"], found["dropped"]),
    }  # fmt: skip
    return render(request, "quality/counts.html", context)


def labels() -> dict[str, str]:
    """By what tickets are counted, in words."""
    return {"division": _("区划"), "rule": _("规则"), "officer": _("承办人"), "week": _("下发周（周一）")}


def label_of(by: str, one: queries.Counts) -> str:
    """What a line of the counts is called."""
    if by == "rule":
        return told(one.key, shown.rule_label(one.key)) if one.key else _("下发问题")
    if one.place:
        return f"{one.label} · {one.place}"
    return one.label or (_("未指派") if by == "officer" else "—")


def _opens(request: HttpRequest, by: str, one: queries.Counts) -> str:
    kept = {name: value for name, value in request.GET.items() if name in NAMES and value}
    return urlencode({**kept, by: one.key if by != "week" else one.label})


def _further(request: HttpRequest, by: str, one: queries.Counts) -> str:
    """Where the name of a line leads: a division to the same table one level further down, a rule to its page."""
    if by == "rule":
        return reverse("quality:rule", args=[one.key]) if one.key and shown.rule_of(one.key) else ""
    if by != "division" or str(one.key) == request.GET.get("division") or len(str(one.key)) >= _WHOLE_CODE:
        return ""
    return f"?{_opens(request, by, one)}"


def wanted_of(request: HttpRequest) -> Wanted:
    """The filters of the address; what makes no sense there is left out. Raises NotFound for a place out of reach."""
    given = request.GET
    state, severity = given.get("state", ""), given.get("severity", "")
    return Wanted(
        state=state if state in (*queries.STATES_OF, *STATES) else "", severity=severity if severity in SEVERITIES else "",
        rule=given.get("rule", "")[:40], division=asked.division(request.user, given.get("division", "")),
        mine=bool(given.get("mine")), overdue=bool(given.get("overdue")),
        officer=asked.number(given.get("officer", "")), week=asked.day(given.get("week", "")),
        issued=asked.number(given.get("issued", "")),
    )  # fmt: skip


def query_of(request: HttpRequest) -> str:
    """The filters of the address, without the place in the list."""
    return urlencode([(name, request.GET[name]) for name in NAMES if request.GET.get(name)])


def sentences(request: HttpRequest, wanted: Wanted) -> list[Sentence]:
    """The filters in words, each with the name that leaves the address when it is taken away."""
    found: list[Sentence] = []
    if wanted.state:
        found.append((_together().get(wanted.state) or str(STATES[State(wanted.state)]), "state"))
    if wanted.severity:
        found.append((str(SEVERITIES[Severity(wanted.severity)]), "severity"))
    if wanted.rule:
        found.append((shown.rule_label(wanted.rule), "rule"))
    if wanted.division is not None:
        found.append((tree().name(wanted.division), "division"))
    if wanted.mine:
        found.append((_("我承办的"), "mine"))
    if wanted.overdue:
        found.append((_("已超期"), "overdue"))
    if wanted.officer is not None:
        name = names_of({wanted.officer}).get(wanted.officer, "") if wanted.officer else _("未指派")
        found.append((told(_("承办人"), name), "officer"))
    if wanted.week is not None:
        found.append((_("%(day)s 起一周下发") % {"day": wanted.week}, "week"))
    if wanted.issued is not None:
        found.append((told(_("下发名单"), issued.title_for(request.user, wanted.issued)), "issued"))
    return found


def _together() -> dict[str, str]:
    return {"unclosed": _("未办结"), "replied": _("已答复")}


def _rules() -> list[tuple[str, str]]:
    return [(name, f"{name} {shown.rule_label(name)}") for name in sorted(rules())]
