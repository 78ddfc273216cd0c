"""PDF out of pages: one paper, or the papers of many subjects in one file.

The setter needs Pango, which is a package of the system, not of Python: where it is missing this is said in a sentence,
and Word files are still written.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _

from fupin.core.documents import setting
from fupin.core.documents.declared import Edition, Needed
from fupin.core.refusals import Refused

SPARE = 4
"""Codes beyond the declared pages: a long table may run on so far."""
MOST_PAGES = 60


class CannotPrint(Refused):
    """This machine lacks what PDF needs; the sentence names the packages."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A paper as it lies on physical pages: of each its declared page, and the marks it needs."""

    pages: tuple[tuple[int, tuple[Needed, ...]], ...]
    document: Any


def why_not() -> str:
    """What this machine lacks for PDF, as a sentence; empty where nothing."""
    try:
        _engine()
    except CannotPrint as fault:
        return fault.reasons[0]
    if _listed(":lang=zh-cn") == "":
        return _("本机没有中文字体，PDF 上的汉字印不出来：请安装系统软件包 fonts-noto-cjk")
    return ""


@cache
def _engine() -> Any:
    try:
        import weasyprint
    except OSError:
        # Not kept for next time: once the package is installed the next start finds it.
        raise CannotPrint(
            _(
                "本机缺少排版组件 Pango，不能生成 PDF：请安装系统软件包 libpango-1.0-0、libpangoft2-1.0-0、libharfbuzz-subset0；Word 文件不受影响"
            ),
            "pango",
        ) from None
    return weasyprint


@cache
def _style() -> tuple[Any, Any]:
    """The style sheet, parsed once, with the font of Mongolian script that travels with the built assets."""
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    file = finders.find("built/fonts/mongolian.woff2")
    face = f'@font-face {{ font-family: "Fupin Mongolian"; src: url("file://{file}") }}' if file else ""
    return _engine().CSS(string=face + setting.STYLE, font_config=fonts, url_fetcher=_fetcher("file")), fonts


def _fetcher(*allowed: str) -> Any:
    """Nothing is fetched from anywhere: pages hold their pictures in themselves, the font is a file of the product."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=allowed)


def lay(edition: Edition, values: Mapping[str, Any], codes: Sequence[str], *, mongolian: Sequence[str] = (),
        notes: Sequence[str] = (), stamp: str = "") -> Laid:  # fmt: skip
    """Set one paper. `codes` must reach for its pages (`SPARE` beyond the declared ones)."""
    style, fonts = _engine() and _style()
    text = setting.sheet(edition, values, codes, mongolian=mongolian, notes=notes, stamp=stamp)
    made = _engine().HTML(string=text, url_fetcher=_fetcher("data")).render(stylesheets=[style], font_config=fonts)
    if len(made.pages) > len(codes):
        raise Refused(
            _("“%(title)s”排出 %(count)d 页，超过 %(most)d 页，请减少内容")
            % {"title": edition.title, "count": len(made.pages), "most": len(codes)}, "too_long")  # fmt: skip
    pages, declared = [], 0
    for page in made.pages:
        declared = max([declared, *(int(name[6:]) for name in page.anchors if name.startswith("sheet-"))])
        pages.append(
            (declared, tuple(_needed(edition, name) for name in sorted(page.anchors) if name.startswith("mark-")))
        )
    return Laid(tuple(pages), made)


def _needed(edition: Edition, anchor: str) -> Needed:
    page, *places, at = (int(part) for part in anchor.split("-")[1:])
    block = edition.pages[page].blocks[places[0]]
    body = block.body
    for place in places[1:]:
        body = next(iter(body[place].values()))
    one = body[at]
    return Needed(one["mark"], one["who"], int(one.get("count", 1)))


def bytes_of(papers: Iterable[Laid]) -> bytes:
    """Papers as one PDF, in their order."""
    papers = list(papers)
    pages = [page for one in papers for page in one.document.pages]
    return bytes(papers[0].document.copy(pages).write_pdf())


def missing(texts: Iterable[str]) -> list[str]:
    """The characters of the texts that no font of this machine has, each once: 𠮷（U+20BB7）."""
    rare = {letter for text in texts for letter in text if _is_rare(letter)}
    return [f"{letter}（U+{ord(letter):04X}）" for letter in sorted(rare) if not _has(ord(letter))]


def _is_rare(letter: str) -> bool:
    """Letters beyond those that every Chinese font has; Mongolian has its own font."""
    return ord(letter) > 0x33FF and not 0x4E00 <= ord(letter) <= 0x9FA5 and not 0xFF00 <= ord(letter) <= 0xFFEF


@cache
def _has(number: int) -> bool:
    return _listed(f":charset={number:x}") != ""


@cache
def _listed(pattern: str) -> str | None:
    """The fonts that fontconfig finds; None where it cannot be asked, which is no reason to say that one is missing."""
    try:
        asked = subprocess.run(["fc-list", pattern, "family"], capture_output=True, timeout=20, check=False)  # noqa: S603, S607
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.decode("utf-8", "replace").strip()
