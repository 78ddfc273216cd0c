"""Single sign-on: the office's OpenID Connect provider says who somebody is; what they may do stays with us.

Nobody gets an account by it. The first time, the account is found by its user name in the claim that the office chose;
from then on by the provider's own permanent identifier, so that a renamed person keeps the account and a name given
to somebody else opens nothing.
"""

from __future__ import annotations

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from fupin.accounts import signing_in
from fupin.accounts.models import User
from fupin.core import audit


def providers() -> list[dict[str, str]]:
    """The providers that the sign-in page offers."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return [{"name": app["name"], "href": reverse("openid_connect_login", args=[app["provider_id"]])} for app in apps]


class Adapter(DefaultSocialAccountAdapter):
    """What django-allauth asks us while somebody comes back from the provider."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        """Sign the person in our way, or say why not: allauth's own sign-up and linking never run."""
        user = self._user(sociallogin)
        if user is None or not user.is_active:
            audit.record(by=None, act="accounts.sign_in_failed", subject="user:?",
                         detail={"method": "oidc", "uid": sociallogin.account.uid})  # fmt: skip
            _refuse(request, _("统一身份认证通过，但本系统没有与之对应的可用账户，请联系安全管理员。"))
        answer = signing_in.identified(
            request, user, method="oidc", factor_done=settings.OIDC_SECOND_FACTOR,
            target=str(sociallogin.state.get("next") or ""),
        )  # fmt: skip
        raise ImmediateHttpResponse(answer)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None,
                                extra_context: Any = None) -> NoReturn:  # fmt: skip
        _refuse(request, _("统一身份认证没有成功，请重试；仍不成功时用用户名和密码登录。"))

    def _user(self, sociallogin: Any) -> User | None:
        account = sociallogin.account
        if sociallogin.is_existing:
            return User.objects.filter(pk=sociallogin.user.pk).first()
        claims = {**(account.extra_data.get("id_token") or {}), **(account.extra_data.get("userinfo") or {})}
        name = User.normalize_username(str(claims.get(settings.OIDC_CLAIM) or ""))
        user = User.objects.filter(username=name).first() if name else None
        linked = user and SocialAccount.objects.filter(user=user, provider=account.provider).exists()
        if user is None or linked or not user.is_active:
            return None
        SocialAccount.objects.create(user=user, provider=account.provider, uid=account.uid, extra_data={})
        audit.record(
            by=user, act="accounts.link_single_sign_on", subject=f"user:{user.pk}", detail={"uid": account.uid}
        )
        return user


def _refuse(request: HttpRequest, sentence: str) -> NoReturn:
    messages.error(request, sentence)
    raise ImmediateHttpResponse(HttpResponseRedirect(reverse("accounts:sign_in")))
