"""Where an instance keeps what is its own: one data folder, named by `FUPIN_DATA`."""

from __future__ import annotations

import os
import time
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


class Keys(dict[str, str]):
    """The keys as settings hold them; `refresh` notices that `keys.env` was changed by `fupin keys rotate`."""

    LOOK_EVERY = 2.0

    def __init__(self, folder: Path) -> None:
        super().__init__(read_keys(folder))
        self._folder = folder
        self._written_at = self._look()
        self._looked_at = time.monotonic()

    def refresh(self, *, at_once: bool = False) -> bool:
        """Read the file again if it was written since; looks every two seconds at most. True if it was read."""
        now = time.monotonic()
        if now - self._looked_at < self.LOOK_EVERY and not at_once:
            return False
        self._looked_at = now
        written_at = self._look()
        if written_at == self._written_at:
            return False
        self._written_at = written_at
        self.clear()
        self.update(read_keys(self._folder))
        return True

    def _look(self) -> int:
        try:
            return (self._folder / "keys.env").stat().st_mtime_ns
        except OSError:
            return 0
