"""What a person has set for themselves and finds again: the columns of a list, for one."""

from __future__ import annotations

from typing import Any

from fupin.core.models import Preference


def read(user: Any, name: str, otherwise: Any = None) -> Any:
    """What the user has set under a name."""
    row = Preference.objects.filter(user_id=user.pk, name=name).first()
    return otherwise if row is None else row.value


def write(user: Any, name: str, value: Any) -> None:
    """Keep a setting; None forgets it."""
    if value is None:
        Preference.objects.filter(user_id=user.pk, name=name).delete()
    else:
        Preference.objects.update_or_create(user_id=user.pk, name=name, defaults={"value": value})
