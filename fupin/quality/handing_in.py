"""A request handed in from a form: what is refused stands in the form, beside everything that was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from fupin.core.refusals import NotAllowed, NotFound, Refused


def handed_in(request: HttpRequest, form: Any, act: Callable[[], Any], *, beside: Mapping[str, str]) -> bool:
    """Do the act. `beside` names the field that a refusal stands beside, by its code; the others stand above the form.

    Raises NotAllowed and NotFound: of what somebody may not do, or must not know of, no form speaks.
    """
    try:
        act()
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        name = beside.get(refusal.code)
        form.add_error(name if name in form.fields else None, list(refusal.reasons))
        return False
    messages.success(request, _("已提交，待另一人复核后生效。"))
    return True
