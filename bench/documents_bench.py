"""Papers measured: `python -m bench.documents_bench [--papers N]`.

A page of an application set with its codes, beside the bare setter on the same HTML without them; a Word file filled in and
coded, beside the bare template engine on the same template; a page read from a worn scan of 150 dots an inch.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import date
from typing import Any

DAY = date(2026, 5, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=30)
    count = parser.parse_args().papers
    for name in ("FUPIN_SEAL_KEY", "FUPIN_INDEX_KEY"):
        os.environ.setdefault(name, "33" * 32)
    os.environ.setdefault("FUPIN_FIELD_KEYS", "k1:" + "11" * 32)
    os.environ.setdefault("FUPIN_DATA", tempfile.mkdtemp(prefix="fupin-bench-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.config.settings")
    import django

    django.setup()
    _measure(count)
    return 0


def _measure(count: int) -> None:
    import weasyprint
    from docxtpl import DocxTemplate

    from fupin.core.documents import declared, page_codes, pdf, scans, setting, word
    from fupin.registry import papers

    of = declared.document("application")
    edition = of.edition(DAY) if of is not None else None
    if edition is None:
        raise SystemExit("no application")
    values = papers.sample(DAY)
    codes = [page_codes.make("ABCDEFGHJK", number, "bench") for number in range(1, 6)]
    html = setting.sheet(edition, values, ())
    style, fonts = pdf._style()

    def bare() -> bytes:
        made = weasyprint.HTML(string=html).render(stylesheets=[style], font_config=fonts)
        return bytes(made.write_pdf())

    ours = _each(count, lambda: pdf.bytes_of([pdf.lay(edition, values, codes)]))
    pages = _say("PDF pages", ours, _each(count, bare), "bare weasyprint")
    template, shape = word.template_of(edition), papers.kind().shape

    def bare_word() -> bytes:
        filled, out = DocxTemplate(io.BytesIO(template)), io.BytesIO()
        filled.render(dict(values), autoescape=True)
        filled.save(out)
        return out.getvalue()

    coded = _each(count, lambda: word.fill(template, values, codes, shape))
    files = _say("Word files", coded, _each(count, bare_word), "bare docxtpl")
    data = pdf.bytes_of([pdf.lay(edition, values, codes)] * count)
    began = time.perf_counter()
    found = sum(bool(page.codes) for page in scans.pages(data))
    print(
        f"scanned pages read: {count / (time.perf_counter() - began):.1f} a second, {found} of {count} with their code"
    )
    print(json.dumps({"pdf": round(pages, 2), "word": round(files, 2)}))


def _each(count: int, work: Callable[[], Any]) -> float:
    """How many a second, once warm."""
    work()
    began = time.perf_counter()
    for _at in range(count):
        work()
    return count / (time.perf_counter() - began)


def _say(what: str, ours: float, bare: float, peer: str) -> float:
    print(f"{what}: {ours:.1f} a second, {peer} {bare:.1f}; ratio {bare / ours:.2f}")
    return bare / ours


if __name__ == "__main__":
    raise SystemExit(main())
