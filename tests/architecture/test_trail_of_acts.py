"""Whoever writes leaves a trail: every public act that changes a row also reaches the audit, itself or by what it calls.

The acts are read from the source: a function that writes rows (by the ORM, or by SQL of its own) and can be called from
outside its module must lead to `audit.record`, `record_many`, `rows` or `lines`. What is no act of a person is named
below with the reason.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import fupin

ROOT = Path(fupin.__file__).parent
APPS = ("accounts", "divisions", "registry", "rulebook", "papers", "notices", "quality", "procedures")
WRITES = {"save", "create", "bulk_create", "bulk_update", "update", "update_or_create", "get_or_create", "delete"}
RECORDS = {"record", "record_many", "rows", "lines"}
ROOMS = {"models", "migrations", "tests", "views", "api", "forms", "templatetags"}
"""Rooms that hold no acts: screens and the API call an operation."""
NO_ACTS = {
    # derived from what an act has written, and made anew at any time
    "divisions.loading.rebuild_reach", "divisions.loading.renew_stamp", "registry.cards.place_anew",
    "registry.cards.rebuild", "registry.cards.refresh", "registry.cards.refresh_keys",
    "registry.cards.refresh_phone_keys", "registry.cards.rekey", "registry.duplicates.ask", "registry.duplicates.look",
    # what a comparison found, which says so itself
    "quality.comparison.facts.keep",
    # asking for work that says itself what it did
    "procedures.screening.jobs.ask_to_fill", "procedures.screening.jobs.keep_up",
    "quality.campaigns.jobs.ask_to_fill", "quality.campaigns.jobs.keep_up",
    "quality.comparison.jobs.ask_to_compare", "quality.comparison.jobs.ask_to_read", "quality.issued.jobs.ask",
    "quality.offline.jobs.ask", "quality.offline.jobs.ask_to_take_out",
    "quality.comparison.jobs.ask_to_prepare", "quality.jobs.ask", "quality.jobs.ask_nightly", "quality.jobs.follow",
    "quality.signs.jobs.ask", "quality.signs.jobs.monthly", "quality.signs.prints.forget",
    "papers.jobs.ask_to_print", "papers.jobs.ask_to_read",
    # whether a paper lacks anything: follows from its pages and marks, which say so themselves
    "papers.operations.filing.complete",
    # how far up an overdue ticket counts: follows from its day, and is computed anew each hour
    "quality.operations.assigning.escalate",
    # a part of several acts, each of which says what it did
    "notices.operations.hanging.count_anew",
    "registry.operations.acts.keying_follows", "registry.operations.acts.lock_households",
    "registry.operations.acts.lock_persons", "registry.operations.acts.once", "registry.operations.dated.close",
    "registry.operations.dated.write_edits", "registry.operations.households.join",
    "registry.operations.members.end_ties", "registry.operations.members.set_relation",
    "registry.operations.moves.transfer", "registry.operations.persons.write_new",
    "registry.operations.returning.join_again", "registry.openings.opening_of",
    # the instance before anybody works with it; the change of keys, which the job that carries it out says
    "divisions.loading.load", "divisions.published.load", "registry.openings.open_region", "accounts.second_factor.reseal",
    # when a token was last used
    "accounts.tokens.user_of",
}  # fmt: skip
"""What writes rows without an entry of its own, and why it may."""


class Module:
    """What the functions of a source file call, and which of them write rows."""

    def __init__(self, path: Path) -> None:
        self.name = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.names = _imported(tree)
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self.names |= {name: f"{self.name}.{name}" for name in self.functions}

    def calls(self, function: str) -> set[str]:
        """Full names of what a function names: called there, or handed on."""
        found = set()
        for node in ast.walk(self.functions[function]):
            if isinstance(node, ast.Name) and node.id in self.names:
                found.add(self.names[node.id])
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.names:
                found.add(f"{self.names[node.value.id]}.{node.attr}")
        return found

    def writes(self, function: str) -> bool:
        """Does it write rows itself?"""
        calls = (node.func for node in ast.walk(self.functions[function]) if isinstance(node, ast.Call))
        return any(isinstance(c, ast.Attribute) and c.attr in WRITES and _is_of_rows(c.value) for c in calls)


def _is_of_rows(value: ast.expr) -> bool:
    """Is it a queryset or a row, and not a dictionary or a digest? Those are told by what they are called."""
    text = ast.unparse(value)
    return ".objects" in text or text in {
        "row",
        "rows",
        "case",
        "posting",
        "user",
        "account",
        "items",
        "before",
        "ended",
    }


def _imported(tree: ast.Module) -> dict[str, str]:
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


@cache
def modules() -> dict[str, Module]:
    return {
        made.name: made
        for path in ROOT.rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
        for made in [Module(path)]
    }


def home_of(name: str) -> tuple[Module, str] | None:
    """The module and function that a full name stands for, through what a package hands on."""
    module, _dot, function = name.rpartition(".")
    found = modules().get(module)
    if found is None:
        return None
    if function in found.functions:
        return found, function
    onward = found.names.get(function)
    return home_of(onward) if onward and onward != name else None


def reaches(name: str, wanted: set[str], seen: set[str]) -> bool:
    """Does a function lead to one of `wanted`, itself or by what it calls?"""
    if name in wanted:
        return True
    home = home_of(name)
    if home is None:
        return False
    module, function = home
    full = f"{module.name}.{function}"
    if full in wanted:
        return True
    if full in seen:
        return False
    seen.add(full)
    return any(reaches(each, wanted, seen) for each in module.calls(function))


def writers() -> set[str]:
    return {f"{m.name}.{name}" for m in modules().values() for name in m.functions if m.writes(name)}


def acts() -> list[str]:
    """The public functions of the apps' rooms that write, or call what writes."""
    all_writers = writers()
    return sorted(
        f"{module.name}.{name}"
        for module in modules().values()
        for name in module.functions
        if module.name.split(".")[1] in APPS and not ROOMS & set(module.name.split("."))
        and not name.startswith("_") and reaches(f"{module.name}.{name}", all_writers, set())
    )  # fmt: skip


RECORDED = {f"fupin.core.audit.{name}" for name in RECORDS}


def test_there_are_acts_to_look_at():
    assert len(acts()) > 60
    assert {"fupin.registry.operations.moves.move_households", "fupin.divisions.operations.merge"} <= set(acts())


def test_every_act_that_writes_rows_leads_to_the_trail():
    silent = [name for name in acts() if not reaches(name, RECORDED, set())]
    assert silent == sorted(f"fupin.{name}" for name in NO_ACTS)
