"""Documents as Word files: the shipped form of an edition as a template, an office's own template, and both filled in.

A template is an ordinary .docx with fields in double braces (`{{ head }}`), rows that repeat (`{%tr for member in
members %}`) and nothing else: what an upload may say is read from its expression tree, not from a list of bad words.
Each declared page is a section of the file, and the code of the page is put into the section's foot when it is filled in.
"""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import docx
from defusedxml import ElementTree
from django.utils.translation import gettext as _
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docxtpl import DocxTemplate
from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fupin.core import attachments
from fupin.core.documents import page_codes, setting
from fupin.core.documents.declared import MARKS, Block, Edition
from fupin.core.refusals import Refused

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 30 * 1024 * 1024
MOST_FIELDS = 2000
DOCX = attachments.OFFICE["word/document.xml"]
_NAMED = re.compile(r"\{\{[^}]*\}\}|\{%[^%]*%\}")
_WORD = re.compile(r"[A-Za-z_]\w*")
_FOREIGN = re.compile(r"INCLUDEPICTURE|INCLUDETEXT|DDE(?:AUTO)?\b|\bLINK\b|\bIMPORT\b|\bDATABASE\b", re.IGNORECASE)
_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.For, nodes.If, nodes.Getattr, nodes.Const,
            nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or)  # fmt: skip
EMPTY, BLANK = "empty", "blank"
"""A list of rows, and a column of a list, that are for writing by hand."""
Fields = Mapping[str, Mapping[str, str] | None]
"""The fields of a kind of subjects: None for a text, the columns of each row for a list."""


def template_of(edition: Edition) -> bytes:
    """The shipped form of an edition as a Word template: what an office takes, changes and hands in."""
    made = docx.Document()
    style = made.styles["Normal"]
    style.font.name, style.font.size = "FangSong", Pt(16 if edition.letterhead else 12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    for at, page in enumerate(edition.pages):
        section = made.sections[0] if at == 0 else made.add_section(WD_SECTION.NEW_PAGE)
        _measure(section, is_letter=bool(edition.letterhead))
        if at == 0 and edition.letterhead:
            _paragraph(made, edition.letterhead, size=26, centre=True, bold=True, colour=RGBColor(0xDD, 0, 0))
        for block in page.blocks:
            _write(made, block)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def fill(template: bytes, values: Mapping[str, Any], codes: Sequence[str], fields: Fields, *, stamp: str = "") -> bytes:
    """A template with the values of a subject, and in the foot of each section the code of its page; `stamp` stands at
    the head of each."""
    filled = DocxTemplate(io.BytesIO(template))
    context = {
        name: list(values.get(name) or ()) if columns is not None else str(values.get(name) or setting.BLANK)
        for name, columns in fields.items()
    }
    filled.render(context, jinja_env=_environment(), autoescape=True)
    out = io.BytesIO()
    filled.save(out)
    made = docx.Document(io.BytesIO(out.getvalue()))
    for section, code in zip(made.sections, codes, strict=False):
        _sign(section, code)
        if stamp:
            section.header.is_linked_to_previous = False
            head = section.header.add_paragraph(stamp)
            head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def check(data: bytes, edition: Edition, fields: Fields) -> None:
    """May this file be an office's template? Raises Refused with every reason, each with its place and the mend."""
    if len(data) > MOST_BYTES:
        raise Refused(_("模板超过 %(size)d MB，请压缩其中的图片") % {"size": MOST_BYTES >> 20}, "too_large")
    if attachments.examine(data).media_type != DOCX:
        raise Refused(_("模板应是 Word 文件（.docx），请另存为 .docx 后上传"), "kind")
    _refuse_foreign(data)
    try:
        made = docx.Document(io.BytesIO(data))
    except Exception:
        raise Refused(_("Word 文件打不开，可能已损坏，请重新保存后上传"), "damaged") from None
    reasons = list(_unknown(made, fields))
    if len(made.sections) != len(edition.pages):
        reasons.append(
            _(
                "这份文书应有 %(pages)d 页，模板有 %(sections)d 节：请用“分节符（下一页）”把每页分成一节，页码才能各印各的"
            )
            % {"pages": len(edition.pages), "sections": len(made.sections)}
        )
    if reasons:
        raise Refused(list(dict.fromkeys(reasons))[:20], "fields")
    _parse(data, fields)


def _refuse_foreign(data: bytes) -> None:
    """What reaches out of the file, or runs: a template is text. The parts are read without entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
            raise Refused(_("模板解开后过大，请减少其中的图片"), "too_large")
        for name in packed.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            try:
                root = ElementTree.fromstring(packed.read(name))
            except Exception:
                raise Refused(
                    _("Word 文件的“%(part)s”部分读不懂，请重新保存后上传") % {"part": name}, "damaged"
                ) from None
            _refuse_part(name, root)


def _refuse_part(name: str, root: Any) -> None:
    for one in root.iter():
        tag = str(one.tag).rpartition("}")[2]
        if (
            tag == "Relationship"
            and one.get("TargetMode") == "External"
            and not one.get("Type", "").endswith("/hyperlink")
        ):
            raise Refused(_("模板连着文件以外的内容（%(target)s），请改为把图片和样式放在文件里") % {"target": one.get("Target", "")[:80]}, "external")  # fmt: skip
        if tag in ("instrText", "fldSimple") and _FOREIGN.search((one.text or "") + " ".join(one.attrib.values())):
            raise Refused(
                _("模板中有会取用其他文件的域代码，请删去（全选后按 Ctrl+Shift+F9 可把域变为文字）"), "external"
            )
        if name == "[Content_Types].xml" and "macroEnabled" in one.get("ContentType", ""):
            raise Refused(_("模板含有宏，请另存为不含宏的 .docx 后上传"), "macro")


def _unknown(made: Any, fields: Fields) -> Iterator[str]:
    """A sentence for each field that is not there: where it stands, and which may be meant."""
    known = set(fields) | {column for columns in fields.values() if columns for column in columns}
    words = known | {"tr", "for", "in", "endfor", "if", "endif", "else", "elif", "not", "and", "or", "p", "r", "tc"}
    for place, text in _texts(made):
        loops = set(re.findall(r"for\s+(\w+)\s+in", text))
        for found in _NAMED.findall(text):
            for word in _WORD.findall(re.sub(r"'[^']*'|\"[^\"]*\"", "", found)):
                if word in words or word in loops or _is_loop_name(made, word):
                    continue
                near = difflib.get_close_matches(word, known, 1)
                mend = _("是不是“%(near)s”？") % {"near": near[0]} if near else _("可用的字段见“字段表”")
                yield _("%(place)s“%(text)s”：没有字段“%(field)s”，%(mend)s") % {
                    "place": place, "text": text.strip()[:40], "field": word, "mend": mend}  # fmt: skip


def _is_loop_name(made: Any, word: str) -> bool:
    return any(word in re.findall(r"for\s+(\w+)\s+in", text) for _place, text in _texts(made))


def _texts(made: Any) -> Iterator[tuple[str, str]]:
    """Every paragraph of the file with its place in words."""
    for at, one in enumerate(made.paragraphs, start=1):
        yield _("正文第 %(at)d 段") % {"at": at}, one.text
    for number, table in enumerate(made.tables, start=1):
        for row, cells in enumerate(table.rows, start=1):
            for one in cells.cells:
                yield _("第 %(table)d 个表格第 %(row)d 行") % {"table": number, "row": row}, one.text
    for section in made.sections:
        for part, name in ((section.header, _("页眉")), (section.footer, _("页脚"))):
            for one in part.paragraphs:
                yield name, one.text


def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(autoescape=True)
    made.globals.clear()
    made.filters.clear()
    return made


def _parse(data: bytes, fields: Fields) -> None:
    """Read the whole template as an expression tree: nothing may stand there but fields, rows that repeat, and choices."""
    template = DocxTemplate(io.BytesIO(data))
    template.init_docx()
    sources = [template.patch_xml(template.get_xml())]
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        sources += [template.patch_xml(template.get_part_xml(part)) for _key, part in template.get_headers_footers(uri)]
    for source in sources:
        try:
            tree = _environment().parse(source)
        except TemplateError as fault:
            raise Refused(
                _("模板的字段写法有误：%(why)s；请对照原模板改正") % {"why": str(fault)[:120]}, "fields"
            ) from None
        _judge(tree, fields)


def _judge(tree: nodes.Template, fields: Fields) -> None:
    if sum(1 for _one in tree.find_all(nodes.Output)) > MOST_FIELDS:
        raise Refused(_("模板的字段超过 %(most)d 处") % {"most": MOST_FIELDS}, "fields")
    for one in tree.iter_child_nodes():
        _walk(one, fields, {}, depth=0)


def _walk(node: nodes.Node, fields: Fields, rows: Mapping[str, str], depth: int) -> None:
    """`rows` are the names that rows have here, each with its list."""
    if not isinstance(node, _ALLOWED) or depth > 3:
        raise Refused(
            _("模板中只能用字段、重复的行和“如果”，不能用“%(kind)s”") % {"kind": type(node).__name__}, "fields"
        )
    if isinstance(node, nodes.For):
        _walk_rows(node, fields, rows, depth)
        return
    if isinstance(node, nodes.Name) and node.name not in fields and node.name not in rows:
        raise Refused(_("没有字段“%(field)s”，可用的字段见“字段表”") % {"field": node.name}, "fields")
    if isinstance(node, nodes.Getattr):
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name not in rows or node.attr not in (fields.get(rows[name]) or {}):
            raise Refused(_("没有字段“%(field)s”，可用的字段见“字段表”") % {"field": node.attr}, "fields")
    for child in node.iter_child_nodes():
        _walk(child, fields, rows, depth)


def _walk_rows(node: nodes.For, fields: Fields, rows: Mapping[str, str], depth: int) -> None:
    source, target = node.iter, node.target
    if (
        not isinstance(source, nodes.Name) or not isinstance(target, nodes.Name) or fields.get(source.name) is None
        or target.name in fields or node.recursive or node.test is not None
    ):  # fmt: skip
        raise Refused(_("重复的行只能取自列表字段，例如 {%%tr for member in members %%}") % {}, "fields")
    for child in (*node.body, *node.else_):
        _walk(child, fields, {**rows, target.name: source.name}, depth + 1)


def _measure(section: Any, *, is_letter: bool) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    top, right, bottom, left = (37, 26, 36, 28) if is_letter else (20, 18, 34, 22)
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)


def _sign(section: Any, code: str) -> None:
    """Put the code of a page into the foot of its section."""
    section.footer.is_linked_to_previous = False
    section.footer_distance = Mm(6)
    paragraph = section.footer.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(f"{page_codes.shown(code)}  ")
    run.font.size, run.font.name = Pt(8), "Courier New"
    paragraph.add_run().add_picture(io.BytesIO(setting.picture(code)), width=Mm(22))


def _paragraph(made: Any, text: str, *, size: float = 0, centre: bool = False, bold: bool = False, indent: bool = False,
               colour: Any = None, right: bool = False) -> Any:  # fmt: skip
    one = made.add_paragraph()
    run = one.add_run(text)
    run.bold = bold
    if size:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour
    one.paragraph_format.space_after = Pt(4)
    if centre or right:
        one.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.RIGHT
    if indent:
        one.paragraph_format.first_line_indent = Pt((size or 12) * 2)
    return one


def _write(made: Any, block: Block) -> None:
    body = block.body
    match block.kind:
        case "title":
            _paragraph(made, body, size=20, centre=True, bold=True)
        case "heading":
            _paragraph(made, body, bold=True)
        case "text" | "plain" | "note":
            for line in str(body).splitlines():
                _paragraph(made, line, indent=block.kind == "text", size=9.5 if block.kind == "note" else 0)
        case "date":
            _paragraph(made, str(body), right=True)
        case "table":
            _write_table(made, body)
        case "list":
            _write_list(made, body)
        case "ticks":
            _paragraph(made, f"{body['label']}　" + "　".join(f"☐ {one}" for one in body["options"]))
        case "lines":
            _paragraph(made, body["label"], bold=True)
            for _at in range(int(body["count"])):
                _paragraph(made, "＿" * 36)
        case "frame":
            for one in body:
                _write(made, Block(*next(iter(one.items()))))
        case _:
            for one in body:
                _paragraph(made, f"{one['who']}（{MARKS[one['mark']][0]}）：" + "＿" * 10)


def _write_table(made: Any, rows: Sequence[Sequence[str]]) -> None:
    widest = max(len(row) for row in rows)
    table = made.add_table(rows=0, cols=widest)
    table.style = "Table Grid"
    for row in rows:
        cells = table.add_row().cells
        for at, text in enumerate(row):
            cells[at].text = text
        if len(row) < widest:
            cells[len(row) - 1].merge(cells[widest - 1])
    made.add_paragraph()


def _write_list(made: Any, body: Mapping[str, Any]) -> None:
    columns, is_empty = body["columns"], body["of"] == EMPTY
    table = made.add_table(rows=1 if is_empty else 4, cols=len(columns))
    table.style = "Table Grid"
    for at, one in enumerate(columns):
        table.rows[0].cells[at].text = one[0]
        if not is_empty and one[1] != BLANK:
            table.rows[2].cells[at].text = f"{{{{ row.{one[1]} }}}}"
    if not is_empty:
        table.rows[1].cells[0].text = f"{{%tr for row in {body['of']} %}}"
        table.rows[3].cells[0].text = "{%tr endfor %}"
    for _at in range(int(body.get("least" if is_empty else "blanks", 0))):
        table.add_row()
    made.add_paragraph()
