"""Fingerprints: SHA-256 over the recorded values that a condition read, the same from SQL and for one record.

The same finding with the same values has the same fingerprint; a changed value makes another. What moves by itself (age,
days, today, a village's mean) is not in it: `Field.stands_on` says what a computed field stands on. Values stand in the
order of their fields' names, members in the order of their keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from fupin.bulk.datasets import Dataset, Field, Type, declared
from fupin.conditions import tree
from fupin.conditions.parsing import Condition
from fupin.conditions.sqltext import Dialect, quoted_name

_BETWEEN_VALUES, _BETWEEN_MEMBERS, _BETWEEN_KINDS = "\x1f", "\x1e", "\x1d"


def own_fields(condition: Condition) -> tuple[Field, ...]:
    """The recorded fields of the record itself that the condition reads, in order of their names."""
    read = (n.field for n in condition.root.walk() if isinstance(n, tree.Ref) and n.depth == 0)
    return _recorded(condition.dataset, read)


def member_fields(condition: Condition) -> dict[str, tuple[Field, ...]]:
    """The same for its members, by kind: every kind that it looks through is there."""
    found: dict[str, list[Field]] = {}
    for over in condition.root.walk():
        if isinstance(over, tree.Over):
            read = [n.field for n in over.walk() if isinstance(n, tree.Ref) and n.depth == 1]
            found.setdefault(over.members, []).extend(read)
    link = condition.dataset.members
    return {kind: _recorded(declared.dataset(link[kind].dataset), read) for kind, read in sorted(found.items())}


def _recorded(dataset: Dataset, read: Iterable[Field]) -> tuple[Field, ...]:
    names: dict[str, Field] = {}
    for one in read:
        for name in (one.name,) if one.stands_on is None else one.stands_on:
            names[name] = dataset.field(name)
    return tuple(names[name] for name in sorted(names))


def fingerprint(
    condition: Condition, record: Mapping[str, Any], members: Mapping[str, Sequence[Mapping[str, Any]]]
) -> str:
    """The fingerprint of one record as hexadecimal text. Members are given in any order."""
    parts = [_joined(own_fields(condition), record)]
    for kind, fields in member_fields(condition).items():
        key = declared.dataset(condition.dataset.members[kind].dataset).key
        rows = sorted(members.get(kind, ()), key=lambda row: row[key])
        parts.append(_BETWEEN_MEMBERS.join(_joined(fields, row) for row in rows))
    return hashlib.sha256(_BETWEEN_KINDS.join(parts).encode()).hexdigest()


def _joined(fields: Sequence[Field], row: Mapping[str, Any]) -> str:
    return _BETWEEN_VALUES.join(_text(one, row.get(one.name)) for one in fields)


def _text(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.type is Type.BOOLEAN:
        return "1" if value else "0"
    if field.type is Type.DECIMAL:
        return f"{round(float(value), 4) + 0.0:.4f}"  # no sign before nothing
    return value.isoformat() if isinstance(value, date) else str(value)


class Marks:
    """The SQL that marks rows `r`: what was recorded, and the `nth` of the conditions that holds for it.

    `relation` has one row for each record of which something was found, with the list `held` of all that hold.
    """

    def __init__(self, dialect: Dialect, dataset: Dataset, relations: Mapping[str, str], relation: str) -> None:
        self.dialect, self.dataset, self.relation = dialect, dataset, relation
        self.relations = relations
        self._members: dict[tuple[str, tuple[str, ...]], str] = {}
        self._readers: dict[str, list[int]] = {}
        """by kind of members, the conditions that read something of them"""
        self._texts: list[str] = []

    def steps(self, conditions: Sequence[Condition]) -> Iterator[tuple[str, str]]:
        """The tables with what the conditions read of the members of what was found."""
        for nth, one in enumerate(conditions):
            parts = [self._row("r", own_fields(one))]
            for kind, fields in member_fields(one).items():
                asked = (kind, tuple(field.name for field in fields))
                column = self._members.setdefault(asked, f"t{len(self._members)}")
                self._readers.setdefault(kind, []).append(nth)
                parts.append(f"coalesce(read_{kind}.{column}, '')")
            self._texts.append(f" || {self._char(_BETWEEN_KINDS)} || ".join(parts))
        for kind in self._kinds():
            yield f"read_{kind}", self._read(kind)

    def fingerprint(self) -> str:
        """The expression of the fingerprint."""
        whens = " ".join(f"WHEN {nth} THEN {text}" for nth, text in enumerate(self._texts))
        return f"{'sha2' if self.dialect == 'spark' else 'sha256'}(CASE r.nth {whens} END{', 256' if self.dialect == 'spark' else ''})"

    def joins(self) -> str:
        """What the found rows are joined with."""
        return "".join(
            f" LEFT JOIN read_{kind} ON read_{kind}.k = r.{self._name(self.dataset.members[kind].own_key)}"
            for kind in self._kinds()
        )

    def _kinds(self) -> list[str]:
        return list(dict.fromkeys(kind for kind, _fields in self._members))

    def _read(self, kind: str) -> str:
        """One row for each record of which something was found that its members tell: what the conditions read of them."""
        link = self.dataset.members[kind]
        other = declared.dataset(link.dataset)
        their, own = self._name(link.their_key), self._name(link.own_key)
        columns = ", ".join(
            f"{self._in_order(self._row('m', [other.field(name) for name in names]), f'm.{self._name(other.key)}', column)} AS {column}"
            for (of, names), column in self._members.items()
            if of == kind
        )
        rows = self.relations.get(kind, self._name(kind))
        some = "arrays_overlap(r.held, array({}))" if self.dialect == "spark" else "list_has_any(r.held, [{}])"
        reading = some.format(", ".join(map(str, self._readers[kind])))
        found = f"SELECT DISTINCT r.{own} AS k FROM {self.relation} r WHERE {reading}"
        return f"SELECT m.{their} AS k, {columns} FROM {rows} m JOIN ({found}) w ON w.k = m.{their} GROUP BY m.{their}"

    def _in_order(self, text: str, key: str, column: str) -> str:
        between = self._char(_BETWEEN_MEMBERS)
        if self.dialect == "spark":
            # The parts are named after the column: two aggregates of one name are refused by some servers.
            rows = f"array_sort(collect_list(struct({key} AS k_{column}, {text} AS t_{column})))"
            return f"array_join(transform({rows}, x -> x.t_{column}), {between})"
        return f"string_agg({text}, {between} ORDER BY {key})"

    def _row(self, alias: str, fields: Sequence[Field]) -> str:
        if not fields:
            return "''"
        return f" || {self._char(_BETWEEN_VALUES)} || ".join(self._value(alias, one) for one in fields)

    def _value(self, alias: str, field: Field) -> str:
        name = f"{alias}.{self._name(field.name)}"
        if field.type is Type.BOOLEAN:
            return f"CASE WHEN {name} THEN '1' WHEN NOT {name} THEN '0' ELSE '' END"
        if field.type is Type.DECIMAL:
            text = "STRING" if self.dialect == "spark" else "VARCHAR"
            return f"coalesce(CAST(CAST({name} AS DECIMAL(28, 4)) AS {text}), '')"
        return f"coalesce(CAST({name} AS {'STRING' if self.dialect == 'spark' else 'VARCHAR'}), '')"

    def _name(self, name: str) -> str:
        return quoted_name(name, self.dialect)

    def _char(self, char: str) -> str:
        return f"chr({ord(char)})"
