"""The keys of an instance: made once by `fupin init`, readable by their owner only."""

from __future__ import annotations

import os
import secrets
import time
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
    old = _given(folder, "FUPIN_FIELD_KEYS")
    numbers = [int(name[1:]) for part in old if (name := part.partition(":")[0])[1:].isdigit()]
    fresh = f"k{max(numbers, default=0) + 1}"
    _replace(folder, "FUPIN_FIELD_KEYS", [f"{fresh}:{secrets.token_hex(32)}", *old])
    return fresh


def add_index_key(folder: Path, *, settled: float) -> None:
    """Put a new index key before the present one in `keys.env`, in two steps `settled` seconds apart.

    First every process must look under the new key as well, and only then may one of them write with it: else a
    record saved by the one would not be found by the other. While a former key is still there nothing is added: that
    change goes on. Raises OSError where there is no such file.
    """
    old = _given(folder, "FUPIN_INDEX_KEY")
    if len(old) > 1:
        return
    fresh = secrets.token_hex(32)
    _replace(folder, "FUPIN_INDEX_KEY", [*old, fresh])
    time.sleep(settled)
    _replace(folder, "FUPIN_INDEX_KEY", [fresh, *old])
    time.sleep(settled)


def forget_index_keys(folder: Path) -> bool:
    """Take the former index keys out of `keys.env`; False where the keys come from the environment."""
    if os.environ.get("FUPIN_INDEX_KEY"):
        return False
    _replace(folder, "FUPIN_INDEX_KEY", _given(folder, "FUPIN_INDEX_KEY")[:1])
    return True


def add_seal_key(folder: Path) -> None:
    """Put a new seal key before the others in `keys.env`; they stay, for they prove the seals made with them."""
    _replace(folder, "FUPIN_SEAL_KEY", [secrets.token_hex(32), *_given(folder, "FUPIN_SEAL_KEY")])


def _given(folder: Path, name: str) -> list[str]:
    lines = (folder / "keys.env").read_text(encoding="utf-8").splitlines()
    found = next((line.partition("=")[2] for line in lines if line.startswith(f"{name}=")), "")
    if not found:
        raise FileNotFoundError(f"{folder / 'keys.env'}: {name}")
    return [part.strip() for part in found.split(",")]


def _replace(folder: Path, name: str, values: list[str]) -> None:
    path = folder / "keys.env"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{name}={','.join(values)}" if line.startswith(f"{name}=") else line for line in lines]
    write(path, "\n".join(lines) + "\n")


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
