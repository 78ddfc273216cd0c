"""Drafts: what was typed and not yet sent, sealed as it may hold numbers; one a person and act."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.http import QueryDict

from fupin.core import preferences, sealing

_OWN = ("csrfmiddlewaretoken", "draft", "drop_draft")


def keep(user: Any, name: str, data: QueryDict) -> None:
    """Keep what stands in a form."""
    text = json.dumps({k: v for k, v in data.lists() if k not in _OWN}, ensure_ascii=False)
    preferences.write(user, f"draft:{name}"[:80], base64.b64encode(sealing.seal(text)).decode())


def read(user: Any, name: str) -> QueryDict | None:
    """The draft of an act, as form data; None where there is none."""
    sealed = preferences.read(user, f"draft:{name}"[:80])
    if sealed is None:
        return None
    data = QueryDict(mutable=True)
    for key, values in json.loads(sealing.unseal(base64.b64decode(sealed))).items():
        data.setlist(key, values)
    return data


def drop(user: Any, name: str) -> None:
    """Forget the draft of an act."""
    preferences.write(user, f"draft:{name}"[:80], None)
