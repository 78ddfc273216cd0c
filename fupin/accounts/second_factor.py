"""The second factor: one-time codes of an authenticator app (RFC 6238) and recovery codes, kept by django-allauth.

Secrets at rest are sealed with the field keys. A code is good once, whatever process sees it: the last used time step
is kept with the secret.
"""

from __future__ import annotations

import base64
import time
from typing import Any

import segno
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db.transaction import atomic
from django.utils.crypto import constant_time_compare

from fupin.accounts import scopes
from fupin.accounts.models import User
from fupin.accounts.roles import ROLES
from fupin.core import audit, sealing


class SealedSecrets(DefaultMFAAdapter):
    """Seals what allauth keeps."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(sealing.seal(text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(base64.b64decode(encrypted_text))

    def get_totp_issuer(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)


def is_required(user: Any) -> bool:
    """Does one of the person's roles of today ask for a second factor? Never in a demonstration."""
    if settings.DEMONSTRATION:
        return False
    held = getattr(user, "holdings_today", None)
    held = scopes.read_holdings(user) if held is None else held
    return any(ROLES[holding.role].needs_totp for holding in held)


def is_set_up(user: Any) -> bool:
    """Has the person an authenticator app bound to the account?"""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def new_secret() -> str:
    """A secret for an authenticator app, 160 bits in base32."""
    return generate_totp_secret()


def picture(user: User, secret: str) -> str:
    """The QR code that an authenticator app reads, as a `data:` address."""
    return segno.make(get_adapter().build_totp_url(user, secret), micro=False).svg_data_uri(scale=4, border=2)


@atomic
def bind(*, user: User, secret: str, code: str, by: Any) -> list[str] | None:
    """Bind the app that shows `code` for `secret`; returns the recovery codes, or None where the code is wrong."""
    step = _step_of(secret, code)
    if step is None:
        return None
    unbind(users=[user], by=by, quietly=True)
    totp = TOTP.activate(user, secret).instance
    totp.data["last_step"] = step
    totp.save(update_fields=["data"])
    codes = RecoveryCodes.activate(user).generate_codes()
    audit.record(by=by, act="accounts.bind_second_factor", subject=f"user:{user.pk}")
    return codes


@atomic
def unbind(*, users: list[User], by: Any, quietly: bool = False) -> None:
    """Take the second factor off accounts: after a lost phone it is set up anew at the next sign-in."""
    Authenticator.objects.filter(user__in=users).delete()
    if not quietly:
        audit.record_many(
            by=by, entries=[audit.Entry("accounts.unbind_second_factor", f"user:{user.pk}") for user in users]
        )


@atomic
def check(*, user: User, code: str) -> bool:
    """Is this the app's code of now, or an unused recovery code? Either is used up by it."""
    typed = code.replace(" ", "").replace("-", "")
    row = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.TOTP).first()
    if row is None:
        return False
    step = _step_of(decrypt(row.data["secret"]), typed)
    if step is not None and step > row.data.get("last_step", 0):
        row.data["last_step"] = step
        row.save(update_fields=["data"])
        row.record_usage()
        return True
    spare = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    used = step is None and spare is not None and RecoveryCodes(spare).validate_code(typed)
    if used:
        audit.record(by=user, act="accounts.use_recovery_code", subject=f"user:{user.pk}")
    return used


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    spare = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(spare).get_unused_codes()) if spare else 0


def _step_of(secret: str, code: str) -> int | None:
    """The time step whose code this is: the present one, or one beside it for a clock that is off a little."""
    now = int(time.time()) // app_settings.TOTP_PERIOD
    for step in (now, now - 1, now + 1):
        if constant_time_compare(format_hotp_value(hotp_value(secret, step)), code.replace(" ", "")):
            return step
    return None


def reseal(to_key: str) -> int:
    """Seal the secrets of second factors anew that another key than `to_key` holds; returns how many rows changed."""
    changed = 0
    for row in Authenticator.objects.iterator():
        data, count = _resealed(row.data, to_key)
        if count:
            changed += Authenticator.objects.filter(pk=row.pk, data=row.data).update(data=data)
    return changed


def _resealed(value: Any, to_key: str) -> tuple[Any, int]:
    """A secret, or a list of them, sealed with the current key where it was not; anything else as it is."""
    if isinstance(value, dict):
        parts = {name: _resealed(part, to_key) for name, part in value.items()}
        return {name: part for name, (part, _n) in parts.items()}, sum(n for _part, n in parts.values())
    if isinstance(value, list):
        rows = [_resealed(part, to_key) for part in value]
        return [part for part, _n in rows], sum(n for _part, n in rows)
    try:
        sealed = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
        if not sealed or sealing.key_id(sealed) == to_key:
            return value, 0
        return base64.b64encode(sealing.seal(sealing.unseal(sealed))).decode(), 1
    except (ValueError, IndexError):
        return value, 0
