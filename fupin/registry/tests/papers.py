"""Papers for tests: printed by the product, and scanned as an office's cheap scanner does it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter

from fupin.core import clock
from fupin.papers.operations.printing import Printed, print_papers


def printed(cast: Any, *households: Any, document: str = "application", form: str = "pdf", by: Any = None) -> Printed:
    """A document of these households, printed by the village officer today."""
    return print_papers(document=document, kind="household", ids=[one.pk for one in households], by=by or cast.village_officer,
                        on=clock.today(), form=form)  # fmt: skip


def pictures(pdf: bytes, dots: int = 150) -> list[Image.Image]:
    """The pages of a PDF as a scanner of so many dots an inch sees them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dots / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def worn(picture: Image.Image, *, turned: float = 0, blur: float = 0.8, noise: float = 12) -> Image.Image:
    """Askew, out of focus and with grain."""
    made = picture.rotate(turned, expand=True, fillcolor="white").filter(ImageFilter.GaussianBlur(blur))
    grain = np.random.default_rng(7).normal(0, noise, (made.height, made.width, 3))
    return Image.fromarray((np.asarray(made) + grain).clip(0, 255).astype("uint8"))


def upload(*pages: Image.Image, name: str = "stack.pdf") -> Any:
    """Pictures as one PDF, as a scanner hands them over."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return named(out.getvalue(), name)


def photo(page: Image.Image, name: str = "page.jpg") -> Any:
    """A picture as a phone hands it over."""
    out = io.BytesIO()
    page.save(out, "JPEG", quality=85)
    return named(out.getvalue(), name)


def named(data: bytes, name: str) -> Any:
    """Bytes as an upload of a form."""
    file = io.BytesIO(data)
    file.name = name
    return file
