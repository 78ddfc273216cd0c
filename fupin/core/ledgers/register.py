"""Which ledgers there are, and who may do what in them: both handed in at start by `fupin.config.wiring`."""

from __future__ import annotations

from typing import Any, Protocol

from django.utils.translation import gettext as _

from fupin.core import codes
from fupin.core.ledgers.declaration import Ledger
from fupin.core.refusals import NotAllowed, NotFound


class Rights(Protocol):
    """The rights of users, as `accounts.scopes` answers them."""

    SYSTEM: Any
    """the system itself as the actor: an act that the operator typed at the command line"""

    def may(self, user: Any, permission: str, division: Any = None) -> bool:
        """May the user do this, there? Without a division: anywhere at all."""

    def divisions(self, user: Any, permission: str) -> list[int] | None:
        """The tops of the divisions that a permission holds at; None: everywhere."""


_ledgers: dict[str, Ledger] = {}
_rights: list[Rights] = []


def register_ledger(ledger: Ledger) -> Ledger:
    """Hand a record type to the engine. Raises ValueError when another has its name."""
    if _ledgers.setdefault(ledger.name, ledger) is not ledger:
        raise ValueError(f"two ledgers are named {ledger.name}")
    return ledger


def all_ledgers() -> tuple[Ledger, ...]:
    """Every record type, in the order in which they were handed in."""
    return tuple(_ledgers.values())


def find(name: str) -> Ledger:
    """The ledger of that name. Raises NotFound."""
    try:
        return _ledgers[name]
    except KeyError:
        raise NotFound(_("没有名为“%(name)s”的台账") % {"name": name}) from None


def use_rights(rights: Rights) -> None:
    """Hand in who may do what."""
    _rights[:] = [rights]


def rights() -> Rights:
    """Who may do what. Raises LookupError when nothing was handed in."""
    if not _rights:
        raise LookupError("no rights were handed in (fupin.config.wiring)")
    return _rights[0]


def may_see(user: Any, ledger: Ledger) -> bool:
    """May the user see any row of it at all?"""
    return not ledger.view_permission or rights().may(user, ledger.view_permission)


def may_change(user: Any, ledger: Ledger, division: int | None = None) -> bool:
    """May the user change rows there (anywhere)?"""
    return bool(ledger.change_permission) and rights().may(user, ledger.change_permission, division)


def may_reveal(user: Any, ledger: Ledger, division: int | None = None) -> bool:
    """May the user see sealed numbers there whole?"""
    return bool(ledger.reveal_permission) and rights().may(user, ledger.reveal_permission, division)


def area_of(user: Any, permission: str) -> codes.Place:
    """Whose own codes a user meets: those of the offices above and below where a permission holds."""
    return codes.within(rights().divisions(user, permission) if permission else None)


def require_sight(user: Any, ledger: Ledger) -> None:
    """Raises NotFound: who may not see a ledger does not learn that it is there."""
    if not may_see(user, ledger):
        raise NotFound(_("没有名为“%(name)s”的台账") % {"name": ledger.name})


def require_change(user: Any, ledger: Ledger, division: int | None) -> None:
    """Raises NotAllowed where the user may not change rows of that division."""
    if may_change(user, ledger, division):
        return
    if not may_change(user, ledger):
        raise NotAllowed(_("您现在的岗位没有修改%(ledger)s的权限") % {"ledger": ledger.title()}, "permission")
    raise NotAllowed(_("该区划不在您的管辖范围内，请换到管辖它的岗位再办。"), "scope")
