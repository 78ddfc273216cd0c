"""Many conditions over a whole dataset at once: the rows for which each surely holds, with their fingerprints.

Members are looked through once for all conditions together (`overs`), the conditions are judged in one pass (`found`),
and what was found is marked by its recorded values (`marked`). The steps are plain SQL over named tables, the same
on DuckDB and on Spark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fupin.bulk.datasets import Dataset, declared
from fupin.conditions import tree
from fupin.conditions.fingerprints import Marks
from fupin.conditions.parsing import Condition
from fupin.conditions.sqltext import Circumstance, Dialect, Writer

Step = tuple[str, str]
"""A named table and the query that makes it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition of a sweep. `where` is a further predicate on rows `r`: the divisions in which it is judged."""

    name: str
    condition: Condition
    where: str = ""


@dataclass(frozen=True)
class Sweep:
    """Conditions over one dataset, ready to be judged set-wise.

    `relation` is what the dataset is read from, `relations` the same for its members; `keep` are fields that a finding
    carries along. The steps end with `findings`: `rule`, the dataset's key, `keep`, `fingerprint`.
    """

    dataset: Dataset
    asked: Sequence[Asked]
    relation: str
    given: Circumstance
    dialect: Dialect = "duckdb"
    keep: tuple[str, ...] = ()
    place: str = "TRUE"
    """a predicate on rows `r`: which of them are looked at"""

    @cached_property
    def _writer(self) -> _Gathering:
        return _Gathering(self.dialect, self.dataset, self.given, "r")

    def steps(self) -> Iterator[Step]:
        """The tables in the order in which they are made."""
        if not self.asked:
            raise ValueError("nothing is asked")
        conditions = [self._judged(one) for one in self.asked]
        overs = list(self._over_steps())
        yield from overs
        yield "found", self._found(conditions, [name for name, _sql in overs])
        marks = Marks(self.dialect, self.dataset, self.given.relations, self.relation)
        yield from marks.steps([one.condition for one in self.asked])
        yield "findings", self._marked(marks)

    def _judged(self, one: Asked) -> str:
        text = self._writer.write(one.condition.root)
        return f"(({one.where}) AND {text})" if one.where else text

    def _over_steps(self) -> Iterator[Step]:
        """One table for each kind of members: what the conditions ask of them, by the key that links them."""
        by_kind: dict[tuple[str, bool], dict[str, str]] = {}
        for node, column in self._writer.gathered.items():
            by_kind.setdefault((node.members, _looks_out(node)), {})[column] = self._writer.over_members(node)
        for (kind, looks_out), columns in by_kind.items():
            link = self.dataset.members[kind]
            rows = self.given.relations.get(kind, self._writer.quoted(kind))
            their, own = self._writer.quoted(link.their_key), self._writer.quoted(link.own_key)
            source = f"{rows} m JOIN {self.relation} r ON r.{own} = m.{their}" if looks_out else f"{rows} m"
            values = ", ".join(f"{text} AS {column}" for column, text in columns.items())
            yield (
                _table(kind, looks_out),
                f"SELECT m.{their} AS k, {values} FROM {source} WHERE m.{their} IS NOT NULL GROUP BY m.{their}",
            )

    def _found(self, conditions: Sequence[str], overs: Sequence[str]) -> str:
        key = self._writer.quoted(self.dataset.key)
        kept = "".join(f", r.{self._writer.quoted(name)}" for name in self.keep)
        joined = "".join(
            f" LEFT JOIN {_table(kind, looks_out)} ON {_table(kind, looks_out)}.k ="
            f" r.{self._writer.quoted(self.dataset.members[kind].own_key)}"
            for kind, looks_out in dict.fromkeys((n.members, _looks_out(n)) for n in self._writer.gathered)
        )
        each = ", ".join(f"CASE WHEN {text} THEN {nth} END" for nth, text in enumerate(conditions))
        # Most rows meet no condition: no list is made for them.
        met = " OR ".join(conditions)
        inner = (
            f"SELECT r.{key}{kept}, {self._some(each)} AS held FROM {self.relation} r{joined}"
            f" WHERE ({self.place}) AND ({met})"
        )
        columns = ", ".join(self._writer.quoted(name) for name in (self.dataset.key, *self.keep))
        if self.dialect == "spark":
            return f"SELECT {columns}, explode(held) AS nth FROM ({inner}) WHERE size(held) > 0"
        return f"SELECT {columns}, unnest(held) AS nth FROM ({inner}) WHERE len(held) > 0"

    def _some(self, each: str) -> str:
        if self.dialect == "spark":
            return f"filter(array({each}), x -> x IS NOT NULL)"
        return f"list_filter([{each}], lambda x: x IS NOT NULL)"

    def _marked(self, marks: Marks) -> str:
        key = self._writer.quoted(self.dataset.key)
        names = " ".join(f"WHEN {nth} THEN {self._writer.text(one.name)}" for nth, one in enumerate(self.asked))
        kept = "".join(f", f.{self._writer.quoted(name)}" for name in self.keep)
        return (
            f"SELECT CASE f.nth {names} END AS rule, f.{key}{kept}, {marks.fingerprint()} AS fingerprint"
            f" FROM found f JOIN {self.relation} r ON r.{key} = f.{key}{marks.joins()}"
        )


class _Gathering(Writer):
    """Writes conditions that read what is asked of members from tables made before."""

    def __init__(self, dialect: Dialect, dataset: Dataset, given: Circumstance, alias: str) -> None:
        super().__init__(dialect, dataset, given, alias)
        self.gathered: dict[tree.Over, str] = {}

    def _over(self, node: tree.Over) -> str:
        column = self.gathered.setdefault(node, f"o{len(self.gathered)}")
        table = _table(node.members, _looks_out(node))
        if node.kind in ("min", "max"):
            return f"{table}.{column}"
        nobody = {"any": "FALSE", "all": "TRUE", "count": "0", "sum": "0"}[node.kind]
        return f"CASE WHEN {table}.k IS NULL THEN {nobody} ELSE {table}.{column} END"


def _table(kind: str, looks_out: bool) -> str:
    return f"over_{kind}{'_of' if looks_out else ''}"


def _looks_out(node: tree.Over) -> bool:
    """Does what is asked of a member look at the record, too?"""
    return any(isinstance(one, tree.Ref) and one.depth == 0 for one in node.walk())


def relations(dataset: Dataset, where: Mapping[str, str]) -> dict[str, str]:
    """What members are read from, by kind: `where` says it by dataset."""
    return {kind: where[declared.dataset(link.dataset).name] for kind, link in dataset.members.items()}
