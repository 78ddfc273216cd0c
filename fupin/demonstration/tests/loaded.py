"""A story as the demonstration enters it."""

from fupin.accounts.scopes import SYSTEM
from fupin.demonstration import loading


def load(story):
    """The opening and every year after it."""
    loading.load_opening(story.opening, by=SYSTEM, tell=lambda phase: None)
    loading.load_years(story, by=SYSTEM, tell=lambda phase: None)
