"""Which texts a person can see, and whether each has its English, one for all apps: read from the code and the templates.

The text in the code is Chinese; the English stands in `fupin/<app>/locale/en/LC_MESSAGES/`, in `django.po` or split by subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip


def texts(app: Path) -> Iterator[tuple[str, str | None, str, int]]:
    """Every translatable text of an app: (text, context that tells it from the same text elsewhere, file, line)."""
    for path in sorted(app.rglob("*")):
        if "tests" in path.parts or "migrations" in path.parts or not path.is_file():
            continue
        if path.suffix == ".py":
            source = path.read_text(encoding="utf-8")
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        else:
            continue
        for line, message, _, context in extract("python", BytesIO(source.encode()), KEYWORDS):
            for text in message if isinstance(message, tuple) else (str(message),):
                if text:
                    yield text, context, str(path.relative_to(ROOT)), line


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
    """Texts without English, English that loses a placeholder, that nothing uses, or that differs from app to app."""
    found = []
    for app in sorted(p for p in ROOT.iterdir() if (p / "__init__.py").exists()):
        catalog, used = english(app), set()
        for text, context, file, line in texts(app):
            used.add((text, context))
            entry = catalog.get(text, context)
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
            if entry.id and (_singular(entry), entry.context) not in used
        ]
    return found + differing()


def _singular(entry: Message) -> str:
    return str(entry.id[0] if isinstance(entry.id, tuple) else entry.id)


def differing() -> list[str]:
    """Texts to which apps give different English: on every screen only that of the first app would be seen.

    Where the meaning differs, the text is told apart by a context (`pgettext`, `{% translate … context … %}`).
    """
    known: dict[tuple[str, str | None], dict[str, list[str]]] = {}
    for app in sorted(p for p in ROOT.iterdir() if (p / "__init__.py").exists()):
        for entry in english(app):
            if entry.id:
                said = known.setdefault((_singular(entry), entry.context), {})
                said.setdefault(str(entry.string), []).append(app.name)
    return [
        f"{text!r}: 各处英文不一致 English differs: "
        + "; ".join(f"{string!r} ({', '.join(apps)})" for string, apps in said.items())
        for (text, _context), said in known.items()
        if len(said) > 1
    ]
