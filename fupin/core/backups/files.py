"""The files of a backup on their way back: unpacked beside their places, moved in when the rows are there."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from fupin.core.backups.manifest import Manifest
from fupin.core.backups.taking import is_kept
from fupin.core.refusals import Refused

WAITING = ".restoring"
"""In the data folder, so that moving a file in is a new name for it and needs no room; no part of the register."""
_PIECE = 1 << 20


class Unpacked:
    """Files that wait beside their places."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._moved: list[Path] = []

    def move_in(self) -> None:
        """Put each in its place."""
        root = Path(settings.DATA_FOLDER)
        for name in self._names:
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (root / WAITING / name).replace(target)
            self._moved.append(target)

    def take_out(self) -> None:
        """Undo it: the rows did not come in."""
        for path in self._moved:
            path.unlink(missing_ok=True)


@contextmanager
def unpacked(path: Path, manifest: Manifest) -> Iterator[Unpacked]:
    """The files of a backup unpacked and compared with their hashes; afterwards nothing is left beside the places.

    Raises Refused where there is no room for them, or a file is not what the manifest says.
    """
    waiting = Path(settings.DATA_FOLDER) / WAITING
    shutil.rmtree(waiting, ignore_errors=True)  # of one that was killed
    try:
        yield Unpacked(_unpack(path, manifest, waiting))
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


def _unpack(path: Path, manifest: Manifest, waiting: Path) -> list[str]:
    names = []
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = member.name.removeprefix("files/")
                data = archive.extractfile(member) if name in manifest.files and member.name != name else None
                inside = (waiting / name).resolve().is_relative_to(waiting.resolve())
                if data is None or not inside or not is_kept(name):
                    continue
                if _write(data, waiting / name) != manifest.files[name]:
                    raise Refused(_("备份文件已损坏：%(names)s，请换一份") % {"names": member.name})
                names.append(name)
    except OSError as fault:
        raise Refused(
            _("备份中的文件写不进数据目录 %(folder)s（%(fault)s），请腾出空间后重新恢复")
            % {"folder": settings.DATA_FOLDER, "fault": fault.strerror or type(fault).__name__}
        ) from None
    return names


def _write(data: IO[bytes], target: Path) -> str:
    """Write a file that only its owner reads; returns its SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    state = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        while piece := data.read(_PIECE):
            state.update(piece)
            file.write(piece)
    return state.hexdigest()


def is_of(manifest: Manifest, path: Path) -> bool:
    """Is a file in the data folder one that the backup puts there itself, as one that was killed at its end leaves it?"""
    named = manifest.files.get(path.relative_to(settings.DATA_FOLDER).as_posix())
    if named is None:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == named
