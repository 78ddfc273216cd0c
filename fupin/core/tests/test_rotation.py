import io

import pytest
from django.contrib.auth import get_user_model
from PIL import Image

from fupin.core import attachments, jobs, rotation, sealing
from fupin.core.models import AuditEntry

User = get_user_model()
pytestmark = pytest.mark.django_db


@pytest.fixture
def new_key(settings):
    def use():
        settings.KEYS = {**settings.KEYS, "FUPIN_FIELD_KEYS": "k2:" + "44" * 32 + ",k1:" + "11" * 32}
        sealing.reload()

    yield use
    sealing.reload()


def rotate():
    row = jobs.enqueue(kind=rotation.KIND, key="rotate", again=True)
    jobs.run_pending()
    row.refresh_from_db()
    assert row.state == "done", row.message
    return row.result["rotated"]


def test_every_sealed_column_of_the_product_is_found():
    found = {(model._meta.label_lower, name) for model, names in rotation.sealed_columns() for name in names}
    assert {("accounts.user", "phone_sealed"), ("registry.personidentity", "number_sealed"),
            ("registry.householdfact", "bank_account_sealed")} <= found  # fmt: skip


def test_values_and_files_are_sealed_anew_in_more_than_one_chunk(new_key, monkeypatch, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setattr(rotation, "CHUNK", 2)
    for number in range(5):
        User.objects.create(username=f"u{number}", phone_sealed=sealing.seal(f"1384751234{number}"))
    User.objects.create(username="without")
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    file = attachments.store(picture.getvalue(), subject="user:1", kind="photo", by=None)
    before = attachments.read(file)
    new_key()
    assert rotation.counts() == {"k1": 6}
    assert rotate() == 6
    assert rotation.counts() == {"k2": 6}
    assert sealing.unseal(User.objects.get(username="u3").phone_sealed) == "13847512343"
    assert attachments.read(file) == before
    assert AuditEntry.objects.get(act="keys.rotate").detail == {"rotated": 6}
    assert rotate() == 0


def test_an_edit_during_the_rotation_is_not_undone(new_key, monkeypatch):
    user = User.objects.create(username="u", phone_sealed=sealing.seal("13800000000"))
    new_key()
    read = sealing.unseal_many

    def edited_meanwhile(values):
        texts = read(values)
        User.objects.filter(pk=user.pk).update(phone_sealed=sealing.seal("13911111111"))
        return texts

    monkeypatch.setattr(sealing, "unseal_many", edited_meanwhile)
    rotate()
    user.refresh_from_db()
    assert sealing.unseal(user.phone_sealed) == "13911111111"
