"""Which browser a sign-in came from, in a word: the full text that browsers send tells nobody anything."""

from __future__ import annotations

_PROGRAMS = (
    # what stands in the text, what people call it; the first that stands there counts
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("360", "360"),
    ("QQBrowser", "QQ"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def name_of(agent: str) -> str:
    """`Chrome · Windows`; what is not known keeps the beginning of its text."""
    program = next((name for mark, name in _PROGRAMS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (program, system) if part) or agent[:40]
