"""What the address of a list asks for, read the same way by every list of quality."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core.refusals import NotFound, Refused
from fupin.core.sentences import listed
from fupin.divisions.queries import tree
from fupin.divisions.tree import Node

_NAMED = 3
"""Places of the same name that the sentence tells apart."""


def division(user: Any, text: str) -> int | None:
    """The division that a filter names by code or name; of several of one name the one in the user's area.

    Raises NotFound for a place out of reach, Refused where the name is not enough.
    """
    text = "".join(text.split())
    if not text:
        return None
    found = [one for one in _named(text) if scopes.may(user, "quality.view", one.id)]
    if not found:
        raise NotFound(_("没有名称或代码为“%(text)s”的区划，或它不在您的工作范围内") % {"text": text})
    if len(found) > 1:
        places = listed(f"{tree().full_name(one.id, 'banner')} {one.short_code}" for one in found[:_NAMED])
        raise Refused(_("有 %(count)d 处叫“%(text)s”，如%(places)s。请连苏木乡镇一起写，或写代码") % {
            "count": len(found), "text": text, "places": places}, "division")  # fmt: skip
    return found[0].id


def _named(text: str) -> list[Node]:
    if text.isascii() and text.isdigit():
        node = tree().find(text)
        return [node] if node else []
    return list(tree().named(text))


def day(text: str) -> date | None:
    """A day of the address; what is none is left out."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def number(text: str) -> int | None:
    """A number of the address that an id may be; what is none is left out."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
