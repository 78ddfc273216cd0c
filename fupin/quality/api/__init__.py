"""Quality over the API."""

from fupin.quality.api.tickets import router

__all__ = ["router"]
