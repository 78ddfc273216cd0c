"""Signing in and out, the code of the second factor, and the posting acted for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import scopes, second_factor, signing_in, single_sign_on, throttle, unfinished
from fupin.accounts.addresses import client_address
from fupin.accounts.forms import CodeForm, SignInForm
from fupin.accounts.middleware import POSTING
from fupin.accounts.models import User
from fupin.core import audit


@login_not_required
@never_cache
@ensure_csrf_cookie
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name and password."""
    target = signing_in.own_address(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.user.is_authenticated and request.method == "GET":
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    if form.is_valid():
        answer = _try(request, form, target)
        if answer is not None:
            return answer
    context = {"form": form, "next": target, "providers": single_sign_on.providers()}
    return render(request, "accounts/sign_in.html", context, status=_status(request, form))


def _try(request: HttpRequest, form: SignInForm, target: str) -> HttpResponse | None:
    """Try the password that was typed; an answer where it was right or trying is over."""
    name, password = form.cleaned_data["username"], form.cleaned_data["password"]
    if throttle.is_slowed_down(throttle.username_of(request), client_address(request)):
        return locked_out(request, {})
    user = authenticate(request, username=name, password=password)
    if isinstance(user, User):
        return signing_in.identified(request, user, method="password", factor_done=False, target=target)
    _record_failure(name, "password")
    form.add_error(None, _("用户名或密码不对，或账户已停用。"))
    return None


def _status(request: HttpRequest, form: Any) -> int:
    return 422 if request.method == "POST" and form.errors else 200


def _record_failure(name: str, method: str) -> None:
    """A failure in the trail. An unknown name is left out: it may be a password typed in the wrong field."""
    known = User.objects.filter(username=name).first()
    subject = f"user:{known.pk}" if known else "user:?"
    audit.record(by=None, act="accounts.sign_in_failed", subject=subject,
                 division=signing_in.home_of(known) if known else None, detail={"method": method})  # fmt: skip


def locked_out(request: HttpRequest, credentials: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer to those who have failed too often."""
    return render(request, "accounts/locked_out.html", {"minutes": throttle.minutes()}, status=429)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code of the authenticator app, or a recovery code."""
    held = signing_in.pending(request)
    user = User.objects.filter(pk=held["user"], is_active=True).first() if held else None
    if held is None or user is None:
        messages.info(request, _("请先输入用户名和密码。"))
        return HttpResponseRedirect(reverse("accounts:sign_in"))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if throttle.is_locked(request, user.username):
            return locked_out(request, {})
        if second_factor.check(user=user, code=form.cleaned_data["code"]):
            signing_in.enter(request, user, method=held["method"], factor_done=True)
            return HttpResponseRedirect(held["next"])
        user_login_failed.send(sender=__name__, credentials={"username": user.username}, request=request)
        _record_failure(user.username, "code")
        form.add_error("code", _("验证码不对或已用过，请输入新的验证码。"))
    return render(request, "accounts/code.html", {"form": form}, status=_status(request, form))


@never_cache
@require_GET
def unfinished_form(request: HttpRequest) -> HttpResponse:
    """What somebody had typed when the session was over, to be sent now, for the posting it was typed for."""
    held = unfinished.found(request, request.user)
    if held is None:
        return HttpResponseRedirect("/")
    posting = next((one for one in scopes.read_holdings(request.user) if one.pk == held.posting), None)
    if posting:
        request.session[POSTING] = posting.pk
    return render(request, "accounts/unfinished.html", {"held": held, "posting": posting or request.posting})


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token does not fit is not done. One of our own is offered again, any other is refused."""
    user, posting = getattr(request, "left", (request.user.pk, getattr(request.user, "acted_for", None)))
    is_ours = user is not None and unfinished.is_from_our_page(request, reason)
    if is_ours and unfinished.keep(request, user=user, posting=posting):
        return HttpResponseRedirect(reverse("accounts:unfinished"))
    if request.headers.get("HX-Request"):
        context = {"kind": "wrong", "line": _("页面已过期，没有保存。请先复制刚填的内容，刷新页面后重新填写。")}
        return render(request, "core/parts/notice.html", context, status=403)
    return render(request, "403_csrf.html", status=403)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign this browser out."""
    signing_in.leave(request, why="sign_out")
    return HttpResponseRedirect(reverse("accounts:sign_in"))


@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """Act for another of one's postings from now on."""
    chosen = request.POST.get("posting", "")
    held = {str(one.pk): one for one in scopes.read_holdings(request.user)}
    if chosen in held:
        request.session[POSTING] = held[chosen].pk
        messages.success(request, _("现以“%(posting)s”办理。") % {"posting": held[chosen].label})
    return HttpResponseRedirect(signing_in.own_address(request, request.POST.get("next", "")))
