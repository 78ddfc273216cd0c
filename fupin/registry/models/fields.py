"""Short makers of the column types that the fact tables repeat."""

from typing import Any

from django.db import models


def code(label: str, national: str = "", length: int = 12) -> Any:
    """One code of a code list; the list is bound in `registry.words`."""
    return models.CharField(label, max_length=length, blank=True, default="", db_comment=national)


def codes(label: str, national: str = "") -> Any:
    """Several codes of a code list, joined by commas in the order of the list."""
    return models.CharField(label, max_length=60, blank=True, default="", db_comment=national)


def text(label: str, length: int, national: str = "") -> Any:
    return models.CharField(label, max_length=length, blank=True, default="", db_comment=national)


def yes_no(label: str, national: str = "") -> Any:
    """Yes, no, or not known."""
    return models.BooleanField(label, null=True, blank=True, db_comment=national)


def area(label: str, national: str = "") -> Any:
    """An area or distance with two decimals; the unit stands in the field's name."""
    return models.DecimalField(label, max_digits=10, decimal_places=2, null=True, blank=True, db_comment=national)


def count(label: str, national: str = "") -> Any:
    return models.PositiveSmallIntegerField(label, null=True, blank=True, db_comment=national)


def day(label: str, national: str = "") -> Any:
    return models.DateField(label, null=True, blank=True, db_comment=national)


def sealed(label: str, national: str = "") -> Any:
    """A value encrypted at rest (`core.sealing`), masked wherever it is shown."""
    return models.BinaryField(label, null=True, blank=True, db_comment=national)


def token(label: str) -> Any:
    """The keyed index token of a sealed value: equality search without the value."""
    return models.BinaryField(label, max_length=16, null=True, blank=True)
