"""The day that a screen looks at the register: today, or an earlier day that the user chose for this session."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from fupin.core.clock import today

SESSION_KEY = "as_of"


def as_of(request: HttpRequest) -> date:
    """The day chosen in the top bar; today when none was chosen. It only looks back, so acts ask `looks_back`."""
    session = getattr(request, "session", None)
    chosen = session.get(SESSION_KEY) if session is not None else None
    return date.fromisoformat(chosen) if chosen else today()


def looks_back(request: HttpRequest) -> bool:
    """True while an earlier day than today is looked at: what is shown then can be read and not changed."""
    return as_of(request) != today()


def choose(request: HttpRequest, day: date | None) -> None:
    """Look at `day` from now on in this session; None, today or a day to come mean today."""
    if day is None or day >= today():
        request.session.pop(SESSION_KEY, None)
    else:
        request.session[SESSION_KEY] = day.isoformat()
