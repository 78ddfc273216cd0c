"""What a backup file names stays inside the data folder, whoever made the file, and is moved in or not at all."""

import hashlib
import io
import tarfile
from types import SimpleNamespace

import pytest

from fupin.core.backups import files, restoring
from fupin.core.refusals import Refused

PHOTO = "files/attachments/0a/photo"
SHA256 = hashlib.sha256(b"x").hexdigest()


@pytest.fixture
def folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path / "data"
    settings.DATA_FOLDER.mkdir()
    return settings.DATA_FOLDER


def made(tmp_path, *names, sha256=SHA256):
    """A backup of these files, each one byte long, and what its manifest says of them."""
    path = tmp_path / "made.fupin"
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(f"files/{name}")
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
    return path, SimpleNamespace(files=dict.fromkeys(names, sha256))


def written(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "made.fupin"]


def test_no_file_of_a_backup_is_written_beside_the_data_folder(tmp_path, folder):
    path, manifest = made(tmp_path, "../beside", "files/../../../beside", f"{tmp_path}/elsewhere", PHOTO)
    with files.unpacked(path, manifest) as unpacked:
        unpacked.move_in()
    assert written(tmp_path) == [folder / PHOTO]
    assert (folder / PHOTO).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["keys.env", "fupin.sqlite3", "run/pid", ".hidden/x"])
def test_no_file_of_a_backup_takes_the_place_of_a_key_or_of_the_database(tmp_path, folder, name):
    path, manifest = made(tmp_path, name)
    with files.unpacked(path, manifest) as unpacked:
        unpacked.move_in()
    assert written(tmp_path) == []


def test_a_file_that_is_not_what_the_manifest_says_is_refused_and_nothing_is_left(tmp_path, folder):
    path, manifest = made(tmp_path, PHOTO, sha256="0" * 64)
    with pytest.raises(Refused, match="photo"), files.unpacked(path, manifest):
        pass
    assert list(folder.iterdir()) == []


def test_files_that_were_moved_in_go_out_again_where_the_rows_do_not_come(tmp_path, folder):
    path, manifest = made(tmp_path, PHOTO)
    with files.unpacked(path, manifest) as unpacked:
        assert not (folder / PHOTO).exists()
        unpacked.move_in()
        unpacked.take_out()
    assert written(tmp_path) == []


@pytest.mark.parametrize("at", range(0, 240, 3))
def test_a_file_that_is_damaged_anywhere_is_refused_in_words(tmp_path, at):
    path = tmp_path / "made.fupin"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("tables/lines.jsonl")
        lines = "".join(f'{{"id": {n}, "square": {n * n}}}\n' for n in range(2000)).encode()
        member.size = len(lines)
        archive.addfile(member, io.BytesIO(lines))
    data = bytearray(path.read_bytes())
    data[10 + at * (len(data) - 20) // 240] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(Refused, match="备份文件"):
        restoring._checked(path)
