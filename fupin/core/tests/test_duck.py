"""DuckDB connections that write what does not fit in memory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import duckdb

from fupin.core import duck

_ROWS = 300_000


def _fill(connection: duckdb.DuckDBPyConnection, word: str) -> None:
    """A table of texts that is larger than the memory of its connection."""
    connection.execute(
        f"CREATE TEMP TABLE households AS SELECT i AS id, '{word}' || lpad(CAST(i AS VARCHAR), 60, '0') AS name"
        f" FROM range({_ROWS}) t(i)"
    )


def _strange(connection: duckdb.DuckDBPyConnection, word: str) -> int:
    found = connection.execute(
        f"SELECT count(*) FROM households WHERE name <> '{word}' || lpad(CAST(id AS VARCHAR), 60, '0')"
    ).fetchone()
    assert found is not None
    return int(found[0])


def test_what_two_connections_write_to_the_disk_is_never_mixed_up(tmp_path: Path) -> None:
    """In one folder they wrote into the same files: a household had the name of another."""
    with (
        duck.connect(tmp_path, memory_mb=16, threads=1) as one,
        duck.connect(tmp_path, memory_mb=16, threads=1) as other,
    ):
        _fill(one, "户")
        _fill(other, "人")
        assert len(list((tmp_path / "temporary").glob("*/*"))) >= 2
        assert (_strange(one, "户"), _strange(other, "人")) == (0, 0)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_what_a_killed_process_left_is_removed_after_two_days(tmp_path: Path) -> None:
    with duck.connect(tmp_path):
        pass
    old, new, other = (tmp_path / "temporary" / name for name in ("spilled-old", "spilled-new", "findings-old"))
    for folder in (old, new, other):
        folder.mkdir()
        (folder / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"x")
    for folder in (old, other):
        os.utime(folder, (time.time() - 3 * 24 * 3600,) * 2)
    with duck.connect(tmp_path):
        pass
    assert sorted(one.name for one in (tmp_path / "temporary").iterdir()) == ["findings-old", "spilled-new"]
