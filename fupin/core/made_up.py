"""The mark of a demonstration: what is taken out of it says that it is made up, wherever it is opened later."""

from __future__ import annotations

import re
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

_NAMED = re.compile(r"""attachment; filename(?:\*=utf-8''(?P<quoted>[^;]+)|="(?P<plain>[^"]+)")""")


def sentence() -> str:
    """What stands in a list or a table of figures; empty outside a demonstration."""
    return _("演示数据，全部由程序合成") if settings.DEMONSTRATION else ""


def mark(response: HttpResponseBase) -> None:
    """Let the name of a file that is taken along say so."""
    found = _NAMED.fullmatch(response.get("Content-Disposition", "")) if settings.DEMONSTRATION else None
    if found is not None:
        name = unquote(found["quoted"]) if found["quoted"] else found["plain"]
        response["Content-Disposition"] = content_disposition_header(
            True, "-".join((pgettext("file name", "合成数据"), name))
        )
