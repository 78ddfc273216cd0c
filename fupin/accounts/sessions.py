"""Sessions in the database as Django keeps them, read with a statement that is composed once (`core.prepared`)."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from fupin.core.prepared import Prepared

_HELD = Prepared(
    lambda key, now: db.SessionStore.get_model_class().objects.filter(session_key=key, expire_date__gt=now),
    key=CharField(), now=DateTimeField(),
)  # fmt: skip


class SessionStore(db.SessionStore):  # type: ignore[misc]
    """What Django's settings call the session engine."""

    def _get_session_from_db(self) -> Any:
        held = _HELD.first(key=self.session_key, now=timezone.now())
        if held is None:
            self._session_key = None
        return held
