"""Documents as data: which pages a paper has, what stands on them, which marks each page needs.

The texts are the apps', handed in by `config`. An edition goes by the days on which it is used, so that a paper of an
earlier time can be printed again as it was. The same blocks are set as PDF and written as a Word template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Mark = Literal["signature", "fingerprint", "seal"]
MARKS: dict[Mark, tuple[str, str]] = {
    # mark: (label, English label)
    "signature": ("签字", "Signature"),
    "fingerprint": ("指印", "Fingerprint"),
    "seal": ("盖章", "Seal"),
}
KINDS = ("title", "heading", "text", "plain", "note", "table", "list", "ticks", "lines", "signs", "date", "frame")
"""The kinds of blocks; each is set by `setting` and written by `word`."""


class Faulty(ValueError):
    """A document that cannot be used as it is declared."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A mark that a page must bear, of whom, how many."""

    mark: Mark
    who: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page: its kind, its text or rows, its options."""

    kind: str
    body: Any


def _signs(block: Block) -> list[Any]:
    """The marks that a block holds, also within its frame."""
    if block.kind == "signs":
        return list(block.body)
    return (
        [one for raw in block.body for one in _signs(Block(*next(iter(raw.items()))))] if block.kind == "frame" else []
    )


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a document. `mongolian` is its text in traditional Mongolian, where it was entered."""

    label: str
    blocks: tuple[Block, ...]
    mongolian: str = ""

    @property
    def needed(self) -> tuple[Needed, ...]:
        """The marks that the page needs, in the order in which they stand on it."""
        found = [one for block in self.blocks for one in _signs(block)]
        return tuple(Needed(one["mark"], one["who"], int(one.get("count", 1))) for one in found)


@dataclass(frozen=True, slots=True)
class Edition:
    """How a document reads in a time: its title, letterhead and pages. `until` is exclusive."""

    name: str
    since: date
    until: date | None
    title: str
    letterhead: str
    pages: tuple[Page, ...]

    def __hash__(self) -> int:
        """By what it is called: blocks are lists, as YAML gives them."""
        return hash((self.name, self.since, self.title))

    def holds(self, on: date) -> bool:
        """Is it used on a day?"""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that an office prints of a kind of subjects."""

    name: str
    label: str
    label_en: str
    subjects: tuple[str, ...]
    evidence: str
    """the kind of attachment that a page of it becomes"""
    editions: tuple[Edition, ...]
    returns: bool = True
    """whether it comes back signed; a handbook stays with the household"""

    def edition(self, on: date) -> Edition | None:
        """The edition of a day; None where the document was not used then."""
        return next((one for one in self.editions if one.holds(on)), None)

    def named(self, name: str) -> Edition | None:
        """The edition of a name, as a printed page says it."""
        return next((one for one in self.editions if one.name == name), None)


_declared: dict[str, Document] = {}


def declare(documents: Iterable[Document]) -> None:
    """Hand in documents. Raises Faulty for two of one name."""
    for one in documents:
        if _declared.get(one.name, one) != one:
            raise Faulty(f"文书 {one.name} 重复")
        _declared[one.name] = one


def documents(subject: str = "", on: date | None = None) -> list[Document]:
    """All documents, or those of a kind of subjects that are used on a day."""
    return [
        one
        for one in _declared.values()
        if (not subject or subject in one.subjects) and (on is None or one.edition(on) is not None)
    ]


def document(name: str) -> Document | None:
    """The document of a name."""
    return _declared.get(name)


def read(name: str, raw: Mapping[str, Any]) -> Document:
    """A document as it stands in a file. Raises Faulty with the place."""
    editions = tuple(
        Edition(
            str(one["name"]), one["since"], one.get("until"), one["title"], one.get("letterhead", ""),
            tuple(read_page(page, f"{name} {one['name']} 第 {at} 页") for at, page in enumerate(one["pages"], start=1)),
        )
        for one in raw["editions"]
    )  # fmt: skip
    return Document(name, raw["label"], raw["label_en"], tuple(raw["subjects"]), raw["evidence"], editions,
                    bool(raw.get("returns", True)))  # fmt: skip


def read_page(raw: Mapping[str, Any], where: str) -> Page:
    """A page as it stands in a file. Raises Faulty with the place."""
    blocks = []
    for at, one in enumerate(raw.get("blocks") or [], start=1):
        if not isinstance(one, Mapping) or len(one) != 1 or next(iter(one)) not in KINDS:
            raise Faulty(f"{where} 第 {at} 块：应是 {'、'.join(KINDS)} 之一")
        kind, body = next(iter(one.items()))
        if kind == "signs" and not all(isinstance(each, Mapping) and each.get("mark") in MARKS for each in body):
            raise Faulty(f"{where} 第 {at} 块：签章应写明 mark（{'、'.join(MARKS)}）和 who")
        blocks.append(Block(kind, body))
    if not blocks:
        raise Faulty(f"{where}：没有内容")
    return Page(str(raw.get("label", "")), tuple(blocks), str(raw.get("mongolian", "")))
