"""Files that lie sealed and are written and read a piece at a time, so that memory holds a piece and never the file.

A file is a row of pieces, each behind its length and sealed by itself. Inside the seal stand whose file it is, the
number of the piece and whether it is the last: pieces cannot be left out, swapped, or put into another file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from fupin.core import sealing

PIECE = 1 << 20
_LENGTH = struct.Struct(">I")
_HEAD = struct.Struct(">qI?")


class SealedWriter:
    """Takes bytes one after the other; has no `tell`, as an archive that is written into it cannot go back."""

    def __init__(self, file: IO[bytes], owner: int) -> None:
        self.file, self.owner = file, owner
        self.size = 0
        self._number = 0
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        """Append."""
        self._waiting += data
        self.size += len(data)
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing: pieces are written when they are full."""

    def close(self) -> None:
        """Write what is left as the last piece."""
        self._put(bytes(self._waiting), is_last=True)

    def _put(self, data: bytes, *, is_last: bool) -> None:
        sealed = sealing.seal_bytes(_HEAD.pack(self.owner, self._number, is_last) + data)
        self.file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


def pieces(path: Path, owner: int) -> Iterator[bytes]:
    """What was written, piece by piece. Raises CannotUnseal where a piece is missing, changed or another file's."""
    number, ended = 0, False
    with path.open("rb") as file:
        while head := file.read(_LENGTH.size):
            sealed = file.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
            data = sealing.unseal_bytes(sealed)
            whose, at, is_last = _HEAD.unpack_from(data)
            if (whose, at, ended) != (owner, number, False):
                raise sealing.CannotUnseal(_("文件不完整或已被改动，请重新生成"))
            number, ended = number + 1, is_last
            yield data[_HEAD.size :]
    if not ended:
        raise sealing.CannotUnseal(_("文件不完整或已被改动，请重新生成"))


def reseal(path: Path, owner: int, key: str) -> bool:
    """Seal a file anew where its first piece names another key than `key`; returns whether it did."""
    with path.open("rb") as file:
        if sealing.key_id(file.read(64)[_LENGTH.size :]) == key:
            return False
    fresh = path.with_suffix(".tmp")
    with fresh.open("wb") as file:
        writer = SealedWriter(file, owner)
        for piece in pieces(path, owner):
            writer.write(piece)
        writer.close()
    fresh.replace(path)
    return True
