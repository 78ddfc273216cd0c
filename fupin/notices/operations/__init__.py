"""Acts of publicity. Each takes lists, is audited inside, and refuses with every reason."""

from fupin.notices.operations.hanging import end_over, prove, take_down
from fupin.notices.operations.news import FOLLOWS, News
from fupin.notices.operations.objecting import Said, answer, raise_objection, read_objection
from fupin.notices.operations.posting import Wanted, post, preview
from fupin.notices.reading import Line

__all__ = [
    "FOLLOWS",
    "Line",
    "News",
    "Said",
    "Wanted",
    "answer",
    "end_over",
    "post",
    "preview",
    "prove",
    "raise_objection",
    "read_objection",
    "take_down",
]
