"""Versions of records over HTTP: an answer names the version, an edit says which one it was made on.

A stale version is 412, none at all 428: an edit that does not know what it changes is not accepted.
"""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from fupin.core.refusals import Refused, Stale
from fupin.core.rest.problems import VersionRequired

_TAG = re.compile(r'\s*(?:W/)?"([0-9]{1,18})"\s*')


def tag(response: HttpResponse, version: int) -> None:
    """Name the version of the record that is answered."""
    response["ETag"] = f'"{version}"'


def expected(request: HttpRequest) -> int:
    """The version that an edit was made on, from If-Match. Raises VersionRequired, or Refused for what is no version."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise VersionRequired(_("请先读取记录，并在 If-Match 中写明读到的 ETag。"), "if_match")
    match = _TAG.fullmatch(given)
    if match is None:
        raise Refused(_('If-Match 应为读取该记录时得到的 ETag，如 "3"。'), "if_match")
    return int(match.group(1))


def require(request: HttpRequest, current: int) -> int:
    """The expected version, where it is the current one. Raises Stale otherwise."""
    version = expected(request)
    if version != current:
        raise Stale(_("该记录已被他人修改，请重新读取后再改。"), "stale")
    return version
