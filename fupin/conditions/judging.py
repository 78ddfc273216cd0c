"""One record judged by the same SQL that sweeps the register, in an in-memory SQLite; and explained part by part."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fupin.bulk.datasets import Dataset, declared
from fupin.conditions import tree
from fupin.conditions.parsing import Condition
from fupin.conditions.saying import is_english, label, measured, say_node, shown
from fupin.conditions.sqltext import Circumstance, compile_condition, compile_node
from fupin.core.verdicts import Outcome


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition: what it says, the record's own values in it, and how it came out.

    `depth` and `joined_by` ("and", "or", "") tell how the parts hang together; `members` names the members for whom
    the inner condition of `any(members, …)` holds, by position in what was loaded.
    """

    text: str
    values: tuple[tuple[str, str], ...]
    outcome: Outcome
    depth: int
    joined_by: str
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a condition does, does not, or may not hold: its parts, and the labels of what nobody has entered."""

    outcome: Outcome
    parts: tuple[Part, ...]
    missing: tuple[str, ...]


_held = threading.local()


class Judge:
    """Holds one record with its members and answers conditions about it. Not for sharing between threads."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.kinds = {kind: declared.dataset(link.dataset) for kind, link in dataset.members.items()}
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._create("record", dataset)
        for kind, other in self.kinds.items():
            self._create(kind, other)
        self.record: Mapping[str, Any] = {}
        self.members: Mapping[str, Sequence[Mapping[str, Any]]] = {}

    @classmethod
    def of_this_thread(cls, dataset: Dataset) -> Judge:
        """The thread's own judge of a dataset, which has planned its statements before. `forget` the record after use."""
        held: dict[str, Judge] = _held.__dict__.setdefault("judges", {})
        if dataset.name not in held or held[dataset.name].dataset is not dataset:
            held[dataset.name] = cls(dataset)
        return held[dataset.name]

    def forget(self) -> None:
        """Hold nobody's record any more."""
        self.load({})

    def _create(self, table: str, dataset: Dataset) -> None:
        self._db.execute(f'CREATE TABLE "{table}" ({", ".join(chr(34) + name + chr(34) for name in dataset.names)})')

    def load(self, record: Mapping[str, Any], members: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> None:
        """Take a record and its members; a field that is not given is not known. Key fields are filled by themselves."""
        self.record, self.members = record, members or {}
        self._fill("record", self.dataset, [record])
        for kind, other in self.kinds.items():
            link = self.dataset.members[kind]
            rows = [{**row, link.their_key: record.get(link.own_key, 0)} for row in self.members.get(kind, ())]
            self._fill(kind, other, rows)
        for link in self.dataset.members.values():
            if record.get(link.own_key) is None:
                self._db.execute(f'UPDATE record SET "{link.own_key}" = 0')

    def _fill(self, table: str, dataset: Dataset, rows: Iterable[Mapping[str, Any]]) -> None:
        self._db.execute(f'DELETE FROM "{table}"')
        marks = ", ".join("?" * len(dataset.names))
        values = [tuple(_stored(row.get(name)) for name in dataset.names) for row in rows]
        self._db.executemany(f'INSERT INTO "{table}" VALUES ({marks})', values)

    def outcomes(
        self, conditions: Sequence[Condition], *, on: date, parameters: Mapping[str, Any] | None = None
    ) -> list[Outcome]:
        """How each condition comes out for the loaded record: all of them in one statement."""
        held = parameters or {}
        return self._ask(
            [_text(_Itself(one), on, tuple((name, held.get(name)) for name in one.settings)) for one in conditions]
        )

    def _ask(self, texts: Sequence[str]) -> list[Outcome]:
        found: list[Outcome] = []
        for start in range(0, len(texts), 500):
            row = self._db.execute(f"SELECT {', '.join(texts[start : start + 500])} FROM record r").fetchone()
            found += [_outcome(value) for value in row]
        return found

    def explain(self, condition: Condition, *, on: date, parameters: Mapping[str, Any] | None = None) -> Explanation:
        """The outcome with its parts in the order of the text, each with the record's own values."""
        given = Circumstance(on, parameters or {})
        leaves = list(_leaves(condition.root))
        texts = [compile_node(node, self.dataset, "sqlite", given) for node, _, _ in leaves]
        outcome, *each = self._ask([compile_condition(condition, "sqlite", given), *texts])
        parts = tuple(
            Part(say_node(node, given), self._values(node, given), got, depth, joined, self._who(node, given))
            for (node, depth, joined), got in zip(leaves, each, strict=True)
        )
        missing: dict[str, None] = {}
        if outcome is Outcome.UNKNOWN:
            for (node, _, _), got in zip(leaves, each, strict=True):
                if got is Outcome.UNKNOWN:
                    missing |= dict.fromkeys(self._unknown(node, given))
        return Explanation(outcome, parts, tuple(missing))

    def _values(self, node: tree.Node, given: Circumstance) -> tuple[tuple[str, str], ...]:
        """The record's own values that a part speaks of, and what a count or sum over its members came to."""
        refs = {n.field.name: n.field for n in node.walk() if isinstance(n, tree.Ref) and n.depth == 0}
        found = [(label(field), shown(field, self.record.get(name))) for name, field in refs.items()]
        for one in node.walk():
            if isinstance(one, tree.Over) and one.kind not in ("any", "all"):
                text = compile_node(one, self.dataset, "sqlite", given)
                value = self._db.execute(f"SELECT {text} FROM record r").fetchone()[0]
                field = measured(one)
                said = "" if value is None else f"{value}" if field is None else shown(field, value)
                found.append((say_node(one, given), said))
        return tuple(found)

    def _who(self, node: tree.Node, given: Circumstance) -> tuple[int, ...]:
        """The positions of the members for whom the inner condition holds."""
        for one in node.walk():
            if isinstance(one, tree.Over) and one.condition is not None:
                text = compile_node(one.condition, self.dataset, "sqlite", given)
                rows = self._db.execute(f'SELECT m.rowid, {text} FROM "{one.members}" m JOIN record r').fetchall()
                first = min((rowid for rowid, _ in rows), default=0)
                return tuple(rowid - first for rowid, value in rows if value)
        return ()

    def _unknown(self, node: tree.Node, given: Circumstance) -> Iterable[str]:
        """The labels of the empty fields that leave a part open."""
        inner = {id(n): over for over in node.walk() if isinstance(over, tree.Over) for n in over.walk()}
        for one in node.walk():
            if isinstance(one, tree.Setting) and given.parameters.get(one.name) is None:
                yield one.name
            if not isinstance(one, tree.Ref):
                continue
            if one.depth == 0:
                if _is_empty(self.record.get(one.field.name)):
                    yield label(one.field)
            elif any(_is_empty(row.get(one.field.name)) for row in self.members.get(inner[id(one)].members, ())):
                yield label(one.field)


class _Itself:
    """A condition as a key: no other is the same, of the same words neither (they may speak of other fields)."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    def __hash__(self) -> int:
        return id(self.condition)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.condition is other.condition


@lru_cache(maxsize=2_000)
def _text(one: _Itself, on: date, values: tuple[tuple[str, Any], ...]) -> str:
    """The text for one day and these parameters: whoever saves forms all day has each compiled once."""
    return compile_condition(one.condition, "sqlite", Circumstance(on, dict(values)))


def in_words(condition: Condition, given: Circumstance) -> list[tuple[str, int, str]]:
    """A condition without any record: each part in words, how deep it hangs, and by which word it follows what stands
    before it ("and", "or", ""). Parts that belong together within others stand in brackets, from the first to the last."""
    return _told(condition.root, given, 0, "")


def _told(node: tree.Node, given: Circumstance, depth: int, joined: str) -> list[tuple[str, int, str]]:
    if not isinstance(node, tree.All | tree.Any_):
        return [(say_node(node, given), depth, joined)]
    word, nested = "and" if isinstance(node, tree.All) else "or", bool(joined)
    told: list[tuple[str, int, str]] = []
    for place, part in enumerate(node.parts):
        told += _told(part, given, depth + nested, joined if nested and not place else word)
    if nested:
        opening, closing = ("(", ")") if is_english() else ("（", "）")
        told[0] = (opening + told[0][0], *told[0][1:])
        told[-1] = (told[-1][0] + closing, *told[-1][1:])
    return told


def _leaves(node: tree.Node, depth: int = 0, joined: str = "") -> Iterable[tree_leaf]:
    if isinstance(node, tree.All | tree.Any_):
        word = "and" if isinstance(node, tree.All) else "or"
        for part in node.parts:
            yield from _leaves(part, depth + 1 if joined else depth, word)
    else:
        yield node, depth, joined


tree_leaf = tuple[tree.Node, int, str]


def _outcome(value: Any) -> Outcome:
    return Outcome.UNKNOWN if value is None else Outcome.YES if value else Outcome.NO


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _stored(value: Any) -> Any:
    """A value as SQLite holds it; empty text is not known, as in the datasets."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value
