"""Acts of collection."""

from fupin.quality.campaigns.operations.assigning import assign, candidates, pass_on
from fupin.quality.campaigns.operations.filling import refresh
from fupin.quality.campaigns.operations.rounds import Draft, draft, redraft, step
from fupin.quality.campaigns.operations.visits import Line, leave_out, record

__all__ = [
    "Draft",
    "Line",
    "assign",
    "candidates",
    "draft",
    "leave_out",
    "pass_on",
    "record",
    "redraft",
    "refresh",
    "step",
]
