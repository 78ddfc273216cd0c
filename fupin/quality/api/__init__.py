"""Quality over the API."""

from ninja import Router

from fupin.quality.api.issued import router as issued
from fupin.quality.api.rules import router as rules
from fupin.quality.api.sweeps import router as sweeps
from fupin.quality.api.tickets import router as tickets

router = Router()
router.add_router("", tickets)
router.add_router("", issued)
router.add_router("", rules)
router.add_router("", sweeps)

__all__ = ["router"]
