"""What the worker does for publicity: notices end by themselves when their last day is over."""

from __future__ import annotations

from fupin.core import clock
from fupin.notices import operations


def end_over() -> None:
    """Each minute; after the worker was off, all that is over by then."""
    operations.end_over(on=clock.today())
