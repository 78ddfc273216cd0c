"""Rules tried, switched and written on screen: one person asks, a second confirms in the rulebook."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fupin.accounts import scopes
from fupin.bulk.datasets import declared
from fupin.conditions.saying import label
from fupin.core import clock, days
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.divisions.models import Division
from fupin.policy.quality import Rule
from fupin.quality import catalogue, previewing, rule_page
from fupin.quality.catalogue import Standing
from fupin.quality.handing_in import handed_in
from fupin.quality.previewing import Preview
from fupin.quality.rule_forms import IS_ON, PERMISSION, BackForm, RuleForm, SwitchForm
from fupin.quality.words import DATASETS
from fupin.rulebook import operations, own_rules
from fupin.rulebook.operations import RuleProposal, SwitchProposal

_BESIDE = {"condition": "finds", "slow": "finds"}
"""The field beside which a refusal stands."""


@require_GET
def preview(request: HttpRequest, name: str) -> HttpResponse:
    """What a rule would find in the own area by the newest data, off or on, with some of the records and why."""
    area = catalogue.area_of(request.user, PERMISSION)
    one = catalogue.entry(area, name, clock.today())
    if one.standing in (Standing.WAITS, Standing.UNREADABLE) or one.rule.compared:
        raise Refused(_("这条规则还不能判断，无从试算"), "rule")
    done = previewing.preview(request.user, dataset=one.rule.dataset, finds=one.rule.finds, on=clock.today(), name=name)
    template = "quality/parts/preview.html" if request.headers.get("HX-Request") else "quality/preview.html"
    called = one.rule.label_en if scopes.is_english() else one.rule.label
    return render(request, template, {"preview": done, "rule": one.rule, "label": called})


@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for a rule to be off or on at the own office or below it."""
    area = catalogue.area_of(request.user, PERMISSION)
    one = catalogue.entry(area, name, clock.today())
    form = SwitchForm(
        request.POST or None, user=request.user, initial={"valid_from": clock.today(), "division": area.home}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        proposal = SwitchProposal(
            name, Division.objects.get(pk=data["division"]), IS_ON[data["is_on"]], data["valid_from"], data["document"],
            data["valid_to"], data["reason"],
        )  # fmt: skip
        if handed_in(
            request, form, lambda: operations.propose_switches(proposals=[proposal], by=request.user), beside={}
        ):
            return HttpResponseRedirect(reverse("quality:rule", args=[name]))
    open_ = catalogue.open_tickets(request.user, [name]).get(name, 0)
    context = {"form": form, "rule": one.rule, "label": one.rule.label_en if scopes.is_english() else one.rule.label,
               "open": open_, "may_try": bool(one.rule.finds), "looks_back": days.looks_back(request)}  # fmt: skip
    return render(request, "quality/switch.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An office's own rule."""
    area = catalogue.area_of(request.user, PERMISSION)
    start = {"valid_from": clock.today(), "division": area.home}
    return _write(request, RuleForm(request.POST or None, user=request.user, initial=start), None)


@require_http_methods(["GET", "POST"])
def version(request: HttpRequest, name: str) -> HttpResponse:
    """An office's own version of a rule."""
    area = catalogue.area_of(request.user, PERMISSION)
    rule = catalogue.entry(area, name, clock.today()).rule
    start = {**RuleForm.of(rule), "valid_from": clock.today(), "division": area.home}
    return _write(request, RuleForm(request.POST or None, user=request.user, rule=rule, initial=start), rule)


@require_http_methods(["GET", "POST"])
def back(request: HttpRequest, name: str) -> HttpResponse:
    """Ask that an office's own version of a rule give way to the one that stands above it."""
    area, today = catalogue.area_of(request.user, PERMISSION), clock.today()
    one = catalogue.entry(area, name, today)
    form = BackForm(request.POST or None, user=request.user, held=own_rules.places_with_own(name, on=today),
                    initial={"valid_from": today, "division": area.home})  # fmt: skip
    if not form.fields["division"].choices or not rule_page.is_shipped(name):  # type: ignore[attr-defined]
        raise NotFound(_("您的辖区没有这条规则的本地版本，无从恢复。"), "rule")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        place = Division.objects.get(pk=data["division"])
        proposal = RuleProposal(name, place, None, data["valid_from"], data["document"], data["reason"])
        if handed_in(request, form, lambda: operations.propose_rules(proposals=[proposal], by=request.user), beside={}):
            return HttpResponseRedirect(reverse("quality:rule", args=[name]))
    label = one.rule.label_en if scopes.is_english() else one.rule.label
    context = {"form": form, "rule": one.rule, "label": label,
               "changes": rule_page.changes_back(name, [place for place, _name in form.fields["division"].choices], today)}  # type: ignore[attr-defined]  # fmt: skip
    return render(request, "quality/back.html", context, status=422 if form.errors else 200)


def _write(request: HttpRequest, form: RuleForm, rule: Rule | None) -> HttpResponse:
    """Show the form, try the condition while it is being written, or hand it in."""
    tried: Preview | None = None
    if request.method == "POST" and request.POST.get("act") == "preview":
        tried = _try(request, form, rule)
    elif request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        name = rule.name if rule is not None else data["name"].strip()
        given = {"division", "name", "valid_from", "document", "reason"}
        proposal = RuleProposal(
            name, Division.objects.get(pk=data["division"]), {k: v for k, v in data.items() if k not in given},
            data["valid_from"], data["document"], data["reason"],
        )  # fmt: skip
        if handed_in(
            request, form, lambda: operations.propose_rules(proposals=[proposal], by=request.user), beside=_BESIDE
        ):
            back = reverse("quality:rule", args=[name]) if rule is not None else reverse("rulebook:requests")
            return HttpResponseRedirect(back)
    status = 422 if request.method == "POST" and form.errors else 200
    context = {"form": form, "rule": rule, "preview": tried, "fields": _fields(), "laid": _laid(request, tried),
               "label": (rule.label_en if scopes.is_english() else rule.label) if rule else ""}  # fmt: skip
    return render(request, "quality/propose.html", context, status=status)


def _laid(request: HttpRequest, tried: Preview | None) -> rule_page.Laid | None:
    """The condition that was tried, in words."""
    if tried is None:
        return None
    home = catalogue.area_of(request.user, PERMISSION).home
    return rule_page.laid(request.POST.get("dataset", ""), request.POST.get("finds", "").strip(), clock.today(), home)


def _try(request: HttpRequest, form: RuleForm, rule: Rule | None) -> Preview | None:
    """Only the condition matters while it is tried: what else is lacking is said when it is handed in."""
    form.is_valid()
    for name in [name for name in form.errors if name not in ("finds", "dataset")]:
        del form.errors[name]
    if form.errors:
        return None
    try:
        done = previewing.preview(request.user, dataset=form.cleaned_data["dataset"], finds=form.cleaned_data["finds"],
                                  on=clock.today(), name=rule.name if rule else "")  # fmt: skip
        form.offer_examples()
        return done
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error("finds", list(refusal.reasons))
        return None


def _fields() -> list[tuple[Any, list[tuple[str, str, str]]]]:
    """What conditions may speak of: by object, each field with its label and unit."""
    return [
        (DATASETS[name], [(one.name, label(one), one.unit) for one in declared.dataset(name).fields])
        for name in DATASETS
    ]
