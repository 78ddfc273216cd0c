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
