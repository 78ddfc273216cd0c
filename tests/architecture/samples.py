"""The record that the access test opens at each address with a parameter: its arguments, made for the cast.

A sample of an address whose row names a place must lie in that place of the cast (`village`, `banner` …).
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from fupin.accounts.models import Posting
from fupin.policy import catalogue, parameters

Sample = Callable[[SimpleNamespace], dict[str, Any]]


def _person(cast: SimpleNamespace) -> dict[str, Any]:
    return {"id": cast.village_team.pk}


def _posting(cast: SimpleNamespace) -> dict[str, Any]:
    return {"id": Posting.objects.get(user=cast.village_team).pk}


def _ledger(cast: SimpleNamespace) -> dict[str, Any]:
    return {"name": "designations"}


SAMPLES: dict[str, Sample] = {
    # view name: its arguments
    "accounts:add_posting": _person,
    "accounts:draw_up_handover": _posting,
    "accounts:end_posting": _posting,
    "accounts:end_session": lambda cast: {"id": 1},
    "accounts:handover": lambda cast: {"id": 1},
    "accounts:reset_password": _person,
    "accounts:revoke_token": lambda cast: {"id": 1},
    "accounts:set_active": _person,
    "accounts:unbind": _person,
    "accounts:unlock": _person,
    "accounts:user": _person,
    **{f"ledgers:{act}": _ledger for act in ("columns", "list", "new", "remove", "total")},
    "ledgers:edit": lambda cast: {"name": "designations", "key": 1},
    "ledgers:page": lambda cast: {"name": "designations", "key": 1},
    "openid_connect_callback": lambda cast: {"provider_id": "office"},
    "openid_connect_login": lambda cast: {"provider_id": "office"},
    "rulebook:code_list": lambda cast: {"name": next(iter(catalogue.code_lists()))},
    "rulebook:decide": lambda cast: {"number": 1},
    "rulebook:parameter": lambda cast: {"name": next(iter(parameters.parameters()))},
}
