"""Acts of collection."""

from fupin.quality.campaigns.operations.assigning import assign, candidates, pass_on
from fupin.quality.campaigns.operations.filling import refresh
from fupin.quality.campaigns.operations.rounds import Draft, draft, redraft, step
from fupin.quality.campaigns.operations.spot_checks import draw, drawn_again, recollect, spot_check, texts_of
from fupin.quality.campaigns.operations.visits import MOST_AT_ONCE, Line, leave_out, record

__all__ = [
    "MOST_AT_ONCE",
    "Draft",
    "Line",
    "assign",
    "candidates",
    "draft",
    "draw",
    "drawn_again",
    "leave_out",
    "pass_on",
    "recollect",
    "record",
    "redraft",
    "refresh",
    "spot_check",
    "step",
    "texts_of",
]
