"""The network address that a request comes from: one reading for the trail and for throttling."""

from fupin.core.requests import client_address

__all__ = ["client_address"]
