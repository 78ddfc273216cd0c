"""A list comes in: its file is sealed, read, shown, and its columns are said once by an officer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of
from fupin.core import attachments, audit, clock, sealing
from fupin.core.attachments import Content
from fupin.core.ids import new_id
from fupin.core.refusals import Refused
from fupin.quality.issued import books, layout, queries
from fupin.quality.issued.models import IssuedForm, IssuedList
from fupin.quality.issued.words import BACK, KEPT, ROLES, WHO, Role, Stage
from fupin.quality.words import Answer
from fupin.rulebook import queries as rulebook

SHOWN_ROWS = 30
MOST_TITLE = 120
MOST_SENDER = 80
MOST_WORD = 20


def take_in(*, data: bytes, name: str, division: int, title: str, sender: str, due_on: date | None, replaces: int | None,
            by: Any, on: date) -> tuple[IssuedList, bool]:  # fmt: skip
    """Seal a sender's file away, to be read in the background. Returns the list, and whether it is new: the same file
    for the same area is the list that is there already.

    Raises NotAllowed outside the own area, NotFound for a list to be replaced that is not there, Refused for a file
    that is no workbook or csv.
    """
    scopes.require(by, "quality.issue", division)
    if on > clock.today():
        raise Refused(_("下发日期 %(day)s 晚于今天") % {"day": on}, "future_day")
    if not sender.strip():
        raise Refused(_("请填写下发单位"), "sender")
    shown = Path(name).name[-120:] or "list"
    digest = hashlib.sha256(data).hexdigest()
    known = IssuedList.objects.filter(division=division, sha256=digest).first()
    if known is not None:
        return known, False
    content = Content("text/csv", data) if books.is_text(data, shown) else attachments.examine(data)
    before = queries.list_of(by, replaces) if replaces else None
    if before is not None and (before.state != Stage.OUT or before.division_id != division):
        raise Refused(_("只能用新版更新本范围内已下发的名单"), "replaces")
    days = int(rulebook.value("quality.issued_retention_days", on=on, division=division))
    made = IssuedList(
        id=new_id(), division_id=division, title=(title.strip() or Path(shown).stem)[:MOST_TITLE],
        sender=sender.strip()[:MOST_SENDER], on=on, taken_on=clock.today(), due_on=due_on, file_name=shown, sha256=digest, replaces=before,
        made_by=getattr(by, "pk", None), made_name=name_of(by), keep_until=clock.today() + timedelta(days=days),
    )  # fmt: skip
    with transaction.atomic():
        made.attachment = attachments.store(data, subject=f"issued:{made.pk}", kind=KEPT, by=by, name=shown, on=on,
                                            division=division, content=content)  # fmt: skip
        made.save(force_insert=True)
        audit.record(by=by, act="issued.take_in", subject=f"issued:{made.pk}", division=division, on=on,
                     detail={"file": shown, "sha256": digest, "name": made.title})  # fmt: skip
    return made, True


def file_of(one: IssuedList) -> bytes:
    """The sender's file as it came. Raises Refused where it was deleted when its time was over."""
    if one.attachment is None:
        raise Refused(_("这份名单的原文件已到期删除"), "deleted")
    return attachments.read(one.attachment)


def read(one: IssuedList) -> IssuedList:
    """Read the head of every sheet and say what its columns seem to be; what cannot be read is REFUSED, with the reason."""
    if one.state != Stage.READING:
        return one
    try:
        sheets = books.read(file_of(one), one.file_name)
        found = [_laid_out(sheet, one) for sheet in sheets]
        if not any(each is not None for each in found):
            raise Refused(_("“%(name)s”中没有找到表头，请核对文件") % {"name": one.file_name}, "no_header")
    except Refused as refusal:
        one.state, one.refusal = Stage.REFUSED, str(refusal)
    else:
        one.state, one.remarks = Stage.MAPPING, _remarks(sheets)
        one.sheets = [each for each in found if each is not None]
        one.answers = next((each.pop("answers") for each in one.sheets if each.get("answers")), dict(BACK))
        heads = {sheet.title: {"rows": sheet.rows[:SHOWN_ROWS], "merged": sheet.merged[:500]} for sheet in sheets}
        one.preview_sealed = sealing.seal(orjson.dumps(heads).decode())
    one.save(update_fields=["state", "refusal", "remarks", "sheets", "answers", "preview_sealed"])
    return one


def _laid_out(sheet: books.Sheet, one: IssuedList) -> dict[str, Any] | None:
    """The header of a sheet with what its columns hold: as it was said for lists of this form, else as it seems."""
    header = layout.find(sheet.rows, sheet.merged)
    if header is None:
        return None
    known = form_of(one.division_id, header.headings)
    columns = {str(at): str(role) for at, role in layout.guesses(header.headings).items()}
    given = {at: words for at, words in sheet.choices.items() if columns.get(str(at)) == Role.ANSWER}
    found: dict[str, Any] = {
        "title": sheet.title, "top": header.top, "bottom": header.bottom, "headings": list(header.headings),
        "columns": known.columns if known else columns, "lines": max(len(sheet.rows) - header.bottom - 1, 0),
        "is_known": known is not None, "choices": next(iter(given.values()), []),
    }  # fmt: skip
    found["is_read"] = found["lines"] > 0 and not sheet.is_hidden and bool(set(found["columns"].values()) & set(WHO))
    return found | ({"answers": known.answers} if known else {})


def form_of(division: int, headings: Sequence[str]) -> IssuedForm | None:
    """What was said of lists of this form for this area."""
    return IssuedForm.objects.filter(division=division, key=layout.key(headings)).first()


def _remarks(sheets: Sequence[books.Sheet]) -> list[str]:
    said = []
    for sheet in sheets:
        if sheet.hidden_rows:
            sentence = _("工作表“%(sheet)s”有 %(count)d 个隐藏行，也会读入")
            said.append(sentence % {"sheet": sheet.title, "count": sheet.hidden_rows})
        if sheet.is_hidden:
            said.append(_("工作表“%(sheet)s”是隐藏的，默认不读") % {"sheet": sheet.title})
    return said


def preview(one: IssuedList) -> dict[str, books.Sheet]:
    """The first rows of every sheet, as they were read."""
    if one.preview_sealed is None:
        return {}
    heads = orjson.loads(sealing.unseal(bytes(one.preview_sealed)))
    return {
        title: books.Sheet(title, each["rows"], [(a, b, c, d) for a, b, c, d in each["merged"]])
        for title, each in heads.items()
    }


def look_anew(one: IssuedList, header: Mapping[str, tuple[int, int]]) -> IssuedList:
    """Take other rows for the headers of these sheets (first and last row, from 0); the columns are guessed anew."""
    if one.state != Stage.MAPPING:
        raise Refused(_("这份名单的列已经核对过"), "state")
    shown = preview(one)
    for each in one.sheets:
        if each["title"] in header:
            top, bottom = header[each["title"]]
            sheet = shown[each["title"]]
            if not 0 <= top <= bottom < len(sheet.rows):
                raise Refused(
                    _("工作表“%(sheet)s”的表头行不在前 %(most)d 行内") % {"sheet": sheet.title, "most": SHOWN_ROWS}
                )
            found = layout.at_row(sheet.rows, sheet.merged, bottom, top)
            known = form_of(one.division_id, found.headings)
            columns = {str(at): str(role) for at, role in layout.guesses(found.headings).items()}
            each["lines"] += each["bottom"] - found.bottom
            each |= {"top": found.top, "bottom": found.bottom, "headings": list(found.headings),
                     "columns": known.columns if known else columns, "is_known": known is not None}  # fmt: skip
    one.save(update_fields=["sheets"])
    return one


def map_columns(*, one: IssuedList, columns: Mapping[str, Mapping[str, str]], answers: Mapping[str, str], by: Any,
                on: date) -> IssuedList:  # fmt: skip
    """Say what the columns of the sheets hold (`sheet` → column from 0 → role); sheets not named are not read. What was
    said is kept for the next list of that form. Afterwards the lines are matched in the background.

    Raises Refused with every reason.
    """
    scopes.require(by, "quality.issue", one.division_id)
    if one.state != Stage.MAPPING:
        raise Refused(_("这份名单的列已经核对过"), "state")
    reasons = [] if columns else [_("请至少选一个要读的工作表")]
    for each in one.sheets:
        if each["title"] in columns:
            reasons += _refusals(each, columns[each["title"]])
    if reasons:
        raise Refused(reasons, "columns")
    said = {word: (answers.get(word) or BACK[word]).strip()[:MOST_WORD] for word in Answer}
    with transaction.atomic():
        for each in one.sheets:
            each["is_read"] = each["title"] in columns
            if each["is_read"]:
                each["columns"] = dict(columns[each["title"]])
                IssuedForm.objects.update_or_create(
                    division_id=one.division_id, key=layout.key(each["headings"]),
                    defaults={"columns": each["columns"], "answers": said, "saved_by": getattr(by, "pk", None)},
                )  # fmt: skip
        one.answers, one.state = said, Stage.MATCHING
        one.save(update_fields=["sheets", "answers", "state"])
        audit.record(by=by, act="issued.map", subject=f"issued:{one.pk}", division=one.division_id, on=on,
                     detail={"columns": sum(len(each) for each in columns.values())})  # fmt: skip
    return one


def _refusals(sheet: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    """What stands against this reading of a sheet's columns."""
    title, roles = sheet["title"], list(columns.values())
    reasons = []
    for role in ROLES:
        if role is not Role.QUESTION and roles.count(role) > 1:
            sentence = _("工作表“%(sheet)s”有两列都选了“%(role)s”，请只留一列")
            reasons.append(sentence % {"sheet": title, "role": ROLES[role]})
    if not set(roles) & set(WHO):
        reasons.append(_("工作表“%(sheet)s”须有户编号、证件号码或姓名中的一列") % {"sheet": title})
    if Role.QUESTION not in roles:
        reasons.append(_("工作表“%(sheet)s”须指明哪一列是问题") % {"sheet": title})
    if not set(roles) <= set(ROLES) or not all(at.isdecimal() and int(at) < len(sheet["headings"]) for at in columns):
        reasons.append(_("工作表“%(sheet)s”的列用途有误，请重新选择") % {"sheet": title})
    return reasons
