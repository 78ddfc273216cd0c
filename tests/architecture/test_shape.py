"""The shape of the house: sizes, rooms, names, and that no test is left uncollected."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = [p for p in sorted((PROJECT / "fupin").rglob("*.py")) if "migrations" not in p.parts]
OWN = [p for p in SOURCES if "tests" not in p.parts]
UNWANTED = {"base", "common", "utils", "helpers", "misc", "manager", "services"}


def functions(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_a_file_stops_at_500_lines():
    assert [str(p) for p in SOURCES if len(p.read_text(encoding="utf-8").splitlines()) > 500] == []


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code of a function, its docstring left out."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return body[-1].end_lineno - body[0].lineno + 1


def test_a_function_stops_at_40_lines():
    assert [
        f"{p.relative_to(PROJECT)}:{f.lineno} {f.name}" for p in OWN for f in functions(p) if body_lines(f) > 40
    ] == []


def test_a_view_stops_at_25_lines():
    views = [p for p in OWN if p.name == "views.py" or p.parent.name == "views"]
    assert [
        f"{p.relative_to(PROJECT)}:{f.lineno} {f.name}" for p in views for f in functions(p) if body_lines(f) > 25
    ] == []


def test_no_room_is_a_lumber_room():
    found = {
        str(p.relative_to(PROJECT)) for p in SOURCES if UNWANTED & set(p.relative_to(PROJECT).with_suffix("").parts)
    }
    # Django finds the connection of a database by this name and no other.
    assert found - {"fupin/core/fair_sqlite3/base.py"} == set()


def test_nothing_is_left_open_in_the_code():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X:")
    assert [str(p) for p in SOURCES if any(w in p.read_text(encoding="utf-8") for w in words)] == []


def test_every_module_says_what_it_is_for():
    """A room's first sentence is its sign on the door; empty package files need none."""
    silent = [
        str(p.relative_to(PROJECT))
        for p in OWN
        if p.name != "apps.py"
        and p.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert silent == []


def collected(config: pytest.Config, items: list[pytest.Item]) -> set[str]:
    """The files of the tests that a run of everything holds: this run, or one that lists them where this is of few."""
    everything = {PROJECT / folder for folder in config.getini("testpaths")}
    some = config.option.keyword or config.option.markexpr or config.option.deselect
    if not some and {Path(place).resolve() for place in config.args} == everything:
        return {item.nodeid.partition("::")[0] for item in items}
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-n", "0"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    return {line.split(":")[0] for line in listed.splitlines() if ".py: " in line}


def test_every_test_file_on_disk_is_collected(request):
    left_out = {Path(place).resolve() for place in request.config.option.ignore or ()}  # as PostgreSQL needs no browser
    on_disk = {
        str(p.relative_to(PROJECT))
        for folder in ("fupin", "tests")
        for p in (PROJECT / folder).rglob("test_*.py")
        if not left_out & {p, *p.parents}
    }
    assert on_disk - collected(request.config, request.session.items) == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "frontend/package-lock.json"])
def test_lock_files_carry_no_address(lock):
    text = (PROJECT / lock).read_text(encoding="utf-8")
    if lock.endswith(".json"):
        assert '"resolved"' not in text
    else:
        assert "://" not in text
