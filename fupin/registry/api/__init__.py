"""Households, persons, income and findings over the API."""

from ninja import Router

from fupin.registry.api import acts, findings, households, income, persons

router = Router()
for part in (households, persons, acts, findings, income):
    router.add_router("", part.router)

__all__ = ["router"]
