"""Files of published figures as they come from elsewhere: YAML or JSON in the form of `figures.yaml`.

Nothing in such a file is taken on trust: a day that does not exist, a nesting without end or a number with a sign in it
is told to the reader, and never stops the work with a fault of the program.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml


class Unreadable(ValueError):
    """The file is neither YAML nor JSON; the text says where."""


class _AsWritten(yaml.SafeLoader):
    """Days stay text, as the file has them: a period is read by its own rules, and 2018-02-30 is told as one.

    The loader in Python, not the one in C: that one falls over a nesting of some ten thousand brackets.
    """


_AsWritten.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> Any:
    """What the file holds. Raises Unreadable, OSError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".json" or text.lstrip()[:1] in ("{", "["):
            try:
                return json.loads(text)
            except json.JSONDecodeError:
                if path.suffix.lower() == ".json":
                    raise
        return yaml.load(text, Loader=_AsWritten)  # noqa: S506 (a safe loader that knows less)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise Unreadable(" ".join(str(fault).split()) or type(fault).__name__) from None


def number(value: Any) -> Decimal | None:
    """A number as an entry gives it: 1375, "1,375", "３９７６", 1.23. None for anything else (a range, 约, 1.23%)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    plain = str(value).strip().replace(",", "").replace("，", "")
    try:
        found = Decimal(plain) if plain and "_" not in plain else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() and abs(found.adjusted()) <= _LARGEST else None


_LARGEST = 30
"""Digits before or behind the point: no figure of an office has more, and arithmetic with them stays quick."""
