"""The status of a household moves by one road: only procedures call the operation that writes it."""

import ast
from pathlib import Path

import fupin

ROOT = Path(fupin.__file__).parent
ROAD = ROOT / "registry" / "operations" / "standing.py"
MODULE = "fupin.registry.operations.standing"
WRITES = {"RegisterStatus", "create", "bulk_create", "bulk_update", "update", "update_or_create", "get_or_create"}


def sources():
    for path in sorted(ROOT.rglob("*.py")):
        if "tests" not in path.parts and "migrations" not in path.parts and path != ROAD:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def test_only_procedures_call_the_road_by_which_a_status_moves():
    callers = {path.relative_to(ROOT).parts[0] for path, tree in sources() if MODULE in set(imported(tree))}
    assert callers == {"procedures"}


def test_nothing_outside_the_register_writes_a_status():
    written = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in sources()
        if path.relative_to(ROOT).parts[0] != "registry"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("RegisterStatus")
        and ast.unparse(node.func).rpartition(".")[2] in WRITES
    }  # fmt: skip
    assert written == set()
