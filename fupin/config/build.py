"""Builds what is made from sources and not committed: `python -m fupin.config.build` compiles the messages
and derives the boundaries of the map.

Every app keeps its English in `locale/en/LC_MESSAGES/django.po`. Compiling needs no system package: gettext's own
binary format is a sorted table of strings (GNU gettext manual, section 10.3).
"""

from __future__ import annotations

import ast
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from fupin.divisions import deriving

PACKAGE = Path(__file__).resolve().parent.parent
_MAGIC = 0x950412DE


class BrokenMessages(ValueError):
    """A line of a .po file that cannot be read; says the file and the line."""


def catalogues() -> list[Path]:
    """Every .po file of the product."""
    return sorted(PACKAGE.glob("**/locale/*/LC_MESSAGES/*.po"))


def read_messages(path: Path) -> dict[str, str]:
    """The messages of a .po file as gettext's tables want them: context and plurals joined into the key.

    Fuzzy and untranslated entries are left out. Raises BrokenMessages.
    """
    messages: dict[str, str] = {}
    for entry, is_fuzzy, line in _entries(path):
        key = entry.get("msgid", "")
        if key in messages and "msgctxt" not in entry:
            raise BrokenMessages(f"{path}:{line}: “{key}” stands twice")
        plurals = [entry[name] for name in sorted(entry) if name.startswith("msgstr[")]
        value = "\0".join(plurals) if plurals else entry.get("msgstr", "")
        if "msgid_plural" in entry:
            key += "\0" + entry["msgid_plural"]
        if "msgctxt" in entry:
            key = entry["msgctxt"] + "\4" + key
        if value.strip("\0") and not (is_fuzzy and key):
            messages[key] = value
    return messages


def _entries(path: Path) -> Iterator[tuple[dict[str, str], bool, int]]:
    entry: dict[str, str] = {}
    field, is_fuzzy, start = "", False, 1
    for number, raw in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        line = raw.strip()
        begins = line.startswith("msgctxt") or (line.startswith("msgid ") and set(entry) - {"msgctxt"})
        if entry and (not line or begins or (line.startswith("#") and "msgid" in entry)):
            yield entry, is_fuzzy, start
            entry, field, is_fuzzy = {}, "", False
        if line.startswith("#,") and "fuzzy" in line:
            is_fuzzy = True
        elif line.startswith('"') and field:
            entry[field] += _text(line, path, number)
        elif line.startswith("msg"):
            start = start if entry else number
            field, _, text = line.partition(" ")
            entry[field] = _text(text, path, number)
        elif line and not line.startswith("#"):
            raise BrokenMessages(f"{path}:{number}: {line}")


def _text(quoted: str, path: Path, number: int) -> str:
    try:
        return str(ast.literal_eval(quoted.strip()))
    except (ValueError, SyntaxError):
        raise BrokenMessages(f"{path}:{number}: {quoted}") from None


def compiled(messages: dict[str, str]) -> bytes:
    """The .mo file of messages."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    start = 7 * 4 + 16 * len(pairs)
    texts = b""
    keys: list[int] = []
    values: list[int] = []
    for group, table in ((0, keys), (1, values)):
        for pair in pairs:
            table += [len(pair[group]), start + len(texts)]
            texts += pair[group] + b"\0"
    head = (_MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 28 + 16 * len(pairs))
    return struct.pack(f"<7I{4 * len(pairs)}I", *head, *keys, *values) + texts


def build() -> int:
    """Compile the catalogues of every folder into its one table; returns how many catalogues there are.

    An app may split its catalogue by subject: every .po file of a folder ends in the same `django.mo`.
    """
    folders: dict[Path, list[Path]] = {}
    for path in catalogues():
        folders.setdefault(path.parent, []).append(path)
    for folder, paths in folders.items():
        target = folder / "django.mo"
        if not target.exists() or target.stat().st_mtime < max(path.stat().st_mtime for path in paths):
            target.write_bytes(compiled(_together(paths)))
    return sum(map(len, folders.values()))


def _together(paths: list[Path]) -> dict[str, str]:
    """The messages of a folder; where two files say a text differently, `django.po` goes first, then the alphabet."""
    messages: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: (path.stem != "django", path.stem)):
        for key, text in read_messages(path).items():
            messages.setdefault(key, text)
    return messages


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{build()} message catalogues\n")
        sys.stdout.write(f"{deriving.build(PACKAGE / 'core' / 'static' / 'built')} bytes of boundaries\n")
    except BrokenMessages as fault:
        sys.exit(str(fault))
