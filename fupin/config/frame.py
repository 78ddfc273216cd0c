"""What every page shows around its content: duties, posting, day, search, account. Read only when a page asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.config.navigation import DUTIES, Duty
from fupin.core import clock, days


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor: one lazy object, so that a piece of a page costs nothing here."""
    return {"frame": Frame(request)}


@cache
def address(name: str) -> str:
    """The address of a named screen; nothing where this instance does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True, slots=True)
class Line:
    label: Any
    href: str
    icon: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    label: Any
    duties: list[Line]


class Frame:
    """The frame of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.demonstration = settings.DEMONSTRATION

    @cached_property
    def user(self) -> Any:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def name(self) -> str:
        return _("精准扶贫")

    @cached_property
    def permissions(self) -> frozenset[str]:
        return scopes.permissions_of(self.user) if self.user else frozenset()

    @cached_property
    def home(self) -> str:
        return address("desk:home") or "/"

    @cached_property
    def search(self) -> str:
        return address("desk:search") if "registry.view" in self.permissions else ""

    @cached_property
    def suggest(self) -> str:
        return address("desk:suggest")

    @cached_property
    def act_for(self) -> str:
        return address("accounts:act_for")

    @cached_property
    def sign_out(self) -> str:
        return address("accounts:sign_out")

    @cached_property
    def as_of_href(self) -> str:
        return address("desk:as_of") if "registry.view" in self.permissions else ""

    @cached_property
    def today(self) -> Any:
        return clock.today()

    @cached_property
    def as_of(self) -> Any:
        return days.as_of(self.request)

    @cached_property
    def looks_back(self) -> bool:
        return self.user is not None and days.looks_back(self.request)

    @cached_property
    def postings(self) -> tuple[Any, ...]:
        """The postings to choose from: more than one, else there is nothing to switch."""
        return tuple(getattr(self.request, "postings", ()))

    @cached_property
    def posting(self) -> Any:
        return getattr(self.request, "posting", None)

    @cached_property
    def bar_depends(self) -> tuple[Any, ...]:
        """All that the bar shows, but for the words sought and the address (`core.still.Kept`)."""
        user = self.user and (self.user.pk, self.user.full_name, self.user.username)
        return (user, self.permissions, self.postings, self.posting, self.as_of, self.today)

    @cached_property
    def duties_depend(self) -> tuple[Any, ...]:
        """All that the list of duties shows: what is offered, and where the reader stands."""
        return (self.user is None, self.permissions, self.here)

    @cached_property
    def here(self) -> str:
        """The address of the duty at which, or below which, the reader stands: of several the nearest."""
        offered = [address(duty.name) for _label, duties in DUTIES for duty in duties if self._offers(duty)]
        return max((href for href in offered if _is_at(self.request.path, href)), key=len, default="")

    @cached_property
    def duties(self) -> list[Group]:
        groups = (Group(label, [self._line(duty) for duty in duties if self._offers(duty)]) for label, duties in DUTIES)
        return [group for group in groups if group.duties]

    @cached_property
    def quick(self) -> list[Line]:
        return [self._line(duty) for _label, duties in DUTIES for duty in duties if duty.quick and self._offers(duty)]

    @cached_property
    def account(self) -> list[Line]:
        href = address("accounts:account")
        return [Line(_("我的账户"), href, "settings")] if href else []

    def _offers(self, duty: Duty) -> bool:
        allowed = duty.permission is None or duty.permission in self.permissions
        return bool(self.user and allowed and address(duty.name))

    def _line(self, duty: Duty) -> Line:
        href = address(duty.name)
        return Line(duty.label, href, duty.icon, bool(href) and href == self.here)


def _is_at(path: str, href: str) -> bool:
    """Does the reader stand at a duty or below it?"""
    return path == href if href == "/" else bool(href) and path.startswith(href)
