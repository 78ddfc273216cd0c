"""The language of the command line: `FUPIN_LANG`, then the locale, else Chinese."""

import gettext
import locale
import os
from pathlib import Path

_LOCALES = Path(__file__).resolve().parent / "locale"


def is_english() -> bool:
    """True where `FUPIN_LANG`, or else the locale, asks for English."""
    names = ("FUPIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = next((os.environ[name] for name in names if os.environ.get(name)), "")
    if not asked and os.name != "posix":  # elsewhere C; Python up to 3.12 calls that English once it reads UTF-8
        asked = locale.getlocale()[0] or ""
    return asked.lower().startswith("en")


def say(chinese: str, english: str) -> str:
    """The text in the language of the command line."""
    return english if is_english() else chinese


def speak() -> None:
    """Let the library of the command line say usage and faults in the same language as everything else.

    It asks gettext's default table, which goes by `LANGUAGE` first; a locale without a language (C, POSIX) reads
    Chinese here as it does in `say`.
    """
    os.environ["LANGUAGE"] = "en" if is_english() else "zh_CN"
    gettext.bindtextdomain("django", str(_LOCALES))
    gettext.textdomain("django")
