"""The language of the command line: `FUPIN_LANG`, then the locale, else Chinese."""

import locale
import os


def is_english() -> bool:
    """True where `FUPIN_LANG`, or else the locale, asks for English."""
    asked = os.environ.get("FUPIN_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    if not asked:
        asked = locale.getlocale()[0] or ""
    return asked.lower().startswith("en")


def say(chinese: str, english: str) -> str:
    """The text in the language of the command line."""
    return english if is_english() else chinese
