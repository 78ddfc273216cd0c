"""Which source somebody may look at, or change: through the area, like everything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.refusals import NotAllowed, NotFound
from fupin.divisions.queries import tree
from fupin.policy import sources as shipped
from fupin.policy.sources import Source
from fupin.rulebook import own_sources, queries
from fupin.rulebook.models import Override
from fupin.rulebook.words import State

CHANGE = "rulebook.change"


@dataclass(frozen=True, slots=True)
class Held:
    """A source as somebody sees it on a day: whose it is (None: shipped), by which document, whether it has ended."""

    source: Source
    office: int | None = None
    since: date | None = None
    document: str = ""
    is_usable: bool = True


def held(user: Any, name: str, *, on: date) -> Held:
    """One source. Raises NotFound alike for what is not there and for another office's own."""
    if name in shipped.sources():
        return Held(shipped.source(name))
    roots = scopes.divisions(user, "quality.exchange")
    seen = own_sources.seen(on=on, areas=[tree().root.id] if roots is None else roots)
    for one in seen:
        if one.source.name == name:
            return Held(one.source, one.division, one.since, one.document, one.is_usable)
    raise NotFound(_("没有名为“%(name)s”的数据来源") % {"name": name[:42]}, "source")


def changeable(user: Any, name: str, *, on: date) -> Override:
    """The request by which an own source stands, for who may ask for another. Raises NotFound, NotAllowed for a shipped
    source, one of an office above, and without the right."""
    scopes.require(user, CHANGE)
    found = held(user, name, on=on)
    row = own_sources.latest(name, on=on)
    if found.office is None or row is None:
        raise NotAllowed(_("系统自带的数据来源不能修改，请另外增加"), "source")
    scopes.require(user, CHANGE, found.office)
    return row


def history(user: Any, name: str) -> list[Override]:
    """What was confirmed about a source, the newest first, for who may look at it."""
    states = (State.CONFIRMED, State.REPLACED)
    rows = Override.objects.filter(kind=own_sources.KIND, name=name, state__in=states).select_related("division")
    return list(rows.order_by("-valid_from", "-pk"))


def waiting(user: Any, name: str = "") -> list[Override]:
    """What waits for a second person, for who may ask or decide."""
    if not scopes.may(user, CHANGE):
        return []
    rows = queries.overrides_for(user).filter(kind=own_sources.KIND, state=State.PROPOSED)
    return list((rows.filter(name=name) if name else rows).order_by("-pk"))
