"""The code lists: codes, Chinese and English labels, where each list comes from and from which day it holds.

`code_list("education").read("大专")` is the code that the register stores. A list of the official forms whose codes
changed their meaning (`education_2016`, `education_2020`) is a `form_of` the register's own list: `to_register`
and `to_form` translate.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fupin.policy.documents import CONFIDENCE, Faulty, Source, files, read_day, read_file

FOLDER = Path(__file__).parent
SINCE_EVER = date(1900, 1, 1)


class UnknownList(KeyError):
    """There is no code list of that name."""


@dataclass(frozen=True, slots=True)
class Item:
    """One code. `since` and `until` (exclusive) where it is younger or older than its list; `means` is the register's
    code for an item of a form; `labels` the official words by day where a regime renamed it; `extra` what else the
    list says of its items (kind, level, unit, sex …)."""

    code: str
    label: str
    label_en: str
    aliases: tuple[str, ...] = ()
    since: date = SINCE_EVER
    until: date | None = None
    means: str = ""
    labels: tuple[tuple[date, str], ...] = ()
    confidence: str = ""
    note: str = ""
    extra: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)

    def label_on(self, on: date | None) -> str:
        """The label as it was said on a day; without a day, as it is said now."""
        said = [label for since, label in self.labels if on is not None and since <= on]
        return said[-1] if said else self.label


@dataclass(frozen=True)
class CodeList:
    """A code list with its source. Labels, codes and aliases are read alike; the code is what is stored."""

    name: str
    title: str
    title_en: str
    items: tuple[Item, ...]
    source: Source
    since: date
    until: date | None = None
    aliases: tuple[str, ...] = ()
    item: str = ""
    """the item's number on the official collection form"""
    form_of: str = ""
    note: str = ""
    is_open: bool = False
    """whether an office may add codes of its own: never where the system computes with the codes"""

    @cached_property
    def by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(self.by_code)

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """Code and Chinese label of every item, in the list's order."""
        return [(item.code, item.label) for item in self.items]

    def on(self, day: date) -> tuple[Item, ...]:
        """The items that may be chosen on a day."""
        return tuple(item for item in self.items if item.holds(day))

    def label(self, code: str, english: bool = False, *, on: date | None = None) -> str:
        """The label of a code; the code itself where the list does not know it, so that nothing vanishes."""
        item = self.by_code.get(code)
        if item is None:
            return code
        return item.label_en if english else item.label_on(on)

    @cached_property
    def _spellings(self) -> dict[str, str]:
        known: dict[str, str] = {}
        for item in self.items:
            said = (item.code, item.label, item.label_en, *item.aliases, *(label for _, label in item.labels))
            for spelling in said:
                known.setdefault(fold(spelling), item.code)
        return known

    def read(self, text: str) -> str | None:
        """The code for a code, label or alias, however wide its characters; None when the list does not know it.

        Leading zeros that a spreadsheet dropped (`1` for `01`) and `01 汉族`, `01-汉族`, `01.汉族` are read too.
        """
        key = fold(text)
        found = self._spellings.get(key)
        if found is None and key:
            whole = key.removesuffix(".0")
            found = self._spellings.get(whole) or self._spellings.get(whole.zfill(2)) or self._read_pair(key)
        return found

    def _read_pair(self, key: str) -> str | None:
        """`01汉族`, `01-汉族`: a code and its own label; any other pair is not read."""
        for code, item in self.by_code.items():
            low = fold(code)
            if key.startswith(low) and self._spellings.get(key[len(low) :].lstrip("-._:|、")) == item.code:
                return code
        return None

    def to_register(self, code: str) -> str:
        """The register's code for a code of this form."""
        return self.by_code[code].means or code

    def to_form(self, code: str) -> str | None:
        """This form's code for a code of the register; None where the form has none."""
        return next((item.code for item in self.items if (item.means or item.code) == code), None)


def with_items(base: CodeList, added: Iterable[Item]) -> CodeList:
    """The list with more items at its end."""
    return replace(base, items=(*base.items, *added))


def fold(text: str) -> str:
    """A spelling without what does not matter: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@cache
def code_list(name: str) -> CodeList:
    """The code list of that name (or former name). Raises UnknownList."""
    lists = code_lists()
    if name in lists:
        return lists[name]
    for found in lists.values():
        if name in found.aliases:
            return found
    raise UnknownList(name)


@cache
def code_lists() -> dict[str, CodeList]:
    """Every code list by name. Raises Faulty for the first that is not in order."""
    bodies = {name: read_file(path) for name, path in files(FOLDER)}
    return {name: _read(name, body, bodies) for name, body in bodies.items()}


_LIST_KEYS = {"label", "label_en", "aliases", "item", "since", "until", "source", "note", "form_of", "same_as", "open_to_offices",
              "items"}  # fmt: skip
_ITEM_KEYS = {"code", "label", "label_en", "aliases", "since", "until", "means", "labels", "confidence", "note"}


def _read(name: str, body: dict[str, Any], bodies: dict[str, dict[str, Any]]) -> CodeList:
    where = f"catalogue/{name}.yaml"
    unknown = set(body) - _LIST_KEYS
    if unknown:
        raise Faulty(f"{where}：不认识的项 {', '.join(sorted(unknown))}")
    for key in ("label", "label_en", "since"):
        if not body.get(key):
            raise Faulty(f"{where}：缺少 {key}")
    rows = body.get("items") or bodies.get(body.get("same_as", ""), {}).get("items")
    if not rows:
        raise Faulty(f"{where}：没有任何编码，应写明 items 或 same_as")
    return CodeList(
        name=name,
        title=body["label"],
        title_en=body["label_en"],
        items=tuple(_read_item(row, f"{where} 第 {number} 项") for number, row in enumerate(rows, 1)),
        source=Source.read(body.get("source"), where),
        since=read_day(body["since"], f"{where} since"),
        until=read_day(body["until"], f"{where} until") if body.get("until") else None,
        aliases=tuple(body.get("aliases", ())),
        item=str(body.get("item", "")),
        form_of=body.get("form_of", ""),
        note=body.get("note", ""),
        is_open=body.get("open_to_offices", False) is True,
    )


def _read_item(row: Any, where: str) -> Item:
    if not isinstance(row, dict):
        raise Faulty(f"{where}：应为键值对")
    for key in ("code", "label", "label_en"):
        if not isinstance(row.get(key), str) or not row[key]:
            raise Faulty(f"{where}：{key} 应为非空文本（编码须加引号）")
    if row.get("confidence", "high") not in CONFIDENCE:
        raise Faulty(f"{where}：confidence 应为 {', '.join(CONFIDENCE)} 之一")
    labels = tuple(sorted((read_day(day, where), str(label)) for day, label in row.get("labels", {}).items()))
    return Item(
        code=row["code"],
        label=row["label"],
        label_en=row["label_en"],
        aliases=tuple(str(alias) for alias in row.get("aliases", ())),
        since=read_day(row["since"], where) if "since" in row else SINCE_EVER,
        until=read_day(row["until"], where) if "until" in row else None,
        means=str(row.get("means", "")),
        labels=labels,
        confidence=row.get("confidence", ""),
        note=row.get("note", ""),
        extra={key: value for key, value in row.items() if key not in _ITEM_KEYS},
    )


def check() -> list[str]:
    """Faults of the code lists: a source and a day each, codes unique, spellings that mean one code only."""
    faults: list[str] = []
    names: dict[str, str] = {}
    bodies: dict[str, dict[str, Any]] = {}
    for name, path in files(FOLDER):
        try:
            bodies[name] = read_file(path)
        except Faulty as fault:
            faults.append(f"catalogue/{fault}")
    for name, body in bodies.items():
        try:
            found = _read(name, body, bodies)
        except Faulty as fault:
            faults.append(str(fault))
            continue
        for known in (name, *found.aliases):
            if known in names:
                faults.append(f"catalogue/{name}.yaml：名称 {known} 已由 {names[known]} 使用")
            names[known] = name
        faults += _check_items(found, bodies)
    return faults


def _check_items(found: CodeList, bodies: dict[str, dict[str, Any]]) -> list[str]:
    where, faults = f"catalogue/{found.name}.yaml", []
    if len(found.codes) != len(found.items):
        twice = {item.code for item in found.items if [i.code for i in found.items].count(item.code) > 1}
        faults.append(f"{where}：编码重复 {', '.join(sorted(twice))}")
    spellings: dict[str, str] = {}
    for item in found.items:
        for spelling in (item.code, item.label, *item.aliases):
            owner = spellings.setdefault(fold(spelling), item.code)
            if owner != item.code:
                faults.append(f"{where}：“{spelling}”既指 {owner} 又指 {item.code}")
        if item.until is not None and item.until <= item.since:
            faults.append(f"{where}：{item.code} 的 until 应晚于 since")
    if found.form_of:
        register = {row.get("code") for row in bodies.get(found.form_of, {}).get("items", ())}
        for item in found.items:
            if (item.means or item.code) not in register:
                faults.append(f"{where}：{item.code} 在 {found.form_of} 中没有对应编码，应写明 means")
    return faults
