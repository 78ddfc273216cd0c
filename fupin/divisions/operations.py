"""Acts on divisions: create, revise (name, code, kind, parent), merge, split, abolish; each dated, on lists.

Ids never change and no record is touched: a merged village's records keep pointing to it and count in its successor
from the day of the merge on, and in itself as of an earlier day (`divisions.tree`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from fupin.core import audit, clock
from fupin.core.ids import new_ids
from fupin.core.refusals import NotAllowed, NotFound, Refused
from fupin.core.verdicts import Sentence as _
from fupin.core.verdicts import Verdict
from fupin.divisions import queries, rules
from fupin.divisions.loading import rebuild_reach
from fupin.divisions.models import Designation, Division, DivisionFact, Succession
from fupin.divisions.words import Change

FOLLOWS: list[Callable[[], object]] = []
"""What is derived from the tree elsewhere and must follow it; handed in at start."""


@dataclass(frozen=True, slots=True)
class NewDivision:
    """A division to be created. `parent` is the id of the one above it, or one that is created together with it."""

    code: str
    name: str
    kind: str
    level: str
    parent: int | NewDivision | None


@dataclass(frozen=True, slots=True)
class Revision:
    """What changes about a division from the day on; None leaves a value as it is."""

    division: int
    name: str | None = None
    code: str | None = None
    kind: str | None = None
    parent: int | NewDivision | None = None
    """one that is created only now can be weighed, but not yet written"""


@transaction.atomic
def create(*, divisions: Sequence[NewDivision], by: Any, on: date | None = None, document: str = "") -> list[int]:
    """New divisions from a day on. Returns their ids. Raises NotAllowed with every reason."""
    ids = _create(divisions, by=by, on=on or clock.today(), document=document)
    _changed()
    return ids


def objections_to_new(divisions: Sequence[NewDivision], on: date, taken: Mapping[str, str] | None = None) -> list[str]:
    """What speaks against creating them on that day. `taken` are the `holders` of their codes, where they were read
    for many lists together."""
    tree = queries.tree(on)
    reasons: list[str] = []
    for new in divisions:
        checks = (
            rules.is_code_fit(new.code, new.level)
            & _place_of(new, tree)
            & rules.is_kind_fit(new.kind, new.level)
            & rules.is_day_fit(on, date.min, clock.today())
        )
        reasons += checks.reasons
    codes = [new.code for new in divisions]
    reasons += [_("区划代码 {code} 出现了两次", code=code) for code in sorted(set(codes)) if codes.count(code) > 1]
    return reasons + _taken(set(codes), holders(codes) if taken is None else taken)


def _place_of(new: NewDivision, tree: Any) -> Verdict:
    """May it hang where it is to hang on the day of the tree?"""
    if isinstance(new.parent, int) and new.parent not in tree:
        return Verdict((_("上级区划在生效日期不存在"),))
    parent = tree.by_id(new.parent) if isinstance(new.parent, int) else new.parent
    return rules.is_place_fit(new.level, parent.level if parent else None)


def _create(divisions: Sequence[NewDivision], *, by: Any, on: date, document: str) -> list[int]:
    reasons = objections_to_new(divisions, on)
    if reasons:
        raise NotAllowed(dict.fromkeys(reasons), "division")
    ids = list(new_ids(len(divisions)))
    known = {new.code: id for id, new in zip(ids, divisions, strict=True)}
    above = [known[new.parent.code] if isinstance(new.parent, NewDivision) else new.parent for new in divisions]
    Division.objects.bulk_create(Division(id=id, level=new.level) for id, new in zip(ids, divisions, strict=True))
    _write_facts(
        DivisionFact(division_id=id, code=new.code, name=new.name, kind=new.kind, parent_id=parent,
                     valid_from=on, source=document[:60], recorded_by=getattr(by, "pk", None))
        for id, new, parent in zip(ids, divisions, above, strict=True)
    )  # fmt: skip
    audit.record_many(by=by, on=on, entries=[
        audit.Entry(f"divisions.{Change.CREATE}", f"division:{id}", id,
                    {"code": [None, new.code], "name": [None, new.name], "document": document})
        for id, new in zip(ids, divisions, strict=True)
    ])  # fmt: skip
    return ids


@transaction.atomic
def revise(*, revisions: Sequence[Revision], by: Any, on: date | None = None, document: str = "") -> int:
    """Rename, recode, reclassify or move divisions from a day on. Returns how many changed. Raises NotAllowed.

    A change on the very day on which the present fact begins corrects that fact; the trail keeps the old values.
    """
    changed = _revise(revisions, by=by, on=on or clock.today(), document=document)
    if changed:
        _changed()
    return changed


_Todo = list[tuple[DivisionFact, dict[str, Any]]]


def objections_to_revision(
    revision: Revision, on: date, facts: Mapping[int, DivisionFact], taken: Mapping[str, str]
) -> list[str]:
    """What speaks against a change on that day; `facts_of` and `holders` were read for many changes together."""
    return _weigh([revision], on, facts, taken)[1]


def _revise(revisions: Sequence[Revision], *, by: Any, on: date, document: str) -> int:
    facts = _open_facts([revision.division for revision in revisions])
    taken = holders(revision.code for revision in revisions if revision.code)
    todo, reasons = _weigh(revisions, on, facts, taken)
    if reasons:
        raise NotAllowed(dict.fromkeys(reasons), "division")
    _replace(todo, by=by, on=on, document=document)
    return len(todo)


def _weigh(
    revisions: Sequence[Revision], on: date, facts: Mapping[int, DivisionFact], taken: Mapping[str, str]
) -> tuple[_Todo, list[str]]:
    """What is to be changed, and what speaks against it."""
    tree = queries.tree(on)
    reasons: list[str] = []
    todo: _Todo = []
    for revision in revisions:
        fact = facts[revision.division]
        values = _differing(revision, fact)
        if not values:
            continue
        todo.append((fact, values))
        reasons += rules.is_day_fit(on, fact.valid_from, clock.today()).reasons
        level = fact.division.level
        if "code" in values:
            reasons += rules.is_code_fit(values["code"], level).reasons
        if "kind" in values:
            reasons += rules.is_kind_fit(values["kind"], level).reasons
        if "parent_id" in values:
            reasons += _move_reasons(tree, revision.division, values["parent_id"], level)
    leaving = {fact.code for fact, values in todo if "code" in values}
    return todo, reasons + _taken({values["code"] for _fact, values in todo if "code" in values} - leaving, taken)


def _move_reasons(tree: Any, division: int, parent: Any, level: str) -> tuple[str, ...]:
    if isinstance(parent, NewDivision):
        return rules.is_place_fit(level, parent.level).reasons
    if parent not in tree:
        return (_("上级区划在生效日期不存在"),)
    if tree.is_below(parent, division):
        return (_("不能把区划移到它自己之下"),)
    return rules.is_place_fit(level, tree.by_id(parent).level).reasons


def _differing(revision: Revision, fact: DivisionFact) -> dict[str, Any]:
    wanted = {"name": revision.name, "code": revision.code, "kind": revision.kind, "parent_id": revision.parent}
    return {name: value for name, value in wanted.items() if value is not None and value != getattr(fact, name)}


def _replace(todo: Sequence[tuple[DivisionFact, Mapping[str, Any]]], *, by: Any, on: date, document: str) -> None:
    """Close the present facts at the day and write their successors; a fact that begins that day is corrected."""
    entries, fresh, closed, corrected = [], [], [], []
    for fact, values in todo:
        old = {name: getattr(fact, name) for name in values}
        after = {name: getattr(fact, name) for name in ("code", "name", "kind", "parent_id")} | dict(values)
        if fact.valid_from == on:
            for name, value in values.items():
                setattr(fact, name, value)
            corrected.append(fact)
        else:
            closed.append(fact.pk)
            fresh.append(DivisionFact(division_id=fact.division_id, valid_from=on, source=document[:60],
                                      recorded_by=getattr(by, "pk", None), **after))  # fmt: skip
        detail = {name.removesuffix("_id"): [old[name], value] for name, value in values.items()}
        entries.append(audit.Entry(_act(values), f"division:{fact.division_id}", fact.division_id,
                                   {**detail, "document": document}))  # fmt: skip
    DivisionFact.objects.filter(pk__in=closed).update(valid_to=on)
    if corrected:
        DivisionFact.objects.bulk_update(corrected, ["code", "name", "kind", "parent_id"])
    _write_facts(fresh)
    audit.record_many(by=by, on=on, entries=entries)


def _act(values: Mapping[str, Any]) -> str:
    for name, change in (("parent_id", Change.MOVE), ("code", Change.RECODE), ("name", Change.RENAME)):
        if name in values:
            return f"divisions.{change}"
    return f"divisions.{Change.RECLASSIFY}"


@transaction.atomic
def merge(
    *, predecessors: Sequence[int], into: int | NewDivision, by: Any, on: date | None = None, document: str = ""
) -> int:
    """Merge divisions into one that exists or is created. Returns its id. Raises NotAllowed with every reason.

    What lies directly below the predecessors moves below the successor; their designations end on the day.
    """
    on = on or clock.today()
    facts = _open_facts(predecessors)
    tree = queries.tree(on)
    nodes = [tree.by_id(id) for id in predecessors]
    level = into.level if isinstance(into, NewDivision) else tree.by_id(into).level
    verdict = rules.may_merge(nodes, level, None if isinstance(into, NewDivision) else into)
    for fact in facts.values():
        verdict &= rules.is_day_fit(on, fact.valid_from, clock.today())
    if not verdict:
        raise NotAllowed(dict.fromkeys(verdict.reasons), "merge")
    _close(list(facts.values()), on)
    successor = _create([into], by=by, on=on, document=document)[0] if isinstance(into, NewDivision) else into
    children = [Revision(child.id, parent=successor) for id in predecessors for child in tree.children(id)]
    _move_below(children, by=by, on=on, document=document)
    _succeed([(id, successor) for id in predecessors], "merge", by=by, on=on, document=document)
    _changed()
    return successor


@transaction.atomic
def split(
    *, division: int, into: Sequence[NewDivision], by: Any, keeps: bool = True,
    children: Mapping[int, int] | None = None, on: date | None = None, document: str = "",
) -> list[int]:  # fmt: skip
    """Split a division. Returns the ids of the new ones. Raises NotAllowed with every reason.

    With `keeps` the division goes on beside the new ones; else it ends, and everything directly below it must have a
    place: `children` maps the id of a child to the position of its new parent in `into`. Records move by the register's
    own act; until then those of a division that has ended count in the division above.
    """
    on, children = on or clock.today(), children or {}
    fact = _open_facts([division])[division]
    tree = queries.tree(on)
    below = {child.id for child in tree.children(division)}
    verdict = rules.may_split(len(into), keeps=keeps) & rules.is_day_fit(on, fact.valid_from, clock.today())
    reasons = list(verdict.reasons)
    if set(children) - below or any(not 0 <= at < len(into) for at in children.values()):
        reasons.append(_("下级区划的去向有误"))
    if not keeps and (left := below - set(children)):
        reasons.append(_("还有 {count} 个下级区划没有指定去向", count=len(left)))
    if any(new.level != fact.division.level for new in into):
        reasons.append(_("拆分出的区划应与原区划同一层级"))
    if reasons:
        raise NotAllowed(dict.fromkeys(reasons), "split")
    if not keeps:
        _close([fact], on)
    made = _create(into, by=by, on=on, document=document)
    _move_below([Revision(c, parent=made[at]) for c, at in children.items()], by=by, on=on, document=document)
    _succeed([(division, id) for id in made], "split", by=by, on=on, document=document)
    _changed()
    return made


@transaction.atomic
def abolish(*, divisions: Sequence[int], by: Any, on: date | None = None, document: str = "") -> None:
    """End divisions that have nothing below them and no successor. Raises NotAllowed.

    Records that still point there count in the division above.
    """
    on = on or clock.today()
    facts = _open_facts(divisions)
    tree = queries.tree(on)
    reasons: list[str] = []
    for id, fact in facts.items():
        verdict = rules.may_abolish(len(tree.children(id))) & rules.is_day_fit(on, fact.valid_from, clock.today())
        reasons += verdict.reasons
    if reasons:
        raise NotAllowed(dict.fromkeys(reasons), "abolish")
    _close(list(facts.values()), on)
    audit.record_many(by=by, on=on, entries=[
        audit.Entry(f"divisions.{Change.ABOLISH}", f"division:{id}", id,
                    {"code": [fact.code, None], "name": [fact.name, None], "document": document})
        for id, fact in facts.items()
    ])  # fmt: skip
    _changed()


@transaction.atomic
def undesignate(*, divisions: Sequence[int], kinds: Sequence[str], by: Any, on: date, document: str = "") -> int:
    """End designations of divisions on a day, as an exit does; returns how many. Raises NotAllowed where none is open then."""
    rows = list(
        Designation.objects.select_for_update().filter(
            division__in=divisions, kind__in=kinds, valid_to=None, valid_from__lt=on
        )
    )
    if {row.division_id for row in rows} != set(divisions):
        raise NotAllowed(_("没有可以终止的区划认定，请核对认定台账"), "designation")
    for row in rows:
        row.valid_to = on
    Designation.objects.bulk_update(rows, ["valid_to"], batch_size=500)
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("divisions.undesignate", f"division:{row.division_id}", row.division_id,
                    {"kind": row.kind, "document": document})
        for row in rows
    ])  # fmt: skip
    _changed()
    return len(rows)


def _move_below(revisions: Sequence[Revision], *, by: Any, on: date, document: str) -> None:
    """Move children without the checks of a move: their new parent may have been created a moment ago."""
    facts = _open_facts([revision.division for revision in revisions])
    todo = [(facts[revision.division], {"parent_id": revision.parent}) for revision in revisions]
    late = [fact for fact, _values in todo if fact.valid_from > on]
    if late:
        raise NotAllowed(
            tuple(
                _("{name}自 {since} 起才隶属于此，晚于生效日期 {on}", name=fact.name, since=fact.valid_from, on=on)
                for fact in late
            ),
            "day",
        )
    _replace(todo, by=by, on=on, document=document)


def _succeed(pairs: Sequence[tuple[int, int]], kind: str, *, by: Any, on: date, document: str) -> None:
    Succession.objects.bulk_create(
        Succession(predecessor_id=old, successor_id=new, kind=kind, happened_on=on, document=document)
        for old, new in pairs
    )
    audit.record_many(by=by, on=on, entries=[
        audit.Entry(f"divisions.{kind}", f"division:{old}", old, {"successor": new, "document": document})
        for old, new in pairs
    ])  # fmt: skip


def _close(facts: Sequence[DivisionFact], on: date) -> None:
    same_day = [fact for fact in facts if fact.valid_from == on]
    if same_day:
        raise NotAllowed(
            tuple(_("{name}在 {on} 当日才有变更，请改用更晚的日期", name=fact.name, on=on) for fact in same_day), "day"
        )
    DivisionFact.objects.filter(pk__in=[fact.pk for fact in facts]).update(valid_to=on)
    ended = Designation.objects.open().filter(division_id__in=[fact.division_id for fact in facts], valid_from__lt=on)
    ended.update(valid_to=on)


def _open_facts(ids: Sequence[int]) -> dict[int, DivisionFact]:
    found = _by_division(_open(ids).select_for_update(of=("self",)))
    if set(ids) - set(found):
        raise NotFound(_("所选区划不存在或已撤销"))
    return found


def facts_of(ids: Iterable[int]) -> dict[int, DivisionFact]:
    """What holds of divisions now, to weigh changes by."""
    return _by_division(_open(ids))


def _open(ids: Iterable[int]) -> Any:
    return DivisionFact.objects.open().filter(division_id__in=list(ids)).select_related("division")


def _by_division(rows: Iterable[DivisionFact]) -> dict[int, DivisionFact]:
    return {fact.division_id: fact for fact in rows}


def holders(codes: Iterable[str]) -> dict[str, str]:
    """Which of the codes are in use, and the names of the divisions that use them."""
    return dict(DivisionFact.objects.open().filter(code__in=set(codes)).values_list("code", "name"))


def _taken(codes: set[str], holding: Mapping[str, str]) -> list[str]:
    held = ((code, holding[code]) for code in sorted(codes & set(holding)))
    return [_("区划代码 {code} 正由“{name}”使用", code=code, name=name) for code, name in held]


def _write_facts(facts: Any) -> None:
    try:
        with transaction.atomic():
            DivisionFact.objects.bulk_create(facts)
    except IntegrityError:
        raise Refused(_("同一区划在同一天已有一条记录，或代码已被使用，请核对后重试"), "conflict") from None


def _changed() -> None:
    rebuild_reach()
    for follow in FOLLOWS:
        follow()
