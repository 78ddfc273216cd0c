"""A sealed number is shown to who may see it, for a purpose that is written down before it is shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.core import audit, sealing
from fupin.core.refusals import NotFound
from fupin.core.revealing import require_measure, require_purpose
from fupin.registry.models import HouseholdFact, Membership, PersonFact, PersonIdentity

_TABLES: dict[tuple[str, str], tuple[Any, str]] = {
    ("household", "phone"): (HouseholdFact, "phone_sealed"),
    ("household", "bank_account"): (HouseholdFact, "bank_account_sealed"),
    ("person", "id_number"): (PersonIdentity, "number_sealed"),
    ("person", "phone"): (PersonFact, "phone_sealed"),
    ("person", "disability_card"): (PersonFact, "disability_card_sealed"),
}


def reveal(*, kind: str, subject: int, name: str, purpose: str, by: Any) -> str:
    """The whole number of a person's or household's field. Raises NotAllowed, Refused without a purpose, NotFound.

    The right is asked for where the household lies, last of all where it lay. The entry in the trail (who, whose,
    which field, what for) is written before the number is opened.
    """
    division = _place_of(kind, subject)
    scopes.require(by, "registry.reveal", division)
    said = require_purpose(purpose)
    require_measure(by, "registry.reveal")
    if (kind, name) not in _TABLES:
        raise NotFound(_("没有这一项"))
    table, column = _TABLES[kind, name]
    sealed = table.objects.open().filter(**{kind: subject}).values_list(column, flat=True).first()
    if sealed is None:
        raise NotFound(_("这一项没有填写"))
    audit.record(by=by, act="registry.reveal", subject=f"{kind}:{subject}", division=division,
                 detail={"field": name, "purpose": said})  # fmt: skip
    return sealing.unseal(sealed)


def _place_of(kind: str, subject: int) -> int:
    """The village of a household, or of a person's last household. Raises NotFound."""
    household: int | None = subject
    if kind == "person":
        ties = Membership.objects.filter(person=subject).order_by("-valid_from")
        household = ties.values_list("household_id", flat=True).first()
    facts = HouseholdFact.objects.filter(household=household).order_by("-valid_from")
    village = facts.values_list("village_id", flat=True).first()
    if village is None:
        raise NotFound(_("没有这一项"))
    return village
