"""Every record type is reached through `accounts.scopes`, and its declaration fits its table."""

import pytest
from django.contrib.auth import get_user_model
from django.db import models

from fupin.accounts import scopes
from fupin.core import ledgers
from fupin.core.ledgers import Ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[ledger.name for ledger in ledgers.all_ledgers()])
def ledger(request) -> Ledger:
    return ledgers.find(request.param)


def test_at_least_six_record_types_are_declared():
    assert len(ledgers.all_ledgers()) >= 6


def test_every_gate_passes_through_scopes(ledger, monkeypatch):
    """The gate asks for a scope: an answer of nowhere must leave no row."""
    asked = []
    real = scopes.scope_of

    def spy(user, permission):
        asked.append(permission)
        return real(user, permission)

    monkeypatch.setattr(scopes, "scope_of", spy)
    stranger = get_user_model().objects.create_user("stranger")
    assert not ledger.rows(stranger).exists()
    assert asked


def test_every_column_has_its_field(ledger):
    for column in ledger.columns:
        if column.name in ledger.computed:
            continue
        model = ledger.model
        *way, last = ledger.field_of(column).split("__")
        for part in way:
            model = model._meta.get_field(part).related_model
        field = model._meta.get_field(last.removesuffix("_id") if last.endswith("_id") else last)
        assert not isinstance(field, models.JSONField), "a record type has real columns"


def test_the_order_holds_no_null_and_ends_uniquely(ledger):
    for name in ledger.order:
        model = ledger.model
        *way, last = name.removeprefix("-").split("__")
        for part in way:
            model = model._meta.get_field(part).related_model
        assert not model._meta.get_field("id" if last == "pk" else last).null
    last = ledger.order[-1].removeprefix("-")
    unique = last in ("pk", "id") or ledger.model._meta.get_field(last).unique
    by_constraint = any(
        isinstance(one, models.UniqueConstraint) and list(one.fields) == [last]
        for one in ledger.model._meta.constraints
    )
    assert unique or by_constraint
