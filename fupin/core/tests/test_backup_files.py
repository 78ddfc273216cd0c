"""What a backup file names stays inside the data folder, whoever made the file."""

import io
import tarfile
from types import SimpleNamespace

from fupin.core.backups import restoring


def test_no_file_of_a_backup_is_written_beside_the_data_folder(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path / "data"
    settings.DATA_FOLDER.mkdir()
    names = ("files/../beside", f"files/{tmp_path}/elsewhere", "files/files/attachments/0a/photo")
    with tarfile.open(tmp_path / "made.fupin", "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
    manifest = SimpleNamespace(files=dict.fromkeys((name.removeprefix("files/") for name in names), ""))
    restoring._unpack_files(tmp_path / "made.fupin", manifest)
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "made.fupin"]
    assert written == [settings.DATA_FOLDER / "files" / "attachments" / "0a" / "photo"]
