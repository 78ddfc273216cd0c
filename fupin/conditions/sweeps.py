"""Many conditions over a whole dataset at once: the rows for which each surely holds, with their fingerprints.

Members are looked through once for all conditions together (`overs`), the conditions are judged in one pass over the
dataset (`met`: the rows for which some hold, with what they read of them), and each finding is marked by its recorded
values. The steps are plain SQL over named tables, the same on DuckDB and on Spark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fupin.bulk.datasets import Dataset, declared
from fupin.conditions import tree
from fupin.conditions.fingerprints import Marks, member_fields, own_fields
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
        texts = self._texts()
        yield from self._over_steps()
        marks = Marks(self.dialect, self.dataset, self.given.relations, "met")
        read = list(marks.steps([one.condition for one in self.asked]))
        met = self._met(texts)
        if read:
            yield "met", met
            yield from read
        # Where no member is read, the rows that are met need not stand anywhere before they are marked.
        yield "findings", self._marked(marks, "met" if read else f"({met})")

    def unmarked(self) -> Iterator[Step]:
        """The same for who only looks: the tables end with `found`, one row with its key and `keep` for each record for
        which some condition holds."""
        texts = self._texts()
        yield from self._over_steps()
        yield "found", self._where(self._columns((self.dataset.key, *self.keep)), texts)

    def _texts(self) -> list[str]:
        if not self.asked:
            raise ValueError("nothing is asked")
        return [self._judged(one) for one in self.asked]

    def _columns(self, names: Iterable[str]) -> str:
        return ", ".join(f"r.{self._writer.quoted(name)}" for name in names)

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

    def _met(self, texts: Sequence[str]) -> str:
        """The rows for which some conditions hold, with the numbers of these (`held`) and all that marks will read."""
        conditions = [one.condition for one in self.asked]
        each = ", ".join(f"CASE WHEN {text} THEN {nth} END" for nth, text in enumerate(texts))
        read = {field.name for one in conditions for field in own_fields(one)}
        read |= {self.dataset.members[kind].own_key for one in conditions for kind in member_fields(one)}
        columns = dict.fromkeys((self.dataset.key, *self.keep, *sorted(read)))
        return self._where(f"{self._columns(columns)}, {self._some(each)} AS held", texts)

    def _where(self, columns: str, texts: Sequence[str]) -> str:
        """Of the rows for which some conditions hold. Most meet none: nothing is made for these."""
        joined = "".join(
            f" LEFT JOIN {_table(kind, looks_out)} ON {_table(kind, looks_out)}.k ="
            f" r.{self._writer.quoted(self.dataset.members[kind].own_key)}"
            for kind, looks_out in dict.fromkeys((n.members, _looks_out(n)) for n in self._writer.gathered)
        )
        return f"SELECT {columns} FROM {self.relation} r{joined} WHERE ({self.place}) AND ({' OR '.join(texts)})"

    def _some(self, each: str) -> str:
        if self.dialect == "spark":
            return f"filter(array({each}), x -> x IS NOT NULL)"
        return f"list_filter([{each}], lambda x: x IS NOT NULL)"

    def _marked(self, marks: Marks, met: str) -> str:
        kept = self._columns((self.dataset.key, *self.keep))
        one_by_one = "explode" if self.dialect == "spark" else "unnest"
        return (
            f"SELECT r.nth, {kept}, {marks.fingerprint()} AS fingerprint"
            f" FROM (SELECT m.*, {one_by_one}(m.held) AS nth FROM {met} m) r{marks.joins()}"
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
