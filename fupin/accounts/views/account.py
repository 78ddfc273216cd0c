"""My account: postings, password, second factor, the browsers that are signed in, tokens for programs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fupin.accounts import operations, passwords, queries, scopes, second_factor, signing_in, tokens
from fupin.accounts.forms import BindForm, PasswordForm, TokenForm
from fupin.core.refusals import NotFound, Refused

SECRET = "second_factor_secret"  # noqa: S105 (a session key)


@require_GET
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """The overview."""
    user: Any = request.user
    signed_in = list(user.sign_ins.order_by("-last_seen_at"))
    alive = set(
        Session.objects.filter(session_key__in=[one.session_key for one in signed_in], expire_date__gt=timezone.now())
        .values_list("session_key", flat=True)
    )  # fmt: skip
    context = {
        "postings": queries.postings_of(user),
        "handovers": queries.handovers_waiting_for(user),
        "sign_ins": [one for one in signed_in if one.session_key in alive],
        "here": request.session.session_key,
        "tokens": user.api_tokens.order_by("-id"),
        "now": timezone.now(),
        "has_second_factor": second_factor.is_set_up(user),
        "needs_second_factor": second_factor.is_required(user),
        "codes_left": second_factor.recovery_codes_left(user),
    }
    return render(request, "accounts/account.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Set a new password; the other browsers are signed out."""
    user: Any = request.user
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            data = form.cleaned_data
            operations.prove_password(user, data["present"], request)
            operations.change_password(
                user=user, present=data["present"], new=data["new"], and_tokens=data["and_tokens"]
            )
        except Refused as refusal:
            form.add_error(refusal.code, list(refusal.reasons))
        else:
            former = request.session.session_key or ""
            update_session_auth_hash(request, user)
            signing_in.renew(request, user, former=former)
            messages.success(request, _("密码已修改，其他浏览器上的登录已退出。"))
            return HttpResponseRedirect(reverse("accounts:account"))
    context = {"form": form, "is_due": passwords.must_change(user, timezone.now())}
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def bind_second_factor(request: HttpRequest) -> HttpResponse:
    """Bind an authenticator app: scan, type the first code, prove who one is, keep the recovery codes."""
    user: Any = request.user
    has_one = second_factor.is_set_up(user)
    if has_one and not request.session.get("second_factor"):
        return HttpResponseRedirect(reverse("accounts:account"))
    secret = request.session.setdefault(SECRET, second_factor.new_secret())
    form = BindForm(request.POST or None, has_proof=operations.has_proof(user))
    if form.is_valid() and (codes := _bound(request, form, secret)) is not None:
        return render(request, "accounts/recovery_codes.html", {"codes": codes})
    context = {"form": form, "picture": second_factor.picture(user, secret), "secret": secret, "has_one": has_one,
               "is_due": second_factor.is_required(user) and not request.session.get("second_factor")}  # fmt: skip
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


def _bound(request: HttpRequest, form: BindForm, secret: str) -> list[str] | None:
    """The recovery codes of the app that is bound now; None where the form says what is wrong."""
    user: Any = request.user
    try:
        operations.prove_oneself(user, form.cleaned_data["secret"], request)
    except Refused as refusal:
        form.add_error("secret", list(refusal.reasons))
        return None
    codes = second_factor.bind(user=user, secret=secret, code=form.cleaned_data["code"], by=user)
    if codes is None:
        form.add_error("code", _("验证码不对，请核对手机时间后输入新的验证码。"))
        return None
    del request.session[SECRET]
    request.session["second_factor"] = True
    return codes


@require_POST
def end_session(request: HttpRequest, id: int) -> HttpResponse:
    """Sign one of my other browsers out."""
    user: Any = request.user
    key = request.session.session_key or ""
    if not signing_in.end_sessions(users=[user], by=user, keep=key, only=id):
        raise NotFound(_("没有这个登录，可能已经退出。"))
    messages.success(request, _("该浏览器已退出登录。"))
    return HttpResponseRedirect(reverse("accounts:account"))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def add_token(request: HttpRequest) -> HttpResponse:
    """Make a token, once one has proved who one is; its text is shown this once."""
    user: Any = request.user
    form = TokenForm(request.POST or None, allowed=_all_permissions(user), has_proof=operations.has_proof(user))
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.prove_oneself(user, data.pop("secret"), request)
            row, text = tokens.add_token(user=user, by=user, **data)
        except Refused as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, list(refusal.reasons))
            return render(request, "accounts/token_form.html", {"form": form}, status=422)
        return render(request, "accounts/token_made.html", {"token": row, "text": text})
    return render(request, "accounts/token_form.html", {"form": form}, status=422 if form.errors else 200)


def _all_permissions(user: Any) -> frozenset[str]:
    """What the person may do in any posting: a token speaks for all of them."""
    acted_for, user.acted_for = user.acted_for, None
    try:
        return scopes.permissions_of(user)
    finally:
        user.acted_for = acted_for


@require_POST
def revoke_token(request: HttpRequest, id: int) -> HttpResponse:
    """Make one of my tokens worthless."""
    user: Any = request.user
    row = user.api_tokens.filter(pk=id).first()
    if row is None:
        raise NotFound(_("没有这个令牌。"))
    tokens.revoke_tokens(tokens=[row], by=user)
    messages.success(request, _("令牌已撤销。"))
    return HttpResponseRedirect(reverse("accounts:account"))
