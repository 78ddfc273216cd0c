import io
import zipfile
from datetime import date

import pytest
from PIL import Image

from fupin.core import attachments
from fupin.core.models import AuditEntry
from fupin.core.refusals import NotFound, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_FOLDER = tmp_path


def picture(form="JPEG", size=(40, 20), mode="RGB", **more):
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, form, **more)
    return out.getvalue()


def with_position(orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8769)[0x9003] = "2018:12:05 10:11:12"
    exif.get_ifd(0x8825).update({1: "N", 2: (43.0, 1.0, 2.0), 3: "E", 4: (122.0, 1.0, 2.0)})
    return picture(exif=exif)


def document(*names, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **more) as packed:
        for name in names:
            packed.writestr(name, "<x/>")
    return out.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def store(data, **more):
    return attachments.store(data, subject="household:1", kind="photo", by=None, **more)


def test_a_photo_loses_its_position_and_camera_and_stands_upright():
    row = store(with_position(), name="门前.jpg")
    clean = attachments.read(row)
    with Image.open(io.BytesIO(clean)) as image:
        assert dict(image.getexif()) == {}
        assert image.size == (20, 40)
    assert b"Secret Camera" not in clean
    assert (row.media_type, row.width, row.height, row.taken_on, row.name) == (
        "image/jpeg",
        20,
        40,
        date(2018, 12, 5),
        "门前.jpg",
    )


def test_bytes_at_rest_are_sealed_unless_said_otherwise():
    data = store(picture("PNG", mode="RGBA"))
    assert not attachments.path_of(data).read_bytes().startswith(b"\x89PNG")
    plain = store(picture("PNG"), is_sealed=False)
    assert attachments.path_of(plain).read_bytes().startswith(b"\x89PNG")
    assert attachments.read(data).startswith(b"\x89PNG")


def test_a_large_photo_is_made_smaller_and_a_huge_one_refused(monkeypatch):
    monkeypatch.setattr(attachments, "LONGEST_EDGE", 10)
    assert (store(picture()).width, store(picture(size=(20, 40))).height) == (10, 10)
    monkeypatch.setattr(attachments, "MOST_PIXELS", 799)
    with pytest.raises(Refused, match="像素"):
        store(picture())
    monkeypatch.setattr(attachments, "MOST_PIXELS", 800)
    store(picture())


def test_a_file_is_known_by_its_content_not_by_its_name():
    assert store(picture("WEBP"), name="a.exe").media_type == "image/webp"
    assert store(PDF, name="b.jpg").media_type == "application/pdf"
    assert store(document(*WORD)).media_type.endswith("wordprocessingml.document")
    assert store(document("[Content_Types].xml", "xl/workbook.xml")).media_type.endswith("spreadsheetml.sheet")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00 a program",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"plain text",
        picture() + document("x.txt"),
        picture()[:80],
        picture() + b"<script>alert(1)</script>",
        b"\xff\xd8\xff\xe0%PDF-1.4 " + PDF,
        PDF + document("x.txt"),
        PDF.replace(b"<<>>", b"<</OpenAction 2 0 R /JavaScript (x)>>"),
        PDF[:20],
        document("x.txt"),
        document(*WORD, "word/vbaProject.bin"),
        document(*WORD, "word/embeddings/oleObject1.bin"),
        document(*WORD) + b"x" * 200,
        b"PK\x03\x04" + b"\x00" * 40,
    ],
    ids=[
        "empty", "program", "svg", "text", "photo and zip", "half a photo", "photo and script", "photo and pdf",
        "pdf and zip", "pdf that acts", "half a pdf", "zip", "macros", "embedded object", "appended", "broken zip",
    ],
)  # fmt: skip
def test_whatever_is_not_plainly_one_accepted_kind_is_refused(data):
    with pytest.raises(Refused):
        store(data)
    assert attachments.attachments_of("household:1") == []


def test_a_file_may_have_the_largest_size_and_not_a_byte_more(monkeypatch):
    monkeypatch.setattr(attachments, "MOST_BYTES", len(PDF))
    store(PDF)
    with pytest.raises(Refused, match="MB"):
        store(b"%PDF-" + PDF)


def test_what_hides_in_a_whole_photo_or_behind_a_document_is_named():
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", comment=b"%PDF-1.4")
    with pytest.raises(Refused, match="夹带了 PDF"):
        store(out.getvalue())
    with pytest.raises(Refused, match="网页脚本"):
        store(PDF.replace(b"%%EOF", b" " * 6000 + b"<script>alert(1)</script>%%EOF"))


def test_a_document_of_very_many_parts_is_refused():
    with pytest.raises(Refused, match="解开"):
        store(document(*WORD, *(f"word/{part}.xml" for part in range(10_000))))


def test_a_document_that_unpacks_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(attachments, "MOST_UNPACKED_BYTES", 7)
    with pytest.raises(Refused, match="解开"):
        store(document(*WORD))


def test_adding_and_removing_stand_in_the_trail_and_the_bytes_go_after_the_commit(django_capture_on_commit_callbacks):
    row = store(PDF)
    path = attachments.path_of(row)
    with django_capture_on_commit_callbacks(execute=True):
        attachments.remove(rows=[row], by=None, reason="传错了户")
        assert path.exists()
    assert not path.exists()
    assert list(AuditEntry.objects.order_by("id").values_list("act", flat=True)) == ["core.attach", "core.detach"]


def test_a_file_that_was_changed_or_lost_at_rest_is_not_served():
    row = store(PDF, is_sealed=False)
    attachments.path_of(row).write_bytes(PDF + b" ")
    with pytest.raises(Refused, match="不一致"):
        attachments.read(row)
    attachments.path_of(row).unlink()
    with pytest.raises(NotFound):
        attachments.read(row)


def test_a_document_behind_another_archive_is_refused():
    """Whoever reads from the end sees the letter, whoever reads from the front the archive."""
    with pytest.raises(Refused, match="夹带"):
        store(document("hidden.exe") + document(*WORD))
