"""What other departments hold about people, as data: columns, keys, legal basis, what a hit means, how long it is kept.

A file of the folder is one source, by its name. `keys` names the columns by which a row is a person, out of `_keys.yaml`
(number, name, birth day …) so that every source reads the same headers; `columns` what else the file says. `_offices.yaml` names the office that a
department is at each level. A finding
(`findings`) names the quality rule that a hit feeds and, where it takes more than a hit, the condition `when` over the
person's fields and the file's (`file.value_fen`). An office's own source (`rulebook`) has the same form and this loader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from fupin.policy import parameters, quality
from fupin.policy.documents import Faulty, files, read_file

FOLDER = Path(__file__).parent
KEYS, OFFICES = "_keys", "_offices"
TYPES = ("text", "word", "integer", "decimal", "money", "date", "yes_no")
"""What a column holds; a `word` is one of a few that the column names itself, in every spelling that offices use."""
LEVELS = ("region", "league", "banner")
"""Levels of divisions that have offices which are written to."""
ASKS = ("number", "name")
"""What a list that goes out says of a person, unless the source needs more."""
OWN_MARK = "own_"
"""How the name of an office's own source begins."""
_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")


class UnknownSource(KeyError):
    """There is no source of that name."""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of a department's file. `words` are words with their spellings, the first of which is the label."""

    name: str
    label: str
    label_en: str
    type: str = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    kept: bool = True
    """Is it kept until the retention is over? One that is not is known by its header and read no further."""
    masked: bool = False
    """Is it a number (of a plate, a certificate) that is shown covered?"""
    counted: bool = False
    """Do conditions ask how many different values the file says of one person (`file.post_count`)?"""
    during: tuple[str, ...] = ()
    """of a counted column, the two days between which a row holds (from, and until but not on): only values that hold at
    once are counted together. A row without the first has always held, one without the last holds still."""


@dataclass(frozen=True, slots=True)
class Feeds:
    """A quality rule that hits feed; `when` is empty where a hit is enough."""

    rule: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `freshness_days`: how old the newest file may be before it is asked for again; `retention` names the
    parameter that says how long its rows are kept; `means` is what a hit asks of the officer. `absent` names the rules fed
    by whoever is *not* in a complete file, `when` says of whom. An office's own source has the id of the confirmed request
    that says it (`definition`), and says itself whether a household has to agree (`authorised`)."""

    name: str
    label: str
    label_en: str
    department: str
    department_en: str
    keys: tuple[SourceColumn, ...]
    columns: tuple[SourceColumn, ...]
    findings: tuple[Feeds, ...]
    means: str
    means_en: str
    legal_basis: str
    legal_basis_en: str
    freshness_days: int
    retention: str
    note: str = ""
    asks: tuple[str, ...] = ASKS
    absent: tuple[Feeds, ...] = ()
    authorised: bool = False
    family: str = ""
    """the column whose value is one for the rows of a household in the file: `file.outsiders` counts its rows of others"""
    definition: int = 0

    @property
    def kept(self) -> tuple[SourceColumn, ...]:
        """The columns beside the keys whose contents are kept, judged and shown."""
        return tuple(one for one in self.columns if one.kept)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that the source feeds, each once."""
        return tuple(dict.fromkeys(one.rule for one in (*self.findings, *self.absent)))

    @property
    def all_columns(self) -> tuple[SourceColumn, ...]:
        return (*self.keys, *self.columns)

    @property
    def is_own(self) -> bool:
        """Did an office add it itself?"""
        return self.name.startswith(OWN_MARK)


def source(name: str) -> Source:
    """The shipped source of that name. Raises UnknownSource."""
    try:
        return sources()[name]
    except KeyError:
        raise UnknownSource(name) from None


@cache
def sources() -> dict[str, Source]:
    """Every shipped source by name, in the order of the files. Raises Faulty for the first that is not in order."""
    return {name: read(name, read_file(path)) for name, path in files(FOLDER) if name not in (KEYS, OFFICES)}


@cache
def keys() -> dict[str, SourceColumn]:
    """The columns by which a row is a person, by name."""
    return {
        name: _column({"name": name, **body}, "sources/_keys.yaml")
        for name, body in read_file(FOLDER / f"{KEYS}.yaml").items()
    }


@cache
def _offices() -> dict[str, dict[str, str]]:
    return {name: dict(body) for name, body in read_file(FOLDER / f"{OFFICES}.yaml").items()}


def office_of(department: str, level: str) -> str:
    """The office that a line of work has at a level of divisions (region, league, banner), as letters address it with
    `{place}` for the division's name; empty for a department that is not of the list."""
    return _offices().get(department, {}).get(level, "")


_KNOWN = {one.name for one in fields(Source)} - {"name", "definition"}
_OPTIONAL = {"note", "asks", "absent", "authorised", "family"}


def read(name: str, body: Any, definition: int = 0) -> Source:
    """A source out of its own words. Raises Faulty with the place and the mend."""
    where = f"sources/{name}"
    if not isinstance(body, dict) or set(body) - _KNOWN:
        unknown = "、".join(sorted(set(body) - _KNOWN)) if isinstance(body, dict) else str(body)
        raise Faulty(f"{where}：有不认识的项 {unknown}")
    missing = sorted(_KNOWN - _OPTIONAL - set(body))
    if missing:
        raise Faulty(f"{where}：缺少 {'、'.join(missing)}")
    if not _NAME.fullmatch(name):
        raise Faulty(f"{where}：名称应为小写英文字母、数字和下划线")
    for part in ("keys", "columns", "findings", "absent"):
        if not isinstance(body.get(part, []), list):
            raise Faulty(f"{where}：{part} 应为列表")
    unknown_keys = [key for key in body["keys"] if key not in keys()]
    if unknown_keys or not {"number", "name"} & set(body["keys"]):
        raise Faulty(f"{where}：keys 应取自 {'、'.join(keys())}，且至少有 number 或 name")
    asks = body.get("asks", [key for key in ASKS if key in body["keys"]])
    if not isinstance(asks, list) or not set(asks) <= set(body["keys"]) or "number" not in asks:
        raise Faulty(f"{where}：asks 应取自 keys，且应有 number")
    if body.get("family", "") not in ("", *(each.get("name") for each in body["columns"] if isinstance(each, dict))):
        raise Faulty(f"{where}：family 应为 columns 中的一列，现为 {body['family']}")
    if type(body["freshness_days"]) is not int or body["freshness_days"] < 1:
        raise Faulty(f"{where}：freshness_days 应为正整数")
    return Source(
        name=name,
        keys=tuple(keys()[key] for key in body["keys"]),
        columns=_columns(body["columns"], where),
        findings=tuple(_feeds(each, where) for each in body["findings"]),
        absent=tuple(_feeds(each, where, part="absent") for each in body.get("absent", ())),
        asks=tuple(asks),
        definition=definition,
        **{key: value for key, value in body.items() if key not in ("keys", "columns", "findings", "absent", "asks")},
    )


def said(one: Source) -> dict[str, Any]:
    """A source in the words that `read` reads: for a file that goes to a department."""
    plain = {each.name: getattr(one, each.name) for each in fields(Source)}
    del plain["definition"], plain["name"]
    return {
        **plain,
        "keys": [each.name for each in one.keys],
        "asks": list(one.asks),
        "columns": [_said_column(each) for each in one.columns],
        "findings": [{"rule": each.rule, "when": each.when} for each in one.findings],
        "absent": [{"rule": each.rule, "when": each.when} for each in one.absent],
    }


def _said_column(one: SourceColumn) -> dict[str, Any]:
    column = {each.name: getattr(one, each.name) for each in fields(SourceColumn)}
    column["aliases"], column["during"] = list(one.aliases), list(one.during)
    column["words"] = {word: list(spellings) for word, spellings in one.words} or None
    if not one.masked:
        # What a department holds of an earlier version of the program does not know it.
        del column["masked"]
    return column


def _columns(given: list[Any], where: str) -> tuple[SourceColumn, ...]:
    found = tuple(_column(each, where) for each in given)
    names = [each.name for each in found]
    twice = sorted({name for name in names if names.count(name) > 1 or name in keys()})
    if twice:
        raise Faulty(f"{where}：列名 {'、'.join(twice)} 重复")
    days = {one.name for one in found if one.type == "date" and one.kept}
    for one in found:
        if one.during and not (one.counted and len(one.during) == 2 and set(one.during) <= days):
            raise Faulty(f"{where}：列 {one.name} 的 during 应为两个日期列（起、止），且该列应有 counted: true")
    return found


def _column(body: Any, where: str) -> SourceColumn:
    known = {one.name for one in fields(SourceColumn)}
    if not isinstance(body, dict) or set(body) - known or not {"name", "label", "label_en"} <= set(body):
        raise Faulty(
            f"{where}：每列应有 name、label、label_en，"
            "另可有 type、aliases、required、words、kept、masked、counted、during"
        )
    column = SourceColumn(
        **{**body, "aliases": tuple(body.get("aliases", ())), "words": _words(body.get("words"), where),
           "during": tuple(body.get("during", ()))}
    )  # fmt: skip
    if not _NAME.fullmatch(column.name):
        raise Faulty(f"{where}：列 {column.name} 的 name 应为小写英文字母、数字和下划线")
    if column.type not in TYPES:
        raise Faulty(f"{where}：列 {column.name} 的 type 应为 {'、'.join(TYPES)} 之一，现为 {column.type}")
    if (column.type == "word") != bool(column.words):
        raise Faulty(f"{where}：列 {column.name} 的 words（取值）与 type: word 应同时给出")
    return column


def _words(given: Any, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if given is None:
        return ()
    if not isinstance(given, dict) or not all(isinstance(each, list) and each for each in given.values()):
        raise Faulty(f"{where}：words 应为 取值: [写法, 写法……]")
    return tuple((str(word), tuple(str(each) for each in spellings)) for word, spellings in given.items())


def _feeds(body: Any, where: str, part: str = "findings") -> Feeds:
    if not isinstance(body, dict) or set(body) - {"rule", "when"} or not body.get("rule"):
        raise Faulty(f"{where}：{part} 每项应有 rule（规则编号），另可有 when（条件）")
    return Feeds(**body)


def check() -> list[str]:
    """Faults of the shipped sources; conditions are parsed by `quality`, which knows the register's fields."""
    try:
        found = sources()
    except Faulty as fault:
        return [str(fault)]
    known, held = parameters.parameters(), quality.rules()
    faults = [f"sources/{one.name}：没有参数 {one.retention}" for one in found.values() if one.retention not in known]
    fed = {rule: one.name for one in found.values() for rule in one.rules}
    faults += [
        f"sources/{OFFICES}：{one.department} 缺少 {level}"
        for one in found.values()
        for level in LEVELS
        if not office_of(one.department, level)
    ]
    faults += [
        f"sources/{name}：规则 {rule} 应在 quality 中定为 compared（由部门比对判断）"
        for rule, name in fed.items()
        if rule not in held or not held[rule].compared
    ]
    return faults + [
        f"quality：{rule.name} 没有数据来源" for rule in held.values() if rule.compared and rule.name not in fed
    ]
