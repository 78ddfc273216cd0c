"""Answers that carry a secret: a password or a token is told in the first answer, and lies nowhere after it."""

from __future__ import annotations

from django.http import HttpRequest

_MARK = "tells_a_secret"


def tells_a_secret(request: HttpRequest) -> None:
    """The act of this request is done, and its answer carries a secret: the answer is not to be kept."""
    setattr(request, _MARK, True)


def has_told_a_secret(request: HttpRequest) -> bool:
    """Does the answer to this request carry a secret?"""
    return bool(getattr(request, _MARK, False))
