"""The fixed cast: who plays in the tests, in Horqin Left Rear Banner (150522) and its neighbour (150521)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.test import Client

from fupin.accounts.models import Posting, User
from fupin.core.dated import SINCE_EVER
from fupin.divisions.models import DivisionFact

REGION, LEAGUE, BANNER, OTHER_BANNER = "150000000000", "150500000000", "150522000000", "150521000000"
TOWNSHIP, OTHER_TOWNSHIP = "150522100000", "150522101000"  # 甘旗卡镇, 吉尔嘎朗镇
VILLAGE, OTHER_VILLAGE = "150522100200", "150522101200"

PLACES = {
    "region": REGION, "league": LEAGUE, "banner": BANNER, "other_banner": OTHER_BANNER, "township": TOWNSHIP,
    "other_township": OTHER_TOWNSHIP, "village": VILLAGE, "other_village": OTHER_VILLAGE,
}  # fmt: skip

ROLES: dict[str, tuple[str, str]] = {
    # name in the cast: (role, division)
    "region_officer": ("region_officer", REGION),
    "league_officer": ("league_officer", LEAGUE),
    "banner_officer": ("banner_officer", BANNER),
    "second_banner_officer": ("banner_officer", BANNER),
    "other_banner_officer": ("banner_officer", OTHER_BANNER),
    "township_officer": ("township_officer", TOWNSHIP),
    "other_township_officer": ("township_officer", OTHER_TOWNSHIP),
    "village_officer": ("village_officer", VILLAGE),
    "other_village_officer": ("village_officer", OTHER_VILLAGE),
    "village_team": ("village_team", VILLAGE),
    "helper": ("helper", VILLAGE),
    "archivist": ("archivist", BANNER),
    "department": ("department", BANNER),
    "finance": ("finance", BANNER),
    "leader": ("leader", BANNER),
    "auditor": ("auditor", BANNER),
    "evaluator": ("evaluator", REGION),
    "system_admin": ("system_admin", BANNER),
    "security_admin": ("security_admin", BANNER),
    "region_security_admin": ("security_admin", REGION),
    "audit_admin": ("audit_admin", BANNER),
    "nobody": ("", ""),
}


def play() -> SimpleNamespace:
    """Write the cast into the database: each user by name, `division(code)` and `village_id` … beside them."""
    codes = set(PLACES.values())
    facts = DivisionFact.objects.open().filter(code__in=codes).select_related("division")
    divisions = {fact.code: fact.division for fact in facts}
    users = {name: User(username=name, password="!", full_name=name) for name in ROLES}
    User.objects.bulk_create(users.values())
    Posting.objects.bulk_create(
        Posting(user=users[name], division=divisions[code], role=role, valid_from=SINCE_EVER)
        for name, (role, code) in ROLES.items()
        if role
    )
    places: dict[str, Any] = {name: divisions[code] for name, code in PLACES.items()}
    return SimpleNamespace(**users, **places, people=users)


def browser_of(user: Any, **extra: Any) -> Client:
    """A browser in which that person is signed in."""
    client = Client(**extra)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["second_factor"] = True  # as after a sign-in with a code; signing in itself has its own tests
    session.save()
    return client
