"""The screens of single acts: one form each, checked while typing, kept as a draft, told of a conflict side by side."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fupin.accounts import scopes
from fupin.core import clock, codes, days
from fupin.core.refusals import NotAllowed, Refused, Stale
from fupin.core.sentences import said
from fupin.registry import operations, queries, rules
from fupin.registry.forms import drafts
from fupin.registry.forms.columns import HOUSEHOLD_COLUMNS, PERSON_COLUMNS, RegisterForm, as_base, texts
from fupin.registry.forms.households import HouseholdForm, MoveForm, NewHouseholdForm, NewMemberForm, PersonForm
from fupin.registry.forms.members import HeadForm, LeavingForm, MergeForm, SplitForm
from fupin.registry.views.households import standing_of

form_methods = require_http_methods(["GET", "POST"])


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that two people changed: what stands there now, what this one wants."""

    name: str
    label: str
    before: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Act:
    """An act on screen: what it is called, where it belongs, how it is done."""

    name: str
    title: str
    back: str
    do: Callable[[Any], str]
    """takes the valid form, answers the address to go to"""
    done: str
    form: Callable[[Any], Any]
    """makes the form from posted data, or unbound from None"""
    fresh: Callable[[], tuple[int, dict[str, Any]]] | None = None
    """the version and the texts as they stand now, for the comparison"""
    explain: str = ""
    about: str = ""
    """whom it is about: the household's head and number"""
    again: str = ""
    """what the button says that does the act and opens it anew, where it is often done several times"""


def perform(request: HttpRequest, act: Act) -> HttpResponse:
    """Show the form, check it, keep it as a draft, or do the act."""
    data = request.POST if request.method == "POST" else None
    if data is None and request.GET.get("draft"):
        data = drafts.read(request.user, act.name)
    form = act.form(data)
    if request.method != "POST":
        return _show(request, act, form, status=200)
    if "check" in request.GET:
        return render(request, "registry/parts/checks.html", {"problems": form.problems()})
    if "draft" in request.POST or "drop_draft" in request.POST:
        return _draft(request, act)
    return _send(request, act, form)


def _draft(request: HttpRequest, act: Act) -> HttpResponse:
    if "draft" in request.POST:
        drafts.keep(request.user, act.name, request.POST)
        messages.success(request, _("已存为草稿，下次打开这张表时可以继续填写。"))
    else:
        drafts.drop(request.user, act.name)
    return HttpResponseRedirect(request.path if "drop_draft" in request.POST else act.back)


def _send(request: HttpRequest, act: Act, form: Any) -> HttpResponse:
    if not form.is_valid():
        return _show(request, act, form, status=422)
    try:
        target = act.do(form)
    except Stale as refusal:
        conflicts = _conflicts(act, form)
        if act.fresh is not None and not any(one.theirs != one.before and one.mine != one.before for one in conflicts):
            return _again(request, act)
        return _show(
            request, act, act.form(_renewed(request, act)), status=409, conflicts=conflicts, stale=refusal.reasons
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, list(refusal.reasons))
        return _show(request, act, form, status=422)
    drafts.drop(request.user, act.name)
    messages.success(request, act.done)
    return HttpResponseRedirect(target)


def _again(request: HttpRequest, act: Act) -> HttpResponse:
    """Two people changed different fields: both changes hold. Done once more against the version of now."""
    form = act.form(_renewed(request, act))
    if not form.is_valid():
        return _show(request, act, form, status=422)
    try:
        target = act.do(form)
    except Refused as refusal:
        form.add_error(None, list(refusal.reasons))
        return _show(request, act, form, status=422)
    drafts.drop(request.user, act.name)
    messages.success(request, act.done)
    messages.info(request, _("在您填写期间有人改了其他内容，两处修改都已保留。"))
    return HttpResponseRedirect(target)


def _renewed(request: HttpRequest, act: Act) -> Any:
    """What was posted, with the version of now: whoever sends it again has seen what changed."""
    data = request.POST.copy()
    if act.fresh is not None:
        version, current = act.fresh()
        base, now = act.form(request.POST).base_texts(), _flat(current)
        for name, text in now.items():
            if data.get(name, "") == base.get(name) and name in base and not isinstance(current[name], list):
                data[name] = text
        data["version"], data["base"] = str(version), as_base(current)
    else:
        data["version"] = ""
    return data


def _flat(current: dict[str, Any]) -> dict[str, str]:
    return {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in current.items()}


def _conflicts(act: Act, form: Any) -> list[Conflict]:
    """The fields that changed since the form was opened, here or there, side by side."""
    if act.fresh is None or not isinstance(form, RegisterForm):
        return []
    _version, current = act.fresh()
    now, base, mine = _flat(current), form.base_texts(), form.typed()
    return [
        Conflict(name, str(form.fields[name].label), before, now.get(name, ""), mine.get(name, ""))
        for name, before in base.items()
        if name in form.fields and (now.get(name, "") != before)
    ]


def _show(
    request: HttpRequest, act: Act, form: Any, *, status: int, conflicts: Any = (), stale: Any = ()
) -> HttpResponse:
    has_draft = status == 200 and not request.GET.get("draft") and drafts.read(request.user, act.name) is not None
    context = {
        "act": act, "form": form, "conflicts": conflicts, "stale": stale, "has_draft": has_draft,
        "is_register_form": isinstance(form, RegisterForm),
    }  # fmt: skip
    return render(request, "registry/act.html", context, status=status)


def open_page(
    request: HttpRequest, number: str, may: Callable[[rules.Standing], Any] = rules.may_act
) -> queries.HouseholdPage:
    """The household as it stands now, if the act is possible. Raises NotAllowed with every reason, NotFound."""
    page = queries.household_page(request.user, number, clock.today())
    standing = replace(standing_of(request, page), looks_back=days.looks_back(request))
    verdict = may(standing)
    if not verdict:
        raise NotAllowed(verdict.reasons)
    return page


def about(page: queries.HouseholdPage) -> str:
    """Whom an act is about: the head's name and the household's number."""
    name = page.head.fact.name if page.head else ""
    return f"{name} {page.household.number}".strip()


def home_of(page: queries.HouseholdPage) -> str:
    """The address of the household's page."""
    return reverse("registry:household", args=[page.household.number])


def opening(version: int | None = None, base: dict[str, Any] | None = None) -> dict[str, Any]:
    """What an opened form carries: the version read, the texts then, an id of its own."""
    return {
        "version": version,
        "base": as_base(base or {}),
        "client_id": uuid.uuid4().hex,
        "happened_on": clock.today(),
    }


def changed_fields(request: HttpRequest, form: RegisterForm) -> dict[str, Any]:
    """What this person changed, without the day and without what was left to the other editor."""
    left = {"happened_on", *request.POST.getlist("take_theirs")}
    return {name: value for name, value in form.touched().items() if name not in left}


def tell(request: HttpRequest, values: dict[str, Any]) -> None:
    """What hardly stands together, after it was written."""
    for sentence in rules.doubts(values):
        messages.warning(request, said(sentence))


def _area(request: HttpRequest) -> codes.Place:
    """Whose own codes are offered before the village is known; the village that is chosen has the last word."""
    return codes.within(scopes.divisions(request.user, "registry.change"))


@form_methods
def register(request: HttpRequest) -> HttpResponse:
    """Register a new rural household with its head."""
    scopes.require(request.user, "registry.change")
    today, made_up = clock.today(), settings.DEMONSTRATION  # what is typed into a demonstration is marked as made up

    def do(form: NewHouseholdForm) -> str:
        new = operations.NewHousehold(form.cleaned_data["village"], [form.head()], form.attributes(), made_up)
        (number,) = operations.register_households(
            households=[new],
            by=request.user,
            on=form.cleaned_data["happened_on"],
            client_id=form.cleaned_data["client_id"],
        )
        return reverse("registry:household", args=[number])

    start = {**opening(), **{k: v for k, v in request.GET.dict().items() if k == "village"}}
    return perform(request, Act(
        "register", _("登记新户"), reverse("registry:households"), do, _("已登记。请继续增加其他成员。"),
        lambda data: NewHouseholdForm(data, on=today, synthetic=made_up, initial=start, place=_area(request)),
        explain=_("任何农牧户都可以登记为一户；是否纳入建档立卡或监测，由识别程序决定。"),
    ))  # fmt: skip


@form_methods
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Change or correct the attributes of a household."""
    page = open_page(request, number)
    household = page.household

    def fresh() -> tuple[int, dict[str, Any]]:
        now = queries.household_page(request.user, number, clock.today())
        return now.household.version, texts(HOUSEHOLD_COLUMNS, now.fact)

    def do(form: HouseholdForm) -> str:
        data, touched = form.cleaned_data, changed_fields(request, form)
        operations.change_household(
            changes=[operations.HouseholdChange(household.pk, touched, data["version"], data["mode"] == "correct")],
            by=request.user, on=data["happened_on"],
        )  # fmt: skip
        return home_of(page)

    initial = texts(HOUSEHOLD_COLUMNS, page.fact)
    start = {**initial, **opening(household.version, initial)}
    return perform(request, Act(
        f"change:{number}", _("登记变化"), home_of(page), do, _("已保存。"),
        lambda data: HouseholdForm(
            data, on=page.on, synthetic=household.is_synthetic, initial=start, place=codes.at(page.fact.village_id)
        ), fresh,
        about=about(page),
    ))  # fmt: skip


@form_methods
def change_person(request: HttpRequest, number: str) -> HttpResponse:
    """Change or correct the facts of a person."""
    page = queries.person_page(request.user, number, clock.today())
    open_page(request, page.household.number)
    person = page.member.person

    def fresh() -> tuple[int, dict[str, Any]]:
        now = queries.person_page(request.user, number, clock.today())
        return now.member.person.version, person_texts(now)

    def do(form: PersonForm) -> str:
        data, touched = form.cleaned_data, changed_fields(request, form)
        operations.change_persons(
            changes=[operations.PersonChange(person.pk, touched, data["version"], data["mode"] == "correct")],
            by=request.user, on=data["happened_on"],
        )  # fmt: skip
        tell(request, touched)
        return reverse("registry:person", args=[number])

    start = {**(initial := person_texts(page)), **opening(person.version, initial)}
    return perform(request, Act(
        f"person:{number}", _("登记个人变化"), reverse("registry:person", args=[number]), do, _("已保存。"),
        lambda data: PersonForm(
            data, on=page.on, synthetic=person.is_synthetic, initial=start, place=codes.at(page.household_fact.village_id)
        ), fresh, about=f"{page.member.fact.name} {number}",
    ))  # fmt: skip


def person_texts(page: queries.PersonPage) -> dict[str, Any]:
    """The fields of a person's form: facts, and the document from its own table."""
    found = texts(PERSON_COLUMNS, page.member.fact)
    identity = page.member.identities[0] if page.member.identities else None
    document = texts([c for c in PERSON_COLUMNS if c.name == "id_number"], _Document(identity))
    return {**found, **document, "document_kind": identity.document_kind if identity else ""}


class _Document:
    """A document under the name that its column has in the files."""

    def __init__(self, identity: Any) -> None:
        self.id_number_sealed = identity.number_sealed if identity else None


@form_methods
def add_member(request: HttpRequest, number: str) -> HttpResponse:
    """Take somebody into the household."""
    page = open_page(request, number)
    household = page.household

    def do(form: NewMemberForm) -> str:
        data, own = form.cleaned_data, ("happened_on", "joined_by")
        values = {name: value for name, value in form.filled().items() if name not in own}
        member = operations.NewMember(household.pk, values, data["joined_by"], data["version"])
        operations.add_members(members=[member], by=request.user, on=data["happened_on"], client_id=data["client_id"])
        tell(request, values)
        return home_of(page)

    start = opening(household.version)
    return perform(request, Act(
        f"member:{number}", _("增加成员"), home_of(page), do, _("已增加成员。"),
        lambda data: NewMemberForm(
            data, on=page.on, synthetic=household.is_synthetic, initial=start, place=codes.at(page.fact.village_id)
        ),
        about=about(page),
    ))  # fmt: skip


@form_methods
def remove_member(request: HttpRequest, number: str) -> HttpResponse:
    """A member dies, marries out or moves out."""
    page = open_page(request, number)

    def do(form: LeavingForm) -> str:
        data = form.cleaned_data
        new_head = int(data["new_head"]) if data["new_head"] else None
        leaving = operations.Leaving(int(data["person"]), data["left_by"], new_head, form.relations(), data["version"])
        operations.remove_members(leavings=[leaving], by=request.user, on=data["happened_on"])
        return home_of(page)

    return perform(request, Act(
        f"leave:{number}", _("减少成员"), home_of(page), do, _("已减少成员。"),
        lambda data: LeavingForm(page.members, data, on=page.on, initial=opening(page.household.version)),
        explain=_("最后一名成员减少后，该户整户减少，历史保留。"),
        about=about(page),
    ))  # fmt: skip


@form_methods
def change_head(request: HttpRequest, number: str) -> HttpResponse:
    """Another member becomes the head."""
    page = open_page(request, number, rules.may_change_head)

    def do(form: HeadForm) -> str:
        data = form.cleaned_data
        operations.change_heads(
            heads={page.household.pk: int(data["new_head"])}, by=request.user, on=data["happened_on"],
            relations=form.relations(), base_version=data["version"],
        )  # fmt: skip
        return home_of(page)

    return perform(request, Act(
        f"head:{number}", _("变更户主"), home_of(page), do, _("已变更户主，户编号不变。"),
        lambda data: HeadForm(page.members, data, on=page.on, initial=opening(page.household.version)),
        about=about(page),
    ))  # fmt: skip


@form_methods
def split(request: HttpRequest, number: str) -> HttpResponse:
    """Some members go on as a household of their own; where several do, one after the other."""
    page = open_page(request, number, rules.may_split)
    goes_on = "again" in request.POST

    def do(form: SplitForm) -> str:
        data = form.cleaned_data
        splitting = operations.Splitting(page.household.pk, int(data["new_head"]), form.going(), data["version"])
        (made,) = operations.split_households(
            splittings=[splitting], by=request.user, on=data["happened_on"], client_id=data["client_id"]
        )
        left = len(page.members) - len({*form.going(), splitting.new_head})
        return (
            _next_split(request, number, made) if goes_on and left > 1 else reverse("registry:household", args=[made])
        )

    return perform(request, Act(
        f"split:{number}", _("分户"), home_of(page), do, _("已分户。") if goes_on else _("已分户，这是新户。"),
        lambda data: SplitForm(page.members, data, on=page.on, initial=opening(page.household.version)),
        explain=_("新户沿用原户的登记内容和身份；人编号不变。"),
        about=about(page), again=_("提交并再分一户") if len(page.members) > 2 else "",
    ))  # fmt: skip


def _next_split(request: HttpRequest, number: str, made: str) -> str:
    messages.info(request, _("新户编号 %(number)s；请继续分出下一户。") % {"number": made})
    return reverse("registry:split", args=[number])


@form_methods
def merge(request: HttpRequest, number: str) -> HttpResponse:
    """The household joins another one."""
    page = open_page(request, number)

    def do(form: MergeForm) -> str:
        data = form.cleaned_data
        into, _fact = queries.household_for(request.user, data["into"].strip(), "registry.change")
        merging = operations.Merging(page.household.pk, into.pk, form.relations(), data["version"])
        operations.merge_households(mergings=[merging], by=request.user, on=data["happened_on"])
        return reverse("registry:household", args=[into.number])

    return perform(request, Act(
        f"merge:{number}", _("并入他户"), home_of(page), do, _("已并户，这是并入的户。"),
        lambda data: MergeForm(page.members, data, on=page.on, initial=opening(page.household.version)),
        about=about(page),
    ))  # fmt: skip


@form_methods
def move(request: HttpRequest, number: str) -> HttpResponse:
    """The household moves to another village."""
    page = open_page(request, number)

    def do(form: MoveForm) -> str:
        data = form.cleaned_data
        values = {name: value for name, value in form.filled().items() if name not in ("village", "happened_on")}
        moving = operations.Moving(page.household.pk, data["village"], values, data["version"])
        operations.move_households(movings=[moving], by=request.user, on=data["happened_on"])
        is_seen = scopes.may(request.user, "registry.view", data["village"])
        return home_of(page) if is_seen else reverse("registry:households")

    return perform(request, Act(
        f"move:{number}", _("迁移"), home_of(page), do, _("已迁移，户编号不变。"),
        lambda data: MoveForm(data, on=page.on, initial=opening(page.household.version)),
        explain=_("需要同时管辖迁出地和迁入地的岗位办理。"),
        about=about(page),
    ))  # fmt: skip
