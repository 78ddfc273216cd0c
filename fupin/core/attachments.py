"""Files that hang on records: told by their content, bounded, cleaned of what their sender did not mean to send.

A photo is decoded and written anew, so that its position, its camera and anything hidden behind the picture are gone.
The bytes lie in the data folder under their own row's id, encrypted unless the caller says otherwise; whoever serves
one asks the gate of the subject first.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import CharField
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from fupin.core import audit, sealing
from fupin.core.ids import new_id
from fupin.core.models import Attachment
from fupin.core.prepared import Prepared
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotFound, Refused

_OF_SUBJECT = Prepared(lambda subject: Attachment.objects.filter(subject=subject).order_by("pk"), subject=CharField())
GUARDS: list[Callable[[Sequence[Attachment]], None]] = []
"""Handed in by config: raise Refused where files must not be taken away."""
DERIVED: list[Callable[[list[int]], None]] = []
"""Handed in by config: forget what was derived of files that are destroyed."""
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_EDGE = 2560
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|OpenAction|AA)\b")
_MARKUP = re.compile(rb"<\s*(script|html|svg|iframe|\?php)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Content:
    """A file after it was looked at: what it is, and the bytes to keep."""

    media_type: str
    data: bytes
    width: int | None = None
    height: int | None = None
    taken_on: date | None = None


def store(file: Any, *, subject: str, kind: str, by: Any, name: str = "", on: date | None = None,
          division: int | None = None, is_sealed: bool = True, content: Content | None = None) -> Attachment:  # fmt: skip
    """Keep a file with a record. `file` is bytes or anything with `read` (an upload); `subject` `household:123`;
    `content` where the caller has looked at it itself, for what is no file of people (a list as csv).

    Raises Refused if it is too large, of a kind that is not taken, damaged, or two kinds at once.
    """
    return store_each(file, subjects={subject: division}, kind=kind, by=by, name=name, on=on, is_sealed=is_sealed,
                      content=content)[0]  # fmt: skip


def store_each(file: Any, *, subjects: Mapping[str, int | None], kind: str, by: Any, name: str = "", on: date | None = None,
               is_sealed: bool = True, content: Content | None = None) -> list[Attachment]:  # fmt: skip
    """Keep one file with each of many records (subject → division): looked at once, kept for each by itself, so that it
    is read, held and removed with its own record. Raises as `store` does, before anything is kept."""
    data = file if isinstance(file, bytes) else file.read(MOST_BYTES + 1)
    content = content or examine(data)
    shown = Path(name or getattr(file, "name", "") or kind).name[-200:]
    digest = hashlib.sha256(content.data).hexdigest()
    rows = [
        Attachment(
            id=new_id(), subject=subject, kind=kind, name=shown, media_type=content.media_type, size=len(content.data),
            sha256=digest, width=content.width, height=content.height, is_sealed=is_sealed, taken_on=content.taken_on,
            created_by=getattr(by, "pk", None),
        )
        for subject in subjects
    ]  # fmt: skip
    for row in rows:
        path = path_of(row)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sealing.seal_bytes(content.data) if is_sealed else content.data)
    with transaction.atomic():
        Attachment.objects.bulk_create(rows, batch_size=500)
        audit.record_many(by=by, on=on, entries=(
            audit.Entry("core.attach", row.subject, subjects[row.subject],
                        {"attachment": row.pk, "kind": kind, "sha256": row.sha256}) for row in rows
        ))  # fmt: skip
    return rows


def attachments_of(subject: str, kinds: Iterable[str] = ()) -> list[Attachment]:
    """The files of a record, oldest first. The caller has passed the gate of the subject."""
    wanted = set(kinds)
    return [row for row in _OF_SUBJECT(subject=subject) if not wanted or row.kind in wanted]


def one_of(subject: str, pk: int) -> Attachment:
    """One file of a record. The caller has passed the gate of the subject. Raises NotFound for another record's."""
    row = Attachment.objects.filter(pk=pk, subject=subject).first()
    if row is None:
        raise NotFound(_("没有这份材料"))
    return row


def read(row: Attachment) -> bytes:
    """The bytes of a file. Raises NotFound if they are gone or were destroyed, Refused if they are not what was stored."""
    if row.destroyed_on is not None:
        raise NotFound(
            _("材料“%(name)s”保管期满，已于 %(day)s 按销毁清册 %(number)s 销毁")
            % {"name": row.name, "day": row.destroyed_on, "number": row.destroyed_by},
            "destroyed",
        )
    try:
        data = path_of(row).read_bytes()
    except FileNotFoundError:
        raise NotFound(_("附件“%(name)s”的文件已不在数据目录中，请从备份恢复") % {"name": row.name}) from None
    data = sealing.unseal_bytes(data) if row.is_sealed else data
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise Refused(_("附件“%(name)s”与上传时不一致，请从备份恢复") % {"name": row.name})
    return data


def remove(*, rows: Iterable[Attachment], by: Any, reason: str, on: date | None = None,
           division: int | None = None, is_copy: bool = False) -> None:  # fmt: skip
    """Take files away; the trail keeps their digest and why. The bytes go after the commit.

    `is_copy`: what it shows is kept elsewhere. Raises Refused without a reason, for a file that was destroyed, and what
    the guards raise for one that has to stay.
    """
    rows = list(rows)
    if len(reason.strip()) < LEAST_REASON:
        raise Refused(
            _("请写明移除原因（至少 %(count)d 个字），原因会记入审计日志") % {"count": LEAST_REASON}, "reason"
        )
    if any(row.destroyed_on is not None for row in rows):
        raise Refused(_("已销毁的材料只留登记，登记不能移除"), "destroyed")
    for guard in () if is_copy else GUARDS:
        guard(rows)
    with transaction.atomic():
        for row in rows:
            audit.record(by=by, act="core.detach", subject=row.subject, on=on, division=division,
                         detail={"attachment": row.pk, "kind": row.kind, "sha256": row.sha256,
                                 "reason": reason.strip()[:200]})  # fmt: skip
            path = path_of(row)
            row.delete()
            transaction.on_commit(lambda path=path: path.unlink(missing_ok=True))


def destroy(*, rows: Sequence[Attachment], number: str, on: date) -> None:
    """Note that files are destroyed, under the number of the register that says so: none of them can be read any more.

    The rows stay. Call it inside the act's transaction, and `erase` after the commit.
    """
    chosen = Attachment.objects.filter(pk__in=[row.pk for row in rows], destroyed_on=None)
    chosen.update(destroyed_on=on, destroyed_by=number)
    for forget in DERIVED:
        forget([row.pk for row in rows])


def erase(rows: Iterable[Attachment]) -> int:
    """Take the bytes of destroyed files from the disk; returns how many lay there. Doing it again does no harm."""
    gone = 0
    for row in rows:
        path = path_of(row)
        if row.destroyed_on is not None and path.exists():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def path_of(row: Attachment) -> Path:
    """Where the bytes lie: two folders deep, so that no folder grows without bound."""
    name = f"{row.pk:016x}"
    return Path(settings.DATA_FOLDER) / "files" / "attachments" / name[-2:] / name


def examine(data: bytes) -> Content:
    """Look at what a file is, whatever it is called. Raises Refused with the reason."""
    if not data:
        raise Refused(_("文件是空的，请重新选择"))
    if len(data) > MOST_BYTES:
        raise Refused(_("文件超过 %(size)d MB，请压缩后再上传") % {"size": MOST_BYTES >> 20})
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return _image(data)
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    raise Refused(_("只接受照片（JPEG、PNG、WebP）、PDF、Word 和 Excel 文件（docx、xlsx）"))


def _refuse_two_kinds(data: bytes, *, is_zip: bool = False, is_pdf: bool = False) -> None:
    """A file that is two kinds at once hides one of them from whoever looked at the other."""
    if not is_zip and zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused(_("文件中夹带了压缩包，不能上传"))
    if not is_pdf and b"%PDF-" in data[:1024]:
        raise Refused(_("文件中夹带了 PDF，不能上传"))
    if _MARKUP.search(data[:4096]) or _MARKUP.search(data[-65536:]):
        raise Refused(_("文件中夹带了网页脚本，不能上传"))


def _image(data: bytes) -> Content:
    _refuse_two_kinds(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=tuple(IMAGES)) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Refused(
                        _("照片像素过大（%(w)d×%(h)d），请缩小后上传") % {"w": picture.width, "h": picture.height}
                    )
                taken_on = _taken_on(picture)
                form = picture.format or "JPEG"
                upright = ImageOps.exif_transpose(picture)
                return _written_anew(upright, form, taken_on)
    except Refused:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(_("照片已损坏或不完整，无法读取，请重新拍摄或另存后上传")) from None


def _written_anew(picture: Image.Image, form: str, taken_on: date | None) -> Content:
    picture.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    mode = (
        "RGB" if form == "JPEG" else ("RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB")
    )
    clean = Image.new(mode, picture.size)
    clean.paste(picture.convert(mode))
    out = io.BytesIO()
    clean.save(out, form, quality=88, optimize=form != "WEBP")
    return Content(IMAGES[form], out.getvalue(), clean.width, clean.height, taken_on)


def _taken_on(picture: Image.Image) -> date | None:
    """The day in the photo's own data: the only thing of it that is kept."""
    exif = picture.getexif()
    text = exif.get_ifd(0x8769).get(0x9003) or exif.get(0x0132)
    try:
        return datetime.strptime(str(text)[:10], "%Y:%m:%d").date() if text else None  # noqa: DTZ007 (a day, no time)
    except ValueError:
        return None


def _pdf(data: bytes) -> Content:
    _refuse_two_kinds(data, is_pdf=True)
    if b"%%EOF" not in data[-2048:]:
        raise Refused(_("PDF 不完整，请重新导出后上传"))
    if _ACTIVE_PDF.search(data):
        raise Refused(_("PDF 中含有脚本、自动动作或嵌入文件，请打印为普通 PDF 后上传"))
    return Content("application/pdf", data)


def _office(data: bytes) -> Content:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
            names = {entry.filename for entry in entries}
            media_type = next((kind for name, kind in OFFICE.items() if name in names), "")
            if not media_type or "[Content_Types].xml" not in names:
                raise Refused(_("不接受压缩包；Word 和 Excel 请存为 docx、xlsx"))
            if any(
                name.lower().endswith(("vbaproject.bin", ".exe", ".js", ".html")) or "embeddings/" in name
                for name in names
            ):
                raise Refused(_("文件中含有宏或嵌入对象，请另存为不含宏的 docx、xlsx 后上传"))
            if len(entries) > 10_000 or sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
                raise Refused(_("文件解开后过大，不能上传"))
            end = packed.start_dir
            if min((entry.header_offset for entry in entries), default=1) != 0 or end > len(data):
                raise Refused(_("文件前后夹带了其他内容，不能上传"))
    except zipfile.BadZipFile:
        raise Refused(_("文件已损坏，无法读取，请重新导出后上传")) from None
    if len(data) - data.rfind(b"PK\x05\x06") > 22 + 64:
        raise Refused(_("文件前后夹带了其他内容，不能上传"))
    return Content(media_type, data)
