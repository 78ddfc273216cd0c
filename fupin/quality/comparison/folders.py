"""Where the files of an exchange lie: sealed while they lie, in the open only in a work folder that goes with the work."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from fupin.core import sealed_files

GIVEN, ROWS, WORK = "given", "rows", "work"
WRONG = "wrong"
"""Of the answer to a letter: the lines that are to be looked at, as a workbook."""
ASKED, LINES = "asked", "lines"
"""Of a letter: the list as it goes out, and which line is about whom."""


def folder_of(exchange: int) -> Path:
    """The folder of an exchange, made on first use, for its owner alone."""
    folder = root() / str(exchange)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def root() -> Path:
    """Where all of them lie; in no backup, for what was compared is deleted when its time is over."""
    return Path(settings.DATA_FOLDER) / "comparison"


def seal(exchange: int, name: str, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Write a file sealed, a piece at a time; returns its size and the SHA-256 of what was given."""
    digest = hashlib.sha256()
    target = folder_of(exchange) / name
    fresh = target.with_suffix(".new")
    with fresh.open("wb") as file:
        writer = sealed_files.SealedWriter(file, exchange)
        for piece in pieces:
            digest.update(piece)
            writer.write(piece)
        writer.close()
    fresh.replace(target)
    return writer.size, digest.hexdigest()


def blocks(path: Path) -> Iterator[bytes]:
    """A file a piece at a time."""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


@contextmanager
def working(exchange: int) -> Iterator[Path]:
    """A folder for the time of the work. What an attempt before this one left there when it was killed goes first."""
    folder = folder_of(exchange) / WORK
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def open_up(exchange: int, name: str, target: Path) -> None:
    """Write a sealed file in the open into a work folder."""
    with target.open("wb") as file:
        for piece in sealed_files.pieces(folder_of(exchange) / name, exchange):
            file.write(piece)


def is_there(exchange: int, name: str) -> bool:
    """Does the exchange have this file?"""
    return (root() / str(exchange) / name).is_file()


def remove(exchange: int, name: str = "") -> None:
    """Delete one file of an exchange, or all of it."""
    folder = root() / str(exchange)
    if name:
        (folder / name).unlink(missing_ok=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def reseal(key: str) -> int:
    """Seal the files anew that another key than `key` sealed; returns how many."""
    changed = 0
    for path in sorted(path for name in (GIVEN, ROWS, WRONG, ASKED, LINES) for path in root().glob(f"*/{name}")):
        changed += sealed_files.reseal(path, int(path.parent.name), key)
    return changed
