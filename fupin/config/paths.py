"""Where an instance keeps what is its own: one data folder, named by `FUPIN_DATA`."""

import os
from pathlib import Path


def data_folder() -> Path:
    """The data folder of this instance: `FUPIN_DATA`, else `data` below the current folder."""
    return Path(os.environ.get("FUPIN_DATA") or "data").resolve()


def read_keys(folder: Path) -> dict[str, str]:
    """The keys that `fupin init` wrote to `keys.env`; the environment wins over the file."""
    keys: dict[str, str] = {}
    path = folder / "keys.env"
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, sep, value = line.partition("=")
            if sep and not name.startswith("#"):
                keys[name.strip()] = value.strip()
    for name in ("FUPIN_SECRET_KEY", "FUPIN_FIELD_KEYS", "FUPIN_INDEX_KEY", "FUPIN_SEAL_KEY"):
        if os.environ.get(name):
            keys[name] = os.environ[name]
    return keys
