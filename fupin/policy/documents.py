"""Reading the YAML of a folder, and what every document in it must have: a day and a source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

CONFIDENCE = {
    "high": "高",
    "medium": "中",
    "low": "低",
    "seen": "有公开材料所见",
    "design": "本系统设定",
}
"""How far a value is to be trusted: high, medium and low were not read in the original document; what is low is a
proposal that an office replaces by its own."""


class Faulty(ValueError):
    """A document does not say what it must; the sentence names the file, the place and the mend."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where something is said: the document's title, its number, the clause, and how sure that is."""

    title: str
    confidence: str = "high"
    document: str = ""
    clause: str = ""

    @classmethod
    def read(cls, body: Any, where: str) -> Source:
        """The source in a document's own words. Raises Faulty."""
        if not isinstance(body, dict) or not body.get("title"):
            raise Faulty(f"{where}：缺少来源 source.title")
        unknown = set(body) - {"title", "confidence", "document", "clause"}
        if unknown:
            raise Faulty(f"{where}：来源中有不认识的项 {', '.join(sorted(unknown))}")
        source = cls(**{key: str(value) for key, value in body.items()})
        if source.confidence not in CONFIDENCE:
            raise Faulty(f"{where}：confidence 应为 {', '.join(CONFIDENCE)} 之一，现为 {source.confidence}")
        return source


def read_day(value: Any, where: str) -> date:
    """A day as YAML gives it. Raises Faulty for anything else."""
    if type(value) is not date:
        raise Faulty(f"{where}：应为日期（如 2016-01-01），现为 {value!r}")
    return value


def read_file(path: Path) -> dict[str, Any]:
    """The mapping that a file holds. Raises Faulty when it holds something else or a key twice."""
    text = path.read_text(encoding="utf-8")
    try:
        body = yaml.load(text, Loader=_Strict)  # noqa: S506 (a safe loader, made stricter)
    except yaml.YAMLError as fault:
        raise Faulty(f"{path.name}：不是有效的 YAML：{fault}") from None
    if not isinstance(body, dict):
        raise Faulty(f"{path.name}：应为键值对")
    return body


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The documents of a folder with their names: `subject.name` for those in a subject's own folder."""
    for path in sorted(folder.rglob("*.yaml")):
        yield ".".join(path.relative_to(folder).with_suffix("").parts), path


class _Strict(_Loader):  # type: ignore[misc]
    """A safe loader that refuses a key said twice: the second would silently win."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"“{key}”出现两次", key_node.start_mark)
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
