"""Refusals: an act that was not done, with every reason, in the words of the screen."""

from collections.abc import Iterable

from fupin.core.sentences import said


class Refused(Exception):
    """The act was refused and nothing changed. `reasons` say what, where and the mend."""

    def __init__(self, reasons: str | Iterable[str], code: str = "refused") -> None:
        self.reasons = tuple(said(one) for one in ((reasons,) if isinstance(reasons, str) else reasons))
        self.code = code
        super().__init__("；".join(self.reasons))


class NotAllowed(Refused):
    """A rule or a right stands against it."""


class NotFound(Refused):
    """No such thing, or not for this person to know of: the two are told alike."""


class Stale(Refused):
    """Somebody else changed the record since it was read; the version that was read is no longer the current one."""
