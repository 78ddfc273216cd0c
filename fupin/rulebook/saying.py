"""One line of a request, as a screen and a second person read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a request. `is_new` marks what is asked for; `is_chinese` what is read out in Chinese."""

    label: str
    text: str
    is_new: bool = False
    is_chinese: bool = False

    @property
    def is_long(self) -> bool:
        """Does it take a line of its own? A condition or a sentence is not read in a narrow column."""
        return len(self.text) > 40
