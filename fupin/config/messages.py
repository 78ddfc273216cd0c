"""Which texts a person can see, and whether each has its English: read from the code and the templates themselves.

The text in the code is Chinese; the English stands in `fupin/<app>/locale/en/LC_MESSAGES/`, in `django.po` or split by subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip


def texts(app: Path) -> Iterator[tuple[str, str, int]]:
    """Every translatable text of an app: (text, file, line)."""
    for path in sorted(app.rglob("*")):
        if "tests" in path.parts or "migrations" in path.parts or not path.is_file():
            continue
        if path.suffix == ".py":
            source = path.read_text(encoding="utf-8")
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        else:
            continue
        for line, message, _, _ in extract("python", BytesIO(source.encode()), KEYWORDS):
            for text in message if isinstance(message, tuple) else (str(message),):
                if text:
                    yield text, str(path.relative_to(ROOT)), line


def english(app: Path) -> Catalog:
    """The English texts of an app; empty where it has none yet."""
    catalog = Catalog(locale="en")
    for path in sorted((app / "locale" / "en" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    catalog[message.id] = message
    return catalog


_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def faults() -> list[str]:
    """Texts without English, English that loses a placeholder, English that nothing uses any more."""
    found = []
    for app in sorted(p for p in ROOT.iterdir() if (p / "__init__.py").exists()):
        catalog, used = english(app), set()
        for text, file, line in texts(app):
            used.add(text)
            entry = catalog.get(text)
            if entry is None or not entry.string or (isinstance(entry.string, tuple) and not all(entry.string)):
                if re.search(r"[\u4e00-\u9fff]", text):
                    found.append(f"{file}:{line}: 缺英文 no English: {text!r}")
                continue
            for string in entry.string if isinstance(entry.string, tuple) else (str(entry.string),):
                if sorted(_PLACEHOLDER.findall(string)) != sorted(_PLACEHOLDER.findall(text)):
                    found.append(f"{file}:{line}: 占位符不一致 placeholders differ: {text!r} / {string!r}")
        found += [
            f"{app.name}/locale/en: 无人使用 unused: {entry.id!r}"
            for entry in catalog
            if entry.id and (entry.id[0] if isinstance(entry.id, tuple) else entry.id) not in used
        ]
    return found
