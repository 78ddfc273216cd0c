"""Quality over the API."""

from ninja import Router

from fupin.quality.api.issued import router as issued
from fupin.quality.api.tickets import router as tickets

router = Router()
router.add_router("", tickets)
router.add_router("", issued)

__all__ = ["router"]
