"""Users, postings, handovers, tokens and the trail over the API."""

from ninja import Router

from fupin.accounts.api import handovers, officers, own, trail, users

router = Router()
for part in (own, users, officers, handovers, trail):
    router.add_router("", part.router)

__all__ = ["router"]
