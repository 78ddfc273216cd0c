"""Blocks set as a page: HTML for the printer, after the conventions of Chinese official papers (GB/T 9704).

A4; a paper with a letterhead has the margins, the red head and the sizes of an official letter, a form is set closer.
Each physical page carries its own code, also where a long table runs on: codes go by the page that is printed.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import segno

from fupin.core.documents import page_codes
from fupin.core.documents.declared import MARKS, Block, Edition

_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_MONGOLIAN = re.compile(r"[\u1800-\u18af]")
BLANK = "＿＿＿＿＿＿"

STYLE = """
@page { size: A4; margin: 20mm 18mm 34mm 22mm; @bottom-left { content: "— " counter(page) " —  共 " counter(pages) " 页";
  font: 10pt var(--song); color: #000; vertical-align: top; padding-top: 5mm } }
:root { --song: "Noto Serif CJK SC", "Songti SC", SimSun, "HanaMinA", "HanaMinB", serif;
  --fang: FangSong_GB2312, FangSong, STFangsong, "Noto Serif CJK SC", "HanaMinA", "HanaMinB", serif;
  --black: SimHei, "Heiti SC", "Noto Sans CJK SC", "HanaMinA", "HanaMinB", sans-serif;
  --title: FZXiaoBiaoSong-B05S, STZhongsong, "Noto Serif CJK SC", "HanaMinA", "HanaMinB", serif }
* { box-sizing: border-box }
html { font: 12pt/1.55 var(--fang); color: #000 } body { margin: 0 }
section { break-after: page } section:last-child { break-after: auto }
h1 { font: bold 20pt/1.3 var(--title); text-align: center; margin: 0 0 4mm }
h2 { font: 12.5pt/1.5 var(--black); margin: 3mm 0 1mm; break-after: avoid }
p { margin: 0; text-indent: 2em } p.plain, p.note { text-indent: 0 } p.note { font-size: 9.5pt }
.letter p { font-size: 16pt; line-height: 28pt } .letter h1 { font-size: 22pt; margin: 8mm 0 6mm }
.letter p.note { font-size: 10.5pt; line-height: 1.5 }
.letterhead { color: #d00; font: bold 26pt/1.3 var(--title); text-align: center; letter-spacing: 2pt;
  border-bottom: 2.2pt solid #d00; padding: 0 0 4mm; margin: 0 0 6mm }
table { border-collapse: collapse; width: 100%; margin: 1.5mm 0 2.5mm; table-layout: fixed }
td, th { border: .5pt solid #000; padding: 1mm 1.5mm; font-size: 10.5pt; line-height: 1.35; height: 6.5mm;
  vertical-align: middle; overflow-wrap: anywhere } th { font-family: var(--black); font-weight: normal; text-align: center }
tr { break-inside: avoid } thead { display: table-header-group }
.ticks span { display: inline-block; margin-right: 5mm } .ticks i, .empty { font-style: normal }
.empty { display: inline-block; min-width: 7em; border-bottom: .5pt solid #000; text-indent: 0 }
.line { border-bottom: .5pt solid #000; height: 8.5mm } .frame { border: .5pt solid #000; padding: 2mm; margin: 2mm 0; break-inside: avoid }
.signs { display: flex; flex-wrap: wrap; gap: 2mm; margin: 3mm 0 1mm; break-inside: avoid }
.sign { font-size: 11pt; flex: 1 1 44%; min-height: 13mm } .sign b { font-weight: normal; display: inline-block; vertical-align: middle;
  border-bottom: .5pt solid #000; width: 42mm; height: 9mm } .sign.seal b, .sign.fingerprint b { border: .5pt dashed #777; }
.sign.seal b { width: 26mm; height: 26mm; border-radius: 13mm }
.letter .sign.seal b { width: 42mm; height: 42mm; border-radius: 21mm } .sign.fingerprint b { width: 18mm; height: 22mm }
.date { text-align: right; text-indent: 0; margin: 3mm 6mm 0 0 }
.side { float: left; position: relative; margin: 0 4mm 2mm 0; overflow: hidden }
.side div { position: absolute; left: 0; top: 0; transform-origin: 0 0; display: flex; flex-wrap: wrap-reverse; align-content: flex-start }
.side span, .name-m span { font: 13pt/1 "Fupin Mongolian"; white-space: pre; line-height: 1.45 } .both { display: flow-root }
"""


def sheet(edition: Edition, values: Mapping[str, Any], codes: Sequence[str], *, mongolian: Sequence[str] = (),
          notes: Sequence[str] = (), stamp: str = "") -> str:  # fmt: skip
    """A paper as HTML. `codes` are those of the physical pages, with some to spare; `mongolian` the texts of the pages,
    where an office entered them; `notes` what must be said on the paper itself, `stamp` at the head of every page."""
    parts = []
    for at, page in enumerate(edition.pages):
        said = (mongolian[at] if at < len(mongolian) else "") or page.mongolian
        body = "".join(_block(block, values, f"{at}-{place}") for place, block in enumerate(page.blocks))
        head = (
            f'<div class="letterhead">{_filled(edition.letterhead, values)}</div>'
            if edition.letterhead and not at
            else ""
        )
        last = (
            "".join(f'<p class="note">{html.escape(note)}</p>' for note in notes)
            if at == len(edition.pages) - 1
            else ""
        )
        kind = ' class="letter"' if edition.letterhead else ""
        parts.append(f'<section{kind} id="sheet-{at}">{head}{_side(said, values)}{body}{last}</section>')
    margins = "@page { margin: 37mm 26mm 36mm 28mm }" if edition.letterhead else ""
    if stamp:
        margins += f'@page {{ @top-center {{ content: "{stamp}"; font: 9pt var(--black) }} }}'
    title = html.escape(plain(edition.title, values))
    return (f'<html lang="zh-CN"><head><title>{title}</title><style>{margins}{_coded(codes)}</style></head>'
            f'<body>{"".join(parts)}</body></html>')  # fmt: skip


def plain(text: str, values: Mapping[str, Any]) -> str:
    """A text with its fields filled in; what is not known is room to write."""
    return _FIELD.sub(lambda found: str(values.get(found[1]) or BLANK), text)


def fields_of(body: Any) -> set[str]:
    """The fields that a block names."""
    if isinstance(body, str):
        return set(_FIELD.findall(body))
    if isinstance(body, Mapping):
        named = {str(body["of"])} if body.get("of") else set()
        return named.union(*(fields_of(one) for key, one in body.items() if key != "of"))
    return set().union(*(fields_of(one) for one in body)) if isinstance(body, list | tuple) else set()


def picture(code: str) -> bytes:
    """The QR code of a page as a PNG of single modules: small, and sharp at any size."""
    out = io.BytesIO()
    segno.make(code, error="q", micro=False, boost_error=False).save(out, kind="png", scale=8, border=3)
    return out.getvalue()


def _coded(codes: Sequence[str]) -> str:
    """One rule a physical page: its QR code and the same for people, at the foot."""
    rules = []
    for number, code in enumerate(codes, start=1):
        address = segno.make(code, error="q", micro=False, boost_error=False).svg_data_uri(scale=2.7, border=3)
        rules.append(
            f'@page :nth({number}) {{ @bottom-right {{ content: "{page_codes.shown(code)}\\A " url("{address}");'
            " font: 8pt monospace; width: 62mm; text-align: right; white-space: pre; vertical-align: top; padding-top: 2mm } }"
        )
    return "".join(rules)


def _filled(text: str, values: Mapping[str, Any]) -> str:
    """A text with its fields, escaped; what is not known is a line to write on."""

    def put(found: re.Match[str]) -> str:
        value = values.get(found[1])
        return html.escape(str(value)) if value not in (None, "") else '<span class="empty">&#160;</span>'

    pieces, at = [], 0
    for found in _FIELD.finditer(text):
        pieces += [html.escape(text[at : found.start()]), put(found)]
        at = found.end()
    return "".join([*pieces, html.escape(text[at:])])


def _block(block: Block, values: Mapping[str, Any], place: str) -> str:
    body = block.body
    match block.kind:
        case "title":
            return f"<h1>{_filled(body, values)}</h1>"
        case "heading":
            return f"<h2>{_filled(body, values)}</h2>"
        case "text" | "plain" | "note":
            return "".join(f'<p class="{block.kind}">{_filled(line, values)}</p>' for line in str(body).splitlines())
        case "date":
            return f'<p class="date">{_filled(str(body), values)}</p>'
        case "table":
            return _table(body, values)
        case "list":
            return _list(body, values)
        case "ticks":
            return _ticks(body, values)
        case "lines":
            return f"<h2>{_filled(body['label'], values)}</h2>" + '<div class="line"></div>' * int(body["count"])
        case "frame":
            inside = "".join(
                _block(Block(*next(iter(one.items()))), values, f"{place}-{at}") for at, one in enumerate(body)
            )
            return f'<div class="frame">{inside}</div>'
        case _:
            return _signs(body, values, place)


def _table(rows: Sequence[Sequence[str]], values: Mapping[str, Any]) -> str:
    widest = max(len(row) for row in rows)
    lines = []
    for row in rows:
        cells = []
        for at, text in enumerate(row):
            span = f' colspan="{widest - at}"' if at == len(row) - 1 and widest > len(row) else ""
            cells.append(
                f"<th>{_filled(text, values)}</th>" if at % 2 == 0 else f"<td{span}>{_cell(text, values)}</td>"
            )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _cell(text: str, values: Mapping[str, Any]) -> str:
    """A cell is room to write by itself: what is not known stays empty."""
    return html.escape(_FIELD.sub(lambda found: str(values.get(found[1]) or ""), text)) or "&#160;"


def _list(body: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    columns = body["columns"]
    head = "".join(f'<th style="width: {one[2]}%">{_filled(one[0], values)}</th>' for one in columns)
    rows = [[str(row.get(one[1]) or "") for one in columns] for row in values.get(body["of"]) or ()]
    rows += [[""] * len(columns)] * max(int(body.get("least", 0)) - len(rows), int(body.get("blanks", 0)))
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(text) or '&#160;'}</td>" for text in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _ticks(body: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    chosen = str(values.get(body["of"]) or "") if body.get("of") else ""
    boxes = "".join(f"<span>{'☑' if one == chosen else '☐'} {html.escape(one)}</span>" for one in body["options"])
    return f'<p class="plain ticks">{_filled(body["label"], values)}　{boxes}</p>'


def _signs(body: Sequence[Mapping[str, Any]], values: Mapping[str, Any], place: str) -> str:
    made = []
    for at, one in enumerate(body):
        room = "<b></b>" * int(one.get("count", 1))
        label = f"{_filled(one['who'], values)}（{MARKS[one['mark']][0]}）："
        made.append(f'<div class="sign {one["mark"]}" id="mark-{place}-{at}">{label}{room}</div>')
    return f'<div class="signs">{"".join(made)}</div>'


def _side(text: str, values: Mapping[str, Any]) -> str:
    """Traditional Mongolian beside the Chinese: words in columns from top to bottom, columns from left to right.

    The setter knows no vertical writing: words are set on lines that pile upward, and the whole is turned by a quarter.
    """
    if not text.strip():
        return ""
    words = [word for line in plain(text, values).splitlines() for word in [*line.split(), "\n"]]
    length = sum(len(word) + 1 for word in words)
    height = 215 if length > 260 else 120 if length > 90 else 70
    columns = max(1, -(-length * 2 // height) + words.count("\n"))
    width = columns * 6.8
    pieces = "".join(
        '<span style="flex: 0 0 100%; height: 0">&#160;</span>'
        if word == "\n"
        else f"<span>{html.escape(word)} </span>"
        for word in words[:-1]
    )
    turned = f"width: {height}mm; transform: translate({width:.1f}mm, 0) rotate(90deg); height: {width:.1f}mm"
    return (
        f'<div class="side" style="width: {width:.1f}mm; height: {height}mm"><div style="{turned}">{pieces}</div></div>'
    )
