"""The body of a notice, rendered once when it is posted: the sheet for the board and the forms for the internet.

Only what the list of allowed fields names is read and written; every value is looked at before it is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import escape

from fupin.notices import rules
from fupin.notices.words import BOARDS, HEADINGS, Place


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is shown: the values of the fields of the sheet, already in words."""

    values: Mapping[str, str]
    persons: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the body says."""

    title: str
    place: str
    where: str
    office: str
    posted_on: date
    until: date
    days: int
    counts_holidays: bool
    contact: str
    note: str
    fields: Sequence[str]
    rows: Sequence[Row]
    is_of_divisions: bool = False
    is_made_up: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """The forms of one body, and the digest of the sheet."""

    sheet: str
    masked_name: str
    count_only: str

    @property
    def sha256(self) -> str:
        return digest(self.sheet)


def digest(sheet: str) -> str:
    """The SHA-256 that a sheet was posted with."""
    return hashlib.sha256(sheet.encode()).hexdigest()


def render(said: Sheet) -> Rendered:
    """All forms of a body."""
    hidden = [Row({**row.values, **_masked(row, said)}, row.persons) for row in said.rows]
    return Rendered(_body(said, _table(said, said.rows)), _body(said, _table(said, hidden)), _body(said, _counts(said)))


def _masked(row: Row, said: Sheet) -> dict[str, str]:
    """A name with part of it hidden; divisions keep theirs."""
    if said.is_of_divisions or "head_name" not in row.values:
        return {}
    return {"head_name": rules.masked_name(row.values["head_name"])}


def _body(said: Sheet, inside: str) -> str:
    days = f"{said.days} 天" if said.counts_holidays else f"{said.days} 个工作日"
    mark = '<p class="synthetic">（演示数据，全部由程序合成）</p>' if said.is_made_up else ""
    note = f"<p>{escape(said.note)}</p>" if said.note else ""
    return (
        f'<h1>{escape(said.title)}</h1>{mark}<p class="where">{escape(said.where)}　{BOARDS[Place(said.place)]}</p>{note}'
        f"<p>按照规定程序，现将下列名单予以公示，接受群众监督。公示期 {days}，自{_day(said.posted_on)}起至{_day(said.until)}止。"
        f"对公示内容有异议的，请在公示期内提出，逐件登记、调查并答复。</p>{inside}"
        f'<p class="contact">受理异议：{escape(said.contact)}</p>'
        f'<div class="seal"><p>{escape(said.office)}（盖章）</p><p>{_day(said.posted_on)}</p></div>'
    )  # fmt: skip


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _table(said: Sheet, rows: Sequence[Row]) -> str:
    heads = "".join(
        f'<th scope="col"{_number(name)}>{HEADINGS[name][0]}<small lang="en">{HEADINGS[name][1]}</small></th>'
        for name in said.fields
    )
    lines = "".join(
        f'<tr><td class="at">{place}</td>{"".join(_cell(name, row) for name in said.fields)}</tr>'
        for place, row in enumerate(rows, 1)
    )
    return (
        f'<table class="list"><thead><tr><th scope="col" class="at">序号<small lang="en">No.</small></th>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table>{_sum(said)}"
    )  # fmt: skip


def _cell(name: str, row: Row) -> str:
    return f'<td{_number(name)} data-label="{HEADINGS[name][0]}">{escape(row.values.get(name) or "—")}</td>'


def _number(name: str) -> str:
    return ' class="num"' if name in ("persons", "income") else ""


def _sum(said: Sheet) -> str:
    if said.is_of_divisions:
        return f'<p class="sum">共 {len(said.rows)} 个。</p>'
    persons = sum(row.persons for row in said.rows)
    return f'<p class="sum">共 {len(said.rows)} 户 {persons} 人。</p>'


def _counts(said: Sheet) -> str:
    kinds: dict[str, list[int]] = {}
    for row in said.rows:
        held = kinds.setdefault(row.values.get("category", ""), [0, 0])
        held[0] += 1
        held[1] += row.persons
    if said.is_of_divisions or "category" not in said.fields or len(kinds) < 2:
        return _sum(said)
    lines = "".join(
        f'<tr><td data-label="类别">{escape(name or "—")}</td><td class="num" data-label="户数">{households}</td>'
        f'<td class="num" data-label="人数">{persons}</td></tr>'
        for name, (households, persons) in sorted(kinds.items())
    )  # fmt: skip
    return (
        '<table class="list"><thead><tr><th scope="col">类别<small lang="en">Category</small></th>'
        '<th scope="col" class="num">户数<small lang="en">Households</small></th>'
        f'<th scope="col" class="num">人数<small lang="en">Persons</small></th></tr></thead><tbody>{lines}</tbody></table>{_sum(said)}'
    )  # fmt: skip
