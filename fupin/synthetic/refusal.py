"""What cannot be made, said in both languages of the command line."""

from __future__ import annotations


class Impossible(Exception):
    """The arguments ask for something that cannot be. `chinese` and `english` name what cannot be met together."""

    def __init__(self, sentences: list[str]) -> None:
        self.chinese, self.english = sentences
        super().__init__(self.chinese)
