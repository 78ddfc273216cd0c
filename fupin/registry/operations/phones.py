"""The form of phone numbers that were kept before it stood beside their cipher."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from fupin.core import audit, clock
from fupin.core.id_numbers import phone_form
from fupin.core.models import AuditEntry
from fupin.core.sealing import normalise, unseal_many
from fupin.registry.models import HouseholdFact, PersonFact

ACT, SUBJECT = "registry.phone_forms", "index:phone"
AT_ONCE = 2_000
MOST = 500_000
"""Numbers that one run reads, so that the worker's other duties are not kept waiting."""


def tell_forms(*, most: int = MOST) -> int:
    """Tell the form of numbers that lack it, some at a time, in facts of the past as well; returns how many.

    Once none is left after some were told, the trail says so, the copies that rules read are made anew, and nothing is
    looked for again."""
    if AuditEntry.objects.filter(subject=SUBJECT, act=ACT).exists():
        return 0
    left = most
    for model in (PersonFact, HouseholdFact):
        left -= _tell(model, left)
    if 0 < left < most:
        audit.record(by=None, act=ACT, subject=SUBJECT, on=clock.today())
    return most - left


def _tell(model: Any, most: int) -> int:
    done = last = 0
    while done < most:
        rows = model.objects.filter(pk__gt=last, phone_token__isnull=False, phone_form__isnull=True).order_by("pk")
        some = list(rows.values_list("pk", "phone_sealed")[: min(AT_ONCE, most - done)])
        if not some:
            break
        numbers = unseal_many(None if cipher is None else bytes(cipher) for _pk, cipher in some)
        by_form: dict[str, list[int]] = {}
        for (pk, _cipher), number in zip(some, numbers, strict=True):
            by_form.setdefault(phone_form(normalise(number or "", "phone")), []).append(pk)
        with transaction.atomic():
            for form, pks in by_form.items():
                model.objects.filter(pk__in=pks).update(phone_form=form)
        last = some[-1][0]
        done += len(some)
    return done
