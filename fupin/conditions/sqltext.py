"""A condition as SQL of DuckDB, SQLite or Spark, each giving the same answer: true, false, or NULL for unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from fupin.bulk.datasets import Dataset
from fupin.conditions import tree
from fupin.conditions.parsing import Condition
from fupin.conditions.tree import Node, Sort

Dialect = Literal["duckdb", "sqlite", "spark"]


@dataclass(frozen=True)
class Placed:
    """A parameter that is not the same everywhere: its value by division, for rows that say in which they lie.

    `places` are pairs of a column and its values by division, the nearest division first.
    """

    general: Any
    places: tuple[tuple[str, Mapping[int, Any]], ...]


@dataclass(frozen=True)
class Circumstance:
    """What a condition needs besides the record: the day, the parameters' values, where the members' rows are.

    `relations` maps a kind of members to what to select from; on SQLite and Spark the name of a table.
    """

    on: date
    parameters: Mapping[str, Any] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)


def compile_condition(condition: Condition, dialect: Dialect, circumstance: Circumstance, *, alias: str = "r") -> str:
    """The condition as one boolean expression over rows named `alias`."""
    return compile_node(condition.root, condition.dataset, dialect, circumstance, alias=alias)


def compile_node(
    node: Node, dataset: Dataset, dialect: Dialect, circumstance: Circumstance, *, alias: str = "r"
) -> str:
    """One node of a condition as an expression."""
    return Writer(dialect, dataset, circumstance, alias).write(node)


def quoted_name(name: str, dialect: Dialect) -> str:
    """A name of a table or column, which may hold dots and brackets."""
    return f"`{name}`" if dialect == "spark" else f'"{name}"'


class Writer:
    """Writes nodes of conditions as expressions of one dialect."""

    def __init__(self, dialect: Dialect, dataset: Dataset, circumstance: Circumstance, alias: str) -> None:
        self.dialect = dialect
        self.dataset = dataset
        self.given = circumstance
        self.aliases = [alias, "m"]
        self.inside = 0
        """how deep in members the writer is: a parameter by place looks at the row that it stands beside"""

    def write(self, node: Node) -> str:
        return getattr(self, f"_{type(node).__name__.rstrip('_').lower()}")(node)

    def quoted(self, name: str) -> str:
        """A name that may hold dots and brackets."""
        return quoted_name(name, self.dialect)

    def _value(self, node: tree.Value) -> str:
        return self._plain(node.value)

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, Decimal):
            text = format(value, "f")
            return text if self.dialect == "sqlite" and "." in text else f"CAST({text} AS {self._double})"
        if isinstance(value, date):
            text = f"'{value.isoformat()}'"
            return text if self.dialect == "sqlite" else f"DATE {text}"
        return self.text(str(value))

    def text(self, text: str) -> str:
        """A text as a literal."""
        if self.dialect == "spark":
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return "'" + text.replace("'", "''") + "'"

    @property
    def _double(self) -> str:
        return "REAL" if self.dialect == "sqlite" else "DOUBLE"

    def _ref(self, node: tree.Ref) -> str:
        return f"{self.aliases[node.depth]}.{self.quoted(node.field.name)}"

    def _day(self, node: tree.Day) -> str:
        return self._plain(self.given.on)

    def _setting(self, node: tree.Setting) -> str:
        value = self.given.parameters.get(node.name)
        if isinstance(value, Placed):
            return self._placed(value)
        return "NULL" if value is None else self._plain(value)

    def _placed(self, value: Placed) -> str:
        at = self.aliases[self.inside]
        whens = [
            f"WHEN {at}.{self.quoted(column)} = {division} THEN {'NULL' if own is None else self._plain(own)}"
            for column, owns in value.places
            for division, own in owns.items()
        ]
        general = "NULL" if value.general is None else self._plain(value.general)
        return f"(CASE {' '.join(whens)} ELSE {general} END)" if whens else general

    def _compare(self, node: tree.Compare) -> str:
        return f"({self.write(node.left)} {node.operator} {self.write(node.right)})"

    def _between(self, node: tree.Between) -> str:
        subject = self.write(node.subject)
        return f"({subject} >= {self.write(node.low)} AND {subject} <= {self.write(node.high)})"

    def _oneof(self, node: tree.OneOf) -> str:
        subject, values = self.write(node.subject), ", ".join(self._value(value) for value in node.values)
        if self.dialect == "duckdb" and all(isinstance(one.value, str) for one in node.values):
            # Asked of each distinct code of a block once, where IN is asked of every row.
            return f"list_contains([{values}], {subject})"
        return f"({subject} IN ({values}))"

    def _missing(self, node: tree.Missing) -> str:
        return f"({self.write(node.subject)} IS NULL)"

    def _surely(self, node: tree.Surely) -> str:
        subject = self.write(node.subject)
        return f"coalesce({subject if node.value else f'(NOT {subject})'}, FALSE)"

    def _all(self, node: tree.All) -> str:
        return "(" + " AND ".join(self.write(part) for part in node.parts) + ")"

    def _any(self, node: tree.Any_) -> str:
        return "(" + " OR ".join(self.write(part) for part in node.parts) + ")"

    def _not(self, node: tree.Not) -> str:
        return f"(NOT {self.write(node.subject)})"

    def _arithmetic(self, node: tree.Arithmetic) -> str:
        left, right = self.write(node.left), self.write(node.right)
        if node.operator == "/":
            return f"(CAST({left} AS {self._double}) / NULLIF({right}, 0))"
        if node.operator == "*" and node.sort is Sort.INTEGER and self.dialect == "duckdb":
            left = f"CAST({left} AS HUGEINT)"
        return f"({left} {node.operator} {right})"

    def _call(self, node: tree.Call) -> str:
        return getattr(self, f"_call_{node.name}")(node, *(self.write(one) for one in node.arguments))

    def _call_abs(self, node: tree.Call, value: str) -> str:
        return f"abs({value})"

    def _call_coalesce(self, node: tree.Call, *values: str) -> str:
        return f"coalesce({', '.join(values)})"

    def _call_year(self, node: tree.Call, day: str) -> str:
        return f"CAST(substr({day}, 1, 4) AS INTEGER)" if self.dialect == "sqlite" else f"year({day})"

    def _call_month(self, node: tree.Call, day: str) -> str:
        return f"CAST(substr({day}, 6, 2) AS INTEGER)" if self.dialect == "sqlite" else f"month({day})"

    def _month_day(self, day: str) -> str:
        return {
            "sqlite": f"substr({day}, 6, 5)", "duckdb": f"strftime({day}, '%m-%d')", "spark": f"date_format({day}, 'MM-dd')",
        }[self.dialect]  # fmt: skip

    def _call_years(self, node: tree.Call, first: str, last: str) -> str:
        full = f"{self._call_year(node, last)} - {self._call_year(node, first)}"
        return f"({full} - CASE WHEN {self._month_day(last)} < {self._month_day(first)} THEN 1 ELSE 0 END)"

    def _call_age(self, node: tree.Call, born: str) -> str:
        return self._call_years(node, born, self._plain(self.given.on))

    def _call_days(self, node: tree.Call, first: str, last: str) -> str:
        return {
            "sqlite": f"CAST(round(julianday({last}) - julianday({first})) AS INTEGER)",
            "duckdb": f"date_diff('day', {first}, {last})", "spark": f"datediff({last}, {first})",
        }[self.dialect]  # fmt: skip

    def _call_plus_days(self, node: tree.Call, day: str, count: str) -> str:
        return {
            "sqlite": f"date({day}, '{int(count):+d} days')", "duckdb": f"({day} + CAST({count} AS INTEGER))",
            "spark": f"date_add({day}, {count})",
        }[self.dialect]  # fmt: skip

    def _call_length(self, node: tree.Call, text: str) -> str:
        return f"length({text})"

    def _call_substr(self, node: tree.Call, text: str, start: str, count: str) -> str:
        return f"substr({text}, {start}, {count})"

    def _call_starts(self, node: tree.Call, text: str, part: str) -> str:
        return f"(substr({text}, 1, {self._length(node)}) = {part})"

    def _call_ends(self, node: tree.Call, text: str, part: str) -> str:
        count = self._length(node)
        end = f"substr({text}, -{count})" if self.dialect == "sqlite" else f"right({text}, {count})"
        return f"({end} = {part})"

    def _call_contains(self, node: tree.Call, text: str, part: str) -> str:
        return f"(instr({text}, {part}) > 0)"

    def _call_has(self, node: tree.Call, codes: str, code: str) -> str:
        wanted = self.text(f",{self._literal(node)},")
        joined = f"concat(',', {codes}, ',')" if self.dialect == "spark" else f"(',' || {codes} || ',')"
        return f"(instr({joined}, {wanted}) > 0)"

    def _literal(self, node: tree.Call) -> str:
        last = node.arguments[-1]
        assert isinstance(last, tree.Value)
        return str(last.value)

    def _length(self, node: tree.Call) -> int:
        return len(self._literal(node))

    def _over(self, node: tree.Over) -> str:
        """Members are looked through by a correlated subquery, the only one there is."""
        link = self.dataset.members[node.members]
        rows = self.given.relations.get(node.members, self.quoted(node.members))
        where = f"m.{self.quoted(link.their_key)} = {self.aliases[0]}.{self.quoted(link.own_key)}"
        return f"(SELECT {self.over_members(node)} FROM {rows} m WHERE {where})"

    def over_members(self, node: tree.Over) -> str:
        """What is made of the members' rows (named `m`): an aggregate over those of one record."""
        self.inside += 1
        try:
            return self._aggregate(node)
        finally:
            self.inside -= 1

    def _aggregate(self, node: tree.Over) -> str:
        condition = self.write(node.condition) if node.condition is not None else "TRUE"
        filtered = f"FILTER (WHERE {condition})"
        if node.kind in ("any", "all"):
            found, other = (condition, "TRUE") if node.kind == "any" else (f"(NOT {condition})", "FALSE")
            rest = "FALSE" if node.kind == "any" else "TRUE"
            return (
                f"CASE WHEN count(*) FILTER (WHERE {found}) > 0 THEN {other}"
                f" WHEN count(*) FILTER (WHERE {condition} IS NULL) > 0 THEN NULL ELSE {rest} END"
            )
        if node.kind == "count":
            return f"count(*) {filtered}"
        assert node.value is not None
        value = f"{node.kind}({self.write(node.value)}) {filtered}"
        return self._sum(value, node.sort, filtered) if node.kind == "sum" else value

    def _sum(self, total: str, sort: Sort, filtered: str) -> str:
        """Nothing to add is 0; values of which none is known are unknown. Rounded, as engines add in other orders."""
        total = f"round({total}, 6)" if sort is Sort.DECIMAL else total
        if self.dialect != "sqlite" and sort is Sort.INTEGER:
            total = f"CAST({total} AS BIGINT)"
        return f"CASE WHEN count(*) {filtered} = 0 THEN 0 ELSE {total} END"
