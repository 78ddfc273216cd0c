"""Versions of records over HTTP: an answer names the version, an edit says which one it was made on.

A stale version is 412, none at all 428: an edit that does not know what it changes is not accepted.
"""

from __future__ import annotations

import hashlib
import re

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from fupin.core.refusals import Refused, Stale
from fupin.core.rest.problems import VersionRequired

_TAG = re.compile(r'\s*(?:W/)?"([0-9a-f]{1,40})(?:\.[0-9a-f]{1,40})?"\s*')
"""Behind the version may stand what marks the answer that it was read in (`of_answer`): an edit needs the version alone."""


def tag(response: HttpResponse, version: int | str) -> None:
    """Name the version of the record that is answered."""
    response["ETag"] = f'"{version}"'


def of_answer(response: HttpResponse) -> str:
    """The tag of an answer as it is held by a reader: the record's version, and a mark of all that is told with it. A
    member of a household changes by the person's version, and the answer about the household with it."""
    mark = hashlib.sha256(response.content).hexdigest()[:12]
    return f'"{response["ETag"].strip(chr(34))}.{mark}"'


def expected(request: HttpRequest) -> int:
    """The version number that an edit was made on. Raises VersionRequired, or Refused for what is no version."""
    text = expected_text(request)
    if not text.isdigit() or len(text) > 18:
        raise _unreadable()
    return int(text)


def expected_text(request: HttpRequest) -> str:
    """What stands in If-Match, for records whose version is a digest. Raises as `expected`."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise VersionRequired(_("请先读取记录，并在 If-Match 中写明读到的 ETag。"), "if_match")
    match = _TAG.fullmatch(given)
    if match is None:
        raise _unreadable()
    return match.group(1)


def _unreadable() -> Refused:
    return Refused(_('If-Match 应为读取该记录时得到的 ETag，如 "3"。'), "if_match")


def require_text(request: HttpRequest, current: str) -> None:
    """Raises Stale where the version named is not the current one, else as `expected`."""
    if expected_text(request) != current:
        raise Stale(_("该记录已被他人修改，请重新读取后再改。"), "stale")
