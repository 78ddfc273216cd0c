"""Screens of the rulebook: what holds, since when, by which document; an office's own requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes
from fupin.core import clock, codes, days
from fupin.core.refusals import NotFound, Refused
from fupin.divisions.models import Division
from fupin.divisions.queries import tree
from fupin.policy import catalogue, parameters, regimes
from fupin.rulebook import operations, queries, wording
from fupin.rulebook.forms import BackForm, CodeForm, ProposalForm
from fupin.rulebook.words import WORDS

_PERMISSION = "rulebook.change"


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter as the list shows it."""

    setting: parameters.Parameter
    label: str
    shown: str
    unit: str
    found: queries.InForce | None


@login_required
@require_GET
def parameters_list(request: HttpRequest) -> HttpResponse:
    """Every parameter under its subject, with the value of the day for the division that is acted for."""
    scopes.require(request.user, _PERMISSION)
    day, home = days.as_of(request), _home(request.user)
    wanted, english = request.GET.get("q", "").strip(), scopes.is_english()
    found = queries.all_in_force(on=day, division=home)
    groups: dict[str, list[Line]] = {subject: [] for subject in parameters.subjects()}
    for name, setting in parameters.parameters().items():
        if wanted and wanted.casefold() not in f"{setting.label} {setting.label_en} {name}".casefold():
            continue
        groups[setting.subject].append(_line(setting, found.get(name), english))
    context = {
        "groups": [(parameters.subjects()[key][english], lines) for key, lines in groups.items() if lines],
        "waiting": len(queries.waiting_for(request.user)),
        "place": tree(day).name(home) if home else "",
        "day": day,
        "q": wanted,
    }
    return render(request, "rulebook/parameters.html", context)


def _line(setting: parameters.Parameter, found: queries.InForce | None, english: bool) -> Line:
    shown = wording.show(setting, found.value, english) if found else ""
    return Line(setting, setting.label_en if english else setting.label, shown, setting.unit_label(english), found)


def _home(user: Any) -> int | None:
    """The division that the user acts for: the first that the right holds at; None is the whole region."""
    roots = scopes.divisions(user, _PERMISSION)
    return roots[0] if roots else None


@login_required
@require_http_methods(["GET", "POST"])
def parameter(request: HttpRequest, name: str) -> HttpResponse:
    """One parameter: its values over time with their sources, the requests about it, and the form for a new one."""
    scopes.require(request.user, _PERMISSION)
    setting = _setting(name)
    is_back = request.POST.get("act") == "back"
    form, back = _form(request, setting, is_sent=not is_back), _back_form(request, setting, is_sent=is_back)
    sent: ProposalForm | BackForm | None = back if is_back else form
    if request.method == "POST" and sent is not None and sent.is_valid() and _propose(request, setting, sent):
        return redirect("rulebook:parameter", name=name)
    english, day, home = scopes.is_english(), days.as_of(request), _home(request.user)
    found = queries.all_in_force(on=day, division=home).get(name)
    context = {
        "this": _line(setting, found, english),
        "setting": setting,
        "history": [(row, wording.show(setting, row.value, english)) for row in reversed(setting.values)],
        "requests": [wording.shown(row, request.user) for row in queries.history(name, request.user)],
        "form": form,
        "back": back,
        "day": day,
        "subject": parameters.subjects()[setting.subject][english],
    }
    return render(request, "rulebook/parameter.html", context)


def _setting(name: str) -> parameters.Parameter:
    try:
        return parameters.parameter(name)
    except parameters.UnknownParameter:
        raise NotFound(_("没有名为“%(name)s”的参数。") % {"name": name}, "parameter") from None


def _form(request: HttpRequest, setting: parameters.Parameter, *, is_sent: bool) -> ProposalForm | None:
    """The form, where the user may set this parameter somewhere and looks at today."""
    choices = _places(request, setting)
    if not choices:
        return None
    return ProposalForm(request.POST or None if is_sent else None, setting=setting, divisions=choices)


def _back_form(request: HttpRequest, setting: parameters.Parameter, *, is_sent: bool) -> BackForm | None:
    """The form by which a value of one's own is given up, where there is one; each place with what then holds."""
    today, english = clock.today(), scopes.is_english()
    choices = dict(_places(request, setting))
    own = queries.own_values(setting.name, list(choices), on=today)
    if not own:
        return None
    told = _("%(place)s（现为 %(now)s，恢复后为 %(then)s）")
    divisions = [
        (division, told % {"place": choices[division], "now": _told(setting, setting.read(row.value), english),
                           "then": _above(setting, division, english)})
        for division, row in own.items()
    ]  # fmt: skip
    return BackForm(
        request.POST or None if is_sent else None, divisions=divisions, initial={"valid_from": today}, prefix="back"
    )


def _told(setting: parameters.Parameter, value: Any, english: bool) -> str:
    return f"{wording.show(setting, value, english)} {setting.unit_label(english)}".strip()


def _above(setting: parameters.Parameter, division: int, english: bool) -> str:
    try:
        return _told(setting, queries.above(setting.name, division, on=clock.today()), english)
    except parameters.NotInForce:
        return _("未执行")


def _places(request: HttpRequest, setting: parameters.Parameter) -> list[tuple[int, str]]:
    """Where the user may set this parameter; nowhere while another day is looked at."""
    if not setting.level or days.looks_back(request):
        return []
    lowest = parameters.LEVELS.index(setting.level)
    now, roots = tree(), scopes.divisions(request.user, _PERMISSION)
    return [
        (node.id, now.full_name(node.id))
        for root in ([now.root.id] if roots is None else roots)
        for node in (now.by_id(root), *now.children(root))
        if node.level in parameters.LEVELS and parameters.LEVELS.index(node.level) <= lowest
    ]


def _propose(request: HttpRequest, setting: parameters.Parameter, form: ProposalForm | BackForm) -> bool:
    """Hand the request in, without a value for going back; a refusal stands in the form, with everything that was typed."""
    data = form.cleaned_data
    proposal = operations.Proposal(
        name=setting.name,
        division=Division.objects.get(pk=data["division"]),
        value=data.get("value"),
        valid_from=data["valid_from"],
        valid_to=data.get("valid_to"),
        document=data["document"],
        reason=data["reason"],
    )
    return _handed_in(request, form, lambda: operations.propose(proposals=[proposal], by=request.user))


def _handed_in(request: HttpRequest, form: Any, act: Callable[[], Any]) -> bool:
    """Do the act; a refusal stands in the form, with everything that was typed."""
    try:
        act()
    except Refused as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return False
    messages.success(request, _("已提交，待另一人复核后生效。"))
    return True


@login_required
@require_GET
def requests_list(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, and what was decided lately."""
    scopes.require(request.user, _PERMISSION)
    waiting = queries.waiting_for(request.user)
    own = queries.overrides_for(request.user).filter(state="proposed", proposed_by=request.user.pk)
    decided = queries.overrides_for(request.user).exclude(state="proposed").order_by("-decided_at", "-pk")[:50]
    context = {
        "waiting": [wording.shown(row, request.user) for row in waiting],
        "own": [wording.shown(row, request.user) for row in own],
        "decided": [wording.shown(row, request.user) for row in decided],
    }
    return render(request, "rulebook/requests.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm, refuse or withdraw a request: exactly the one whose digest was on the screen."""
    row = queries.overrides_for(request.user).filter(pk=number).first()
    if row is None:
        raise NotFound(_("没有这份申请。"), "override")
    act, note = request.POST.get("act", ""), request.POST.get("note", "")
    if act == "confirm":
        seen = {row.pk: _digest(request.POST.get("digest", ""))}
        operations.confirm(overrides=[row], by=request.user, seen=seen, note=note)
        messages.success(request, _("已复核，自生效日期起执行。"))
    elif act == "refuse":
        operations.refuse(overrides=[row], by=request.user, note=note)
        messages.success(request, _("已退回。"))
    elif act == "withdraw":
        operations.withdraw(overrides=[row], by=request.user)
        messages.success(request, _("已撤回。"))
    else:
        raise Refused(_("请选择复核通过、不通过或撤回。"), "act")
    return redirect("rulebook:requests")


def _digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


@login_required
@require_GET
def regimes_list(request: HttpRequest) -> HttpResponse:
    """The four regimes: the one of the day, or the one asked for, with its words, lists and publicity."""
    scopes.require(request.user, _PERMISSION)
    english = scopes.is_english()
    held = {each.name: each for each in regimes.regimes()}
    chosen = held.get(request.GET.get("regime", "")) or regimes.regime(days.as_of(request))
    lists = [catalogue.code_list(name) for name in chosen.code_lists.values()]
    context = {
        "regimes": [(each, each.label_en if english else each.label) for each in held.values()],
        "chosen": chosen,
        "words": [(WORDS.get(key, key), chosen.word(key, english)) for key in chosen.words],
        "lists": [(found, found.title_en if english else found.title) for found in lists],
    }
    return render(request, "rulebook/regimes.html", context)


@login_required
@require_GET
def code_lists(request: HttpRequest) -> HttpResponse:
    """Every code list with its number of codes and its source."""
    scopes.require(request.user, _PERMISSION)
    english = scopes.is_english()
    rows = [(found, found.title_en if english else found.title) for found in catalogue.code_lists().values()]
    return render(request, "rulebook/code_lists.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def code_list(request: HttpRequest, name: str) -> HttpResponse:
    """One code list: its codes and labels in both languages, what offices added, and the form for a code of one's own."""
    scopes.require(request.user, _PERMISSION)
    try:
        found = catalogue.code_list(name)
    except catalogue.UnknownList:
        raise NotFound(_("没有名为“%(name)s”的码表。") % {"name": name}, "code_list") from None
    form = _code_form(request, found)
    if request.method == "POST" and form is not None and form.is_valid() and _propose_code(request, found, form):
        return redirect("rulebook:code_list", name=name)
    context = {
        "list": found, "title": found.title_en if scopes.is_english() else found.title, "form": form,
        "own": _own_codes(request, found.name),
        "requests": [wording.shown(row, request.user) for row in queries.history(found.name, request.user)],
    }  # fmt: skip
    return render(request, "rulebook/code_list.html", context)


def _own_codes(request: HttpRequest, name: str) -> list[tuple[catalogue.Item, str]]:
    """What offices of the user's area use beside the shipped codes on the day looked at, each with its office."""
    on, area = days.as_of(request), codes.within(scopes.divisions(request.user, _PERMISSION))
    own = [each for each in codes.added(name) if each.item.holds(on) and area.reaches(each)]
    return [(each.item, tree(on).full_name(each.division)) for each in own]


def _code_form(request: HttpRequest, found: catalogue.CodeList) -> CodeForm | None:
    """The form, where the list is open to offices and the user looks at today."""
    if not found.is_open or days.looks_back(request):
        return None
    now, roots = tree(), scopes.divisions(request.user, _PERMISSION)
    choices = [
        (node.id, now.full_name(node.id))
        for root in ([now.root.id] if roots is None else roots)
        for node in (now.by_id(root), *now.children(root))
    ]
    return CodeForm(request.POST or None, divisions=choices) if choices else None


def _propose_code(request: HttpRequest, found: catalogue.CodeList, form: CodeForm) -> bool:
    """Hand the request in; a refusal stands in the form, with everything that was typed."""
    data, words = form.cleaned_data, (form.cleaned_data["label"], form.cleaned_data["label_en"])
    label, label_en = (None, None) if data["is_retired"] else words
    proposal = operations.CodeProposal(
        found.name, Division.objects.get(pk=data["division"]), data["code"], label, label_en, data["valid_from"],
        data["document"], data["reason"],
    )  # fmt: skip
    return _handed_in(request, form, lambda: operations.propose_codes(proposals=[proposal], by=request.user))
