"""What a person has set for themselves and finds again: the columns of a list, for one."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, CharField

from fupin.core.models import Preference
from fupin.core.prepared import Prepared

_SET = Prepared(
    lambda user, name: Preference.objects.filter(user_id=user, name=name), user=BigIntegerField(), name=CharField()
)


def read(user: Any, name: str, otherwise: Any = None) -> Any:
    """What the user has set under a name."""
    row = _SET.first(user=user.pk, name=name)
    return otherwise if row is None else row.value


def write(user: Any, name: str, value: Any) -> None:
    """Keep a setting; None forgets it."""
    if value is None:
        if _SET.first(user=user.pk, name=name) is None:
            return  # a transaction of nothing would still wait until everybody else has written
        Preference.objects.filter(user_id=user.pk, name=name).delete()
    else:
        Preference.objects.update_or_create(user_id=user.pk, name=name, defaults={"value": value})
