"""Who an entry of the trail names, as colleagues call them: the names are handed in at start, for `core` knows no accounts.

The trail itself keeps the account, which stays the same when somebody marries; a page says the name of today.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

_names: list[Callable[[Collection[int]], Mapping[int, str]]] = []


def use(names: Callable[[Collection[int]], Mapping[int, str]]) -> None:
    """Hand in who knows the names of accounts by their ids. Called once at start."""
    _names[:] = [names]


def named(entries: Iterable[Any]) -> list[str]:
    """Who acted, entry by entry, in one question: the name, the account where it has none, the program in words."""
    rows = list(entries)
    ids = {row.actor_id for row in rows if row.actor_id is not None}
    known = _names[0](ids) if ids and _names else {}
    return [_("系统") if _is_program(row) else known.get(row.actor_id, str(row.actor)) for row in rows]


def _is_program(entry: Any) -> bool:
    """The program itself, and not a user who took that name."""
    return bool(entry.actor_id is None and entry.actor == "system")
