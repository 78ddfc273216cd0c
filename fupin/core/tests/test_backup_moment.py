import hashlib
import json
import tarfile
from contextlib import nullcontext

import pytest

from fupin.core import seals
from fupin.core.backups import taking

pytestmark = pytest.mark.django_db


def test_a_seal_made_while_a_backup_is_taken_is_not_promised_by_it(settings, monkeypatch, tmp_path):
    settings.DATA_FOLDER = tmp_path / "data"
    settings.DATA_FOLDER.mkdir()
    seals.head_path().write_text("the head as the tables know it")

    def sealed_meanwhile(*_arguments):
        seals.head_path().write_text("a later head")
        return taking.Table("core_auditentry", "id", (), 0, "")

    monkeypatch.setattr(seals, "seal_trail", lambda: None)
    monkeypatch.setattr(taking, "_one_moment", lambda: nullcontext(iter))
    monkeypatch.setattr(taking, "_write_table", sealed_meanwhile)
    taking.take(tmp_path / "backup")
    with tarfile.open(tmp_path / "backup") as archive:
        assert archive.extractfile("files/seal-head.json").read() == b"the head as the tables know it"


@pytest.fixture
def photo(settings, monkeypatch, tmp_path):
    """An attachment in a data folder without tables."""
    settings.DATA_FOLDER = tmp_path / "data"
    path = settings.DATA_FOLDER / "files" / "attachments" / "0a" / "photo"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"sealed under the former key")
    monkeypatch.setattr(seals, "seal_trail", lambda: None)
    monkeypatch.setattr(taking, "_one_moment", lambda: nullcontext(iter))
    monkeypatch.setattr(taking, "_write_table", lambda *_arguments: taking.Table("x", "id", (), 0, ""))
    return path


def files_of(path):
    """What the manifest says of the files, and what they are."""
    with tarfile.open(path) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
        names = [name for name in archive.getnames() if name.startswith("files/")]
        found = {name: hashlib.sha256(archive.extractfile(name).read()).hexdigest() for name in names}
    return {f"files/{name}": sha256 for name, sha256 in manifest["files"].items()}, found


def test_a_file_that_is_sealed_anew_while_it_is_taken_has_the_hash_of_what_was_taken(photo, monkeypatch, tmp_path):
    described = tarfile.TarFile.gettarinfo

    def resealed_meanwhile(*arguments, **named):
        fresh = photo.with_suffix(".tmp")
        fresh.write_bytes(b"sealed anew under a newer and longer key")
        fresh.replace(photo)
        return described(*arguments, **named)

    monkeypatch.setattr(tarfile.TarFile, "gettarinfo", resealed_meanwhile)
    taking.take(tmp_path / "backup")
    said, found = files_of(tmp_path / "backup")
    assert said == found
    assert list(said) == ["files/files/attachments/0a/photo"]


def test_a_file_that_is_removed_while_a_backup_is_taken_is_left_out_of_it(photo, monkeypatch, tmp_path):
    listed = taking.kept_files()
    other = photo.with_name("other")
    monkeypatch.setattr(taking, "kept_files", lambda: [other, *listed])
    taking.take(tmp_path / "backup")
    said, found = files_of(tmp_path / "backup")
    assert said == found
    assert list(said) == ["files/files/attachments/0a/photo"]


def test_a_key_that_comes_while_files_are_taken_is_asked_for_by_the_backup(photo, settings, monkeypatch, tmp_path):
    add = tarfile.TarFile.addfile

    def new_key_meanwhile(*arguments):
        settings.KEYS = {**settings.KEYS, "FUPIN_FIELD_KEYS": f"k9:{'5' * 64}"}
        return add(*arguments)

    monkeypatch.setattr(tarfile.TarFile, "addfile", new_key_meanwhile)
    before = taking.key_marks()
    manifest, _sha256 = taking.take(tmp_path / "backup")
    assert manifest.keys == before | {"field k9": manifest.keys["field k9"]}
