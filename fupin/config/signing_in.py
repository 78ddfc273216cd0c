"""Settings of signing in: password rules, lockout, second factor, single sign-on."""

import os
from typing import Any


def number(name: str, default: int) -> int:
    """A whole number from the environment."""
    return int(os.environ.get(name) or default)


# The measures (lengths, days, minutes, counts) are parameters of the subject "accounts", which the region sets for
# itself with a second person (accounts.limits); here stand only their outermost bounds.
SESSION_COOKIE_AGE = 24 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "fupin.accounts.passwords.LengthValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "full_name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "fupin.accounts.passwords.ClassesValidator"},
    {"NAME": "fupin.accounts.passwords.FormerValidator"},
]

# Wrong passwords: one person at one address is locked out for a while; beyond that, a person from all addresses and
# an address for all persons are slowed down (accounts.throttle).
AXES_FAILURE_LIMIT = "fupin.accounts.limits.lockout_failures"
AXES_COOLOFF_TIME = "fupin.accounts.limits.lockout_time"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "fupin.accounts.views.sign_in.locked_out"
AXES_CLIENT_IP_CALLABLE = "fupin.accounts.addresses.client_address"
AXES_USERNAME_CALLABLE = "fupin.accounts.throttle.username_of"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # sign-ins stand in the audit trail
AXES_VERBOSE = False

# How many proxies of the office's own stand before the server: so many last addresses of X-Forwarded-For are believed.
PROXIES = number("FUPIN_PROXIES", 0)

# The second factor: secrets at rest are sealed with the field keys.
MFA_ADAPTER = "fupin.accounts.second_factor.SealedSecrets"
MFA_TOTP_ISSUER = "Fupin"

# Single sign-on by OpenID Connect: off unless an address is given. `FUPIN_OIDC_CLAIM` names the claim that carries the
# user name; it must be one that people cannot change themselves at the provider.
OIDC_NAME = os.environ.get("FUPIN_OIDC_NAME", "统一身份认证")
OIDC_CLAIM = os.environ.get("FUPIN_OIDC_CLAIM", "preferred_username")
OIDC_SECOND_FACTOR = os.environ.get("FUPIN_OIDC_SECOND_FACTOR", "0") == "1"  # the provider asks for one itself
SOCIALACCOUNT_ADAPTER = "fupin.accounts.single_sign_on.Adapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if os.environ.get("FUPIN_OIDC_URL"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "office",
            "name": OIDC_NAME,
            "client_id": os.environ.get("FUPIN_OIDC_CLIENT", ""),
            "secret": os.environ.get("FUPIN_OIDC_SECRET", ""),
            "settings": {"server_url": os.environ["FUPIN_OIDC_URL"]},
        }
    )
