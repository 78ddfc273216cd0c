"""What cannot be made, said in both languages of the command line."""

from __future__ import annotations


class Impossible(Exception):
    """The arguments ask for something that cannot be. `chinese` and `english` name what cannot be met together."""

    def __init__(self, sentences: list[str]) -> None:
        self.chinese, self.english = sentences
        super().__init__(self.chinese)

    def __reduce__(self) -> tuple[type[Impossible], tuple[list[str]]]:
        """It comes out of another process as it went in."""
        return type(self), ([self.chinese, self.english],)
