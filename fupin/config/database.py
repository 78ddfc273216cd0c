"""One address names the database: `sqlite:///path` or `postgresql://user:password@host:port/name`."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class UnknownDatabase(ValueError):
    """The address is neither SQLite nor PostgreSQL."""


def database_settings(url: str, folder: Path) -> dict[str, Any]:
    """Django's settings for the database at `url`; an empty address is SQLite in the data folder.

    SQLite runs in WAL with full synchronisation and immediate write transactions: a register that
    says "saved" has saved (docs/map.md, Data).
    """
    url = url or f"sqlite:///{folder / 'fupin.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = re.sub(r"^sqlite:///", "", url)
        return {
            "ENGINE": "fupin.core.fair_sqlite3",
            "NAME": str(Path("/" + path.lstrip("/")) if url.startswith("sqlite:////") else Path(path).resolve()),
            "CONN_MAX_AGE": None,
            # In memory, as Django's own backend has it; said here because test runners know that one by its name.
            "TEST": {"NAME": ":memory:"},
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                " PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
                # As `core.fair_sqlite3.log.LATE_PAGES` says why.
                " PRAGMA wal_autocheckpoint=49152;",
            },
        }
    if parts.scheme in ("postgresql", "postgres"):
        query = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.pop("host", None) or parts.hostname or "",
            "PORT": str(parts.port or query.pop("port", "") or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": query,
        }
    raise UnknownDatabase(f"数据库地址无法识别：{parts.scheme or url}。应为 sqlite:///… 或 postgresql://…")
