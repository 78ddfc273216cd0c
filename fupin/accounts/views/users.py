"""Users and postings: the list, one person, and the acts of the security administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import operations, queries, scopes, second_factor, throttle
from fupin.accounts.forms import EndPostingForm, NewPostingForm, NewUserForm, PostingFilterForm
from fupin.core.refusals import Refused


@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """Who is posted where."""
    scopes.require(request.user, "accounts.view")
    form = PostingFilterForm(request.GET or None)
    wanted = queries.PostingFilter()
    if form.is_valid():
        place = None
        if form.cleaned_data["place"]:
            place = queries.division_in_reach(request.user, form.cleaned_data["place"], "accounts.view").pk
        wanted = queries.PostingFilter(
            text=form.cleaned_data["q"], role=form.cleaned_data["role"], duty=form.cleaned_data["duty"], place=place,
            state=form.cleaned_data["state"] or "present",
        )  # fmt: skip
    after = request.GET.get("before", "")
    rows, following = queries.posting_list(request.user, wanted, before=int(after) if after.isdigit() else None)
    context = {"form": form, "rows": rows, "following": following, "may_change": _may_change(request),
               "starts": not after}  # fmt: skip
    return render(request, "accounts/users.html", context)


def _may_change(request: HttpRequest) -> bool:
    return scopes.may(request.user, "accounts.change")


@require_GET
def user(request: HttpRequest, id: int) -> HttpResponse:
    """One person: account, postings, what can be done."""
    person = queries.user_or_404(request.user, id)
    seen = queries.visible_postings(request.user).filter(user=person).order_by("-valid_from", "-pk")
    context = {
        "person": person,
        "postings": queries.lines(seen),
        "may_change": _may_change(request) and person.pk != request.user.pk,
        "may_read_trail": scopes.may(request.user, "audit.view"),
        "has_second_factor": second_factor.is_set_up(person),
        "is_locked": throttle.has_failures(person.username),
    }
    return render(request, "accounts/user.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def add_user(request: HttpRequest) -> HttpResponse:
    """A new account with its first posting; the password is shown this once."""
    scopes.require(request.user, "accounts.change")
    form = NewUserForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            place = queries.division_in_reach(request.user, data["place"], "accounts.change")
            added = operations.add_user(
                username=data["username"], full_name=data["full_name"], role=data["role"], duty=data["duty"],
                area=data["area"], division=place, by=request.user,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return _told_once(request, added.user, added.password)
    return render(request, "accounts/user_form.html", {"form": form}, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


def _told_once(request: HttpRequest, person: Any, password: str) -> HttpResponse:
    return render(request, "accounts/password_made.html", {"person": person, "password": password})


@require_http_methods(["GET", "POST"])
def add_posting(request: HttpRequest, id: int) -> HttpResponse:
    """Post somebody to another division or duty."""
    person = queries.user_or_404(request.user, id)
    scopes.require(request.user, "accounts.change")
    form = NewPostingForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            place = queries.division_in_reach(request.user, data["place"], "accounts.change")
            operations.add_posting(user=person, role=data["role"], duty=data["duty"], area=data["area"], division=place,
                                   by=request.user, on=data["on"])  # fmt: skip
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("任职已登记。"))
            return _to(person.pk)
    return render(request, "accounts/posting_form.html", {"form": form, "person": person}, status=_status(form))


@require_http_methods(["GET", "POST"])
def end_posting(request: HttpRequest, id: int) -> HttpResponse:
    """End a posting from a day on."""
    posting = queries.posting_or_404(request.user, id)
    scopes.require(request.user, "accounts.change", posting.division_id)
    form = EndPostingForm(request.POST or None)
    if form.is_valid():
        try:
            operations.end_posting(posting=posting, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            messages.success(request, _("任职已结束。"))
            return _to(posting.user_id)
    (line,) = queries.lines(queries.visible_postings(request.user).filter(pk=posting.pk))
    return render(request, "accounts/posting_end.html", {"form": form, "line": line}, status=_status(form))


@never_cache
@require_POST
def reset_password(request: HttpRequest, id: int) -> HttpResponse:
    """A new one-time password, shown this once."""
    person = queries.user_or_404(request.user, id)
    (password,) = operations.reset_passwords(users=[person], by=request.user)
    return _told_once(request, person, password)


@require_POST
def set_active(request: HttpRequest, id: int) -> HttpResponse:
    """Disable an account, or enable it again."""
    person = queries.user_or_404(request.user, id)
    if request.POST.get("active") == "1":
        operations.enable_users(users=[person], by=request.user)
        messages.success(request, _("账户已启用。"))
    else:
        operations.disable_users(users=[person], by=request.user)
        messages.success(request, _("账户已停用，其登录与令牌立即失效。"))
    return _to(person.pk)


@require_POST
def unbind(request: HttpRequest, id: int) -> HttpResponse:
    """Take a lost authenticator app off an account."""
    person = queries.user_or_404(request.user, id)
    operations.unbind_second_factor(users=[person], by=request.user)
    messages.success(request, _("身份验证器已解除，下次登录时重新绑定。"))
    return _to(person.pk)


@require_POST
def unlock(request: HttpRequest, id: int) -> HttpResponse:
    """Let somebody who failed too often try again at once."""
    person = queries.user_or_404(request.user, id)
    operations.unlock_users(users=[person], by=request.user)
    messages.success(request, _("已解锁，可以立即重试。"))
    return _to(person.pk)


def _to(person: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("accounts:user", args=[person]))
