"""What carries a second SQLite stays away from the register's file: its process would lose the locks on it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "fupin"
_EXTENSION = re.compile(
    r"""TYPE\s+sqlite\b|sqlite_scan\(|sqlite_attach|LOAD\s+sqlite|extensions=\(\s*["']sqlite""", re.IGNORECASE
)


def test_only_the_child_process_loads_the_sqlite_extension() -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and _EXTENSION.search(path.read_text(encoding="utf-8"))
    }
    assert users == {"bulk/child.py"}


def test_every_duckdb_connection_is_made_where_it_gets_a_folder_of_its_own() -> None:
    """Two that wrote what does not fit into one folder read each other's rows (`core/duck`)."""
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts
        and re.search(r"\bduckdb\.connect\(|temp_directory", path.read_text(encoding="utf-8"))
    }
    assert users == {"core/duck.py"}


def test_the_driver_with_its_own_sqlite_writes_prepared_rows_only() -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "adbc_driver_sqlite" in path.read_text(encoding="utf-8")
    }
    assert users == {"registry/intake/carrying.py"}


def test_the_child_process_opens_no_connection_of_the_application() -> None:
    code = "import sys, fupin.bulk.child; print([m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nobody_imports_the_child_but_to_hash_files() -> None:
    for path in PACKAGE.rglob("*.py"):
        if "tests" in path.parts or path.name == "child.py":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if "bulk.child import" in line:
                assert line.strip() == "from fupin.bulk.child import digest", f"{path}: {line}"
