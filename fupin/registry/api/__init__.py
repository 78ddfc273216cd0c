"""Households, persons, income and findings over the API."""

from ninja import Router

from fupin.registry.api import (
    acts,
    duplicates,
    files,
    findings,
    households,
    imports,
    income,
    national,
    openings,
    persons,
)

router = Router()
for part in (files, duplicates, households, persons, acts, findings, income, imports, national, openings):
    router.add_router("", part.router)

__all__ = ["router"]
