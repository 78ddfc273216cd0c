"""The keys of an instance: made once by `fupin init`, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from fupin.config.paths import read_keys

NAMES = ("FUPIN_SECRET_KEY", "FUPIN_FIELD_KEYS", "FUPIN_INDEX_KEY", "FUPIN_SEAL_KEY")


def ensure(folder: Path) -> Path | None:
    """Make the keys that neither the environment nor `keys.env` gives; returns the file if one was written."""
    known = read_keys(folder)
    fresh = {name: _new(name) for name in NAMES if not known.get(name)}
    if not fresh:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "keys.env"
    kept = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    write(path, kept.rstrip("\n") + "\n" + "".join(f"{name}={value}\n" for name, value in fresh.items()))
    return path


def add_field_key(folder: Path) -> str:
    """Put a new key before the others in `keys.env`; returns its id. Raises OSError where there is no such file."""
    path = folder / "keys.env"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next((i for i, line in enumerate(lines) if line.startswith("FUPIN_FIELD_KEYS=")), None)
    if at is None:
        raise FileNotFoundError(f"{path}: FUPIN_FIELD_KEYS")
    old = lines[at].partition("=")[2]
    numbers = [int(name[1:]) for part in old.split(",") if (name := part.partition(":")[0])[1:].isdigit()]
    fresh = f"k{max(numbers, default=0) + 1}"
    lines[at] = f"FUPIN_FIELD_KEYS={fresh}:{secrets.token_hex(32)},{old}"
    write(path, "\n".join(lines) + "\n")
    return fresh


def write(path: Path, text: str) -> None:
    """Write a file that only its owner can read; it is never readable by others, not even for a moment."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _new(name: str) -> str:
    if name == "FUPIN_SECRET_KEY":
        return secrets.token_urlsafe(48)
    key = secrets.token_hex(32)
    return f"k1:{key}" if name == "FUPIN_FIELD_KEYS" else key


_HEAD = """# 本机密钥：请另行备份，不要与数据备份放在一起；遗失后密文无法恢复。
# Keys of this instance: keep a copy apart from the data backups; without them sealed values are lost.
"""
