"""Scanned stacks: their files taken apart into pages, each page's codes read and the page turned upright.

Codes are read by ZXing, which finds them turned, blurred and small; what it does not find at first is looked at again
without its grain, and larger. Marks (a signature, a seal) are not judged here: that a person does.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import zxingcpp
from django.utils.translation import gettext as _
from PIL import Image, ImageFilter, ImageOps

from fupin.core import attachments
from fupin.core.documents import page_codes
from fupin.core.documents.page_codes import PageCode
from fupin.core.refusals import Refused

EDGE = 2340
"""Longest edge in pixels of a page as it is kept: 200 dots an inch on A4."""
MOST_PAGES = 400
"""Pages of one file."""
_JPEG = 78
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class Scanned:
    """One page of a scan: the picture upright, its digest, the codes on it."""

    data: bytes
    width: int
    height: int
    sha256: str
    codes: tuple[PageCode, ...]
    turned: int


def examine(data: bytes) -> int:
    """Is it a file that scans come as? Returns its number of pages. Raises Refused with the reason."""
    content = attachments.examine(data)
    if content.media_type == "application/pdf":
        return _count(data)
    if not content.media_type.startswith("image/"):
        raise Refused(_("扫描件只接受 PDF、JPEG、PNG、WebP 文件"), "kind")
    return 1


def pages(data: bytes) -> Iterator[Scanned]:
    """The pages of a file that was examined, one after the other: memory holds one."""
    if not data.startswith(b"%PDF-"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # its size was looked at when it came in
            with Image.open(io.BytesIO(data)) as picture:
                yield scanned(ImageOps.exif_transpose(picture).convert("RGB"))
        return
    document = _opened(data)
    try:
        for page in document:
            width, height = page.get_size()
            scale = EDGE / max(width, height, 1)
            yield scanned(page.render(scale=min(scale, 6)).to_pil().convert("RGB"))
            page.close()
    finally:
        document.close()


def scanned(picture: Image.Image) -> Scanned:
    """A picture of a page, read and turned upright."""
    picture.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    codes, angle = _read(picture)
    turned = round(angle / 90) * 90 % 360
    if turned:
        picture = picture.rotate(turned, expand=True)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_JPEG)
    data = out.getvalue()
    return Scanned(data, picture.width, picture.height, hashlib.sha256(picture.tobytes()).hexdigest(), codes, turned)


def _read(picture: Image.Image) -> tuple[tuple[PageCode, ...], float]:
    """The codes of pages on a picture, and by how much it stands askew (degrees, clockwise)."""
    grey = picture.convert("L")
    for attempt in (lambda: grey, lambda: _cleaned(grey), lambda: _larger(_cleaned(grey))):
        found = zxingcpp.read_barcodes(attempt(), formats=_QR)
        read = [(code, one.orientation) for one in found if (code := page_codes.read(one.text)) is not None]
        if read:
            return tuple(dict.fromkeys(code for code, _angle in read)), read[0][1]
    return (), 0


def _cleaned(grey: Image.Image) -> Image.Image:
    """Without the grain of a cheap scanner."""
    return ImageOps.autocontrast(grey.filter(ImageFilter.GaussianBlur(1.2)), cutoff=2)


def _larger(grey: Image.Image) -> Image.Image:
    times = min(2, 3600 / max(grey.size))
    return grey.resize((round(grey.width * times), round(grey.height * times)), Image.Resampling.BICUBIC).filter(
        ImageFilter.UnsharpMask(4, 250, 0)
    )


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise Refused(_("PDF 打不开：可能已加密或损坏，请重新扫描为普通 PDF"), "damaged") from None


def _count(data: bytes) -> int:
    document = _opened(data)
    try:
        count = len(document)
    finally:
        document.close()
    if not 0 < count <= MOST_PAGES:
        raise Refused(
            _("一个文件最多 %(most)d 页，这个有 %(count)d 页，请分开上传") % {"most": MOST_PAGES, "count": count}
        )
    return count
